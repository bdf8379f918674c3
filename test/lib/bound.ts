/**
 * The promise of the retry budget, checked on a backend's own log: in every window of length T,
 *   retries <= percent x originals + rate x T + burst.
 * A retry counts from when it reached the backend. An original counts from when its client sent it, if the log says
 * when: between the two it is in the proxy, which owes it its share, while the backend can't have seen it yet. With
 * 200 requests on their way, an order by arrival alone would lack up to 20 % of 200 (`byArrival` tells).
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

const NONE: Worst = { excess: -Infinity, from: 0, to: 0, retries: 0, originals: 0 };

/** A log in the order of time, for counting in windows. Times in microseconds. */
class Log {
  readonly times: number[];
  readonly retries: number;
  private readonly isRetry: boolean[];
  /** Retries among the first i arrivals: the count of a window is then two look-ups. */
  private readonly retriesUpTo: number[] = [0];
  private readonly e: Exact;
  private readonly length: number;

  constructor(entries: readonly { t: number; retry: boolean }[], e: Exact, length: number) {
    const sorted = [...entries].sort((a, b) => a.t - b.t);
    this.times = sorted.map(({ t }) => t);
    this.isRetry = sorted.map(({ retry }) => retry);
    let retries = 0;
    for (const retry of this.isRetry) this.retriesUpTo.push((retries += retry ? 1 : 0));
    this.retries = retries;
    this.e = e;
    this.length = length;
  }

  /** The worst of the windows (t - T, t] that end at a retry. */
  trailing(): Worst {
    let worst = NONE;
    for (let begin = 0, end = 0; end < this.times.length;) {
      const t = this.time(end);
      let ends = false;
      for (; this.time(end) === t; end++) ends ||= this.isRetry[end] === true;
      while (this.time(begin) <= t - this.length) begin++;
      if (ends) worst = worse(worst, this.window(begin, end, t));
    }
    return worst;
  }

  /** The worst of the windows (t, t + T] that begin just after an arrival. */
  anywhere(): Worst {
    let worst = NONE;
    for (let begin = 0, end = 0; begin < this.times.length;) {
      const t = this.time(begin);
      while (this.time(begin) === t) begin++;
      while (this.time(end) <= t + this.length) end++;
      worst = worse(worst, this.window(begin, end, t + this.length));
    }
    return worst;
  }

  /** Time of an arrival; beyond the end: never. */
  private time(index: number): number {
    return this.times[index] ?? Infinity;
  }

  private window(begin: number, end: number, to: number): Worst {
    const retries = (this.retriesUpTo[end] ?? 0) - (this.retriesUpTo[begin] ?? 0);
    const originals = end - begin - retries;
    const excess = retries - allowed(this.e, originals, this.length);
    return { excess, from: (to - this.length) / 1000, to: to / 1000, retries, originals };
  }
}

function worse(a: Worst, b: Worst): Worst {
  return b.excess > a.excess ? b : a;
}

/** Checks a log, in any order, against the promise. */
export function check(arrivals: readonly Arrival[], budget: Budget): Verdict {
  const e = exact(budget);
  const length = Math.round(budget.intervalMs * 1000);
  const entry = (t: number, kind: Arrival["kind"]) => ({ t: Math.round(t * 1000), retry: kind === "retry" });
  const log = new Log(
    arrivals.map(({ t, sent, kind }) => entry(kind === "original" ? (sent ?? t) : t, kind)),
    e,
    length,
  );
  const arrived = new Log(
    arrivals.map(({ t, kind }) => entry(t, kind)),
    e,
    length,
  );
  const { retries, times } = log;
  const originals = times.length - retries;
  const duration = (times.at(-1) ?? 0) - (times[0] ?? 0);
  const bound = allowed(e, originals, duration);
  const trailing = log.trailing();
  return {
    originals,
    retries,
    durationMs: duration / 1000,
    bound,
    use: bound === 0 ? 0 : retries / bound,
    trailing,
    byArrival: arrived.trailing(),
    anywhere: log.anywhere(),
    ok: retries <= bound && trailing.excess <= 0,
  };
}
