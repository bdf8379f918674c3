/**
 * The budget of one key: a ledger in a blob of shared data that all workers change under compare-and-swap.
 * Pure: no host, no clock of its own.
 *
 * Two counters that only grow fill the window. `originals` counts a request when it is sent, `answered` when it was
 * answered or ended. A request counts for the budget once it is answered, or was sent a slot ago: before that the
 * backend may not have seen it, and would count retries that no request of its own log allows.
 *
 * Blob: u32 magic, u32 version, u64 slot length in ns, u64 current slot, u64 floor (token bucket), u64 generation,
 * u64 deposits, two counters (u64 last reading, u64 what earlier lives of the gauge had counted), trail and marks of `originals`, ring of retries granted by the percentage, ring of those by the floor.
 */
import { empty, giveBack, take, tokens } from "../../assembly/bucket";
import {
  addCount,
  advanceCounts,
  advanceMarks,
  advanceTrail,
  COUNTS_BYTES,
  fillMarks,
  growth,
  MARKS_BYTES,
  raiseMarks,
  settled,
  SLOTS,
  sumCounts,
  TRAIL_BYTES,
} from "../../assembly/window";

/** "PDRB" and the layout's version: another one is never interpreted. */
const MAGIC: u32 = 0x42524450;
const VERSION: u32 = 1;

const SLOT_NANOS: usize = 8;
const SLOT: usize = 16;
const FLOOR: usize = 24;
const GENERATION: usize = 32;
const DEPOSITS: usize = 40;
const ORIGINALS: usize = 48;
const ANSWERED: usize = 64;
const TRAIL: usize = 80;
const MARKS: usize = TRAIL + <usize>TRAIL_BYTES;
const BY_PERCENT: usize = MARKS + <usize>MARKS_BYTES;
const BY_FLOOR: usize = BY_PERCENT + <usize>COUNTS_BYTES;
/** Bytes of a ledger. */
export const LEDGER_BYTES: i32 = <i32>BY_FLOOR + COUNTS_BYTES;

/** A percentage is kept in thousandths. */
const WHOLE: u64 = 100000;
/** Below this many tokens, or below half of the window's grant, every failing response has to ask for its retry. */
const TIGHT_TOKENS: u64 = 64;

/** What a retry was paid from. */
export namespace Grant {
  export const None: u8 = 0;
  export const Percent: u8 = 1;
  export const Floor: u8 = 2;
}

/** The compiled policy. */
export class Budget {
  /** Retries per hundred originals, in thousandths: 0 to 100,000. */
  percent: u64 = 0;
  /** Length of the sliding window in ns, 1 s to 1 h. */
  interval: u64 = 0;
  /** Size of the floor's bucket; 0 when there is no floor. */
  burst: u64 = 0;
  /** Time in ns in which the floor earns one retry; meaningless without a floor. */
  emission: u64 = 0;
  /** Retries that the floor may grant in any one interval: rate x interval + burst; 0 when there is no floor. */
  floorLimit: u64 = 0;

  get slotNanos(): u64 {
    return this.interval / <u64>SLOTS;
  }
}

/** One ledger, laid over memory of `LEDGER_BYTES`. */
export class Ledger {
  private at: usize = 0;
  /** Requests that fill the window, after `roll`. */
  private filled: u64 = 0;
  /** After `roll`: another policy's interval rules the slots, and that policy is newer than this one. */
  outdated: bool = false;

  /** Current slot, after `open`. */
  get slot(): u64 {
    return load<u64>(this.at, SLOT);
  }

  /** Originals that were deposited here and not on a metric (`deposit`). */
  get deposits(): u64 {
    return load<u64>(this.at, DEPOSITS);
  }

  /**
   * Adds requests that were kept back for a while. They fill the window from now on, and leave it with the first of them.
   * @param since time of the first of them in ns
   */
  deposit(count: u64, since: u64): void {
    store<u64>(this.at, this.deposits + count, DEPOSITS);
    raiseMarks(this.at + MARKS, since / load<u64>(this.at, SLOT_NANOS), this.slot, count);
  }

