/** Parts of the offline host one by one: modules, WASI, the clock, the log, conversions. Sources: as named in cli/host. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, HeaderMap, OfflineProxy, Router, text, utf8 } from "../../cli/host/index.ts";
import { dataAction, headersAction, trailersAction } from "../../cli/host/abi.ts";
import { sameBytes } from "../../cli/host/bytes.ts";
import { Clock } from "../../cli/host/clock.ts";
import { httpToGrpcStatus, isGrpc } from "../../cli/host/local-reply.ts";
import { ModuleCode } from "../../cli/host/module.ts";
import { parseRetryOn, RetryState } from "../../cli/host/router/retry.ts";
import { tinyModule } from "./host-probe.ts";

const onRequest = (body: string): string =>
  `(func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32) ${body})`;

/** i32 constants. */
const k = (...values: number[]): string => values.map((value) => `(i32.const ${value})`).join(" ");

// ---- modules

test("a module may be given compiled: the same object is the same module", () => {
  const code = tinyModule(onRequest("(i32.const 0)"));
  const module = new WebAssembly.Module(code);
  const proxy = new OfflineProxy();
  const [one, two, three] = [module, module, new WebAssembly.Module(code)].map((given, i) =>
    proxy.load({ code: given, name: String(i) }),
  );
  assert.equal(one !== undefined && two !== undefined && three !== undefined, true);
  if (!one || !two || !three) return;
  const worker = proxy.worker(0);
  assert.equal(worker.vm(one), worker.vm(two));
  assert.notEqual(worker.vm(one), worker.vm(three));
  const known = new ModuleCode(code);
  assert.deepEqual([known.is(code), known.is(code.slice()), known.is(module)], [true, true, false]);
  assert.deepEqual([new ModuleCode(module).is(code), new ModuleCode(module).is(module)], [false, true]);
});

test("the ABI version is the one that the marker names", () => {
  const version = (marker: string): string =>
    new ModuleCode(tinyModule("", { marker: `(func (export "proxy_abi_version_${marker}"))` })).abiVersion;
  assert.deepEqual([version("0_2_0"), version("0_2_1")], ["0.2.0", "0.2.1"]);
});

test("two slots with one policy share its root context until the last of them is gone", () => {
  const code = tinyModule(onRequest("(i32.const 0)"));
  const proxy = new OfflineProxy();
  const [one, two] = [0, 1].map(() => proxy.load({ code, name: "same" }));
  if (!one || !two) throw new Error("not loaded");
  const worker = proxy.worker(0);
  for (const plugin of [one, two, one, two]) {
    const stream = worker.stream(plugin);
    assert.equal(stream.requestHeaders([]).action, "Continue");
    stream.end();
  }
  one.remove();
  assert.deepEqual(worker.vm(two).liveContexts, [1]);
  assert.equal(worker.stream(two).requestHeaders([]).failed, false);
});

test("a trap is told in the log, with what trapped", () => {
  const proxy = new OfflineProxy();
  const plugin = proxy.load({ code: tinyModule(onRequest("(unreachable)")) });
  proxy.worker(0).stream(plugin).requestHeaders([]);
  assert.deepEqual(
    proxy.logs.map(({ thread, level, message }) => [thread, level, message]),
    [["worker 0", "critical", "Wasm VM failed Function: proxy_on_request_headers failed: unreachable"]],
  );
});

// ---- WASI

const WASI: Readonly<Record<string, string>> = {
  fd_write: "(param i32 i32 i32 i32) (result i32)",
  clock_time_get: "(param i32 i64 i32) (result i32)",
  random_get: "(param i32 i32) (result i32)",
  environ_sizes_get: "(param i32 i32) (result i32)",
  environ_get: "(param i32 i32) (result i32)",
  args_sizes_get: "(param i32 i32) (result i32)",
  args_get: "(param i32 i32) (result i32)",
  proc_exit: "(param i32)",
};

/** A module that imports one WASI function as `$f`. */
function wasi(name: string, body: string, parts: { malloc?: string } = {}): Uint8Array {
  return tinyModule(`(import "wasi_snapshot_preview1" "${name}" (func $f ${WASI[name]})) ${body}`, parts);
}

