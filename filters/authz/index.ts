/** Authorization, a downstream filter. What it does and why is in README.md ("How it works"). */
import { ascii, ByteBuilder } from "../../assembly/bytes";
import { nowNanos } from "../../assembly/clock";
import * as cfg from "../../assembly/config";
import { readConfiguration, refuse } from "../../assembly/configuration";
import { install, Root } from "../../assembly/filter";
import {
  Action,
  getHeaderPairs,
  HeaderMap,
  incrementMetric,
  LogLevel,
  resultAddress,
  resultLength,
  sendLocalReply,
  setProperty,
  setTickPeriod,
  Status,
} from "../../assembly/host";
import { log, refreshLogLevel } from "../../assembly/log";
import { MetricFamily } from "../../assembly/metrics";
import { Vitals } from "../../assembly/vitals";
import { compile } from "./config";
import { HostFacts } from "./host-facts";
import { Policy, Rule } from "./model";
import { Decider, Reason, Verdict } from "./policy";
import { Request } from "./request";
import { SIZE_LIMIT, TABLE } from "./schema.gen";
import { keyText } from "./when";

export {
  malloc,
  proxy_abi_version_0_2_1,
  proxy_on_configure,
  proxy_on_context_create,
  proxy_on_delete,
  proxy_on_request_headers,
  proxy_on_tick,
} from "../../assembly/abi/callbacks";

const FILTER = ascii("authz");
const STATE = ascii("pointduty.authz.");
const OUTCOME = ascii(".outcome");
const RULE = ascii(".rule");
const AUDIT = ascii(".audit");
const ALLOWED = ascii("allowed");
const DENIED = ascii("denied");
const SHADOW_DENIED = ascii("shadow_denied");
const AUDITED = ascii("audited");
const DRY_RUN_DENIED = ascii("dry_run_denied");
const NEAREST = ascii(", nearest ");
const FAILED = ascii(" but for ");
const DENY = ascii("deny");
const ALLOW = ascii("allow");
const FOLDER = ascii("authz");
const REQUEST = ascii("authz: request denied by ");
const SHADOW_REQUEST = ascii("authz: request would be denied by ");
const FORBIDDEN = ascii("RBAC: access denied");
const NO_PAIRS = new StaticArray<u8>(0);
const NO_POLICY_DETAILS = ascii("authz_denied[policy]");
/** What stands where no rule decided, by `Reason`. */
const REASONS = [
  ascii("exempt"),
  ascii("no_policy"),
  ascii("rule"),
  ascii("rule"),
  ascii("none"),
  ascii("path"),
  ascii("headers"),
  ascii("facts"),
];
const DETAILS = [
  NO_PAIRS,
  NO_PAIRS,
  NO_PAIRS,
  NO_PAIRS,
  ascii("authz_denied[none]"),
  ascii("authz_denied[path]"),
  ascii("authz_denied[headers]"),
  ascii("authz_denied[facts]"),
];

/** The heartbeat. */
const TICK_MILLIS: u32 = 1000;
/** Rules whose denials are counted for themselves; the others are counted together. */
const MAX_COUNTED: i32 = 1024;
/** Bytes of a stream's entry: nothing is kept of a stream. */
const ENTRY_BYTES: u32 = 8;

const request = new Request();
const line = new ByteBuilder();
const streams = install((): Root => new Authorization(), ENTRY_BYTES, denyOrphan);

/** A request that no policy claims is denied. */
function denyOrphan(): i32 {
  sendLocalReply(403, NO_POLICY_DETAILS, FORBIDDEN, NO_PAIRS);
  return Action.StopIteration;
}