  /** A new ledger: an empty window and a full floor. */
  create(address: usize, budget: Budget, generation: u64, now: u64, originals: u64): void {
    this.at = address;
    this.reset(budget, generation, now, originals, 0);
  }

  /**
   * Lays the ledger over a stored blob. Another layout is rebuilt with an empty window and an empty floor, so that
   * nothing is granted twice.
   * @param length bytes at `address`, which has room for LEDGER_BYTES
   */
  open(address: usize, length: i32, budget: Budget, generation: u64, now: u64): void {
    this.at = address;
    const known = length == LEDGER_BYTES && load<u32>(address) == MAGIC && load<u32>(address, 4) == VERSION;
    // Slots without length are never written by us; another party of this vm_id could, and a division by 0 would trap.
    if (!known || load<u64>(address, SLOT_NANOS) == 0) {
      this.reset(budget, generation, now, 0, empty(now, budget.emission, budget.burst));
      // Nothing is known about the past: the window begins with what `roll` is told.
      store<u64>(address, 0, SLOT);
    }
  }

  /**
   * Moves the ledger to the present. Must precede every question to it, with `originals` read after `now`: a count that
   * is read late only makes the window smaller.
   * @returns whether the stored form changed
   */
  roll(budget: Budget, generation: u64, now: u64, originals: u64, answered: u64): bool {
    const sent = this.total(ORIGINALS, originals);
    const ended = this.total(ANSWERED, answered);
    const moved = this.advance(budget, generation, now, sent);
    this.outdated = load<u64>(this.at, SLOT_NANOS) != budget.slotNanos;
    this.filled = growth(this.at + MARKS, this.slot, max(settled(this.at + TRAIL), min(ended, sent)));
    return moved;
  }

  /**
   * All that a gauge has counted. It begins again at 0 when the last module that knew it has gone before the next one
   * asked for it (metrics belong to the code that defines them).
   */
  private total(counter: usize, reading: u64): u64 {
    const at = this.at + counter;
    if (reading < load<u64>(at)) store<u64>(at, load<u64>(at, 8) + load<u64>(at), 8);
    store<u64>(at, reading);
    return load<u64>(at, 8) + reading;
  }

  private advance(budget: Budget, generation: u64, now: u64, originals: u64): bool {
    const stored = load<u64>(this.at, GENERATION);
    const nanos = load<u64>(this.at, SLOT_NANOS);
    if (nanos != budget.slotNanos && (generation > stored || stored > now)) {
      this.relayout(budget, generation, now, originals);
      return true;
    }
    const present = now / nanos;
    const slot = this.slot;
    if (present > slot) {
      advanceMarks(this.at + MARKS, slot, present, originals);
      advanceTrail(this.at + TRAIL, present, originals);
      advanceCounts(this.at + BY_PERCENT, slot, present);
      advanceCounts(this.at + BY_FLOOR, slot, present);
      store<u64>(this.at, present, SLOT);
    } else if (slot - present > <u64>SLOTS) {
      // The clock was set back by more than an interval: what was used counts as used just now.
      this.relayout(budget, generation, now, originals);
    }
    // A burst that was lowered, or a clock set back: an empty bucket is the worst that the past can leave.
    const bound = empty(now, budget.emission, budget.burst);
    store<u64>(this.at, min(load<u64>(this.at, FLOOR), bound), FLOOR);
    return this.slot != slot;
  }

  /** Pays for one retry, or changes nothing and returns `Grant.None`. */
  withdraw(budget: Budget, now: u64): u8 {
    const granted = this.granted(budget);
    const byPercent = sumCounts(this.at + BY_PERCENT);
    if (byPercent < granted) {
      addCount(this.at + BY_PERCENT, this.slot, this.slot, 1);
      return Grant.Percent;
    }
    if (this.floorRoom(budget, granted, byPercent) == 0) return Grant.None;
    const before = load<u64>(this.at, FLOOR);
    const after = take(before, now, budget.emission, budget.burst);
    if (after == before) return Grant.None;
    store<u64>(this.at, after, FLOOR);
    addCount(this.at + BY_FLOOR, this.slot, this.slot, 1);
    return Grant.Floor;
  }

