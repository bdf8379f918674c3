/** The thread that runs the targets: an endless loop in a module must not stop the one that watches it. */
import { parentPort, workerData } from "node:worker_threads";
import { Random } from "./choices.ts";
import { shrink } from "./mutate.ts";
import { Finding, type Target } from "./target.ts";
import { allTargets, corpus } from "./targets/index.ts";
import { Beat, type Job, type Report } from "./thread.ts";

/** Time (ms) that a target of weight 1 gets in each round. */
const SLICE = 40;
/** Time (ms) for making a failing input smaller. */
const SHRINK = 10_000;
/** Findings of a target after which it is left alone. */
const ENOUGH = 5;

const job = workerData as Job;
const beat = new Beat(job.shared);

interface State {
  target: Target;
  index: number;
  /** Inputs so far: with the seed and the target it decides the next one. */
  runs: number;
  executions: number;
  ms: number;
  kinds: Set<string>;
}

function report(message: Report): void {
  parentPort?.postMessage(message);
}

function judge(state: State, input: Uint8Array): void {
  beat.begin(state.index, input);
  try {
    state.executions += state.target.run(input);
  } catch (error) {
    if (!(error instanceof Finding)) throw error;
    if (state.kinds.has(error.kind)) return;
    state.kinds.add(error.kind);
    reportFinding(state, input, error);
  }
}

function reportFinding({ target, index }: State, input: Uint8Array, finding: Finding): void {
  const fails = (smaller: Uint8Array): boolean => {
    beat.begin(index, smaller);
    return problem(target, smaller)?.kind === finding.kind;
  };
  const smallest = shrink(input, fails, SHRINK);
  const trace: string[] = [];
  const last = problem(target, smallest, (line) => void trace.push(line));
  report({
    type: "finding",
    target: target.name,
    message: last?.message ?? `${finding.message} (not again on a fresh instance)`,
    shown: target.show(smallest),
    input: smallest,
    trace,
  });
}

function problem(target: Target, input: Uint8Array, trace?: (line: string) => void): Finding | undefined {
  try {
    target.run(input, trace);
    return undefined;
  } catch (error) {
    if (error instanceof Finding) return error;
    throw error;
  }
}

function round(state: State): void {
  const started = performance.now();
  const end = started + SLICE * state.target.weight;
  do {
    judge(state, state.target.generate(new Random(job.seed, state.index, state.runs++)));
  } while (performance.now() < end && state.kinds.size < ENOUGH);
  state.ms += performance.now() - started;
}

/** Tells when the job's limit is reached. */
function limited(states: readonly State[]): () => boolean {
  const { limit } = job;
  if ("executions" in limit) return () => executed(states) >= limit.executions;
  const end = performance.now() + limit.seconds * 1000;
  return () => performance.now() >= end;
}

function executed(states: readonly State[]): number {
  return states.reduce((sum, { executions }) => sum + executions, 0);
}

function replay(input: Uint8Array): void {
  const target = allTargets().find(({ name }) => name === job.target);
  if (target !== undefined) problem(target, input, (line) => report({ type: "step", line }));
}

function main(): void {
  const states = allTargets()
    .map((target, index) => ({ target, index, runs: 0, executions: 0, ms: 0, kinds: new Set<string>() }))
    .filter(({ target }) => job.target === undefined || target.name === job.target);
  for (const state of states) for (const input of corpus(state.target.name)) judge(state, input);
  const ended = limited(states);
  while (!ended()) {
    const open = states.filter(({ kinds }) => kinds.size < ENOUGH);
    if (open.length === 0) break;
    for (const state of open) if (!ended()) round(state);
  }
  report({
    type: "end",
    counts: states.map(({ target, executions, ms }) => ({ target: target.name, unit: target.unit, executions, ms })),
  });
}

if (job.replay !== undefined) replay(job.replay);
else main();
