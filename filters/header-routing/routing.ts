/** One configuration in force: asks for the decision about each request, carries it out, counts. */
import { textBytes } from "../../assembly/bytes";
import { nowNanos } from "../../assembly/clock";
import {
  addHeader,
  getHeaderPairs,
  HeaderMap,
  incrementMetric,
  putHeader,
  removeHeader,
  resultAddress,
  resultLength,
  setHeader,
  setProperty,
  setTextProperty,
  setTickPeriod,
  Status,
} from "../../assembly/host";
import { line } from "../../assembly/line";
import { MetricFamily } from "../../assembly/metrics";
import { Vitals } from "../../assembly/vitals";
import { nextRandom } from "./chance";
import { Guards } from "./guards";
import { HostFacts } from "./host-facts";
import { GENERATED, writeDigits } from "./keys";
import { Binding, Changes, Kind, Policy, Rule, Target } from "./model";
import { Outcome, outcomeOf } from "./outcome";
import { Decider, Why } from "./policy";
import { isInternal, Request } from "./request";
import { RULES_KEY_GENERATE } from "./schema.gen";
import { Entry } from "./stream";
import * as texts from "./texts.gen";

const DIGITS = memory.data(GENERATED);
/** The heartbeat; guards need it too. */
const TICK_MILLIS: u32 = 1000;
/** Targets whose requests are counted for themselves; the others are counted together. */
const MAX_COUNTED: i32 = 1024;

const request = new Request();

export class Routing {
  private readonly guards: Guards;
  private readonly decider: Decider;
  private readonly metrics: MetricFamily;
  private readonly vitals: Vitals;
  /** The word for the metrics and for the access log of a request that is routed. */
  private readonly outcome: texts.Text;
  private counted: i32 = 0;
  private readonly routedElsewhere: i32;
  private readonly unrouted: i32;
  private readonly factsFailed: i32;
  private readonly outcomePath: StaticArray<u8>;
  private readonly rulePath: StaticArray<u8>;
  private readonly armPath: StaticArray<u8>;
  private readonly clusterPath: StaticArray<u8>;

  /**
   * @param hash of the checked configuration, 48 bits
   * @param generation tells requests of this configuration from those of another one
   */
  constructor(
    private readonly policy: Policy,
    hash: u64,
    private readonly generation: u32,
  ) {
    const metrics = new MetricFamily(textBytes(texts.FILTER), policy.name);
    const guards = new Guards(policy, metrics);
    const outcome = policy.shadow ? texts.SHADOW_ROUTED : texts.ROUTED;
    this.metrics = metrics;
    this.guards = guards;
    this.decider = new Decider(policy, request, new HostFacts(policy), guards);
    this.vitals = new Vitals(metrics, hash);
    this.outcome = outcome;
    this.routedElsewhere = metrics.counter(textBytes(outcome), null, null);
    this.unrouted = metrics.counter(textBytes(texts.UNROUTED), null, null);
    this.factsFailed = metrics.counter(textBytes(texts.FACTS_FAILED), null, null);
    this.outcomePath = statePath(policy.name, texts.S_OUTCOME);
    this.rulePath = statePath(policy.name, texts.S_RULE);
    this.armPath = statePath(policy.name, texts.S_ARM);
    this.clusterPath = statePath(policy.name, texts.S_CLUSTER);
    setTickPeriod(TICK_MILLIS);
  }

  tick(): void {
    this.vitals.beat(nowNanos());
    this.guards.tick();
  }

  requestHeaders(entry: Entry): void {
    const decider = this.decider;
    decider.facts.reset();
    const known = getHeaderPairs(HeaderMap.RequestHeaders) == Status.Ok;
    if (!known || !request.read(resultAddress(), resultLength())) {
      // Nothing is known of the headers: what this filter writes itself must not be among them.
      stripKnown();
      incrementMetric(this.unrouted, 1);
      return;
    }
    decider.decide(nextRandom(entry.id));
    if (request.forged) stripAll();
    if (decider.facts.failed) incrementMetric(this.factsFailed, 1);
    const rule = decider.rule;
    if (rule === null || (decider.target === null && rule.request === null && rule.response === null)) {
      incrementMetric(this.unrouted, 1);
      return;
    }
    this.describe(rule);
    if (!this.policy.shadow) this.steer(entry, rule);
  }

