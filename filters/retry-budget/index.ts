/**
 * Retry budget, an upstream filter: it sees every attempt of every request. What it does in which phase, and why, is in
 * README.md ("How it works").
 */
import { ascii, at, ByteBuilder, equals, parseDecimal } from "../../assembly/bytes";
import { nowNanos } from "../../assembly/clock";
import * as cfg from "../../assembly/config";
import { readConfiguration, refuse } from "../../assembly/configuration";
import { install, Root } from "../../assembly/filter";
import { headerPair } from "../../assembly/headers";
import {
  Action,
  getHeader,
  getProperty,
  HeaderMap,
  incrementMetric,
  resultAddress,
  resultLength,
  sendLocalReply,
  setEffectiveContext,
  setHeader,
  setProperty,
  setTickPeriod,
  Status,
} from "../../assembly/host";
import { refreshLogLevel } from "../../assembly/log";
import { MetricFamily } from "../../assembly/metrics";
import { NameTable } from "../../assembly/names";
import { Vitals } from "../../assembly/vitals";
import { Account } from "./account";
import { Attempt, Attempts, BEYOND, DETACHED, HELD_BACK, UNANSWERED } from "./attempts";
import { compile, Policy } from "./config";
import { grpcFailure, httpFailure, NO_FAILURE } from "./failures";
import { Leases } from "./leases";
import { Grant } from "./policy";
import { PER_PROXY, SIZE_LIMIT, TABLE } from "./schema.gen";

export {
  malloc,
  proxy_abi_version_0_2_1,
  proxy_on_configure,
  proxy_on_context_create,
  proxy_on_delete,
  proxy_on_request_headers,
  proxy_on_response_headers,
  proxy_on_tick,
} from "../../assembly/abi/callbacks";

const FILTER = ascii("retry_budget");
const KEYS_OVERFLOWED = ascii("keys_overflowed");
const STATE = ascii("pointduty.retry_budget.");
const OUTCOME = ascii(".outcome");
const GRANTED = ascii("granted");
const DENIED = ascii("denied");
const HELD = ascii("held");
const STATUS = ascii(":status");
const STATUS_503 = ascii("503");
const GRPC_STATUS = ascii("grpc-status");
const INTERNAL = ascii("x-envoy-internal");
const TIMEOUT_RETRY = ascii("x-envoy-is-timeout-retry");
const RATELIMITED = ascii("x-envoy-ratelimited");
const TRUE = ascii("true");
const DETAILS = ascii("retry_budget_exhausted");
const BODY = ascii("retry budget exhausted");
const RATELIMITED_PAIR = headerPair(RATELIMITED, TRUE);
const VIRTUAL_HOST_METADATA = ascii("xds\0virtual_host_metadata");
const PER_PROPERTY = [ascii("xds\0cluster_name"), ascii("xds\0virtual_host_name"), ascii("xds\0route_name")];
const WHOLE_PROXY = ascii("proxy");
const OVERFLOW = ascii("overflow");
const UNNAMED = ascii("unnamed");
const FOLDER = ascii("retry-budget");

/** Keys that have a budget of their own; further ones share the budget of the key `overflow`. */
const MAX_KEYS: i32 = 1024;
const MAX_KEY_BYTES: i32 = 256;
/** A tick moves the window's slots: two slots, within these bounds. */
const MIN_TICK_MILLIS: u64 = 100;
const MAX_TICK_MILLIS: u64 = 1000;
/** Tick while an attempt is held back: how long its client waits after the attempt that it waited for has died. */
const HELD_TICK_MILLIS: u32 = 50;

const attempts = new Attempts(install((): Root => new RetryBudget(), offsetof<Attempt>()));
const leases = new Leases<Account>();
/** Tells this VM's marks from those of an earlier one on the same worker. */
let nonce: u32 = 0;

/** The mark that an attempt leaves in the request's filter state: u32 nonce, root, attempt, account, flags, ordinal. */
const mark = memory.data(24, 4);
const MARK_BYTES: i32 = 24;

/** Requests that one sweep answers; the others wait for the next. */
const SWEEP: i32 = 64;
const swept = memory.data(256, 4);

/** For lines of the log and for names. */
const line = new ByteBuilder();

