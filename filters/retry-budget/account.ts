/**
 * The budget of one key as the whole proxy has it: requests on gauges, which all workers add to without conflict, and
 * the ledger in shared data, which they change under compare-and-swap.
 */
import { ascii, ByteBuilder } from "../../assembly/bytes";
import { nowNanos } from "../../assembly/clock";
import {
  ABSENT_CAS,
  getMetric,
  getShared,
  incrementMetric,
  LogLevel,
  recordMetric,
  resultAddress,
  resultLength,
  setShared,
  sharedCas,
  Status,
} from "../../assembly/host";
import { log } from "../../assembly/log";
import { MetricFamily } from "../../assembly/metrics";
import { FailureClasses } from "./failures";
import { Budget, Grant, Ledger, LEDGER_BYTES } from "./policy";

const ORIGINALS = ascii("originals");
const ANSWERED = ascii("answered");
const GRANTED = ascii("retries_granted");
const DENIED = ascii("retries_denied");
const RETURNED = ascii("leases_returned");
const LEFT = ascii("tokens_left");
const BUDGET = ascii("budget");
const HELD = ascii("held");
const DROPPED = ascii(
  "retry-budget: a statistics matcher drops our gauges: originals are counted in batches, and no figures are published",
);

/** Tries of a compare-and-swap before the answer is no. */
const TRIES: i32 = 64;
/** Without a gauge: originals of this VM that are deposited together. */
const BATCH: u64 = 32;

/** The ledger that is being worked on; a copy, stored back when it has changed. */
const scratch = heap.alloc(<usize>LEDGER_BYTES);
const ledger = new Ledger();
const line = new ByteBuilder();
/** Once in each worker is enough. */
let warned = false;

export class Account {
  /** While true, a failing response asks for its retry; while false, the retry pays when it arrives. */
  tight: bool = true;
  /** What is known about which failures are retried. */
  readonly failures: FailureClasses = new FailureClasses();
  /** Most attempts that a request has had, in this VM. */
  attempts: u32 = 1;
  /** Slot of the last withdrawal. */
  slot: u64 = 0;
  private readonly originals: i32;
  private readonly answered: i32;
  private readonly granted: i32;
  private readonly deniedBudget: i32;
  private readonly deniedHeld: i32;
  private readonly returned: i32;
  private readonly left: i32;
  private readonly path: StaticArray<u8>;
  /** A statistics matcher drops the gauge: originals go to the ledger, in batches. */
  private withoutGauge: bool = false;
  /** Whether the gauge has been looked at after a deposit. */
  private proven: bool = false;
  private batch: u64 = 0;
  /** Time of the first original of the batch. */
  private batchSince: u64 = 0;
  /** A newer policy with another interval has laid the ledger out. */
  private outdated: bool = false;
  /** Answers that are not yet on the gauge: it may lag, so they go there together. */
  private answers: i64 = 0;
  private active: bool = true;
  private lastActive: u64 = 0;
  private cas: u32 = 0;
  /** Whether the ledger as loaded differs from the stored one. */
  private moved: bool = false;

  /**
   * @param generation time in ns at which the policy was configured: the newest one decides how long a slot is
   * @param policy name of the policy
   * @param name bytes of the key
   */
  constructor(
    private readonly budget: Budget,
    private generation: u64,
    metrics: MetricFamily,
    policy: StaticArray<u8>,
    name: StaticArray<u8>,
    now: u64,
  ) {
    this.path = new ByteBuilder().add(policy).byte(0x2f).add(name).copy();
    this.originals = metrics.gauge(ORIGINALS, name);
    this.answered = metrics.gauge(ANSWERED, name);
    this.granted = metrics.counter(GRANTED, name, null);
    this.deniedBudget = metrics.counter(DENIED, name, BUDGET);
    this.deniedHeld = metrics.counter(DENIED, name, HELD);
    this.returned = metrics.counter(RETURNED, name, null);
    this.left = metrics.gauge(LEFT, name);
    // The ledger must exist before the first deposit: what was deposited earlier would never count.
    this.load(now);
    if (this.cas == ABSENT_CAS || this.moved) this.save();
  }

  /** One more original request. */
  deposit(): void {
    this.active = true;
    if (!this.withoutGauge) {
      incrementMetric(this.originals, 1);
      if (!this.proven) this.prove();
    } else if (++this.batch == 1) {
      this.batchSince = nowNanos();
    } else if (this.batch >= BATCH) {
      this.flush();
    }
    // Only the policy in force gets new requests: if this one does, the slots are to be its own. (Envoy revives the
    // context of an earlier policy that still has streams, and does not configure it again.)
    if (this.outdated) {
      this.generation = nowNanos();
      this.flush();
    }
  }