  private steer(entry: Entry, rule: Rule): void {
    const decider = this.decider;
    entry.generation = this.generation;
    entry.rule = rule.index + 1;
    entry.guard = decider.guard + 1;
    if (decider.finder.fresh !== null) {
      entry.fresh = 1;
      entry.keyLow = <u32>decider.random;
      entry.keyHigh = <u32>(decider.random >> 32);
    }
    change(HeaderMap.RequestHeaders, rule.request);
    const target = decider.target;
    if (target === null) return;
    entry.target = target.index + 1;
    change(HeaderMap.RequestHeaders, target.request);
    const name = headerOf(this.policy.binding);
    putHeader(HeaderMap.RequestHeaders, name + 1, load<u8>(name), changetype<usize>(target.value), target.value.length);
    // What the inserted route asks for.
    if (this.policy.binding == Binding.CLUSTER) setTextProperty(texts.GUARDED_ROUTE, texts.ONE);
  }

  responseHeaders(entry: Entry): void {
    if (entry.rule == 0 || entry.generation != this.generation) return;
    const rule = unchecked(this.policy.rules[entry.rule - 1]);
    change(HeaderMap.ResponseHeaders, rule.response);
    if (entry.target > 0) change(HeaderMap.ResponseHeaders, unchecked(this.policy.targets[entry.target - 1]).response);
    if (entry.fresh != 0) giveCookie(rule, ((<u64>entry.keyHigh) << 32) | entry.keyLow);
  }

  streamLog(entry: Entry): void {
    if (entry.guard == 0 || entry.generation != this.generation) return;
    const outcome = outcomeOf();
    if (outcome != Outcome.NONE) this.guards.observe(entry.guard - 1, outcome == Outcome.FAILED);
  }

  /** For counters and the access log. */
  private describe(rule: Rule): void {
    const decider = this.decider;
    line.clear().add(rule.name);
    const target = decider.target;
    if (target !== null) {
      line.byte(0x20).add(target.name);
      incrementMetric(this.counterOf(target), 1);
      const path = target.isArm ? this.armPath : this.clusterPath;
      setProperty(path, changetype<usize>(target.name), target.name.length);
    }
    const why = reason(decider.why);
    if (why != 0) line.text(why);
    if (decider.bucket >= 0) line.text(texts.W_BUCKET).decimal(<i32>decider.bucket);
    setProperty(this.rulePath, line.address, line.length);
    setProperty(this.outcomePath, this.outcome + 1, load<u8>(this.outcome));
  }

  /** A target's counter is made when it is first chosen: of a thousand arms most are seldom. */
  private counterOf(target: Target): i32 {
    if (target.counter >= 0) return target.counter;
    if (this.counted >= MAX_COUNTED) return this.routedElsewhere;
    this.counted++;
    target.counter = this.metrics.counter(textBytes(this.outcome), target.name, null);
    return target.counter >= 0 ? target.counter : this.routedElsewhere;
  }
}

/** The generated key, so that the client has the same arm next time. */
function giveCookie(rule: Rule, key: u64): void {
  let source = rule.sources;
  while (source !== null && source.kind != RULES_KEY_GENERATE) source = source.next;
  if (source === null) return;
  line.clear().add(source.name).byte(0x3d);
  writeDigits(key, DIGITS);
  line.bytes(DIGITS, GENERATED).add(source.attributes);
  const name = texts.SET_COOKIE;
  addHeader(HeaderMap.ResponseHeaders, name + 1, load<u8>(name), line.address, line.length);
}

/** The header that carries a decision. */
function headerOf(binding: i32): texts.Text {
  if (binding == Binding.ARMS) return texts.X_PICK;
  return binding == Binding.CLUSTER ? texts.X_CLUSTER : texts.X_ARM;
}

/** Removes every internal header that the request came with. */
function stripAll(): void {
  const pairs = request.pairs.rewind();
  while (pairs.next()) if (isInternal(pairs)) removeHeader(HeaderMap.RequestHeaders, pairs.name, pairs.nameLength);
}

function stripKnown(): void {
  for (let binding = Binding.HEADER; binding <= Binding.CLUSTER; binding++) {
    const name = headerOf(binding);
    removeHeader(HeaderMap.RequestHeaders, name + 1, load<u8>(name));
  }
}

function change(map: i32, changes: Changes | null): void {
  if (changes === null) return;
  let it = changes.pairs;
  while (it !== null) {
    const name = changetype<usize>(it.name);
    if (it.kind == Kind.PUT) setHeader(map, it.name, it.value);
    else if (it.kind == Kind.REMOVE) removeHeader(map, name, it.name.length);
    else addHeader(map, name, it.name.length, changetype<usize>(it.value), it.value.length);
    it = it.next;
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
