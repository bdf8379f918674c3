/**
 * The promise of the retry budget, checked on a backend's own log: in every window of length T,
 *   retries <= percent x originals + rate x T + burst.
 * A retry counts when it reached the backend. An original fills the budget at some moment between its client's sending
 * it and its arrival, the backend can't know when: it counts for a window if any part of that time is in the window. So
 * what is reported as an excess can't be explained by requests that were on their way. `byArrival` tells what the plain
 * order of arrivals says: more, by up to 20 % of the requests on their way when the window begins or ends.
 * All arithmetic is on integers: times in microseconds, percent in thousandths.
 */

/** What the checker needs of an arrival: when (ms, any origin; `sent` on the same axis) and which kind. */
export interface Arrival {
  t: number;
  sent?: number;
  kind: "original" | "retry";
}

export interface Budget {
  /** Retries per hundred originals, to three decimals. */
  percent: number;
  /** Window T in ms. */
  intervalMs: number;
  /** The floor: `count` retries per `ms`. */
  floor: { count: number; ms: number };
  burst: number;
}

/** How far a set of windows stays from the bound. */
export interface Worst {
  /** Retries above the largest whole number allowed; negative: below. -Infinity if there was no window to look at. */
  excess: number;
  /** The window, in ms: (from, to]. */
  from: number;
  to: number;
  retries: number;
  originals: number;
}

export interface Verdict {
  originals: number;
  retries: number;
  /** From the first to the last arrival, ms. */
  durationMs: number;
  /** Largest whole number of retries allowed over the run as one window. */
  bound: number;
  /** retries / bound; 0 when nothing was allowed. */
  use: number;
  /** The worst of the windows (t - T, t] that end at a retry. The promise is `trailing.excess <= 0`. */
  trailing: Worst;
  /** For information: the same with originals, too, counting from their arrival. */
  byArrival: Worst;
  /** For information: the worst of the windows (t, t + T] that begin just after an arrival. */
  anywhere: Worst;
  /** Whether the run as a whole and every trailing window held. */
  ok: boolean;
}

/** A budget in whole numbers, all over one denominator. */
interface Exact {
  perOriginal: bigint;
  perMicrosecond: bigint;
  fixed: bigint;
  denominator: bigint;
}

function exact(budget: Budget): Exact {
  const floorMicros = BigInt(Math.round(budget.floor.ms * 1000));
  const denominator = 100_000n * floorMicros;
  return {
    perOriginal: BigInt(Math.round(budget.percent * 1000)) * floorMicros,
    perMicrosecond: BigInt(budget.floor.count) * 100_000n,
    fixed: BigInt(budget.burst) * denominator,
    denominator,
  };
}

/** Largest whole number of retries that `originals` originals and `micros` microseconds allow. */
function allowed(e: Exact, originals: number, micros: number): number {
  const sum = e.perOriginal * BigInt(originals) + e.perMicrosecond * BigInt(micros) + e.fixed;
  return Number(sum / e.denominator);
}

/** As `allowed`, from a budget and ms. */
export function allowedRetries(budget: Budget, originals: number, ms: number): number {
  return allowed(exact(budget), originals, Math.round(ms * 1000));
}

/** The events of a log, each list in the order of time, in microseconds. */
interface Log {
  retries: Float64Array;
  /** When each original may have filled the budget: at the earliest and at the latest. */
  sent: Float64Array;
  arrived: Float64Array;
}

function micros(times: readonly number[]): Float64Array {
  return Float64Array.from(times, (t) => Math.round(t * 1000)).sort();
}

/** How many of the sorted times are <= t. */
function upTo(times: Float64Array, t: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? Infinity) <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The worst of the windows of `length` that end at the given times. */
function worst(log: Log, e: Exact, length: number, ends: Iterable<number>): Worst {
  let found: Worst = { excess: -Infinity, from: 0, to: 0, retries: 0, originals: 0 };
  for (const to of ends) {
    const from = to - length;
    const retries = upTo(log.retries, to) - upTo(log.retries, from);
    const originals = upTo(log.sent, to) - upTo(log.arrived, from);
    const excess = retries - allowed(e, originals, length);
    if (excess > found.excess) found = { excess, from: from / 1000, to: to / 1000, retries, originals };
  }
  return found;
}

/** Checks a log, in any order, against the promise. */
export function check(arrivals: readonly Arrival[], budget: Budget): Verdict {
  const e = exact(budget);
  const length = Math.round(budget.intervalMs * 1000);
  const originals = arrivals.filter(({ kind }) => kind === "original");
  const arrived = micros(originals.map(({ t }) => t));
  const sent = micros(originals.map(({ t, sent }) => Math.min(sent ?? t, t)));
  const retries = micros(arrivals.filter(({ kind }) => kind === "retry").map(({ t }) => t));
  const log: Log = { retries, sent, arrived };
  const all = micros(arrivals.map(({ t }) => t));
  const duration = (all.at(-1) ?? 0) - (all[0] ?? 0);
  const bound = allowed(e, originals.length, duration);
  const trailing = worst(log, e, length, retries);
  return {
    originals: originals.length,
    retries: retries.length,
    durationMs: duration / 1000,
    bound,
    use: bound === 0 ? 0 : retries.length / bound,
    trailing,
    byArrival: worst({ ...log, sent: arrived }, e, length, retries),
    anywhere: worst(
      log,
      e,
      length,
      all.map((t) => t + length),
    ),
    ok: retries.length <= bound && trailing.excess <= 0,
  };
}
