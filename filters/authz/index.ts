/** Authorization, a downstream filter. What it does and why is in README.md ("How it works"). */
import { ByteBuilder, textBytes } from "../../assembly/bytes";
import { nowNanos } from "../../assembly/clock";
import * as cfg from "../../assembly/config";
import { readConfiguration, refuse } from "../../assembly/configuration";
import { headerPair } from "../../assembly/headers";
import { install, Root } from "../../assembly/filter";
import {
  Action,
  getHeaderPairs,
  HeaderMap,
  incrementMetric,
  LogLevel,
  putHeader,
  removeHeader,
  resultAddress,
  resultLength,
  sendReply,
  setProperty,
  setTickPeriod,
  Status,
} from "../../assembly/host";
import { log, refreshLogLevel } from "../../assembly/log";
import { MetricFamily } from "../../assembly/metrics";
import { Vitals } from "../../assembly/vitals";
import { arrange } from "./arrange";
import { compile } from "./config";
import { HostFacts } from "./host-facts";
import { Attribute, Condition, Place, Policy, Rule } from "./model";
import { Decider, Reason, Verdict } from "./policy";
import { Request } from "./request";
import { SIZE_LIMIT, TABLE } from "./schema.gen";
import * as texts from "./texts.gen";
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

const FILTER = textBytes(texts.FILTER);
const FORBIDDEN = textBytes(texts.FORBIDDEN);
const NO_PAIRS = new StaticArray<u8>(0);
/** The heartbeat. */
const TICK_MILLIS: u32 = 1000;
/** Rules whose denials are counted for themselves; the others are counted together. */
const MAX_COUNTED: i32 = 1024;
/** Bytes of a stream's entry: nothing is kept of a stream. */
const ENTRY_BYTES: u32 = 8;
/** How many reasons there are. */
const REASONS: i32 = Reason.TOKEN + 1;

const request = new Request();
/** What a root has before its first configuration. */
const NO_POLICY = new Policy();
const NO_FACTS = new HostFacts(NO_POLICY);
const NO_DECIDER = new Decider(NO_POLICY, request, NO_FACTS);
const line = new ByteBuilder();
const streams = install((): Root => new Authorization(), ENTRY_BYTES, denyOrphan);

/** A request that no policy claims is denied. */
function denyOrphan(): i32 {
  sendReply(403, texts.NO_POLICY_DETAILS + 1, load<u8>(texts.NO_POLICY_DETAILS), FORBIDDEN, NO_PAIRS);
  return Action.StopIteration;
}

/** One configuration. */
class Authorization extends Root {
  private policy: Policy = NO_POLICY;
  private facts: HostFacts = NO_FACTS;
  private decider: Decider = NO_DECIDER;
  private metrics: MetricFamily = new MetricFamily(FILTER, FILTER);
  private vitals: Vitals | null = null;
  private allowed: i32 = -1;
  /** Counters of denials by `Reason`; those by a rule have their own. */
  private denied: StaticArray<i32> = new StaticArray<i32>(REASONS);
  private counted: i32 = 0;
  private deniedByOthers: i32 = -1;
  private audited: i32 = -1;
  private dryDenied: i32 = -1;
  private dryUnallowed: i32 = -1;
  private outcomePath: StaticArray<u8> = NO_PAIRS;
  private rulePath: StaticArray<u8> = NO_PAIRS;
  private auditPath: StaticArray<u8> = NO_PAIRS;
  private readonly badToken: StaticArray<u8> = textBytes(texts.BAD_TOKEN);
  private readonly challenge: StaticArray<u8> = headerPair(
    textBytes(texts.WWW_AUTHENTICATE),
    textBytes(texts.CHALLENGE),
  );