function askWasi(name: string, call: string, data = ""): { status: number; words: number[]; proxy: OfflineProxy } {
  const proxy = new OfflineProxy();
  const words = [0, 1, 2, 3];
  const code = wasi(
    name,
    `${data} (global $status (export "status") (mut i32) (i32.const -1))
     ${words.map((i) => `(global $w${i} (export "w${i}") (mut i32) (i32.const 0))`).join("")}
     ${onRequest(`(i32.store (i32.const 0) (i32.const 7)) (i32.store (i32.const 4) (i32.const 7)) (global.set $status ${call})
       ${words.map((i) => `(global.set $w${i} (i32.load (i32.const ${i * 4})))`).join("")} (i32.const 0)`)}`,
  );
  const plugin = proxy.load({ code });
  assert.equal(plugin.reason, "");
  proxy.worker(0).stream(plugin).requestHeaders([]);
  const globals = proxy.worker(0).vm(plugin).globals();
  return { status: Number(globals["status"]), words: words.map((i) => Number(globals[`w${i}`])), proxy };
}

test("WASI: output becomes log lines, without the last line feed", () => {
  const vectors =
    '(data (i32.const 64) "ab\\0a") (data (i32.const 32) "\\40\\00\\00\\00\\01\\00\\00\\00\\41\\00\\00\\00\\02\\00\\00\\00")';
  const write = (fd: number, at = 32): ReturnType<typeof askWasi> =>
    askWasi("fd_write", `(call $f ${k(fd, at, 2, 4)})`, vectors);
  for (const [fd, level] of [
    [1, "info"],
    [2, "error"],
  ] as const) {
    const { status, words, proxy } = write(fd);
    assert.deepEqual([status, words[1]], [0, 3]);
    assert.deepEqual(
      proxy.logs.map((entry) => [entry.level, entry.message]),
      [[level, "ab"]],
    );
  }
  assert.deepEqual([write(0).status, write(3).status, write(1, 0x7fffff00).status], [8, 8, 21]);
  const far = askWasi(
    "fd_write",
    `(call $f ${k(1, 32, 1, 4)})`,
    '(data (i32.const 32) "\\40\\00\\00\\7f\\01\\00\\00\\00")',
  );
  assert.equal(far.status, 21);
});

test("WASI: time, randomness, no environment and no arguments", () => {
  const clock = (id: number): number =>
    askWasi("clock_time_get", `(call $f (i32.const ${id}) (i64.const 0) (i32.const 0))`).status;
  assert.deepEqual([clock(0), clock(1), clock(2)], [0, 0, 58]);
  const time = askWasi("clock_time_get", "(call $f (i32.const 0) (i64.const 0) (i32.const 0))").words;
  assert.equal(BigInt.asUintN(32, BigInt(time[0] ?? 0)), BigInt.asUintN(32, 1_700_000_000_000_000_000n));
  const random = (size: number): number => askWasi("random_get", `(call $f ${k(0, size)})`).status;
  assert.deepEqual([random(16), random(65_536), random(65_537), random(-1)], [0, 0, 28, 28]);
  assert.equal(askWasi("random_get", `(call $f ${k(0x7fffff00, 4)})`).status, 21);
  assert.notEqual(askWasi("random_get", `(call $f ${k(0, 8)})`).words[0], 7);
  for (const name of ["environ_sizes_get", "args_sizes_get"]) {
    const { status, words } = askWasi(name, `(call $f ${k(0, 4)})`);
    assert.deepEqual([status, words[0], words[1]], [0, 0, 0], name);
    assert.equal(askWasi(name, `(call $f ${k(0x7fffff00, 4)})`).status, 21);
    assert.equal(askWasi(name, `(call $f ${k(0, 0x7fffff00)})`).status, 21);
  }
  for (const name of ["environ_get", "args_get"]) assert.equal(askWasi(name, `(call $f ${k(0, 4)})`).status, 0);
  const exit = new OfflineProxy();
  const plugin = exit.load({ code: wasi("proc_exit", onRequest("(call $f (i32.const 1)) (i32.const 0)")) });
  assert.equal(exit.worker(0).stream(plugin).requestHeaders([]).failed, false);
});

