/** Header routing, a downstream filter. What it does in which phase, and why, is in README.md ("How it works"). */
import { ascii, ByteBuilder } from "../../assembly/bytes";
import { nowNanos } from "../../assembly/clock";
import * as cfg from "../../assembly/config";
import { readConfiguration, refuse } from "../../assembly/configuration";
import { install, Root } from "../../assembly/filter";
import {
  Action,
  addHeader,
  getHeaderPairs,
  HeaderMap,
  incrementMetric,
  putHeader,
  removeHeader,
  resultAddress,
  resultLength,
  setProperty,
  setTickPeriod,
  Status,
} from "../../assembly/host";
import { refreshLogLevel } from "../../assembly/log";
import { MetricFamily } from "../../assembly/metrics";
import { Vitals } from "../../assembly/vitals";
import { compile } from "./config";
import { Guards } from "./guards";
import { HostFacts } from "./host-facts";
import { GENERATED, writeDigits } from "./keys";
import { Binding, Changes, Policy, Rule, Target } from "./model";
import { Outcome, outcomeOf } from "./outcome";
import { Decider, Decision, Why } from "./policy";
import { isInternal, Request } from "./request";
import { SIZE_LIMIT, TABLE } from "./schema.gen";
import * as texts from "./texts.gen";
import { textBytes } from "./values";

export {
  malloc,
  proxy_abi_version_0_2_1,
  proxy_on_configure,
  proxy_on_context_create,
  proxy_on_delete,
  proxy_on_log,
  proxy_on_request_headers,
  proxy_on_response_headers,
  proxy_on_tick,
} from "../../assembly/abi/callbacks";

const FILTER = ascii("header_routing");
const FOLDER = ascii("header-routing");
const NOTHING = new StaticArray<u8>(0);
/** Filter state that the inserted route of binding cluster asks for. */
const GUARDED_ROUTE = textBytes(texts.GUARDED_ROUTE);
const DIGITS = memory.data(GENERATED);
/** The heartbeat; guards need it too. */
const TICK_MILLIS: u32 = 1000;
/** Targets whose requests are counted for themselves; the others are counted together. */
const MAX_COUNTED: i32 = 1024;

/** A live stream. The kit needs the first two fields. */
@unmanaged
class Entry {
  id: u32;
  root: u32;
  /** Which configuration decided: numbers mean nothing to another one. */
  generation: u32;
  /** Number of the rule plus 1, of the target plus 1, of the guard plus 1; 0: none. */
  rule: u32;
  target: u32;
  guard: u32;
  /** The key that the client is given as a cookie; `fresh` says whether. */
  fresh: u32;
  keyLow: u32;
  keyHigh: u32;
}

const request = new Request();
const line = new ByteBuilder();
const streams = install((): Root => new HeaderRouting(), offsetof<Entry>());
/** xorshift64*, seeded by the clock and the first stream's number. */
let random: u64 = 0;

function nextRandom(id: u32): u64 {
  if (random == 0) random = (nowNanos() ^ ((<u64>id) << 40)) | 1;
  random ^= random >> 12;
  random ^= random << 25;
  random ^= random >> 27;
  return random * 0x2545f4914f6cdd1d;
}

