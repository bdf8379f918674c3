/**
 * The promise of the retry budget, checked on a backend's own log: in every window of length T,
 *   retries <= percent x originals + rate x T + burst.
 * The proxy counts a request when it sends it, the log when the backend has got round to it: a backend that is held up
 * for 50 ms moves all that waits into another window. So the log also says since when a request can have been on its
 * way, and a window counts an original if any part of that time is in it, and a retry if all of it is: what is reported
 * as an excess is one wherever in these times the requests were sent. `byArrival` tells what the arrivals alone say.
 * All arithmetic is on integers: times in microseconds, percent in thousandths.
 */

/** What the checker needs of an arrival: when (ms, any origin), since when on its way (same axis), and which kind. */
export interface Arrival {
  t: number;
  since?: number;
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
  /** For information: the same as if nothing took any time on its way. */
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

/** Times of a kind of request, in microseconds, each list in order. */
interface Times {
  since: Float64Array;
  arrived: Float64Array;
}

/** The events of a log. */
interface Log {
  originals: Times;
  retries: Times;
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

/** @param longest what was on its way for longer, in microseconds, counts as if it had been for so long */
function times(arrivals: readonly Arrival[], kind: Arrival["kind"], longest: number): Times {
  const those = arrivals.filter((arrival) => arrival.kind === kind);
  const earliest = those.map(({ t, since }) => Math.max(Math.min(since ?? t, t), t - longest / 1000));
  return { since: micros(earliest), arrived: micros(those.map(({ t }) => t)) };
}

/** The worst of the windows of `length` that end at the given times. */
function worst({ originals, retries }: Log, e: Exact, length: number, ends: Iterable<number>): Worst {
  let found: Worst = { excess: -Infinity, from: 0, to: 0, retries: 0, originals: 0 };
  for (const to of ends) {
    const from = to - length;
    // Wholly in the window. What began by `from` also arrived by `to`: nothing took longer than the window is long.
    const asked = upTo(retries.arrived, to) - upTo(retries.since, from);
    // Partly in the window.
    const paid = upTo(originals.since, to) - upTo(originals.arrived, from);
    const excess = asked - allowed(e, paid, length);
    if (excess > found.excess) {
      found = { excess, from: from / 1000, to: to / 1000, retries: asked, originals: paid };
    }
  }
  return found;
}

/** Checks a log, in any order, against the promise. */
export function check(arrivals: readonly Arrival[], budget: Budget): Verdict {
  const e = exact(budget);
  const length = Math.round(budget.intervalMs * 1000);
  // A retry that was on its way for the length of a window is in no window, and one that took longer neither.
  const log: Log = { originals: times(arrivals, "original", Infinity), retries: times(arrivals, "retry", length) };
  const still: Log = { originals: times(arrivals, "original", 0), retries: times(arrivals, "retry", 0) };
  const all = micros(arrivals.map(({ t }) => t));
  const ends = log.retries.arrived;
  const begins = all.map((t) => t + length);
  const duration = (all.at(-1) ?? 0) - (all[0] ?? 0);
  const originals = log.originals.arrived.length;
  const retries = ends.length;
  const bound = allowed(e, originals, duration);
  const trailing = worst(log, e, length, ends);
  return {
    originals,
    retries,
    durationMs: duration / 1000,
    bound,
    use: bound === 0 ? 0 : retries / bound,
    trailing,
    byArrival: worst(still, e, length, ends),
    anywhere: worst(log, e, length, begins),
    ok: retries <= bound && trailing.excess <= 0,
  };
}