  configure(size: i32): bool {
    const root = readConfiguration(size, SIZE_LIMIT, TABLE);
    if (root == cfg.NONE) return refuse(FILTER);
    const hash = <u64>cfg.hash(root);
    const policy = compile(root);
    if (policy === null) return refuse(FILTER);
    // All is compiled: what comes now takes the place of the nodes.
    cfg.release();
    arrange(policy);
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
    this.allowed = metrics.counter(textBytes(texts.ALLOWED), null, null);
    const event = textBytes(policy.shadow ? texts.SHADOW_DENIED : texts.DENIED);
    for (let reason = Reason.NO_RULE; reason < REASONS; reason++)
      unchecked((this.denied[reason] = metrics.counter(event, null, reasonBytes(reason))));
    this.deniedByOthers = metrics.counter(event, null, reasonBytes(Reason.DENY_RULE));
    this.counted = 0;
    this.audited = metrics.counter(textBytes(texts.AUDITED), null, null);
    this.dryDenied = metrics.counter(textBytes(texts.DRY_RUN_DENIED), null, textBytes(texts.DENY));
    this.dryUnallowed = metrics.counter(textBytes(texts.DRY_RUN_DENIED), null, textBytes(texts.ALLOW));
    this.outcomePath = statePath(policy.name, texts.OUTCOME);
    this.rulePath = statePath(policy.name, texts.RULE);
    this.auditPath = statePath(policy.name, texts.AUDIT);
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
      putName(line.clear(), verdict);
      this.leave(texts.ALLOWED, line.address, line.length);
      if (!this.policy.shadow) this.withholdToken();
      return Action.Continue;
    }
    this.countDenied(verdict);
    this.describe(verdict);
    if (this.policy.shadow) return Action.Continue;
    putName(line.clear().text(texts.DETAILS), verdict);
    line.byte(0x5d);
    if (verdict.reason == Reason.TOKEN) sendReply(401, line.address, line.length, this.badToken, this.challenge);
    else sendReply(this.policy.status, line.address, line.length, this.policy.body, this.policy.headers);
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
      audit.putName(line.clear());
      setProperty(this.auditPath, line.address, line.length);
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
    if (rule.counter > 0) return rule.counter - 1;
    if (this.counted >= MAX_COUNTED) return this.deniedByOthers;
    this.counted++;
    const event = textBytes(this.policy.shadow ? texts.SHADOW_DENIED : texts.DENIED);
    const counter = this.metrics.counter(event, rule.putName(line.clear()).copy(), reasonBytes(Reason.DENY_RULE));
    rule.counter = counter + 1;
    return counter >= 0 ? counter : this.deniedByOthers;
  }

  /** For the access log and, at level info, for Envoy's log: which rule denies, or came nearest to allowing. */
  private describe(verdict: Verdict): void {
    line.clear().text(this.policy.shadow ? texts.SHADOW_REQUEST : texts.REQUEST);
    const from = line.length;
    putName(line, verdict);
    if (verdict.reason == Reason.NO_RULE) {
      const miss = this.decider.nearMiss;
      miss.find();
      const rule = miss.rule;
      const failed = miss.condition;
      if (rule !== null && failed !== null) putMiss(rule, failed);
    }
    if (verdict.reason == Reason.TOKEN) line.text(this.decider.fault);
    this.leave(texts.DENIED, line.address + <usize>from, line.length - from);
    log(LogLevel.Info, line);
  }

  /** Takes the token out of the request, unless it is to go on to the service. */
  private withholdToken(): void {
    const finder = this.decider.finder;
    const place = finder.place;
    if (place === null || place.keep) return;
    const map = HeaderMap.RequestHeaders;
    if (place.kind == Place.HEADER) {
      removeHeader(map, changetype<usize>(place.name), place.name.length);
      return;
    }
    const isCookie = place.kind == Place.COOKIE;
    if (isCookie) finder.cookies(place);
    else finder.path(place);
    const name = isCookie ? texts.COOKIE : texts.PATH;
    const rest = finder.rest;
    if (rest.length == 0) removeHeader(map, name + 1, load<u8>(name));
    else putHeader(map, name + 1, load<u8>(name), rest.address, rest.length);
  }

  /** What the access log shows: a word, and the rule behind it. */
  private leave(outcome: texts.Text, rule: usize, length: i32): void {
    setProperty(this.outcomePath, outcome + 1, load<u8>(outcome));
    setProperty(this.rulePath, rule, length);
  }
}

/** The rule that decided, or the word for why there is none. */
function putName(to: ByteBuilder, verdict: Verdict): void {
  const rule = verdict.rule;
  if (rule !== null) rule.putName(to);
  else to.text(reasonText(verdict.reason));
}

/** What stands where no rule decided: texts.json has the words in the order of `Reason`. */
function reasonText(reason: i32): texts.Text {
  let text = texts.R_EXEMPT;
  for (let left = reason; left > 0; left--) text += 1 + <usize>load<u8>(text);
  return text;
}

function reasonBytes(reason: i32): StaticArray<u8> {
  return textBytes(reasonText(reason));
}

/** The rule that came nearest to allowing, and what it fails for. */
function putMiss(nearest: Rule, failed: Condition): void {
  nearest.putName(line.text(texts.NEAREST)).text(texts.FAILED).text(keyText(failed.attribute));
  if (failed.attribute == Attribute.HEADER) line.bytes(failed.name, failed.nameLength);
}

/** Where the access log finds something. */
function statePath(policy: StaticArray<u8>, what: texts.Text): StaticArray<u8> {
  return line.clear().text(texts.STATE).add(policy).text(what).copy();
}