/** One policy. */
class HeaderRouting extends Root {
  private policy: Policy = new Policy();
  private facts: HostFacts = new HostFacts(new Policy());
  private guards: Guards = new Guards(new Policy(), new MetricFamily(FILTER, NOTHING));
  private decider: Decider = new Decider(
    new Policy(),
    request,
    new HostFacts(new Policy()),
    new Guards(new Policy(), new MetricFamily(FILTER, NOTHING)),
  );
  private metrics: MetricFamily = new MetricFamily(FILTER, NOTHING);
  private vitals: Vitals | null = null;
  private generation: u32 = 0;
  private counted: i32 = 0;
  private routedElsewhere: i32 = -1;
  private unrouted: i32 = -1;
  private factsFailed: i32 = -1;
  private outcomePath: StaticArray<u8> = NOTHING;
  private rulePath: StaticArray<u8> = NOTHING;
  private armPath: StaticArray<u8> = NOTHING;
  private clusterPath: StaticArray<u8> = NOTHING;

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
    const metrics = new MetricFamily(FILTER, policy.name);
    this.policy = policy;
    this.metrics = metrics;
    this.facts = new HostFacts(policy);
    this.guards = new Guards(policy, metrics);
    this.decider = new Decider(policy, request, this.facts, this.guards);
    this.vitals = new Vitals(metrics, hash);
    this.generation++;
    this.counted = 0;
    this.routedElsewhere = metrics.counter(this.routedEvent, null, null);
    this.unrouted = metrics.counter(textBytes(texts.UNROUTED), null, null);
    this.factsFailed = metrics.counter(textBytes(texts.FACTS_FAILED), null, null);
    this.outcomePath = statePath(policy.name, texts.S_OUTCOME);
    this.rulePath = statePath(policy.name, texts.S_RULE);
    this.armPath = statePath(policy.name, texts.S_ARM);
    this.clusterPath = statePath(policy.name, texts.S_CLUSTER);
    setTickPeriod(TICK_MILLIS);
  }

  private get routedEvent(): StaticArray<u8> {
    return textBytes(this.policy.shadow ? texts.SHADOW_ROUTED : texts.ROUTED);
  }

  tick(): void {
    refreshLogLevel();
    const vitals = this.vitals;
    if (vitals !== null) vitals.beat(nowNanos());
    this.guards.tick();
  }

  end(): void {}

  streamEnd(id: u32): void {
    streams.remove(id);
  }

  requestHeaders(id: u32, endOfStream: bool): i32 {
    this.facts.reset();
    const known = getHeaderPairs(HeaderMap.RequestHeaders) == Status.Ok;
    if (!known || !request.read(resultAddress(), resultLength())) {
      // Nothing is known of the headers: what this filter writes itself must not be among them.
      stripKnown();
      incrementMetric(this.unrouted, 1);
      return Action.Continue;
    }
    const decision = this.decider.decide(nextRandom(id));
    if (request.forged) stripAll();
    if (this.facts.failed) incrementMetric(this.factsFailed, 1);
    const rule = decision.rule;
    if (rule === null || (decision.target === null && rule.request === null && rule.response === null)) {
      incrementMetric(this.unrouted, 1);
      return Action.Continue;
    }
    this.describe(decision, rule);
    if (!this.policy.shadow) this.steer(id, decision, rule);
    return Action.Continue;
  }

  private steer(id: u32, decision: Decision, rule: Rule): void {
    const entry = changetype<Entry>(streams.find(id));
    entry.generation = this.generation;
    entry.rule = rule.index + 1;
    entry.guard = decision.guard + 1;
    const finder = this.decider.finder;
    if (finder.fresh !== null) {
      entry.fresh = 1;
      entry.keyLow = <u32>this.decider.random;
      entry.keyHigh = <u32>(this.decider.random >> 32);
    }
    change(HeaderMap.RequestHeaders, rule.request);
    const target = decision.target;
    if (target === null) return;
    entry.target = target.index + 1;
    change(HeaderMap.RequestHeaders, target.request);
    const name = headerOf(this.policy.binding);
    putHeader(HeaderMap.RequestHeaders, name + 1, load<u8>(name), changetype<usize>(target.value), target.value.length);
    if (this.policy.binding == Binding.CLUSTER) setProperty(GUARDED_ROUTE, texts.ONE + 1, 1);
  }

  responseHeaders(id: u32, endOfStream: bool): i32 {
    const entry = changetype<Entry>(streams.find(id));
    if (entry.rule == 0 || entry.generation != this.generation) return Action.Continue;
    const rule = unchecked(this.policy.rules[entry.rule - 1]);
    change(HeaderMap.ResponseHeaders, rule.response);
    if (entry.target > 0) change(HeaderMap.ResponseHeaders, unchecked(this.policy.targets[entry.target - 1]).response);
    if (entry.fresh != 0) this.giveCookie(rule, ((<u64>entry.keyHigh) << 32) | entry.keyLow);
    return Action.Continue;
  }

  /** The generated key, so that the client has the same arm next time. */
  private giveCookie(rule: Rule, key: u64): void {
    // A generated key is the last source.
    const source = unchecked(rule.sources[rule.sources.length - 1]);
    line.clear().add(source.name).byte(0x3d);
    writeDigits(key, DIGITS);
    line.bytes(DIGITS, GENERATED).add(source.attributes);
    const name = texts.SET_COOKIE;
    addHeader(HeaderMap.ResponseHeaders, name + 1, load<u8>(name), line.address, line.length);
  }

  streamLog(id: u32): void {
    const entry = changetype<Entry>(streams.find(id));
    if (entry.guard == 0 || entry.generation != this.generation) return;
    const outcome = outcomeOf();
    if (outcome != Outcome.NONE) this.guards.observe(entry.guard - 1, outcome == Outcome.FAILED);
  }

  /** For counters and the access log. */
  private describe(decision: Decision, rule: Rule): void {
    line.clear().add(rule.name);
    const target = decision.target;
    if (target !== null) {
      line.byte(0x20).add(target.name);
      incrementMetric(this.counterOf(target), 1);
      const path = target.isArm ? this.armPath : this.clusterPath;
      setProperty(path, changetype<usize>(target.name), target.name.length);
    }
    const why = reason(decision.why);
    if (why != 0) line.text(why);
    if (decision.bucket >= 0) line.text(texts.W_BUCKET).decimal(decision.bucket);
    setProperty(this.rulePath, line.address, line.length);
    const outcome = this.policy.shadow ? texts.SHADOW_ROUTED : texts.ROUTED;
    setProperty(this.outcomePath, outcome + 1, load<u8>(outcome));
  }

  /** A target's counter is made when it is first chosen: of a thousand arms most are seldom. */
  private counterOf(target: Target): i32 {
    if (target.counter >= 0) return target.counter;
    if (this.counted >= MAX_COUNTED) return this.routedElsewhere;
    this.counted++;
    target.counter = this.metrics.counter(this.routedEvent, target.name, null);
    return target.counter >= 0 ? target.counter : this.routedElsewhere;
  }
}