/** One configuration. */
class Authorization extends Root {
  private policy: Policy = new Policy();
  private facts: HostFacts = new HostFacts(new Policy());
  private decider: Decider = new Decider(new Policy(), request, new HostFacts(new Policy()));
  private metrics: MetricFamily = new MetricFamily(FILTER, FILTER);
  private vitals: Vitals | null = null;
  private allowed: i32 = -1;
  /** Counters of denials by `Reason`; those by a rule have their own. */
  private denied: StaticArray<i32> = new StaticArray<i32>(REASONS.length);
  private counted: i32 = 0;
  private deniedByOthers: i32 = -1;
  private audited: i32 = -1;
  private dryDenied: i32 = -1;
  private dryUnallowed: i32 = -1;
  private outcomePath: StaticArray<u8> = STATE;
  private rulePath: StaticArray<u8> = STATE;
  private auditPath: StaticArray<u8> = STATE;

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
    this.policy = policy;
    this.facts = new HostFacts(policy);
    this.decider = new Decider(policy, request, this.facts);
    const metrics = new MetricFamily(FILTER, policy.name);
    this.metrics = metrics;
    this.vitals = new Vitals(metrics, hash);
    this.allowed = metrics.counter(ALLOWED, null, null);
    const event = policy.shadow ? SHADOW_DENIED : DENIED;
    for (let reason = Reason.NO_RULE; reason < REASONS.length; reason++)
      unchecked((this.denied[reason] = metrics.counter(event, null, unchecked(REASONS[reason]))));
    this.deniedByOthers = metrics.counter(event, null, unchecked(REASONS[Reason.DENY_RULE]));
    this.counted = 0;
    this.audited = metrics.counter(AUDITED, null, null);
    this.dryDenied = metrics.counter(DRY_RUN_DENIED, null, DENY);
    this.dryUnallowed = metrics.counter(DRY_RUN_DENIED, null, ALLOW);
    this.outcomePath = line.clear().add(STATE).add(policy.name).add(OUTCOME).copy();
    this.rulePath = line.clear().add(STATE).add(policy.name).add(RULE).copy();
    this.auditPath = line.clear().add(STATE).add(policy.name).add(AUDIT).copy();
    setTickPeriod(TICK_MILLIS);
  }

  tick(): void {
    refreshLogLevel();
    const vitals = this.vitals;
    if (vitals !== null) vitals.beat(nowNanos());
  }

  end(): void {}

  streamEnd(id: u32): void {
    streams.remove(id);
  }

  requestHeaders(id: u32, endOfStream: bool): i32 {
    const verdict = this.judge();
    this.observe(verdict);
    if (verdict.allowed) {
      incrementMetric(this.allowed, 1);
      const name = nameOf(verdict);
      this.leave(ALLOWED, changetype<usize>(name), name.length);
      return Action.Continue;
    }
    this.countDenied(verdict);
    this.describe(verdict);
    if (this.policy.shadow) return Action.Continue;
    const rule = verdict.rule;
    const details = rule !== null ? rule.details : unchecked(DETAILS[verdict.reason]);
    sendLocalReply(this.policy.status, details, this.policy.body, this.policy.headers);
    return Action.StopIteration;
  }

  responseHeaders(id: u32, endOfStream: bool): i32 {
    return Action.Continue;
  }

  /** A request without a single header is none: the call came in the wrong phase. */
  private judge(): Verdict {
    this.facts.reset();
    if (getHeaderPairs(HeaderMap.RequestHeaders) != Status.Ok || resultLength() == 0)
      return this.decider.verdict.fail(Reason.HEADERS);
    if (!request.read(resultAddress(), resultLength(), this.policy)) return this.decider.verdict.fail(Reason.HEADERS);
    return this.decider.decide();
  }

  /** What AUDIT and dry-run rules have to say. */
  private observe(verdict: Verdict): void {
    const audit = verdict.audit;
    if (audit !== null) {
      incrementMetric(this.audited, 1);
      setProperty(this.auditPath, changetype<usize>(audit.name), audit.name.length);
    }
    if (verdict.dryDeny !== null) incrementMetric(this.dryDenied, 1);
    if (verdict.dryUnallowed) incrementMetric(this.dryUnallowed, 1);
  }

  private countDenied(verdict: Verdict): void {
    const rule = verdict.rule;
    incrementMetric(rule !== null ? this.counterOf(rule) : unchecked(this.denied[verdict.reason]), 1);
  }

  /** A rule's counter is made when it first denies: most never do. */
  private counterOf(rule: Rule): i32 {
    if (rule.counter >= 0) return rule.counter;
    if (this.counted >= MAX_COUNTED) return this.deniedByOthers;
    this.counted++;
    const event = this.policy.shadow ? SHADOW_DENIED : DENIED;
    rule.counter = this.metrics.counter(event, rule.name, unchecked(REASONS[Reason.DENY_RULE]));
    return rule.counter >= 0 ? rule.counter : this.deniedByOthers;
  }

  /** For the access log and, at level info, for Envoy's log: which rule denies, or came nearest to allowing. */
  private describe(verdict: Verdict): void {
    line.clear().add(this.policy.shadow ? SHADOW_REQUEST : REQUEST);
    const from = line.length;
    line.add(nameOf(verdict));
    if (verdict.reason == Reason.NO_RULE) {
      const decider = this.decider;
      decider.explain();
      const nearest = decider.nearest;
      const failed = decider.failed;
      if (nearest !== null && failed !== null)
        line.add(NEAREST).add(nearest.name).add(FAILED).text(keyText(failed.attribute)).add(failed.name);
    }
    this.leave(DENIED, line.address + <usize>from, line.length - from);
    log(LogLevel.Info, line);
  }

  /** What the access log shows: a word, and the rule behind it. */
  private leave(outcome: StaticArray<u8>, rule: usize, length: i32): void {
    setProperty(this.outcomePath, changetype<usize>(outcome), outcome.length);
    setProperty(this.rulePath, rule, length);
  }
}

/** The rule that decided, or the word for why there is none. */
function nameOf(verdict: Verdict): StaticArray<u8> {
  const rule = verdict.rule;
  return rule !== null ? rule.name : unchecked(REASONS[verdict.reason]);
}
