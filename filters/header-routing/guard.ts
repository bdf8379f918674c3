/** When an arm fails too often to stay open, by what is counted on the whole proxy. README.md ("The guard") has formula and table. Pure. */
import { advanceMarks, fillMarks, growth, MARKS_BYTES, SLOTS } from "../../assembly/window";
import { Guard } from "./model";

/** Counts beyond this are halved together: what is made of them below stays within 63 bits. */
const MOST: i64 = 1 << 20;

/**
 * Whether the lower bound of Wilson's interval (z = 4) for the share of failures is above `limit` thousandths:
 * (e + 8 - 4 * sqrt(e * (n - e) / n + 4)) / (n + 16) > limit, in whole numbers, without a root and without rounding.
 */
export function failsTooOften(requests: i64, errors: i64, limit: i64): bool {
  let n = requests;
  let e = min(errors, requests);
  while (n > MOST) {
    n >>= 1;
    e >>= 1;
  }
  if (n <= 0) return false;
  const above = max<i64>(1000 * (e + 8) - limit * (n + 16), 0);
  // A whole number is above a fraction when it is above its whole part.
  return above * above > (16_000_000 * (e * (n - e) + 4 * n)) / n;
}

/** One worker's view of a guarded arm: where the proxy's counters stood in the last slots of the window. */
export class ArmWindow {
  private readonly ofRequests: StaticArray<u8> = new StaticArray<u8>(MARKS_BYTES);
  private readonly ofErrors: StaticArray<u8> = new StaticArray<u8>(MARKS_BYTES);
  private slot: u64 = 0;

  constructor(readonly guard: Guard) {}

  /** Forgets all before now: the counters' growth begins here. */
  restart(now: u64, requests: u64, errors: u64): void {
    this.slot = this.slotOf(now);
    fillMarks(this.requestMarks, requests);
    fillMarks(this.errorMarks, errors);
  }

  /** Notes where the counters stand. @param now milliseconds */
  advance(now: u64, requests: u64, errors: u64): void {
    // A clock that was set back leaves the marks as they are.
    const slot = max(this.slotOf(now), this.slot);
    advanceMarks(this.requestMarks, this.slot, slot, requests);
    advanceMarks(this.errorMarks, this.slot, slot, errors);
    this.slot = slot;
  }

  /** Whether the arm must close, the counters being where they are now. */
  isBad(requests: u64, errors: u64): bool {
    const n = <i64>this.grownRequests(requests);
    const e = <i64>this.grownErrors(errors);
    return n >= this.guard.minRequests && failsTooOften(n, e, this.guard.maxErrors);
  }

  /** Requests and failures that the window holds. */
  grownRequests(requests: u64): u64 {
    return growth(this.requestMarks, this.slot, requests);
  }

  grownErrors(errors: u64): u64 {
    return growth(this.errorMarks, this.slot, errors);
  }

  private get requestMarks(): usize {
    return changetype<usize>(this.ofRequests);
  }

  private get errorMarks(): usize {
    return changetype<usize>(this.ofErrors);
  }

  private slotOf(now: u64): u64 {
    return now / max<u64>(<u64>this.guard.window / SLOTS, 1);
  }
}