/** One policy. */
class RetryBudget extends Root {
  private policy: Policy = new Policy();
  /** Time of the configuration in ns. */
  private generation: u64 = 0;
  private metrics: MetricFamily = new MetricFamily(FILTER, OVERFLOW);
  private vitals: Vitals | null = null;
  private keysOverflowed: i32 = -1;
  private tickMillis: u32 = 0;
  private names: NameTable = new NameTable();
  private accounts: Array<Account> = [];
  /** Paths of the filter state that carries the mark, and of the one that the access log shows. */
  private markPath: StaticArray<u8> = STATE;
  private outcomePath: StaticArray<u8> = STATE;
  /** Attempts held back: as of the last sweep, and counting up since. */
  private held: i32 = 0;

  configure(size: i32): bool {
    const root = readConfiguration(size, SIZE_LIMIT, TABLE);
    if (root == cfg.NONE) return refuse(FOLDER);
    const hash = <u64>cfg.hash(root);
    const policy = compile(root);
    if (policy === null) return refuse(FOLDER);
    this.apply(policy, hash);
    return true;
  }

  /** @param hash of the checked configuration, 48 bits */
  private apply(policy: Policy, hash: u64): void {
    const now = nowNanos();
    if (nonce == 0) nonce = (<u32>(now / 1000)) | 1;
    this.policy = policy;
    this.generation = now;
    this.metrics = new MetricFamily(FILTER, policy.name);
    this.vitals = new Vitals(this.metrics, hash);
    this.keysOverflowed = this.metrics.counter(KEYS_OVERFLOWED, null, null);
    this.names = new NameTable();
    this.accounts = [];
    this.markPath = line.clear().add(STATE).add(policy.name).copy();
    this.outcomePath = line.add(OUTCOME).copy();
    this.tickMillis = <u32>min(max(policy.budget.interval / 40_000_000, MIN_TICK_MILLIS), MAX_TICK_MILLIS);
    setTickPeriod(this.tickMillis);
  }

  tick(): void {
    refreshLogLevel();
    const now = nowNanos();
    const vitals = this.vitals;
    if (vitals !== null) vitals.beat(now);
    returnExpired(now);
    for (let i = 0; i < this.accounts.length; i++) unchecked(this.accounts[i]).tick(now);
    if (this.held > 0) this.sweep();
  }

  /** What is kept back in this VM would be lost. */
  end(): void {
    for (let i = 0; i < this.accounts.length; i++) unchecked(this.accounts[i]).flush();
  }

  requestHeaders(id: u32, endOfStream: bool): i32 {
    if (getProperty(this.markPath) != Status.Ok) {
      this.original(id);
      return Action.Continue;
    }
    return this.retry(id);
  }

  /** The first attempt of a request: a deposit, unless no client stands behind it. */
  private original(id: u32): void {
    const attempt = attempts.find(id);
    if (attempt === null) return;
    // Envoy puts the header on requests that it mirrors or makes itself, and an internal client's requests may carry it;
    // only those of the first two kinds have no virtual host.
    if (
      getHeader(HeaderMap.RequestHeaders, INTERNAL) != Status.NotFound &&
      getProperty(VIRTUAL_HOST_METADATA) != Status.Ok
    ) {
      attempt.flags = DETACHED;
      return;
    }
    const number = this.account();
    attempt.account = number;
    attempt.flags = UNANSWERED;
    attempt.ordinal = 1;
    unchecked(this.accounts[number]).deposit();
    this.leaveMark(id, number, 0);
  }

  /** A further attempt: it goes on if it is paid. */
  private retry(id: u32): i32 {
    const address = resultAddress();
    const whole = resultLength() == MARK_BYTES;
    const mine = whole && load<u32>(address) == nonce;
    const before = mine ? load<u32>(address, 8) : 0;
    const flags = whole ? load<u32>(address, 16) : 0;
    const ordinal = whole ? load<u32>(address, 20) + 1 : 2;
    // The number of the key holds within one policy object: an update may have come between two attempts.
    let number = mine && load<u32>(address, 4) == this.id ? load<i32>(address, 12) : -1;
    if (number < 0 || number >= this.accounts.length) number = this.account();
    const account = unchecked(this.accounts[number]);
    const attempt = attempts.find(id);
    if (attempt !== null) {
      attempt.account = number;
      attempt.ordinal = ordinal;
      attempts.link(attempt, before);
    }
    if (ordinal > account.attempts) account.attempts = ordinal;
    const beyond = (flags & BEYOND) != 0;
    if (beyond && this.policy.shadow) {
      this.leaveMark(id, number, BEYOND);
      return Action.Continue;
    }
    if (!beyond && this.pay(account, before)) {
      // Which failures are retried is learned from answers that are looked at.
      if (!account.failures.known) account.tight = true;
      account.countGranted();
      this.leaveMark(id, number, 0);
      this.outcome(GRANTED);
      return Action.Continue;
    }
    account.tight = true;
    const alive = attempts.othersRun(id);
    // Denied already by the response header, and retried all the same ("envoy-ratelimited" in retry_on): counted there.
    if (!beyond) account.countDenied(alive);
    this.outcome(alive ? HELD : DENIED);
    if (this.policy.shadow) {
      this.leaveMark(id, number, BEYOND);
      return Action.Continue;
    }
    if (!alive) {
      reply();
      return Action.StopIteration;
    }
    this.leaveMark(id, number, 0);
    this.hold(id);
    return Action.StopIteration;
  }

