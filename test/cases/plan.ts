/** Which case runs where: Envoy processes, in each of them listeners (slots), on each a row of cases. Pure. */
import type { Case, Env } from "../../cli/cases/types.ts";

/** A case with one number of workers. */
export interface Run {
  readonly test: Case;
  readonly workers: number;
  /** Name of its policy: fresh, so that nothing is left of an earlier case. */
  readonly policy: string;
}

/** A listener with an extension configuration of its own; its cases run one after another. */
export interface Slot {
  readonly name: string;
  readonly env: Env;
  readonly filter: string;
  readonly runs: Run[];
}

/** One Envoy. */
export interface Process {
  readonly workers: number;
  /** The backend speaks HTTP/2. */
  readonly http2: boolean;
  readonly slots: Slot[];
}

/** Cases of one environment that share a listener, if there are enough of them; and listeners for one environment at most. */
const CASES_PER_SLOT = 6;
const SLOTS = 4;
/** What a case costs besides its pauses, ms, roughly. */
const CASE_MS = 150;

/** Plans all cases that can run through Envoy, once for each of their numbers of workers. */
export function plan(cases: readonly Case[]): Process[] {
  const groups = new Map<string, { process: string; workers: number; http2: boolean; cases: Case[] }>();
  for (const test of cases) {
    if (test.onlyModule !== undefined) continue;
    const http2 = usesTrailers(test);
    for (const workers of new Set(test.env.workers)) {
      const env = JSON.stringify({ ...test.env, workers: [] });
      // Copies pass the policy in their cluster: such clusters belong to one listener.
      const process = JSON.stringify([workers, http2, test.env.mirror && env]);
      const key = JSON.stringify([process, env, test.filter]);
      const group = groups.get(key) ?? { process, workers, http2, cases: [] };
      group.cases.push(test);
      groups.set(key, group);
    }
  }
  const processes = new Map<string, Process>();
  for (const { process: key, workers, http2, cases: tests } of groups.values()) {
    const process = processes.get(key) ?? { workers, http2, slots: [] };
    processes.set(key, process);
    process.slots.push(...slotsOf(tests, workers, process.slots.length));
  }
  return [...processes.values()];
}

/** The cases of one environment, spread over slots so that all of these end at about the same time. */
function slotsOf(tests: readonly Case[], workers: number, before: number): Slot[] {
  const [first] = tests;
  if (!first) return [];
  const count = first.env.mirror ? 1 : Math.min(SLOTS, Math.ceil(tests.length / CASES_PER_SLOT));
  const slots = Array.from({ length: count }, (_, index) => ({
    slot: { name: `s${before + index}`, env: first.env, filter: first.filter, runs: [] as Run[] },
    ms: 0,
  }));
  for (const test of [...tests].sort((a, b) => costOf(b) - costOf(a))) {
    const least = slots.reduce((a, b) => (b.ms < a.ms ? b : a));
    const { runs, name } = least.slot;
    runs.push({ test, workers, policy: `${name}-${runs.length}` });
    least.ms += costOf(test);
  }
  return slots.map(({ slot }) => slot);
}

function costOf({ steps }: Case): number {
  return CASE_MS + Math.max(0, ...steps.map(({ at }) => at ?? 0));
}

/** Only HTTP/2 has trailers that matter. */
function usesTrailers({ steps }: Case): boolean {
  return steps.some(({ upstream }) => upstream.some(({ trailers }) => trailers !== undefined));
}
