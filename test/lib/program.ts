/**
 * What a backend answers, as data: it travels to the backend's thread. Pure.
 */

/** One answer, or one way of giving none. */
export interface Answer {
  /** HTTP status. Default 200. */
  status?: number;
  headers?: [name: string, value: string][];
  body?: string;
  /** HTTP trailers (HTTP/2, and HTTP/1 in a chunked body). */
  trailers?: [name: string, value: string][];
  /** Pause before the answer or the fault, ms. */
  delayMs?: number;
  /** gRPC backends only: status code (default 0) and message. */
  grpcStatus?: number;
  grpcMessage?: string;
  /** gRPC backends only: the status comes in real trailers, after headers and no message, not in the headers. */
  grpcHeadersFirst?: boolean;
  /**
   * `reset`: TCP RST or RST_STREAM (INTERNAL_ERROR) instead of an answer. `refuse`: RST_STREAM (REFUSED_STREAM), HTTP/2
   * only. `close`: connection closed. `never`: no answer at all. `reset-after-headers`: headers, then reset.
   * gRPC backends know `never` only; for the others put an HTTP/2 backend in their place.
   */
  fault?: "reset" | "refuse" | "close" | "never" | "reset-after-headers";
}

/** Which answer a request gets. */
export type Program =
  /** By attempt of the request's id: first answer for the original, second for the first retry, ...; the last repeats. */
  | { kind: "attempts"; answers: Answer[] }
  /** By chance, each arrival anew: `share` (0..1) of them get the first answer, the others the second. */
  | { kind: "mix"; share: number; answers: [Answer, Answer]; seed: number }
  /** The steps one after the other, each for that many originals; after the last comes the first again. */
  | { kind: "phases"; steps: { originals: number; program: Program }[] };

/** Every request gets these answers by attempt. */
export function always(...answers: Answer[]): Program {
  return { kind: "attempts", answers };
}

/** A program in progress. */
export type Chooser = (arrival: { attempt: number }) => Answer;

/** Mulberry32: a small seeded generator, so that a run can be repeated. Values in [0, 1). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Starts a program from its beginning. */
export function start(program: Program): Chooser {
  if (program.kind === "attempts") {
    const { answers } = program;
    return ({ attempt }) => answers[Math.min(attempt, answers.length) - 1] ?? {};
  }
  if (program.kind === "mix") {
    const next = random(program.seed);
    const { share, answers } = program;
    return () => (next() < share ? answers[0] : answers[1]);
  }
  const steps = program.steps.map((step) => ({ originals: step.originals, choose: start(step.program) }));
  let at = 0;
  let seen = 0;
  return (arrival) => {
    if (arrival.attempt === 1) {
      if (seen >= (steps[at]?.originals ?? 0)) {
        at = (at + 1) % steps.length;
        seen = 0;
      }
      seen++;
    }
    return steps[at]?.choose(arrival) ?? {};
  };
}