test("WASI: what a module may call while the host is in its malloc, and while it initialises", () => {
  const inMalloc = (name: string, args: string): boolean => {
    const malloc = `(func (export "malloc") (param i32) (result i32) (drop (call $f ${args})) (i32.const 32768))`;
    const path = `(data (i32.const 64) "plugin_vm_id")`;
    const get = `(drop (call $proxy_get_property ${k(64, 12, 0, 4)})) (i32.const 0)`;
    const proxy = new OfflineProxy();
    const plugin = proxy.load({ code: wasi(name, `${path} ${onRequest(get)}`, { malloc }), vmId: "v" });
    return !proxy.worker(0).stream(plugin).requestHeaders([]).failed;
  };
  assert.equal(inMalloc("fd_write", k(1, 32, 0, 4)), true);
  assert.equal(inMalloc("clock_time_get", "(i32.const 0) (i64.const 0) (i32.const 8)"), true);
  assert.equal(inMalloc("random_get", k(0, 4)), false);
  assert.equal(inMalloc("environ_get", k(0, 4)), false);
  const initialize = (name: string, args: string): boolean =>
    new OfflineProxy().load({ code: wasi(name, `(func (export "_initialize") (drop (call $f ${args})))`) }).accepted;
  assert.equal(initialize("random_get", k(0, 4)), true);
  assert.equal(initialize("environ_get", k(0, 4)), true);
});

// ---- the process

test("a slot keeps what an update changed, and its configuration when the same comes again", () => {
  const proxy = new OfflineProxy();
  const plugin = proxy.load({ code: tinyModule(""), name: "a", configuration: "A" });
  plugin.update({ configuration: "B" });
  const { active } = plugin;
  plugin.update({ name: "a" });
  assert.equal(plugin.active, active);
  assert.equal(text(plugin.active.configuration), "B");
  plugin.update({ name: "b" });
  assert.deepEqual([plugin.active.name, text(plugin.active.configuration)], ["b", "B"]);
  assert.equal(plugin.accepted, true);
  plugin.remove();
  assert.deepEqual([plugin.accepted, plugin.inForce, plugin.reason], [false, false, "removed"]);
});

test("a configuration that the canary takes and a thread refuses is in force, and told in the log", () => {
  const once = `(data (i32.const 64) "k")
    (func (export "proxy_on_configure") (param i32 i32) (result i32)
      (i32.eqz (call $proxy_set_shared_data ${k(64, 1, 64, 1, 77)})))`;
  const proxy = new OfflineProxy();
  const plugin = proxy.load({ code: tinyModule(once), name: "a" });
  assert.equal(plugin.accepted, true);
  assert.deepEqual(
    proxy.logs.map(({ thread, level, message }) => [thread, level, message]),
    ["main", "worker 0"].map((thread) => [
      thread,
      "error",
      `Failed to start plugin in ${thread}: Failed to configure thread-local Wasm plugin`,
    ]),
  );
});

test("randomness is the seed's, so that a run can be repeated", () => {
  const proxy = new OfflineProxy();
  assert.deepEqual([...proxy.randomBytes(4), ...proxy.randomBytes(4)], [32, 6, 168, 153, 23, 91, 51, 28]);
  assert.deepEqual([...new OfflineProxy({ seed: 7 }).randomBytes(4)], [224, 146, 193, 82]);
});

