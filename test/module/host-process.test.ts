/** What all threads of the offline proxy share, what is counted, and how a stream's parts wait for each other. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bytes, DownstreamRequest, HeaderMap, OfflineProxy, Router, Status, text } from "../../cli/host/index.ts";
import { Clock, msToNs } from "../../cli/host/clock.ts";
import { decodePairs, encodePairs } from "../../cli/host/pairs.ts";
import { compileProbe, tinyModule } from "./host-probe.ts";

const cells = await compileProbe("cells");

const onRequest = (body: string) =>
  `(func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32) ${body})`;

function loadTiny(body: string, workers = 1) {
  const proxy = new OfflineProxy({ workers });
  const plugin = proxy.load({ code: tinyModule(body), name: "p", rootId: "r", vmId: "v" });
  assert.equal(plugin.reason, "");
  return { proxy, plugin, worker: proxy.worker(0) };
}

// ---- metrics

test("a metric is one for all VMs of the process: each of the N + 2 adds to it", () => {
  for (const workers of [1, 2, 4]) {
    const proxy = new OfflineProxy({ workers });
    for (const name of ["one", "two"]) proxy.load({ code: cells, name, vmId: name, configuration: "no calls" });
    assert.equal(proxy.metric("probe_gauge"), BigInt(3 * 2 * (workers + 2)));
    assert.equal(proxy.metric("probe_counter"), BigInt(3 * 2 * (workers + 2)));
  }
});

test("a stats matcher drops a metric without a word: every call succeeds, the value stays 0", () => {
  const proxy = new OfflineProxy({ statsMatcher: (name) => name !== "probe_gauge" });
  const plugin = proxy.load({ code: cells, configuration: "no calls" });
  assert.equal(plugin.accepted, true);
  const answers = proxy.logs.map((entry) => entry.message).filter((line) => /\|increment gauge/.test(line));
  assert.ok(answers.every((line) => line.includes("|0|")));
  assert.deepEqual([proxy.metric("probe_gauge"), proxy.metric("probe_counter")], [0n, 9n]);
  assert.equal(proxy.metrics().get("probe_counter"), 9n);
  assert.equal(proxy.metric("never defined"), undefined);
});

// ---- shared data

test("shared data: cas numbers run through the whole process, a cas is compared only with an entry that exists", () => {
  const proxy = new OfflineProxy();
  assert.equal(proxy.setSharedData("v", "a", "1", 77), Status.Ok);
  assert.equal(proxy.setSharedData("w", "a", "2"), Status.Ok);
  assert.deepEqual([proxy.sharedData("v", "a")?.cas, proxy.sharedData("w", "a")?.cas], [1, 2]);
  assert.equal(proxy.setSharedData("v", "a", "3", 2), Status.CasMismatch);
  assert.equal(proxy.setSharedData("v", "a", "3", 1), Status.Ok);
  assert.equal(text(proxy.sharedData("v", "a")?.value ?? bytes("")), "3");
  assert.equal(proxy.sharedData("v", "b"), undefined);
});

// ---- counts of host calls

const COUNTED = `(data (i32.const 16) "plugin_name") (data (i32.const 32) "none") (data (i32.const 48) "plugin_vm_id")
  (global (export "calls") (mut i32) (i32.const 7))
  ${onRequest(`
    (drop (call $proxy_get_property (i32.const 16) (i32.const 11) (i32.const 0) (i32.const 4)))
    (drop (call $proxy_get_property (i32.const 32) (i32.const 4) (i32.const 0) (i32.const 4)))
    (drop (call $proxy_log (i32.const 2) (i32.const 16) (i32.const 6)))
    (i32.const 0)`)}
  (func (export "proxy_on_response_headers") (param i32 i32 i32) (result i32)
    (drop (call $proxy_get_property (i32.const 48) (i32.const 12) (i32.const 0) (i32.const 4)))
    (i32.const 0))`;

test("host calls are counted by callback, by stream and by process, with those that return bytes", () => {
  const { proxy, plugin, worker } = loadTiny(COUNTED);
  proxy.calls.reset();
  const stream = worker.stream(plugin);
  const { calls } = stream.requestHeaders([]);
  assert.deepEqual({ ...calls }, { total: 3, returning: 1, bytes: 1, byName: { proxy_get_property: 2, proxy_log: 1 } });
  assert.equal(stream.responseHeaders([[":status", "200"]]).calls.total, 1);
  stream.end();
  assert.deepEqual(
    { ...stream.calls },
    { total: 4, returning: 2, bytes: 2, byName: { proxy_get_property: 3, proxy_log: 1 } },
  );
  assert.equal(stream.callsOf("proxy_on_response_headers").total, 1);
  assert.equal(stream.callsOf("proxy_on_done").total, 0);
  assert.deepEqual({ ...proxy.calls }, { ...stream.calls });
});

test("memory size, exported globals and live contexts can be looked at", () => {
  const { plugin, worker } = loadTiny(COUNTED);
  const vm = worker.vm(plugin);
  assert.equal(vm.memoryBytes, 65536);
  assert.deepEqual(vm.globals(), { calls: 7 });
  const streams = [worker.stream(plugin), worker.stream(plugin)];
  assert.deepEqual(vm.liveContexts, [1, 2, 3]);
  for (const stream of streams) stream.end();
  assert.deepEqual(vm.liveContexts, [1]);
});

// ---- streams

test("body and trailers wait while headers are held, and go on with continue_stream", () => {
  const { plugin, worker } = loadTiny(`
    (global $size (export "size") (mut i32) (i32.const -1)) (global $trailers (export "trailers") (mut i32) (i32.const -1))
    ${onRequest("(i32.const 1)")}
    (func (export "proxy_on_request_body") (param i32 i32 i32) (result i32) (global.set $size (local.get 1)) (i32.const 0))
    (func (export "proxy_on_request_trailers") (param i32 i32) (result i32) (global.set $trailers (local.get 1)) (i32.const 0))
    (func (export "proxy_on_response_headers") (param i32 i32 i32) (result i32) (drop (call $proxy_continue_stream (i32.const 0))) (i32.const 0))`);
  const vm = worker.vm(plugin);
  const stream = worker.stream(plugin);
  assert.equal(stream.requestHeaders([]).action, "StopAllIterationAndWatermark");
  stream.requestBody("12345");
  stream.requestTrailers([["t", "1"]]);
  assert.deepEqual(vm.globals(), { size: -1, trailers: -1 });
  stream.responseHeaders([[":status", "200"]]);
  assert.deepEqual(vm.globals(), { size: 5, trailers: 1 });
  assert.deepEqual(stream.continued, { request: 1, response: 0 });
});

test("a plugin that allows StopIteration on headers gets the body at once", () => {
  const code = tinyModule(`(global $size (export "size") (mut i32) (i32.const -1)) ${onRequest("(i32.const 1)")}
    (func (export "proxy_on_request_body") (param i32 i32 i32) (result i32) (global.set $size (local.get 1)) (i32.const 0))`);
  const proxy = new OfflineProxy();
  const plugin = proxy.load({ code, allowOnHeadersStopIteration: true });
  const stream = proxy.worker(0).stream(plugin);
  assert.equal(stream.requestHeaders([]).action, "StopIteration");
  stream.requestBody("12345");
  assert.deepEqual(proxy.worker(0).vm(plugin).globals(), { size: 5 });
});

test("a buffered body is seen whole", () => {
  const { plugin, worker } = loadTiny(`(global $size (export "size") (mut i32) (i32.const -1))
    (func (export "proxy_on_request_body") (param i32 i32 i32) (result i32) (global.set $size (local.get 1)) (i32.eqz (local.get 2)))`);
  const stream = worker.stream(plugin);
  stream.requestHeaders([]);
  assert.equal(stream.requestBody("123").action, "StopIterationAndBuffer");
  assert.equal(stream.requestBody("45").action, "StopIterationAndBuffer");
  assert.deepEqual(worker.vm(plugin).globals(), { size: 5 });
  assert.equal(stream.requestBody("", { endOfStream: true }).action, "Continue");
  assert.deepEqual(worker.vm(plugin).globals(), { size: 5 });
});

for (const [value, action] of [
  [0, "Continue"],
  [1, "StopAllIterationAndWatermark"],
  [2, "Continue"],
  [3, "StopAllIterationAndBuffer"],
  [4, "StopAllIterationAndWatermark"],
  [5, "StopAllIterationAndWatermark"],
  [-1, "StopAllIterationAndWatermark"],
] as const) {
  test(`a headers callback that returns ${value} means ${action}`, () => {
    const { plugin, worker } = loadTiny(onRequest(`(i32.const ${value})`));
    assert.equal(worker.stream(plugin).requestHeaders([]).action, action);
  });
}

// ---- the router on several workers

test("requests on several workers interleave on one clock; each request stays in its worker", () => {
  const { proxy, plugin } = loadTiny(onRequest("(i32.const 0)"), 4);
  const router = new Router(proxy, { plugins: [plugin], retryOn: "5xx", numRetries: 1, backoffMs: 3 });
  const requests = Array.from({ length: 40 }, (_, i) =>
    router.send(proxy.worker(i % 4), {
      outcomes: [
        { status: 503, afterMs: i },
        { status: 200, afterMs: 40 - i },
      ],
    }),
  );
  proxy.run();
  assert.deepEqual([...new Set(requests.map((request) => (request.endedMs ?? 0) - request.startedMs))], [43]);
  assert.deepEqual([router.originals, router.backendHits], [40, 80]);
  for (const [i, request] of requests.entries()) {
    assert.ok(request.streams.every((stream) => stream.thread === proxy.worker(i % 4)));
    assert.equal(request.response?.status, 200);
  }
  assert.equal(proxy.inFlight, 0);
});

test("a request that nothing can end is an error, not a test that hangs", () => {
  const { proxy, plugin, worker } = loadTiny(onRequest("(i32.const 1)"));
  new Router(proxy, { plugins: [plugin], timeoutMs: 0 }).send(worker, { outcomes: [200] });
  assert.throws(() => proxy.run(), /1 requests in flight and nothing that could end them/);
});

test("a misspelt retry_on is an error", () => {
  const { proxy, plugin } = loadTiny(onRequest("(i32.const 0)"));
  assert.throws(
    () => new Router(proxy, { plugins: [plugin], retryOn: "5xx,resets" }),
    /unknown retry_on condition "resets"/,
  );
});

test("filter state: modules write under wasm., native filters under their own key", () => {
  const request = new DownstreamRequest();
  request.setFilterState("k", bytes("v"));
  request.setNativeFilterState("facts", "{}");
  assert.equal(text(request.filterStateByFullKey("wasm.k") ?? bytes("")), "v");
  assert.equal(text(request.filterStateByFullKey("facts") ?? bytes("")), "{}");
  assert.equal(request.filterState("facts"), undefined);
});

// ---- small parts

const someBytes = fc.uint8Array({ maxLength: 20 });
const somePairs = fc.array(fc.tuple(someBytes, someBytes), { maxLength: 20 });

test("pairs: what is encoded decodes to the same, what does not decode is no pairs", () => {
  fc.assert(
    fc.property(somePairs, (pairs) => {
      assert.deepEqual(decodePairs(encodePairs(pairs)), pairs);
    }),
  );
  fc.assert(
    fc.property(somePairs, fc.nat(), fc.integer({ min: 0, max: 255 }), (pairs, at, value) => {
      const data = encodePairs(pairs);
      data[at % data.length] = value;
      const decoded = decodePairs(data);
      if (decoded.length > 0) assert.deepEqual(encodePairs(decoded), data);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (data) => {
      const decoded = decodePairs(data);
      if (decoded.length > 0) assert.deepEqual(encodePairs(decoded), data);
    }),
  );
});

test("pairs: 1,024 and 1 MiB are the limits", () => {
  const pair: [Uint8Array, Uint8Array] = [bytes("n"), bytes("v")];
  assert.equal(decodePairs(encodePairs(Array.from({ length: 1024 }, () => pair))).length, 1024);
  assert.equal(decodePairs(encodePairs(Array.from({ length: 1025 }, () => pair))).length, 0);
  const frame = encodePairs([[bytes("n"), new Uint8Array()]]).length;
  const limit = 1024 * 1024;
  assert.equal(decodePairs(encodePairs([[bytes("n"), new Uint8Array(limit - frame)]])).length, 1);
  assert.equal(decodePairs(encodePairs([[bytes("n"), new Uint8Array(limit - frame + 1)]])).length, 0);
});

test("header maps: pseudo headers stay in front, names are lower case, a replaced header moves to the end", () => {
  const map = new HeaderMap("request", [
    ["A", "1"],
    [":path", "/"],
    ["b", "2"],
    ["a", "3"],
  ]);
  assert.deepEqual(map.listText(), [
    [":path", "/"],
    ["a", "1"],
    ["b", "2"],
    ["a", "3"],
  ]);
  map.replace("a", "4");
  map.add(":method", "GET");
  assert.deepEqual(map.listText(), [
    [":path", "/"],
    [":method", "GET"],
    ["b", "2"],
    ["a", "4"],
  ]);
  assert.equal(map.byteSize, 6 + 10 + 2 + 2);
  map.add(":path", "/x");
  assert.equal(map.getText(":PATH"), "/,/x");
});

test("the clock runs events in order of time, then of scheduling, and what was deferred in between", () => {
  const clock = new Clock(0n);
  const seen: string[] = [];
  const at = (ms: number, name: string) =>
    clock.schedule(msToNs(ms), () => seen.push(`${name}@${Number(clock.nowNs) / 1e6}`));
  at(2, "c");
  at(1, "a");
  const cancelled = at(1, "x");
  at(1, "b");
  cancelled.cancel();
  clock.schedule(msToNs(1.5), () => {
    clock.defer(() => seen.push("deferred"));
    at(0, "now");
    seen.push("event");
  });
  clock.advance(msToNs(1.75));
  assert.deepEqual(seen, ["a@1", "b@1", "event", "deferred", "now@1.5"]);
  assert.equal(clock.nowNs, msToNs(1.75));
  clock.advance(msToNs(10));
  assert.equal(seen.at(-1), "c@2");
  assert.equal(clock.step(), false);
  fc.assert(
    fc.property(fc.array(fc.nat(50), { maxLength: 60 }), (delays) => {
      const other = new Clock(0n);
      const order: number[] = [];
      for (const delay of delays) other.schedule(BigInt(delay), () => order.push(delay));
      while (other.step());
      assert.deepEqual(
        order,
        [...delays].sort((a, b) => a - b),
      );
    }),
  );
});

test("strings are latin1: a character of two bytes has no place in a header", () => {
  assert.deepEqual([...bytes("\xff\x00a")], [255, 0, 97]);
  assert.equal(text(new Uint8Array([255, 0, 97])), "\xff\x00a");
  assert.throws(() => bytes("\u20ac"), /not a latin1 string/);
});