  /** Stores what was kept back. A lost race leaves it for the next time. */
  flush(): void {
    this.load(nowNanos());
    this.save();
  }

  /** An original request was answered, or ended without an answer. */
  answer(): void {
    this.answers++;
  }

  /** Pays for a retry now; `Grant.None` when the budget is spent or the ledger could not be changed. */
  withdraw(now: u64): u8 {
    this.active = true;
    for (let i = 0; i < TRIES; i++) {
      this.load(now);
      const grant = ledger.withdraw(this.budget, now);
      this.observe();
      if (grant == Grant.None) {
        if (this.batch > 0) this.save();
        return Grant.None;
      }
      if (this.save()) return grant;
    }
    return Grant.None;
  }

  /** Whether a retry could be paid now. */
  affords(now: u64): bool {
    this.load(now);
    this.observe();
    return ledger.left(this.budget, now) > 0;
  }

  /**
   * A retry arrives that was paid in `slot`. It counts from now on: if the slot is over it is paid anew, since what
   * was earned then may have left the window.
   */
  redeem(grant: u8, slot: u64, now: u64): bool {
    for (let i = 0; i < TRIES; i++) {
      this.load(now);
      if (ledger.slot == slot) return true;
      ledger.refund(this.budget, grant, slot);
      const paid = ledger.withdraw(this.budget, now);
      this.observe();
      if (this.save()) return paid != Grant.None;
    }
    return false;
  }

  /** Gives a lease back. When the ledger cannot be changed the token leaves the window with its slot: the safe side. */
  refund(grant: u8, slot: u64, now: u64): void {
    if (grant == Grant.None) return;
    incrementMetric(this.returned, 1);
    for (let i = 0; i < TRIES; i++) {
      this.load(now);
      ledger.refund(this.budget, grant, slot);
      this.observe();
      if (this.save()) return;
    }
  }

  /** Keeps the window's slots and the published figures up to date; nothing to do for a key that rests. */
  tick(now: u64): void {
    if (this.active) {
      this.active = false;
      this.lastActive = now;
    } else if (now > this.lastActive + 2 * this.budget.interval) {
      // Other workers may spend the budget meanwhile.
      this.tight = true;
      return;
    }
    this.load(now);
    this.observe();
    recordMetric(this.left, ledger.left(this.budget, now));
    // A lost race is no loss: somebody else has moved the slots.
    if (this.moved || this.batch > 0) this.save();
  }

  countGranted(): void {
    incrementMetric(this.granted, 1);
  }

  /** @param held the attempt was held back because an earlier one still runs */
  countDenied(held: bool): void {
    incrementMetric(held ? this.deniedHeld : this.deniedBudget, 1);
  }

  /** A gauge that stays 0 after a deposit is dropped; every call on it is answered with Ok all the same. */
  private prove(): void {
    this.proven = true;
    if (getMetric(this.originals) != 0) return;
    this.withoutGauge = true;
    this.batch = 1;
    this.batchSince = nowNanos();
    if (warned) return;
    warned = true;
    log(LogLevel.Warn, line.clear().add(DROPPED));
  }

  private observe(): void {
    this.tight = ledger.tight(this.budget);
    this.slot = ledger.slot;
  }

  /** Fetches the ledger as of `now`. */
  private load(now: u64): void {
    if (this.answers > 0) {
      incrementMetric(this.answered, this.answers);
      this.answers = 0;
    }
    if (getShared(this.path) == Status.Ok) {
      const length = resultLength();
      memory.copy(scratch, resultAddress(), <usize>min(length, LEDGER_BYTES));
      this.cas = sharedCas();
      ledger.open(scratch, length, this.budget, this.generation, now);
    } else {
      this.cas = ABSENT_CAS;
      ledger.create(scratch, this.budget, this.generation, now, this.withoutGauge ? 0 : getMetric(this.originals));
    }
    // Another worker has found out that the gauge does not count.
    if (ledger.deposits > 0) this.withoutGauge = this.proven = true;
    let originals: u64 = 0;
    let answered: u64 = 0;
    if (this.withoutGauge) {
      if (this.batch > 0) ledger.deposit(this.batch, this.batchSince);
      originals = answered = ledger.deposits;
    } else {
      answered = getMetric(this.answered);
      originals = getMetric(this.originals);
    }
    this.moved = ledger.roll(this.budget, this.generation, now, originals, answered);
    this.outdated = ledger.outdated;
  }

  private save(): bool {
    if (setShared(this.path, scratch, LEDGER_BYTES, this.cas) != Status.Ok) return false;
    this.batch = 0;
    return true;
  }
}