/** The header that carries a decision: an address of a fixed text. */
function headerOf(binding: i32): usize {
  if (binding == Binding.ARMS) return texts.X_PICK;
  return binding == Binding.CLUSTER ? texts.X_CLUSTER : texts.X_ARM;
}

/** Removes every internal header that the request came with. */
function stripAll(): void {
  const pairs = request.pairs.rewind();
  while (pairs.next())
    if (isInternal(pairs.name, pairs.nameLength)) removeHeader(HeaderMap.RequestHeaders, pairs.name, pairs.nameLength);
}

function stripKnown(): void {
  for (let binding = Binding.HEADER; binding <= Binding.CLUSTER; binding++) {
    const name = headerOf(binding);
    removeHeader(HeaderMap.RequestHeaders, name + 1, load<u8>(name));
  }
}

/** Gateway API leaves the order open: what is set first can be added to, and what is removed is gone. */
function change(map: i32, changes: Changes | null): void {
  if (changes === null) return;
  for (let i = 0; i < changes.put.length; i++) {
    const it = unchecked(changes.put[i]);
    putHeader(map, changetype<usize>(it.name), it.name.length, changetype<usize>(it.value), it.value.length);
  }
  for (let i = 0; i < changes.add.length; i++) {
    const it = unchecked(changes.add[i]);
    addHeader(map, changetype<usize>(it.name), it.name.length, changetype<usize>(it.value), it.value.length);
  }
  for (let i = 0; i < changes.remove.length; i++) {
    const name = unchecked(changes.remove[i]);
    removeHeader(map, changetype<usize>(name), name.length);
  }
}

/** What is said of how a target was found; 0: nothing. */
function reason(why: i32): texts.Text {
  switch (why) {
    case Why.FORCED:
      return texts.W_FORCED;
    case Why.CLOSED:
      return texts.W_CLOSED;
    case Why.CHANCE:
      return texts.W_CHANCE;
    case Why.KEYLESS:
      return texts.W_KEYLESS;
    default:
      return 0;
  }
}

/** Where the access log finds something. */
function statePath(policy: StaticArray<u8>, what: texts.Text): StaticArray<u8> {
  return line.clear().text(texts.STATE).add(policy).text(what).copy();
}
