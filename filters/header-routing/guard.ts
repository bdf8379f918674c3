/** When an arm fails too often to stay open, by what is counted on the whole proxy. README.md ("The guard") has formula and table. Pure. */
import { advanceMarks, fillMarks, growth, MARKS_BYTES, SLOTS } from "../../assembly/window";
import { GuardLimits } from "./model";

/**
 * Whether the lower bound of Wilson's interval (z = 4) for the share of failures is above `limit` thousandths. A double holds
 * counts to 2^53 exactly, and the proxy's counters do not get there. Of no requests the bound is no number, which is above
 * nothing.
 */
export function failsTooOften(requests: i64, errors: i64, limit: i64): bool {
  const n = <f64>requests;
  const e = min(<f64>errors, n);
  return (e + 8 - 4 * sqrt((e * (n - e)) / n + 4)) * 1000 > <f64>limit * (n + 16);
}

/** One worker's view of a guarded arm: where the proxy's counters stood in the last slots of the window. */
export class ArmWindow {
  private readonly requests: StaticArray<u8> = new StaticArray<u8>(MARKS_BYTES);
  private readonly errors: StaticArray<u8> = new StaticArray<u8>(MARKS_BYTES);
  private slot: u64 = 0;

  constructor(private readonly limits: GuardLimits) {}

  /** Forgets all before now: the counters' growth begins here. */
  restart(now: u64, requests: u64, errors: u64): void {
    this.slot = this.slotOf(now);
    fillMarks(changetype<usize>(this.requests), requests);
    fillMarks(changetype<usize>(this.errors), errors);
  }

  /** Notes where the counters stand. @param now milliseconds */
  advance(now: u64, requests: u64, errors: u64): void {
    // A clock that was set back leaves the marks as they are.
    const slot = max(this.slotOf(now), this.slot);
    advanceMarks(changetype<usize>(this.requests), this.slot, slot, requests);
    advanceMarks(changetype<usize>(this.errors), this.slot, slot, errors);
    this.slot = slot;
  }

  /** Whether the arm must close, the counters being where they are now. */
  isBad(requests: u64, errors: u64): bool {
    const n = <i64>this.grown(this.requests, requests);
    const e = <i64>this.grown(this.errors, errors);
    return n >= this.limits.minRequests && failsTooOften(n, e, this.limits.maxErrors);
  }

  /** Requests and failures that the window holds, for the log. */
  grownRequests(requests: u64): u64 {
    return this.grown(this.requests, requests);
  }

  grownErrors(errors: u64): u64 {
    return this.grown(this.errors, errors);
  }

  private grown(marks: StaticArray<u8>, value: u64): u64 {
    return growth(changetype<usize>(marks), this.slot, value);
  }

  private slotOf(now: u64): u64 {
    return now / max<u64>(<u64>this.limits.window / SLOTS, 1);
  }
}