  /**
   * Retries of the floor that the window has room for, whatever is in the bucket: in the floor's own share, and in the sum
   * of both. (When traffic falls, what the percentage has granted outlasts the requests that it was granted for.)
   */
  private floorRoom(budget: Budget, granted: u64, byPercent: u64): u64 {
    const all = granted + budget.floorLimit;
    return all - min(max(byPercent, granted) + sumCounts(this.at + BY_FLOOR), all);
  }

  /** Takes back a withdrawal that was made in `slot` and paid from `grant`. */
  refund(budget: Budget, grant: u8, slot: u64): void {
    if (grant == Grant.Percent) {
      addCount(this.at + BY_PERCENT, this.slot, slot, -1);
    } else if (grant == Grant.Floor) {
      addCount(this.at + BY_FLOOR, this.slot, slot, -1);
      store<u64>(this.at, giveBack(load<u64>(this.at, FLOOR), budget.emission), FLOOR);
    }
  }

  /** Retries that could be granted now. */
  left(budget: Budget, now: u64): u64 {
    const granted = this.granted(budget);
    const byPercent = sumCounts(this.at + BY_PERCENT);
    const inBucket = tokens(load<u64>(this.at, FLOOR), now, budget.emission, budget.burst);
    return granted - min(byPercent, granted) + min(this.floorRoom(budget, granted, byPercent), inBucket);
  }

  /** Whether a failing response should ask for its retry, rather than the retry when it arrives. */
  tight(budget: Budget): bool {
    const granted = this.granted(budget);
    const left = granted - min(sumCounts(this.at + BY_PERCENT), granted);
    return left < TIGHT_TOKENS || left * 2 < granted;
  }

  /** Retries that the percentage allows in the window. */
  private granted(budget: Budget): u64 {
    return (budget.percent * this.filled) / WHOLE;
  }

  /** New slots: what was used lately counts as used just now, and what had been earned is forgotten. */
  private relayout(budget: Budget, generation: u64, now: u64, originals: u64): void {
    const byPercent = <i32>min(sumCounts(this.at + BY_PERCENT), <u64>i32.MAX_VALUE);
    const byFloor = <i32>min(sumCounts(this.at + BY_FLOOR), <u64>i32.MAX_VALUE);
    const floor = min(load<u64>(this.at, FLOOR), empty(now, budget.emission, budget.burst));
    this.layOut(budget, generation, now, originals, floor);
    addCount(this.at + BY_PERCENT, this.slot, this.slot, byPercent);
    addCount(this.at + BY_FLOOR, this.slot, this.slot, byFloor);
  }

  private reset(budget: Budget, generation: u64, now: u64, originals: u64, floor: u64): void {
    memory.fill(this.at, 0, <usize>LEDGER_BYTES);
    store<u32>(this.at, MAGIC);
    store<u32>(this.at, VERSION, 4);
    this.layOut(budget, generation, now, originals, floor);
  }

  /**
   * Starts the slots: nothing used, nothing filled. The counters stay, and so does the trail: all that it has read so far is
   * below the marks, and counts nothing.
   */
  private layOut(budget: Budget, generation: u64, now: u64, originals: u64, floor: u64): void {
    store<u64>(this.at, budget.slotNanos, SLOT_NANOS);
    store<u64>(this.at, now / budget.slotNanos, SLOT);
    store<u64>(this.at, floor, FLOOR);
    store<u64>(this.at, generation, GENERATION);
    fillMarks(this.at + MARKS, originals);
    memory.fill(this.at + BY_PERCENT, 0, <usize>(2 * COUNTS_BYTES));
  }
}
