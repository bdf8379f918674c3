/** What the backend does with one attempt, as data. */
import { type Bytes, bytes } from "../bytes.ts";
import { type HeaderInput, HeaderMap } from "../headers.ts";

/**
 * A status; or a response; or "reset" (the backend got the request and reset the stream), "timeout" (it got the request and never answers),
 * "connect-failure" (no connection: the backend never sees the attempt).
 */
export type OutcomeInput = number | "reset" | "timeout" | "connect-failure" | ResponseOutcome | FaultOutcome;

export interface ResponseOutcome {
  status: number;
  headers?: HeaderInput;
  body?: Bytes;
  trailers?: HeaderInput;
  /** Time until the headers arrive. Default 0. */
  afterMs?: number;
}

export interface FaultOutcome {
  fault: "reset" | "timeout" | "connect-failure";
  afterMs?: number;
}

export type Outcome =
  | { kind: "response"; afterMs: number; headers: HeaderMap; body: Uint8Array; trailers: HeaderInput | undefined }
  | { kind: "reset" | "timeout" | "connect-failure"; afterMs: number };

/** Milliseconds. */
const AT_ONCE = 0;

export function parseOutcome(input: OutcomeInput): Outcome {
  if (typeof input === "number") return parseOutcome({ status: input });
  if (typeof input === "string") return { kind: input, afterMs: AT_ONCE };
  if ("fault" in input) return { kind: input.fault, afterMs: input.afterMs ?? AT_ONCE };
  const headers = new HeaderMap("response", [[":status", String(input.status)], ...(input.headers ?? [])]);
  return {
    kind: "response",
    afterMs: input.afterMs ?? AT_ONCE,
    headers,
    body: bytes(input.body ?? ""),
    trailers: input.trailers,
  };
}
