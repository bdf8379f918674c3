/** Envoy's retry decisions (source/common/router/retry_state_impl.cc). */
import type { HeaderMap } from "../headers.ts";

const GRPC_STATUS: Record<string, number> = {
  cancelled: 1,
  "deadline-exceeded": 4,
  "resource-exhausted": 8,
  internal: 13,
  unavailable: 14,
};

const CONDITIONS = new Set([
  "5xx",
  "gateway-error",
  "reset",
  "reset-before-request",
  "connect-failure",
  "envoy-ratelimited",
  "retriable-4xx",
  "refused-stream",
  "retriable-status-codes",
  ...Object.keys(GRPC_STATUS),
]);

export type RetryVerdict = "retry" | "no" | "limit";

/** The retry state of one request. */
export class RetryState {
  readonly #on: ReadonlySet<string>;
  readonly #statusCodes: readonly number[];
  #remaining: number;

  constructor(options: { retryOn: ReadonlySet<string>; retriableStatusCodes: readonly number[]; numRetries: number }) {
    this.#on = options.retryOn;
    this.#statusCodes = options.retriableStatusCodes;
    this.#remaining = options.numRetries;
  }

  /** Whether these response headers ask for a retry, without taking one. `x-envoy-ratelimited` comes before everything. */
  wouldRetryHeaders(headers: HeaderMap): boolean {
    const on = this.#on;
    if (headers.get("x-envoy-ratelimited")) return on.has("envoy-ratelimited");
    const status = Number(headers.getText(":status"));
    if (on.has("5xx") && status >= 500 && status < 600) return true;
    if (on.has("gateway-error") && status >= 502 && status <= 504) return true;
    if (on.has("retriable-4xx") && status === 409) return true;
    if (on.has("retriable-status-codes") && this.#statusCodes.includes(status)) return true;
    const grpcStatus = headers.getText("grpc-status");
    if (grpcStatus === undefined || !/^\d+$/.test(grpcStatus)) return false;
    return Object.entries(GRPC_STATUS).some(([name, code]) => on.has(name) && code === Number(grpcStatus));
  }

  wouldRetryReset(reason: "reset" | "connect-failure" | "per-try-timeout", requestSent: boolean): boolean {
    const on = this.#on;
    if (reason === "connect-failure" && on.has("connect-failure")) return true;
    if (on.has("reset-before-request") && !requestSent) return true;
    return on.has("reset") || on.has("5xx") || on.has("gateway-error");
  }

  /** Takes a retry if one is wanted and left. */
  decide(wanted: boolean): RetryVerdict {
    if (!wanted) return "no";
    if (this.#remaining === 0) return "limit";
    this.#remaining--;
    return "retry";
  }
}

/** Parses a `retry_on` list. Throws on a name that Envoy would ignore without a word: in a test it is a typing error. */
export function parseRetryOn(retryOn: string): ReadonlySet<string> {
  const names = retryOn
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const unknown = names.find((name) => !CONDITIONS.has(name));
  if (unknown)
    throw new Error(`unknown retry_on condition ${JSON.stringify(unknown)}; known: ${[...CONDITIONS].join(", ")}`);
  return new Set(names);
}
