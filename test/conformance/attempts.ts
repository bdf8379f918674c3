/** The requests that take the probe `attempts` through the router's decisions, the same for Envoy and for the offline host. */
import type { RouterOptions } from "../../cli/host/index.ts";

/** One request. */
export interface AttemptsRequest {
  readonly name: string;
  /** Name in `ROUTES`. */
  readonly route: string;
  /** What the backend does, by attempt: `parseAnswer`. The last one repeats. */
  readonly answers: string;
  /** Value of `x-do`: what the probe does to a further attempt. */
  readonly does?: string;
  readonly grpc?: boolean;
  /** The client goes away after this time (ms). */
  readonly leaves?: number;
}

/** Routes, in the router model's terms. Times are milliseconds. Those that begin with `refused` have no backend. */
export const ROUTES: Readonly<Record<string, Partial<RouterOptions>>> = {
  plain: { retryOn: "5xx,reset,connect-failure", numRetries: 2 },
  grpc: { retryOn: "unavailable,cancelled", numRetries: 2 },
  ratelimited: { retryOn: "5xx,envoy-ratelimited", numRetries: 2 },
  none: {},
  refused: { retryOn: "connect-failure", numRetries: 1 },
  refused5xx: { retryOn: "5xx", numRetries: 1 },
  codes: { retryOn: "retriable-status-codes,retriable-4xx", numRetries: 1, retriableStatusCodes: [418] },
  gateway: { retryOn: "gateway-error", numRetries: 1 },
  pertry: { retryOn: "5xx", numRetries: 1, perTryTimeoutMs: 60 },
  "pertry-reset": { retryOn: "connect-failure", numRetries: 1, perTryTimeoutMs: 60 },
  timeout: { retryOn: "5xx", numRetries: 1, timeoutMs: 60 },
  "hedge-only": { retryOn: "", perTryTimeoutMs: 60, hedgeOnPerTryTimeout: true, timeoutMs: 500 },
  hedge: { retryOn: "5xx", numRetries: 2, perTryTimeoutMs: 60, hedgeOnPerTryTimeout: true, timeoutMs: 500 },
};

/** What the backend does with one attempt. */
export interface Answer {
  status: number;
  fault: "reset" | "hang" | undefined;
  headers: [string, string][];
  body: string;
  afterMs: number;
}

/** Reads `503deny@90body`: a status, the header that makes the probe deny, after 90 ms, with a body; `reset`, `hang`, `200g14`. */
export function parseAnswer(word: string): Answer {
  const match = /^(\d+)?(deny)?(reset|hang)?(g\d+)?(@\d+)?(body)?$/.exec(word);
  if (match === null) throw new Error(`answer ${word}`);
  const [, status, deny, fault, grpc, after, body] = match;
  return {
    status: Number(status ?? 0),
    fault: fault === "reset" || fault === "hang" ? fault : undefined,
    headers: [
      ...(deny === undefined ? [] : [["x-deny", "1"] as [string, string]]),
      ...(grpc === undefined
        ? []
        : ([
            ["grpc-status", grpc.slice(1)],
            ["content-type", "application/grpc"],
          ] as [string, string][])),
    ],
    body: body === undefined ? "" : "answer",
    afterMs: after === undefined ? 0 : Number(after.slice(1)),
  };
}

/** What the client got, as a line. @param got undefined when there was no response */
export function clientLine(
  got: { status: number; body: string } | undefined,
  header: (name: string) => string | undefined,
  hits: number,
): string {
  if (got === undefined) return `CLIENT none HITS ${hits}`;
  const marks = ["x-envoy-ratelimited", "grpc-status"].filter((name) => header(name) !== undefined);
  const shown = marks.map((name) => `${name}=${header(name)}`).join(";");
  return `CLIENT ${got.status} ${got.body} ${shown} HITS ${hits}`;
}

export const ATTEMPTS_REQUESTS: readonly AttemptsRequest[] = [
  { name: "first try", route: "plain", answers: "200" },
  { name: "body", route: "plain", answers: "200body" },
  { name: "retry twice", route: "plain", answers: "503,503,200" },
  { name: "retries used up", route: "plain", answers: "503" },
  { name: "no policy", route: "none", answers: "503" },
  { name: "denied in the response", route: "plain", answers: "503deny" },
  { name: "denied, but the route retries denials", route: "ratelimited", answers: "503deny" },
  { name: "reset", route: "plain", answers: "reset,200" },
  { name: "reset always", route: "plain", answers: "reset" },
  { name: "connect failure", route: "refused", answers: "200" },
  { name: "connect failure under 5xx", route: "refused5xx", answers: "200" },
  { name: "local reply at attempt 2 after 503", route: "plain", answers: "503,200", does: "reply" },
  { name: "local reply at attempt 2 after reset", route: "plain", answers: "reset,200", does: "reply" },
  { name: "close at attempt 2", route: "plain", answers: "503,200", does: "close" },
  { name: "hold at attempt 2, then continue", route: "plain", answers: "503,200", does: "hold-continue" },
  { name: "hold at attempt 2, then reply", route: "plain", answers: "503,200", does: "hold-reply" },
  { name: "grpc status", route: "grpc", answers: "200g14,200g0", grpc: true },
  { name: "grpc local reply", route: "grpc", answers: "200g14,200g0", does: "reply", grpc: true },
  { name: "status codes", route: "codes", answers: "418,200" },
  { name: "409", route: "codes", answers: "409,200" },
  { name: "gateway error", route: "gateway", answers: "500" },
  { name: "gateway error 501", route: "gateway", answers: "501,200" },
  { name: "gateway error 503", route: "gateway", answers: "503,200" },
  { name: "gateway error 504", route: "gateway", answers: "504,200" },
  { name: "gateway error 505", route: "gateway", answers: "505,200" },
  { name: "5xx 599", route: "plain", answers: "599,200" },
  { name: "5xx 499", route: "plain", answers: "499,200" },
  { name: "status codes with another one", route: "codes", answers: "404,200" },
  { name: "hedge without a retry policy", route: "hedge-only", answers: "200@90" },
  { name: "gateway error 502", route: "gateway", answers: "502,200" },
  { name: "per-try timeout, then ok", route: "pertry", answers: "hang,200" },
  { name: "per-try timeout twice", route: "pertry", answers: "hang" },
  { name: "per-try timeout without a matching policy", route: "pertry-reset", answers: "hang" },
  { name: "per-try timeout, reply", route: "pertry", answers: "hang,200", does: "reply" },
  { name: "route timeout", route: "timeout", answers: "hang" },
  { name: "hedge: second answers", route: "hedge", answers: "hang,200" },
  { name: "hedge: first answers", route: "hedge", answers: "200@90,200@200" },
  { name: "hedge: first fails, second answers", route: "hedge", answers: "503@90,200@40" },
  { name: "hedge: first fails denied", route: "hedge", answers: "503deny@90,200@40" },
  { name: "hedge: both fail", route: "hedge", answers: "503@110,503@10,503" },
  { name: "hedge: nobody answers", route: "hedge", answers: "hang" },
  { name: "hedge: first resets", route: "hedge", answers: "reset@90,200@40" },
  { name: "hedge: held second, first answers", route: "hedge", answers: "200@90", does: "hold" },
  { name: "hedge: reply at the second", route: "hedge", answers: "200@90,200", does: "reply" },
  { name: "client goes away", route: "plain", answers: "hang", leaves: 50 },
];
