/** Virtual time and the event queue of the process. Events at one instant run in the order in which they were scheduled. */

/** Something scheduled. */
export class Timer {
  readonly atNs: bigint;
  readonly sequence: number;
  #run: (() => void) | undefined;

  constructor(atNs: bigint, sequence: number, run: () => void) {
    this.atNs = atNs;
    this.sequence = sequence;
    this.#run = run;
  }

  get cancelled(): boolean {
    return this.#run === undefined;
  }

  /** Lets go of what it would have run: long timers of short requests stay in the queue until their time. */
  cancel(): void {
    this.#run = undefined;
  }

  fire(): void {
    this.#run?.();
  }
}

export const NS_PER_MS = 1_000_000n;

/** Milliseconds (fractions down to a nanosecond) to nanoseconds. */
export function msToNs(ms: number): bigint {
  return BigInt(Math.round(ms * 1e6));
}

export class Clock {
  #now: bigint;
  #sequence = 0;
  #heap: Timer[] = [];
  #deferred: (() => void)[] = [];

  constructor(startNs: bigint) {
    this.#now = startNs;
  }

  get nowNs(): bigint {
    return this.#now;
  }

  schedule(delayNs: bigint, run: () => void): Timer {
    const entry = new Timer(this.#now + (delayNs > 0n ? delayNs : 0n), this.#sequence++, run);
    this.#heap.push(entry);
    this.#up(this.#heap.length - 1);
    return entry;
  }

  /** Runs at the end of the current event, as Envoy's deferred deletion does. */
  defer(run: () => void): void {
    this.#deferred.push(run);
  }

  /** Runs what was deferred; for callers that act outside an event (a test that drives a stream by hand). */
  flush(): void {
    for (let run = this.#deferred.shift(); run; run = this.#deferred.shift()) run();
  }

  /** The next event's time, or undefined when nothing is scheduled. */
  get nextNs(): bigint | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.atNs;
  }

  /** Runs the next event and moves time to it. False when there is none. */
  step(): boolean {
    this.#dropCancelled();
    const entry = this.#pop();
    if (!entry) return false;
    if (entry.atNs > this.#now) this.#now = entry.atNs;
    entry.fire();
    this.flush();
    return true;
  }

  /** Runs all events up to `now + deltaNs` and leaves time there. */
  advance(deltaNs: bigint): void {
    this.flush();
    const end = this.#now + deltaNs;
    for (let next = this.nextNs; next !== undefined && next <= end; next = this.nextNs) this.step();
    this.#now = end;
  }

  #dropCancelled(): void {
    while (this.#heap[0]?.cancelled) this.#pop();
  }

  #before(a: Timer, b: Timer): boolean {
    return a.atNs === b.atNs ? a.sequence < b.sequence : a.atNs < b.atNs;
  }

  #up(index: number): void {
    const heap = this.#heap;
    for (let i = index; i > 0;) {
      const parent = (i - 1) >> 1;
      const [a, b] = [heap[i], heap[parent]];
      if (!a || !b || !this.#before(a, b)) return;
      this.#swap(i, parent);
      i = parent;
    }
  }

  #pop(): Timer | undefined {
    const heap = this.#heap;
    const last = heap.pop();
    const top = heap[0];
    if (!last || !top) return last;
    heap[0] = last;
    for (let i = 0; ;) {
      const left = 2 * i + 1;
      let least = i;
      for (const child of [left, left + 1]) {
        const [a, b] = [heap[child], heap[least]];
        if (a && b && this.#before(a, b)) least = child;
      }
      if (least === i) return top;
      this.#swap(i, least);
      i = least;
    }
  }

  #swap(i: number, j: number): void {
    const [a, b] = [this.#heap[i], this.#heap[j]];
    if (!a || !b) return;
    this.#heap[i] = b;
    this.#heap[j] = a;
  }
}