  responseHeaders(id: u32, endOfStream: bool): i32 {
    const attempt = attempts.find(id);
    if (attempt === null || (attempt.flags & (DETACHED | BEYOND)) != 0 || attempt.account >= this.accounts.length)
      return Action.Continue;
    const account = unchecked(this.accounts[attempt.account]);
    answered(attempt, account);
    if (!account.tight && this.held == 0) return Action.Continue;
    const failure = failureOf(endOfStream);
    if (failure != NO_FAILURE) this.failed(attempt, account, failure);
    return Action.Continue;
  }

  /** An attempt was answered with a failure: its retry is paid now, or the answer says that there will be none. */
  private failed(attempt: Attempt, account: Account, failure: i32): void {
    const id = attempt.id;
    // Envoy does not retry a failure while another attempt runs, it waits for that one.
    if (attempts.othersRun(id)) return;
    const leased = account.failures.leased(failure);
    if (attempts.othersHeld(id)) {
      // They will never answer: this failure is final, and all end with it.
      if (leased) this.refuse();
      return;
    }
    // Marked already, by the backend or by a budget behind us: Envoy will not retry it.
    if (getHeader(HeaderMap.ResponseHeaders, RATELIMITED) != Status.NotFound) return;
    const now = nowNanos();
    returnExpired(now);
    const first = attempt.ordinal == 1;
    // The last attempt's answer is not retried. Which one is the last is known from those seen so far.
    const retried = first || attempt.ordinal < account.attempts;
    const grant = leased && retried ? account.withdraw(now) : Grant.None;
    if (grant != Grant.None) {
      if (!leases.add(id, account, grant, account.slot, failure, first, now)) account.refund(grant, account.slot, now);
    } else if (!account.failures.proven(failure) || (!retried && account.affords(now))) {
      leases.add(id, account, Grant.None, 0, failure, first, now);
    } else {
      account.countDenied(false);
      this.outcome(DENIED);
      this.leaveMark(id, attempt.account, BEYOND);
      this.refuse();
    }
  }

  /** Tells Envoy not to retry the answer that it is about to look at. */
  private refuse(): void {
    if (this.policy.shadow) return;
    setHeader(HeaderMap.ResponseHeaders, RATELIMITED, TRUE);
    if (this.policy.replaceStatus) setHeader(HeaderMap.ResponseHeaders, STATUS, STATUS_503);
  }

  /** Pays for the retry that arrives: with the lease of the attempt `before`, or now. */
  private pay(account: Account, before: u32): bool {
    const now = nowNanos();
    returnExpired(now);
    const lease = leases.claim(before);
    if (lease === null) return account.withdraw(now) != Grant.None;
    const payer = leases.keyOf(lease);
    if (payer === null) return account.withdraw(now) != Grant.None;
    account.failures.claimed(lease.failure);
    if (payer === account && lease.grant != Grant.None) return account.redeem(lease.grant, lease.slot, now);
    // A probe paid nothing; a policy that was updated since then was paid by its predecessor.
    payer.refund(lease.grant, lease.slot, now);
    return account.withdraw(now) != Grant.None;
  }

  /** Number of the key of the current request. */
  private account(): i32 {
    let address = at(WHOLE_PROXY);
    let length = WHOLE_PROXY.length;
    if (this.policy.per != PER_PROXY) {
      if (getProperty(unchecked(PER_PROPERTY[this.policy.per])) == Status.Ok && resultLength() > 0) {
        address = resultAddress();
        length = resultLength();
      } else {
        address = at(UNNAMED);
        length = UNNAMED.length;
      }
    }
    const number = this.names.find(address, length);
    return number >= 0 ? number : this.openAccount(address, length);
  }

