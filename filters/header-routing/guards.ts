/**
 * The guarded arms as the whole proxy sees them. Outcomes are counted on metrics that all workers share; whether an arm is
 * closed stands on a gauge that all workers read, and who may change it is settled by one version of shared data.
 */
import { textBytes } from "../../assembly/bytes";
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
import { line } from "../../assembly/line";
import { log } from "../../assembly/log";
import { MetricFamily } from "../../assembly/metrics";
import { ArmWindow } from "./guard";
import { Guard, Policy } from "./model";
import { Gates } from "./policy";
import * as texts from "./texts.gen";

/** A value of shared data: u32 magic and layout version, u32 nothing, u64 milliseconds until which the arm is closed. */
const MAGIC: u32 = 0x31674450;
const BLOB_BYTES: i32 = 16;
const blob = memory.data(BLOB_BYTES, 8);

function nowMillis(): u64 {
  return nowNanos() / 1_000_000;
}

/** One guarded arm. */
class GuardedArm extends ArmWindow {
  readonly requests: i32;
  readonly errors: i32;
  /** Seconds since 1970 until which the arm is closed; 0: it is open. */
  private readonly until: i32;
  private readonly closed: i32;
  private readonly reopened: i32;

  constructor(
    guard: Guard,
    /** Its key in shared data. */
    private readonly key: StaticArray<u8>,
    metrics: MetricFamily,
  ) {
    super(guard);
    const name = guard.name;
    this.requests = metrics.counter(textBytes(texts.ARM_REQUESTS), name, null);
    this.errors = metrics.counter(textBytes(texts.ARM_ERRORS), name, null);
    this.closed = metrics.counter(textBytes(texts.ARM_CLOSED), name, null);
    this.reopened = metrics.counter(textBytes(texts.ARM_REOPENED), name, null);
    this.until = metrics.gauge(textBytes(texts.ARM_CLOSED_UNTIL), name);
    this.restart(nowMillis(), getMetric(this.requests), getMetric(this.errors));
  }

  /** One host call while the arm is open. */
  isClosed(): bool {
    const until = getMetric(this.until);
    return until != 0 && nowMillis() < until * 1000;
  }

  /** Counts what came of a request, and closes the arm if that was too much. */
  observe(failed: bool): void {
    const now = nowMillis();
    const requests = getMetric(this.requests);
    const errors = getMetric(this.errors);
    this.advance(now, requests, errors);
    incrementMetric(this.requests, 1);
    if (!failed) return;
    incrementMetric(this.errors, 1);
    if (this.isBad(requests + 1, errors + 1) && !this.isClosed()) this.close(now, requests + 1, errors + 1);
  }

  /** Opens the arm when its time has come; else notes where the counters stand. */
  tick(now: u64): void {
    const requests = getMetric(this.requests);
    const errors = getMetric(this.errors);
    const until = getMetric(this.until);
    if (until == 0) {
      this.advance(now, requests, errors);
      return;
    }
    // What happened before it opens again counts for nothing.
    this.restart(now, requests, errors);
    if (now < until * 1000 || !this.settle(now, 0)) return;
    recordMetric(this.until, 0);
    incrementMetric(this.reopened, 1);
    log(LogLevel.Warn, line.clear().text(texts.SAYS_ARM).add(this.guard.name).text(texts.SAYS_OPEN));
  }

  private close(now: u64, requests: u64, errors: u64): void {
    // Whole seconds, since the gauge holds them.
    const until = (now + <u64>this.guard.reopenAfter + 999) / 1000;
    if (!this.settle(now, until * 1000)) return;
    recordMetric(this.until, until);
    incrementMetric(this.closed, 1);
    line.clear().text(texts.SAYS_ARM).add(this.guard.name).text(texts.SAYS_CLOSED);
    line.decimal(<i32>this.grownErrors(errors)).text(texts.SAYS_OF);
    line.decimal(<i32>this.grownRequests(requests)).text(texts.SAYS_FAILED);
    log(LogLevel.Warn, line);
  }

  /**
   * Writes until when the arm is closed, 0 for open. Of all workers that want the same change one succeeds: true for that
   * one. To close needs an arm that is not closed, to open one whose time is over.
   */
  private settle(now: u64, until: u64): bool {
    let cas = ABSENT_CAS;
    let stood: u64 = 0;
    if (getShared(this.key) == Status.Ok) {
      cas = sharedCas();
      const known = resultLength() == BLOB_BYTES && load<u32>(resultAddress()) == MAGIC;
      if (known) stood = load<u64>(resultAddress(), 8);
    }
    if (until != 0 ? stood > now : stood == 0) return false;
    store<u32>(blob, MAGIC);
    store<u64>(blob, until, 8);
    return setShared(this.key, blob, BLOB_BYTES, cas) == Status.Ok;
  }
}

/** The guarded arms of one policy. */
export class Guards extends Gates {
  private readonly arms: Array<GuardedArm> = [];

  constructor(policy: Policy, metrics: MetricFamily) {
    super();
    for (let i = 0; i < policy.guards.length; i++) {
      const guard = unchecked(policy.guards[i]);
      const key = line.clear().add(policy.name).text(texts.GUARD).add(guard.name).copy();
      this.arms.push(new GuardedArm(guard, key, metrics));
    }
  }

  isClosed(guard: i32): bool {
    return unchecked(this.arms[guard]).isClosed();
  }

  /** @param guard number of a guard of the policy */
  observe(guard: i32, failed: bool): void {
    unchecked(this.arms[guard]).observe(failed);
  }

  tick(): void {
    const now = nowMillis();
    for (let i = 0; i < this.arms.length; i++) unchecked(this.arms[i]).tick(now);
  }
}