test("retries: which statuses each condition takes", () => {
  const wants = (on: string, status: number | string, more: [string, string][] = []): boolean => {
    const state = new RetryState({ retryOn: parseRetryOn(on), retriableStatusCodes: [418], numRetries: 1 });
    return state.wouldRetryHeaders(new HeaderMap("response", [[":status", String(status)], ...more]));
  };
  const taken = (on: string): number[] =>
    [200, 409, 418, 429, 499, 500, 501, 502, 503, 504, 505, 599, 600].filter((status) => wants(on, status));
  assert.deepEqual(taken("5xx"), [500, 501, 502, 503, 504, 505, 599]);
  assert.deepEqual(taken("gateway-error"), [502, 503, 504]);
  assert.deepEqual(taken("retriable-4xx"), [409]);
  assert.deepEqual(taken("retriable-status-codes"), [418]);
  assert.deepEqual(taken("reset,connect-failure,envoy-ratelimited,unavailable"), []);
  const grpc = (on: string): number[] =>
    Array.from({ length: 17 }, (_, i) => i).filter((status) => wants(on, 200, [["grpc-status", String(status)]]));
  assert.deepEqual(grpc("cancelled,deadline-exceeded,internal,resource-exhausted,unavailable"), [1, 4, 8, 13, 14]);
  assert.deepEqual([grpc("cancelled"), grpc("unavailable"), grpc("5xx")], [[1], [14], []]);
  assert.equal(wants("unavailable", 200, [["grpc-status", "14x"]]), false);
  assert.equal(wants("unavailable", 200, [["grpc-status", ""]]), false);
  const limited: [string, string][] = [["x-envoy-ratelimited", "true"]];
  assert.deepEqual([wants("5xx", 503, limited), wants("envoy-ratelimited", 200, limited)], [false, true]);
});

test("retries: which faults each condition takes, and no more of them than there are", () => {
  const state = (on: string): RetryState =>
    new RetryState({ retryOn: parseRetryOn(on), retriableStatusCodes: [], numRetries: 1 });
  const taken = (on: string, sent: boolean): string[] =>
    (["reset", "connect-failure", "per-try-timeout"] as const).filter((fault) =>
      state(on).wouldRetryReset(fault, sent),
    );
  const all = ["reset", "connect-failure", "per-try-timeout"];
  for (const on of ["5xx", "gateway-error", "reset"]) assert.deepEqual(taken(on, true), all, on);
  assert.deepEqual(taken("connect-failure", true), ["connect-failure"]);
  assert.deepEqual([taken("reset-before-request", true), taken("reset-before-request", false)], [[], all]);
  assert.deepEqual(taken("retriable-4xx", true), []);
  const one = state("5xx");
  assert.deepEqual(
    [one.decide(false), one.decide(true), one.decide(true), one.decide(false)],
    ["no", "retry", "limit", "no"],
  );
});

// ---- small parts

test("actions: what a callback's result means", () => {
  const stopAll = "StopAllIterationAndWatermark";
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map((value) => headersAction(value, false, false)),
    ["Continue", stopAll, "Continue", "StopAllIterationAndBuffer", stopAll, stopAll],
  );
  assert.deepEqual([headersAction(1, false, true), headersAction(0, true, true)], ["StopIteration", stopAll]);
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((value) => dataAction(value, false)),
    [
      "Continue",
      "StopIterationAndBuffer",
      "StopIterationAndWatermark",
      "StopIterationNoBuffer",
      "StopIterationNoBuffer",
    ],
  );
  assert.equal(dataAction(0, true), "StopIterationNoBuffer");
  assert.deepEqual(
    [trailersAction(0, false), trailersAction(1, false), trailersAction(2, false), trailersAction(0, true)],
    ["Continue", "StopIteration", "StopIteration", "StopIteration"],
  );
});

test("gRPC: which requests are, and which status an HTTP status becomes", () => {
  const is = (type: string): boolean => isGrpc(new HeaderMap("request", [["content-type", type]]));
  assert.deepEqual(["application/grpc", "application/grpc+proto", "application/grpc-web", "text/plain", ""].map(is), [
    true,
    true,
    false,
    false,
    false,
  ]);
  assert.equal(isGrpc(new HeaderMap("request")), false);
  assert.deepEqual(
    [400, 401, 403, 404, 429, 500, 502, 503, 504].map(httpToGrpcStatus),
    [13, 16, 7, 12, 14, 2, 14, 14, 14],
  );
});

test("bytes and texts", () => {
  assert.equal(sameBytes(bytes("ab"), bytes("ab")), true);
  assert.deepEqual([sameBytes(bytes("ab"), bytes("ac")), sameBytes(bytes("ab"), bytes("abc"))], [false, false]);
  const long = "\xff\x00x".repeat(10_000);
  assert.equal(text(bytes(long)), long);
  assert.deepEqual([...utf8("\u00e9")], [0xc3, 0xa9]);
});