  private openAccount(address: usize, length: i32): i32 {
    if (this.names.size >= MAX_KEYS || length > MAX_KEY_BYTES) {
      incrementMetric(this.keysOverflowed, 1);
      const overflow = this.names.find(at(OVERFLOW), OVERFLOW.length);
      if (overflow >= 0) return overflow;
      address = at(OVERFLOW);
      length = OVERFLOW.length;
    }
    const name = new StaticArray<u8>(length);
    memory.copy(changetype<usize>(name), address, <usize>length);
    this.names.add(address, length);
    const policy = this.policy;
    return (
      this.accounts.push(new Account(policy.budget, this.generation, this.metrics, policy.name, name, nowNanos())) - 1
    );
  }

  /** Leaves the mark by which the next attempt knows that it is one. @param flags BEYOND or 0 */
  private leaveMark(id: u32, number: i32, flags: u32): void {
    const attempt = attempts.find(id);
    if (attempt !== null) attempt.flags |= flags;
    store<u32>(mark, nonce);
    store<u32>(mark, this.id, 4);
    store<u32>(mark, id, 8);
    store<i32>(mark, number, 12);
    store<u32>(mark, flags, 16);
    store<u32>(mark, attempt === null ? 1 : attempt.ordinal, 20);
    setProperty(this.markPath, mark, MARK_BYTES);
  }

  /** What the access log shows. */
  private outcome(word: StaticArray<u8>): void {
    setProperty(this.outcomePath, changetype<usize>(word), word.length);
  }

  private hold(id: u32): void {
    const attempt = attempts.find(id);
    if (attempt !== null) attempt.flags |= HELD_BACK;
    if (this.held++ == 0) setTickPeriod(min(HELD_TICK_MILLIS, this.tickMillis));
  }

  /** Answers the requests whose held attempts have nothing left to wait for. */
  private sweep(): void {
    // An answer ends all attempts of its request and changes the table: collect first, then answer.
    let count = 0;
    let more = 0;
    for (let place: u32 = 0; place < attempts.places; place++) {
      const attempt = attempts.heldAt(place, this.id);
      if (attempt === null) continue;
      more++;
      // One answer for each request: by its youngest held attempt.
      if (count == SWEEP || attempts.othersRun(attempt.id) || attempts.youngerHeld(attempt)) continue;
      store<u32>(swept + ((<usize>count) << 2), attempt.id);
      count++;
    }
    this.held = more;
    for (let i = 0; i < count; i++) {
      const id = load<u32>(swept + ((<usize>i) << 2));
      if (attempts.find(id) !== null && setEffectiveContext(id) == Status.Ok) reply();
    }
    setEffectiveContext(this.id);
    if (more == 0) setTickPeriod(this.tickMillis);
  }

  streamEnd(id: u32): void {
    const attempt = attempts.find(id);
    if (attempt === null) return;
    if (attempt.account < this.accounts.length) answered(attempt, unchecked(this.accounts[attempt.account]));
    attempts.end(attempt);
  }
}

/** The first answer of an original request, or its end without one. */
function answered(attempt: Attempt, account: Account): void {
  if ((attempt.flags & UNANSWERED) == 0) return;
  attempt.flags &= ~UNANSWERED;
  account.answer();
}

/** Class of the failure that the response headers tell of; NO_FAILURE for any other answer. */
function failureOf(endOfStream: bool): i32 {
  if (getHeader(HeaderMap.ResponseHeaders, STATUS) != Status.Ok) return NO_FAILURE;
  const status = parseDecimal(resultAddress(), resultLength());
  if (status != 200 || !endOfStream) return httpFailure(status);
  if (getHeader(HeaderMap.ResponseHeaders, GRPC_STATUS) != Status.Ok) return NO_FAILURE;
  return grpcFailure(parseDecimal(resultAddress(), resultLength()));
}

/** Answers a retry that was denied and of which there is no answer of the backend to keep. */
function reply(): void {
  // Envoy writes "false" on retries of anything else.
  const known = getHeader(HeaderMap.RequestHeaders, TIMEOUT_RETRY) == Status.Ok;
  const timeout = known && equals(resultAddress(), resultLength(), TRUE);
  sendLocalReply(timeout ? 504 : 503, DETAILS, BODY, RATELIMITED_PAIR);
}

/** Gives back what was paid for retries that did not come. */
function returnExpired(now: u64): void {
  for (let lease = leases.expired(now); lease !== null; lease = leases.expired(now)) {
    const payer = leases.keyOf(lease);
    if (payer === null) continue;
    if (lease.first && lease.grant != Grant.None) payer.failures.expired(lease.failure);
    payer.refund(lease.grant, lease.slot, now);
  }
}
