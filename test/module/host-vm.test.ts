/** One VM: what a module may do while it is loaded and while the host asks it for memory, what kills it, and what would kill Envoy. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  DownstreamRequest,
  EnvoyCrash,
  NotModelled,
  OfflineProxy,
  type PluginOptions,
  Router,
} from "../../cli/host/index.ts";
import { compileProbe, tinyModule } from "./host-probe.ts";

function load(code: Uint8Array, options: Partial<PluginOptions> = {}) {
  const proxy = new OfflineProxy({ clusters: ["c"] });
  const plugin = proxy.load({ code, name: "p", rootId: "r", vmId: "v", ...options });
  return { proxy, plugin, worker: proxy.worker(0) };
}

const onRequest = (body: string) =>
  `(func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32) ${body})`;
const TRAP = onRequest("(unreachable)");

// ---- memory for results: what Envoy 1.40.0 logged for this probe

const malloc = await compileProbe("malloc");

for (const [mode, status, dead] of [
  ["plain", 0, false],
  ["log", 0, false],
  ["grow", 0, false],
  ["null", 6, false],
  ["far", 6, false],
  ["edge", 6, false],
  ["time", 6, true],
] as const) {
  test(`malloc: ${mode}`, () => {
    const { proxy, plugin, worker } = load(malloc);
    proxy.logs.length = 0;
    const stream = worker.stream(plugin, { kind: "upstream" });
    const result = stream.requestHeaders([
      [":path", "/p"],
      ["x-mode", mode],
    ]);
    const lines = proxy.logs.filter((entry) => entry.level === "info").map((entry) => entry.message);
    assert.deepEqual(lines, [
      ...(mode === "log" ? ["in malloc"] : []),
      `${mode}|${status}|${status === 0 ? "/p" : "-"}`,
      "nothing to return needs no memory|1|",
    ]);
    assert.equal(result.failed, dead);
    const vm = worker.vm(plugin);
    assert.equal(vm.trap, dead ? "Function: malloc failed: restricted_callback" : undefined);
    assert.deepEqual(stream.localReply?.details, dead ? "wasm_fail_stream" : undefined);
  });
}

test("initialisation runs in the base VM, the canary, the main thread and the workers, and may log", () => {
  const { proxy } = load(malloc);
  assert.deepEqual(
    proxy.logs.map((entry) => `${entry.thread}: ${entry.message}`),
    ["base: initialize", "canary: initialize", "main: initialize", "worker 0: initialize"],
  );
});

test("initialisation may call nothing but the log", () => {
  const { plugin } = load(
    tinyModule(
      '(func (export "_initialize") (drop (call $proxy_get_property (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4))))',
    ),
  );
  assert.equal(plugin.accepted, false);
  assert.equal(plugin.reason, "Function: _initialize failed: restricted_callback");
});

// ---- modules that are refused

const noBody = "";
for (const [what, code, reason] of [
  ["no marker", tinyModule(noBody, { marker: "" }), /^Missing or unknown Proxy-Wasm ABI version$/],
  [
    "another ABI",
    tinyModule(noBody, { marker: '(func (export "proxy_abi_version_0_3_0"))' }),
    /^Missing or unknown Proxy-Wasm ABI version$/,
  ],
  ["no malloc", tinyModule(noBody, { malloc: "" }), /^Wasm module is missing malloc function\.$/],
  ["no memory", tinyModule(noBody, { memory: "(memory 1)" }), /no exported memory/],
  [
    "a callback of the wrong shape",
    tinyModule('(func (export "proxy_on_request_headers") (param i32) (result i32) (i32.const 0))'),
    /^Bad function signature for: proxy_on_request_headers/,
  ],
  [
    "an import that Envoy does not have",
    tinyModule('(import "env" "proxy_clear_route_cache" (func $x (result i32)))', {}),
    /missing import: env\.proxy_clear_route_cache$/,
  ],
  [
    "a 0.2.1 function in a 0.2.0 module",
    tinyModule('(import "env" "proxy_get_log_level" (func $x (param i32) (result i32)))', {
      marker: '(func (export "proxy_abi_version_0_2_0"))',
    }),
    /missing import: env\.proxy_get_log_level$/,
  ],
  ["no wasm at all", new Uint8Array([1, 2, 3]), /^Failed to load Wasm bytecode: /],
] as const) {
  test(`refused: ${what}`, () => {
    const { plugin } = load(code);
    assert.equal(plugin.accepted, false);
    assert.match(plugin.reason, reason);
  });
}

test("proxy_on_memory_allocate serves where there is no malloc", () => {
  const memory = '(func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 32768))';
  assert.equal(load(tinyModule(noBody, { malloc: memory })).plugin.accepted, true);
});

// ---- what kills Envoy leaves the host as an exception

test("a host call in the start section", () => {
  const code = tinyModule(
    "(func $start (drop (call $proxy_log (i32.const 2) (i32.const 0) (i32.const 0)))) (start $start)",
  );
  assert.throws(() => load(code), EnvoyCrash);
});

const readsSource = tinyModule(
  `(data (i32.const 16) "source\\00address")
   ${onRequest("(drop (call $proxy_get_property (i32.const 16) (i32.const 14) (i32.const 0) (i32.const 4))) (i32.const 0)")}`,
);

test("source.address on a request without a downstream connection", () => {
  const { proxy, plugin, worker } = load(readsSource);
  const router = new Router(proxy, { plugins: [plugin] });
  assert.equal(router.send(worker, { outcomes: [200] }).streams[0]?.calls.total, 1);
  assert.throws(() => router.send(worker, { outcomes: [200], mirror: true }), EnvoyCrash);
});

test("a sibling's local reply from proxy_on_done of an upstream filter", () => {
  const code = tinyModule(`(func (export "proxy_on_done") (param i32) (result i32)
      (if (i32.eq (local.get 0) (i32.const 2)) (then
        (drop (call $proxy_set_effective_context (i32.const 3)))
        (drop (call $proxy_send_local_response (i32.const 503) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const -1)))))
      (i32.const 1))`);
  const { plugin, worker } = load(code);
  const request = new DownstreamRequest();
  const [first, second] = [0, 1].map(() => worker.stream(plugin, { kind: "upstream", request }));
  first?.requestHeaders([]);
  second?.requestHeaders([]);
  assert.throws(() => first?.end(), EnvoyCrash);
});

test("what the host has no model of stops the test instead of pretending", () => {
  const call = tinyModule(
    `(data (i32.const 16) "c") (data (i32.const 32) "expr_create")
     ${onRequest("(call $proxy_call_foreign_function (i32.const 32) (i32.const 11) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4))")}`,
  );
  const { plugin, worker } = load(call);
  assert.throws(() => worker.stream(plugin).requestHeaders([]), NotModelled);
});

// ---- a dead VM stays dead

test("closed: the trapping request and all later ones get 503; nothing more is called", () => {
  const { plugin, worker } = load(
    tinyModule(`${TRAP} (func (export "proxy_on_done") (param i32) (result i32) (unreachable))`),
  );
  const first = worker.stream(plugin);
  assert.deepEqual(
    [first.requestHeaders([]).failed, first.localReply?.status, first.localReply?.details],
    [true, 503, "wasm_fail_stream"],
  );
  first.end();
  const later = worker.stream(plugin);
  assert.deepEqual(
    [later.requestHeaders([]).action, later.localReply?.details, later.id],
    ["StopAllIterationAndWatermark", "wasm_fail_stream", undefined],
  );
  later.end();
  assert.match(worker.vm(plugin).trap ?? "", /^Function: proxy_on_request_headers failed: unreachable$/);
});

test("open: the trapping request gets 503, later ones pass without the filter", () => {
  const { plugin, worker } = load(tinyModule(TRAP), { failurePolicy: "open" });
  assert.equal(worker.stream(plugin).requestHeaders([]).failed, true);
  const later = worker.stream(plugin);
  assert.deepEqual([later.requestHeaders([]).action, later.localReply], ["Continue", undefined]);
  assert.equal(later.responseHeaders([[":status", "200"]]).action, "Continue");
});

test("reload: a new VM, and only in the worker that needs it", () => {
  const proxy = new OfflineProxy({ workers: 2 });
  const plugin = proxy.load({ code: tinyModule(TRAP), failurePolicy: "reload" });
  const [hurt, well] = [proxy.worker(0), proxy.worker(1)];
  const wellVm = well.vm(plugin);
  hurt.stream(plugin).requestHeaders([]);
  assert.deepEqual([hurt.vm(plugin).dead, wellVm.dead], [true, false]);
  const inFlight = hurt.stream(plugin);
  assert.equal(hurt.reload(plugin), true);
  assert.deepEqual([hurt.vm(plugin).dead, well.vm(plugin)], [false, wellVm]);
  assert.equal(inFlight.requestHeaders([]).failed, true);
});

test("reload of a VM that lives ends it; a second policy of that VM follows into the same new one", () => {
  const proxy = new OfflineProxy();
  const code = tinyModule(onRequest("(i32.const 0)"));
  const [one, two] = ["one", "two"].map((name) => proxy.load({ code, name }));
  const worker = proxy.worker(0);
  assert.ok(one && two);
  const stream = worker.stream(two);
  worker.reload(one);
  assert.equal(worker.vm(two).dead, true);
  assert.equal(stream.requestHeaders([]).failed, true);
  worker.stream(one).requestHeaders([]);
  const fresh = worker.vm(one);
  assert.equal(fresh.dead, false);
  assert.equal(worker.reload(two), true);
  assert.equal(worker.vm(two), fresh);
});

test("a trap in the response phase fails the stream there", () => {
  const { plugin, worker } = load(
    tinyModule('(func (export "proxy_on_response_headers") (param i32 i32 i32) (result i32) (unreachable))'),
  );
  const stream = worker.stream(plugin);
  assert.equal(stream.requestHeaders([]).failed, false);
  assert.equal(stream.responseHeaders([[":status", "200"]]).failed, true);
  assert.equal(stream.localReply?.details, "wasm_fail_stream");
});