test("the clock: a cancelled event is never the next one, a delay below 0 is none", () => {
  const clock = new Clock(5n);
  assert.equal(clock.nextNs, undefined);
  const first = clock.schedule(1n, () => assert.fail("cancelled"));
  let ran = 0n;
  clock.schedule(-3n, () => void (ran = clock.nowNs));
  assert.equal(clock.nextNs, 5n);
  assert.equal(clock.step(), true);
  assert.equal(ran, 5n);
  assert.equal(first.cancelled, false);
  first.cancel();
  assert.deepEqual([first.cancelled, clock.nextNs, clock.step()], [true, undefined, false]);
  const order: number[] = [];
  for (const delay of [0, 1, 10, 2, 3, 11, 5, 20, 21, 22, 23]) clock.schedule(BigInt(delay), () => order.push(delay));
  while (clock.step());
  assert.deepEqual(order, [0, 1, 2, 3, 5, 10, 11, 20, 21, 22, 23]);
});

test("log levels: lines below the proxy's level are dropped", () => {
  const code = tinyModule(`(data (i32.const 64) "x") ${onRequest(`(call $proxy_log ${k(2, 64, 1)})`)}`);
  for (const [logLevel, kept] of [
    ["warn", 0],
    ["info", 1],
    ["trace", 1],
  ] as const) {
    const proxy = new OfflineProxy({ logLevel });
    assert.equal(proxy.worker(0).stream(proxy.load({ code })).requestHeaders([]).action, "Continue");
    assert.equal(proxy.logs.length, kept, logLevel);
  }
});

test("ticks: the period in force, and nothing after 0", () => {
  const code = tinyModule(`(global $ticks (export "ticks") (mut i32) (i32.const 0))
    ${onRequest(`(drop (call $proxy_set_tick_period_milliseconds (local.get 1))) (i32.const 0)`)}
    (func (export "proxy_on_tick") (param i32) (global.set $ticks (i32.add (global.get $ticks) (i32.const 1))))`);
  const proxy = new OfflineProxy();
  const plugin = proxy.load({ code });
  const vm = proxy.worker(0).vm(plugin);
  const set = (headers: number): void => {
    const stream = proxy.worker(0).stream(plugin);
    stream.requestHeaders(Array.from({ length: headers }, (_, i) => [`x-${i}`, ""] as const));
    stream.end();
  };
  assert.equal(vm.tickPeriodMs(1), 0);
  set(10);
  assert.equal(vm.tickPeriodMs(1), 10);
  proxy.advance(35);
  assert.equal(vm.globals()["ticks"], 3);
  set(20);
  proxy.advance(19);
  assert.equal(vm.globals()["ticks"], 3);
  proxy.advance(1);
  assert.equal(vm.globals()["ticks"], 4);
  set(0);
  proxy.advance(1000);
  assert.deepEqual([vm.globals()["ticks"], vm.tickPeriodMs(1)], [4, 0]);
});

test("a request in flight counts until it is done, and can be told apart", () => {
  const proxy = new OfflineProxy();
  const router = new Router(proxy, { plugins: [], retryOn: "5xx" });
  const request = router.send(proxy.worker(0), { outcomes: [503, { status: 200, afterMs: 30 }] });
  assert.deepEqual([proxy.inFlight, router.originals, request.done, request.endedMs], [1, 1, false, undefined]);
  proxy.run();
  assert.deepEqual([proxy.inFlight, request.done, request.attempts, request.response?.status], [0, true, 2, 200]);
  assert.equal((request.endedMs ?? 0) - request.startedMs, 31);
  assert.equal(request.response?.source, "upstream");
  const mirror = router.send(proxy.worker(0), { outcomes: [503], mirror: true });
  proxy.run();
  assert.deepEqual([router.originals, mirror.attempts, mirror.headers.getText("x-envoy-internal")], [1, 1, "true"]);
  assert.equal(mirror.headers.getText(":authority"), "host-shadow");
});
