/**
 * The ways in which a backend can fail a whole crowd of clients, as data.
 */
import { always, type Program } from "../lib/program.ts";

export interface Fault {
  /** What the backend does; unused when nobody listens. */
  program: Program;
  /** Per-try timeout of the route, ms. */
  perTryTimeoutMs?: number;
  /** Nobody listens: connections are refused. */
  refused?: boolean;
  /** Whether so many requests fail, all the time, that the budget must be used up. */
  demanding: boolean;
}

const OUTAGE = always({ status: 503 });

/** Originals in each phase of `recovery`. */
const PHASE = 400;

export const FAULTS = {
  /** Every answer is 503. */
  "outage-503": { program: OUTAGE, demanding: true },
  /** Every request ends in a TCP reset. */
  "outage-reset": { program: always({ fault: "reset" }), demanding: true },
  /** Nobody listens at the backend's port. */
  "outage-refused": { program: OUTAGE, refused: true, demanding: true },
  /** No answer at all; the route allows 20 ms per try. */
  "outage-timeout": { program: always({ fault: "never" }), perTryTimeoutMs: 20, demanding: true },
  /** Every second answer, by chance, is 503. */
  half: {
    program: { kind: "mix", share: 0.5, answers: [{ status: 503 }, { status: 200 }], seed: 20 },
    demanding: true,
  },
  /** Outage and health in turns. */
  recovery: {
    program: {
      kind: "phases",
      steps: [
        { originals: PHASE, program: OUTAGE },
        { originals: PHASE, program: always({ status: 200 }) },
      ],
    },
    demanding: false,
  },
  /** Every answer is 200. */
  healthy: { program: always({ status: 200 }), demanding: false },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;
