/** What the filter does in which phase is in README.md ("How it works"). */
import { ascii, ByteBuilder } from "../../assembly/bytes";
import { nowNanos } from "../../assembly/clock";
import * as cfg from "../../assembly/config";
import { readConfiguration, refuse } from "../../assembly/configuration";
import { install, Root } from "../../assembly/filter";
import { HeaderPairs } from "../../assembly/headers";
import {
  Action,
  // upstream: begin
  getHeader,
  // upstream: end
  getHeaderPairs,
  // upstream: begin
  getProperty,
  // upstream: end
  HeaderMap,
  incrementMetric,
  resultAddress,
  resultLength,
  sendLocalReply,
  setHeader,
  setProperty,
  setTickPeriod,
  Status,
} from "../../assembly/host";
import { refreshLogLevel } from "../../assembly/log";
import { MetricFamily } from "../../assembly/metrics";
import { Vitals } from "../../assembly/vitals";
import { compile, Policy } from "./config";
import { judge, Verdict } from "./policy";
import { SIZE_LIMIT, TABLE } from "./schema.gen";

export {
  malloc,
  proxy_abi_version_0_2_1,
  proxy_on_configure,
  proxy_on_context_create,
  proxy_on_delete,
  proxy_on_request_headers,
  proxy_on_tick,
} from "../../assembly/abi/callbacks";

const FILTER = ascii("my_filter");
const PASSED = ascii("passed");
const DENIED = ascii("denied");
const DETAILS = ascii("my_filter_denied");
const BODY = ascii("denied by my-filter");
const NO_HEADERS = ascii("");
const STATE = ascii("pointduty.my_filter.");
const OUTCOME = ascii(".outcome");
const FOLDER = ascii("my-filter");
// upstream: begin
const INTERNAL = ascii("x-envoy-internal");
const VIRTUAL_HOST_METADATA = ascii("xds\0virtual_host_metadata");
// upstream: end

/** A sign of life every second. */
const TICK_MILLIS: u32 = 1000;

/** A live stream. The kit needs the two fields; what a filter has to remember of a stream comes behind them. */
@unmanaged
class Entry {
  id: u32;
  root: u32;
}

const streams = install((): Root => new MyFilterRoot(), offsetof<Entry>());
/** Reused: letting a request pass allocates nothing. */
const headers = new HeaderPairs();
/** For names. */
const line = new ByteBuilder();

/** One policy. */
class MyFilterRoot extends Root {
  private policy: Policy = new Policy();
  private vitals: Vitals | null = null;
  private passed: i32 = -1;
  private denied: i32 = -1;
  /** Filter state that the access log shows. */
  private outcomePath: StaticArray<u8> = STATE;

  configure(size: i32): bool {
    const root = readConfiguration(size, SIZE_LIMIT, TABLE);
    if (root == cfg.NONE) return refuse(FOLDER);
    const hash = <u64>cfg.hash(root);
    const policy = compile(root);
    if (policy === null) return refuse(FOLDER);
    const metrics = new MetricFamily(FILTER, policy.name);
    this.policy = policy;
    this.vitals = new Vitals(metrics, hash);
    this.passed = metrics.counter(PASSED, null, null);
    this.denied = metrics.counter(DENIED, null, null);
    this.outcomePath = line.clear().add(STATE).add(policy.name).add(OUTCOME).copy();
    setTickPeriod(TICK_MILLIS);
    return true;
  }

  tick(): void {
    refreshLogLevel();
    const vitals = this.vitals;
    if (vitals !== null) vitals.beat(nowNanos());
  }

  requestHeaders(id: u32, endOfStream: bool): i32 {
    // upstream: begin
    if (detached()) return Action.Continue;
    // upstream: end
    const policy = this.policy;
    const known = getHeaderPairs(HeaderMap.RequestHeaders) == Status.Ok;
    headers.reset(resultAddress(), resultLength());
    if (!known) headers.valid = false;
    if (judge(policy, headers) == Verdict.Pass) {
      incrementMetric(this.passed, 1);
      if (!policy.shadow) setHeader(HeaderMap.RequestHeaders, policy.header, policy.value);
      return Action.Continue;
    }
    incrementMetric(this.denied, 1);
    setProperty(this.outcomePath, changetype<usize>(DENIED), DENIED.length);
    if (policy.shadow) return Action.Continue;
    sendLocalReply(403, DETAILS, BODY, NO_HEADERS);
    return Action.StopIteration;
  }

  /** Never called: index.ts does not export the callback. */
  responseHeaders(id: u32, endOfStream: bool): i32 {
    return Action.Continue;
  }

  end(): void {}

  streamEnd(id: u32): void {
    streams.remove(id);
  }
}
// upstream: begin

/**
 * Whether no client stands behind the request (Envoy made it itself, or mirrored another one): to answer it would crash
 * Envoy. It puts the header on such requests; an internal client's may carry it too, but theirs have a virtual host.
 */
function detached(): bool {
  return (
    getHeader(HeaderMap.RequestHeaders, INTERNAL) != Status.NotFound && getProperty(VIRTUAL_HOST_METADATA) != Status.Ok
  );
}
// upstream: end
