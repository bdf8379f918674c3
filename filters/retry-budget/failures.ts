/**
 * Which answers ask for a retry. The route's `retry_on` is not visible to a filter, so it is learned: answers are put
 * into classes by status, and a class whose leases nobody claims is no longer leased. Pure.
 */

/** Leases in a row that nobody claimed after which a class is taken to be one that the route does not retry. */
const PATIENCE: i8 = 16;
const IDLE: i8 = -1;
const HTTP: i32 = 200;
const CLASSES: i32 = HTTP + 17;

/** The answer is no failure. */
export const NO_FAILURE: i32 = -1;

/** Class of an HTTP status: 4xx and 5xx have one each. */
export function httpFailure(status: i32): i32 {
  return status >= 400 && status < 600 ? status - 400 : NO_FAILURE;
}

/**
 * Class of a gRPC status that came in the headers (a "trailers-only" answer; Envoy never retries one in real trailers).
 */
export function grpcFailure(status: i32): i32 {
  return status > 0 && status < 17 ? HTTP + status : NO_FAILURE;
}

/** What is known about each class. */
export class FailureClasses {
  /** Leases in a row that were not claimed; IDLE for a class that is not leased. */
  private readonly unclaimed: StaticArray<i8> = new StaticArray<i8>(CLASSES);

  constructor() {
    // At first 5xx is taken to be retried, and the gRPC statuses that `retry_on` can name; 4xx is not (retriable-4xx
    // and retriable_status_codes are rare, and a denial would mark every 404 of an exhausted key).
    for (let i = 0; i < CLASSES; i++)
      unchecked((this.unclaimed[i] = i < 100 || (i >= HTTP && !retriableGrpc(i)) ? IDLE : 0));
  }

  /** Whether a failure of this class asks for its retry. */
  leased(failure: i32): bool {
    return unchecked(this.unclaimed[failure]) != IDLE;
  }

  /** A retry came for a failure of this class. */
  claimed(failure: i32): void {
    unchecked((this.unclaimed[failure] = 0));
  }

  /** A lease ran out. */
  expired(failure: i32): void {
    const count = unchecked(this.unclaimed[failure]);
    if (count != IDLE) unchecked((this.unclaimed[failure] = count + 1 < PATIENCE ? count + 1 : IDLE));
  }
}

/** retry_on knows cancelled, deadline-exceeded, internal, resource-exhausted, unavailable (Envoy's router filter). */
function retriableGrpc(failure: i32): bool {
  const status = failure - HTTP;
  return status == 1 || status == 4 || status == 8 || status == 13 || status == 14;
}
