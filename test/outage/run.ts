/**
 * One run: a fresh Envoy, so that no window and no count leaks from one run into the next, a load through it, and the
 * verdict over the backend's log.
 */
import { check, type Arrival, type Budget, type Verdict } from "../lib/bound.ts";
import { PORT_OF_NOBODY, type Backend, type Counts } from "../lib/backend.ts";
import { bootstrap, type Message } from "../lib/bootstrap.ts";
import { load, quantile, type LoadResult } from "../lib/client.ts";
import { startEnvoy, type Envoy } from "../lib/envoy.ts";
import { PolicyFile } from "../lib/policy.ts";
import { FAULTS, type Fault, type FaultName } from "./faults.ts";

/** Who holds the retries back: our filter, or Envoy's `retry_budget`, without or with `budget_interval`. */
export type Keeper = "pointduty" | "native" | "native-interval";

/** The defaults of the filter's schema for what a run does not set. */
const FLOOR = { count: 1, ms: 10_000 };
const BURST = 1;

export interface Run {
  fault: FaultName;
  keeper: Keeper;
  clients: number;
  workers: number;
  /** Of the budget, 0 to 100. */
  percent: number;
  /** Of the budget, ms. */
  intervalMs: number;
  /** Limits of the load; at least one. */
  originals?: number;
  durationMs?: number;
  /** Each client begins a request every so many ms; absent: as soon as the last one is answered. */
  everyMs?: number;
  /** Called about every 200 ms with what has reached the backend so far. */
  onCounts?: (counts: Counts) => void;
}

export interface Outcome {
  verdict: Verdict;
  load: LoadResult;
  /** 99th percentile of what clients waited, ms. */
  p99: number;
}

/** The budget that a run's traffic is measured against, whoever keeps it. */
export function budgetOf(run: Pick<Run, "percent" | "intervalMs">): Budget {
  return { percent: run.percent, intervalMs: run.intervalMs, floor: FLOOR, burst: BURST };
}

/** The same budget as Envoy's own `retry_budget`. `budget_interval` exists from Envoy 1.39 on. */
export function nativeBudget(percent: number, intervalMs?: number): Message {
  const interval = intervalMs === undefined ? {} : { budget_interval: `${intervalMs / 1000}s` };
  return { budget_percent: { value: percent }, ...interval };
}

/** Starts the Envoy of a run: with our policy, or with Envoy's own budget at the same setting. */
export async function startKeeper(
  run: Run,
  to: Backend | number,
): Promise<{ envoy: Envoy; stop: () => Promise<void> }> {
  const fault: Fault = FAULTS[run.fault];
  const interval = run.intervalMs;
  const budget = { percent: run.percent, interval: `${interval}ms` };
  const policy = run.keeper === "pointduty" ? new PolicyFile({ name: "outage", budget }) : undefined;
  const native = { native: nativeBudget(run.percent), "native-interval": nativeBudget(run.percent, interval) };
  const retryBudget = run.keeper === "pointduty" ? {} : { retryBudget: native[run.keeper] };
  const config = bootstrap({
    policies: policy ? [policy] : [],
    clusters: [{ name: "backend", to: [to], ...retryBudget }],
    retry: fault.perTryTimeoutMs === undefined ? {} : { perTryTimeoutMs: fault.perTryTimeoutMs },
    ...(unseen(fault) ? { attemptLog: ATTEMPT_FORMAT } : {}),
  });
  const extensions = policy ? [policy.resource] : [];
  const envoy = await startEnvoy({ bootstrap: config, workers: run.workers, extensions });
  const stop = async (): Promise<void> => {
    await envoy.stop();
    policy?.remove();
  };
  return { envoy, stop };
}

/** Does a run on a backend that nobody else uses meanwhile. */
export async function execute(run: Run, backend: Backend): Promise<Outcome> {
  const fault: Fault = FAULTS[run.fault];
  await backend.program(fault.program);
  await backend.reset();
  const { envoy, stop } = await startKeeper(run, fault.refused ? PORT_OF_NOBODY : backend);
  const { onCounts } = run;
  const timer = onCounts && setInterval(() => void backend.counts().then(onCounts), 200);
  try {
    const result = await load({
      port: envoy.port(),
      clients: run.clients,
      prefix: run.fault,
      ...(run.originals === undefined ? {} : { originals: run.originals }),
      ...(run.durationMs === undefined ? {} : { durationMs: run.durationMs }),
      ...(run.everyMs === undefined ? {} : { everyMs: run.everyMs }),
    });
    const seen = await backend.events();
    const complete = seen.filter(({ kind }) => kind === "original").length === result.sent;
    const log = !complete && unseen(fault) ? await attempts(envoy, result.sent) : seen;
    return { verdict: check(log, budgetOf(run)), load: result, p99: quantile(result.latencies, 0.99) };
  } finally {
    clearInterval(timer);
    await stop();
  }
}

/**
 * Whether requests can be made that the backend does not get to see: where nobody listens, and where a busy machine gives
 * the backend no time before Envoy gives up. Then Envoy's log of attempts takes the place of the backend's.
 */
function unseen({ refused, perTryTimeoutMs }: Fault): boolean {
  return refused === true || perTryTimeoutMs !== undefined;
}

const ATTEMPT_FORMAT = "attempt %REQ(X-TEST-ID)% %START_TIME(%s.%6f)% %DURATION% %RESPONSE_FLAGS%";

/** A line of that format for a failed connection or a timeout. An attempt that the budget denied does not get that far. */
const FAILED_ATTEMPT = /^attempt (\S+) (\d+\.\d+) (\d+) (?:UF|UT)$/gm;

/**
 * Envoy's log of attempts in the place of a backend's log. An attempt was made between its start and its end, of which
 * the log cuts off the fractions of a millisecond.
 */
async function attempts(envoy: Envoy, requests: number): Promise<Arrival[]> {
  // The log is written every 50 ms: it is complete when it has every request and nothing new in twice that time.
  for (let tries = 0, before = -1; tries < 50; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const known = new Set<string>();
    const arrivals = [...envoy.log().matchAll(FAILED_ATTEMPT)].map(([, id = "", start, duration]): Arrival => {
      const kind = known.has(id) ? "retry" : "original";
      known.add(id);
      const since = Number(start) * 1000;
      return { kind, since, t: since + Number(duration) + 1 };
    });
    if (known.size === requests && arrivals.length === before) return arrivals;
    before = arrivals.length;
  }
  throw new Error(`Envoy's log of attempts does not have all of ${requests} requests`);
}
