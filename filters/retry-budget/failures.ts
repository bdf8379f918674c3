/**
 * Which answers ask for a retry. The route's `retry_on` is not visible to a filter, so it is learned: answers are put
 * into classes by status, and a class whose leases nobody claims is no longer leased. Pure.
 */

/** Leases in a row that nobody claimed after which a class is taken to be one that the route does not retry. */
const PATIENCE: u8 = 16;
/** State of a class that is not retried as far as is known. Any other state is the number of unclaimed leases in a row, */
const IDLE: u8 = 255;
/** plus this when a retry has come for the class. */
const PROVEN: u8 = 64;
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

/** What is known about each class, for one key. */
export class FailureClasses {
  /** Whether a retry has come for any class. */
  known: bool = false;
  private readonly states: StaticArray<u8> = new StaticArray<u8>(CLASSES);

  constructor() {
    // At first 5xx is taken to be retried, and the gRPC statuses that `retry_on` can name; 4xx is not: retriable-4xx and
    // retriable_status_codes are rare.
    for (let i = 0; i < CLASSES; i++)
      unchecked((this.states[i] = i < 100 || (i >= HTTP && !retriableGrpc(i)) ? IDLE : 0));
  }

  /** Whether a failure of this class asks for its retry. */
  leased(failure: i32): bool {
    return unchecked(this.states[failure]) != IDLE;
  }

  /** Whether a failure of this class would be retried for certain: only then may its answer be marked as denied. */
  proven(failure: i32): bool {
    const state = unchecked(this.states[failure]);
    return state != IDLE && (state & PROVEN) != 0;
  }

  /** A retry came for a failure of this class. */
  claimed(failure: i32): void {
    this.known = true;
    unchecked((this.states[failure] = PROVEN));
  }

  /** The lease of a request's first attempt ran out. (The last attempt's always does.) */
  expired(failure: i32): void {
    const state = unchecked(this.states[failure]);
    if (state == IDLE) return;
    unchecked((this.states[failure] = (state & ~PROVEN) + 1 < PATIENCE ? state + 1 : IDLE));
  }
}

/** retry_on knows cancelled, deadline-exceeded, internal, resource-exhausted, unavailable (Envoy's router filter). */
function retriableGrpc(failure: i32): bool {
  const status = failure - HTTP;
  return status == 1 || status == 4 || status == 8 || status == 13 || status == 14;
}
