/**
 * Rules of the offline host that no request of the conformance tests reaches: functions that our filters do not use,
 * bodies and trailers, properties that a test gives. Sources: proxy-wasm-cpp-host and Envoy, as named in cli/host.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bytes,
  DownstreamRequest,
  HeaderMap,
  NotModelled,
  OfflineProxy,
  type PropertyMap,
  type ProxyOptions,
  Status,
  text,
} from "../../cli/host/index.ts";
import { decodePairs } from "../../cli/host/pairs.ts";
import { tinyModule } from "./host-probe.ts";

const onRequest = (body: string): string =>
  `(func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32) ${body})`;

/** i32 constants. */
const k = (...values: number[]): string => values.map((value) => `(i32.const ${value})`).join(" ");

interface Asked {
  /** What the call returned. */
  status: number;
  /** The first four words of memory: where calls of this file write. */
  words: number[];
  proxy: OfflineProxy;
  request: DownstreamRequest;
}

/** Runs one host call in request headers. `data` is what lies at address 64; outs may be 0, 4, 8 and 12. */
function ask(
  call: string,
  data = "",
  options: ProxyOptions & { request?: DownstreamRequest; parts?: object } = {},
): Asked {
  const escaped = [...bytes(data)].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");
  const code = tinyModule(
    `(data (i32.const 64) "${escaped}") (global $status (export "status") (mut i32) (i32.const -1))
     ${[0, 1, 2, 3].map((i) => `(global $w${i} (export "w${i}") (mut i32) (i32.const 0))`).join("")}
     ${onRequest(`(global.set $status ${call})
       ${[0, 1, 2, 3].map((i) => `(global.set $w${i} (i32.load (i32.const ${i * 4})))`).join("")} (i32.const 0)`)}`,
    options.parts,
  );
  const proxy = new OfflineProxy(options);
  const plugin = proxy.load({ code, name: "p", rootId: "r", vmId: "v" });
  assert.equal(plugin.reason, "");
  const request = options.request ?? new DownstreamRequest({ cluster: "c" });
  const worker = proxy.worker(0);
  worker.stream(plugin, { request, kind: "upstream" }).requestHeaders([[":path", "/p"]]);
  const globals = worker.vm(plugin).globals();
  return {
    status: Number(globals["status"]),
    words: [0, 1, 2, 3].map((i) => Number(globals[`w${i}`])),
    proxy,
    request,
  };
}

// ---- calls out of the module

const PATH = "c:path:method:authority";

test("calls that can't be made are answered as Envoy answers them; those that can stop the test", () => {
  const grpcCall = (size: number): string => `(call $proxy_grpc_call ${k(64, size, 0, 0, 0, 0, 0, 0, 0, 0, 1000, 0)})`;
  const grpcStream = (size: number): string => `(call $proxy_grpc_stream ${k(64, size, 0, 0, 0, 0, 0, 0, 0)})`;
  for (const make of [grpcCall, grpcStream]) {
    assert.equal(ask(make(1), "x", { clusters: ["c"] }).status, Status.ParseFailure);
    assert.equal(ask(make(0x7fffff00), "c", { clusters: ["c"] }).status, Status.InvalidMemoryAccess);
    assert.throws(() => ask(make(1), "c", { clusters: ["c"] }), NotModelled);
  }
  const send = (token: number, size: number): number => ask(`(call $proxy_grpc_send ${k(token, 64, size, 1)})`).status;
  assert.deepEqual([send(2, 1), send(6, 1), send(0, 1), send(1, 1), send(2, 0x7fffff00)], [1, 1, 2, 2, 6]);
  const http = (size: number, timeout: number): string =>
    `(call $proxy_http_call ${k(64, 1, 65, size, 0, 0, 0, 0, timeout, 0)})`;
  assert.equal(ask(http(0, 1), "x", { clusters: ["c"] }).status, Status.BadArgument);
  assert.equal(ask(http(0, -1), "c", { clusters: ["c"] }).status, Status.BadArgument);
  assert.equal(ask(http(0, 1), PATH, { clusters: ["c"] }).status, Status.BadArgument);
  assert.equal(ask(http(0x7fffff00, 1), "c", { clusters: ["c"] }).status, Status.InvalidMemoryAccess);
});

/** Pairs as a module hands them over. */
function wire(...pairs: [string, string][]): string {
  const word = (value: number): string => String.fromCharCode(value & 255, (value >> 8) & 255, 0, 0);
  const sizes = pairs.map(([name, value]) => word(name.length) + word(value.length)).join("");
  return word(pairs.length) + sizes + pairs.map(([name, value]) => `${name}\0${value}\0`).join("");
}

test("an HTTP call needs path, method and authority; one with them is not modelled", () => {
  const whole: [string, string][] = [
    [":path", "/"],
    [":method", "GET"],
    [":authority", "a"],
  ];
  const call = (pairs: [string, string][]): Asked => {
    const headers = wire(...pairs);
    return ask(`(call $proxy_http_call ${k(64, 1, 65, headers.length, 0, 0, 0, 0, 1000, 0)})`, `c${headers}`, {
      clusters: ["c"],
    });
  };
  for (const missing of whole) assert.equal(call(whole.filter((pair) => pair !== missing)).status, Status.BadArgument);
  assert.throws(() => call(whole), NotModelled);
  const headers = wire(...whole);
  const forever = `(call $proxy_http_call ${k(64, 1, 65, headers.length, 0, 0, 0, 0, 0, 0)})`;
  assert.throws(() => ask(forever, `c${headers}`, { clusters: ["c"] }), NotModelled);
});

test("foreign functions: unknown ones are NotFound, clearing the route cache does nothing here, others stop the test", () => {
  const call = (name: string): Asked =>
    ask(`(call $proxy_call_foreign_function ${k(64, name.length, 0, 0, 0, 4)})`, name);
  assert.equal(call("nothing").status, Status.NotFound);
  assert.equal(call("clear_route_cache").status, Status.Ok);
  for (const name of ["verify_signature", "sign", "compress", "uncompress", "set_envoy_filter_state", "expr_create"]) {
    assert.throws(() => call(name), NotModelled, name);
  }
  for (const name of ["declare_property", "expr_evaluate", "expr_delete"]) {
    assert.throws(() => call(name), NotModelled, name);
  }
});

test("continue and close of either side are Ok, whatever there is to continue", () => {
  for (const name of ["continue", "close"]) {
    const statuses = [0, 1, 2, 3, 4].map((type) => ask(`(call $proxy_${name}_stream ${k(type)})`).status);
    assert.deepEqual(statuses, name === "continue" ? [0, 0, 0, 12, 2] : [0, 0, 0, 0, 2], name);
  }
});

test("queues: names and items outside of memory", () => {
  const far = 0x7fffff00;
  assert.equal(ask(`(call $proxy_register_shared_queue ${k(far, 1, 0)})`).status, Status.InvalidMemoryAccess);
  assert.equal(ask(`(call $proxy_register_shared_queue ${k(64, 1, far)})`).status, Status.InvalidMemoryAccess);
  const resolve = (vm: number, name: number): number =>
    ask(`(call $proxy_resolve_shared_queue ${k(vm, 1, name, 1, 0)})`).status;
  assert.deepEqual([resolve(far, 64), resolve(64, far), resolve(64, 64)], [6, 6, 1]);
  assert.equal(ask(`(call $proxy_enqueue_shared_queue ${k(1, far, 1)})`).status, Status.InvalidMemoryAccess);
});

// ---- headers

test("a second value of a header that Envoy keeps once is joined with a comma; nothing is joined to nothing", () => {
  const joined = (first: string, second: string): string | undefined => {
    const map = new HeaderMap("request", [["x-envoy-retry-on", first]]);
    map.add("x-envoy-retry-on", second);
    assert.equal(map.size, 1);
    return map.getText("x-envoy-retry-on");
  };
  assert.deepEqual([joined("a", "b"), joined("", "b"), joined("a", ""), joined("", "")], ["a,b", "b", "a", ""]);
  const response = new HeaderMap("response", [["x-envoy-retry-on", "a"]]);
  response.add("x-envoy-retry-on", "b");
  assert.deepEqual(response.getAll("X-ENVOY-RETRY-ON").map(text), ["a", "b"]);
});

test("a header that the proxy sets changes where it stands", () => {
  const map = new HeaderMap("response", [
    [":status", "200"],
    ["content-length", "9"],
    ["x", "1"],
  ]);
  map.set("content-length", "4");
  map.set("new", "n");
  assert.deepEqual(map.listText(), [
    [":status", "200"],
    ["content-length", "4"],
    ["x", "1"],
    ["new", "n"],
  ]);
});

test("all headers at once: what parses replaces them, what does not parse leaves none", () => {
  const set = (data: string, size = data.length): { left: number | undefined; status: number } => {
    const code = tinyModule(
      `(data (i32.const 64) "${[...bytes(data)].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("")}")
       (global $status (export "status") (mut i32) (i32.const -1))
       ${onRequest(`(global.set $status (call $proxy_set_header_map_pairs ${k(0, 64, size)})) (i32.const 0)`)}`,
    );
    const proxy = new OfflineProxy();
    const plugin = proxy.load({ code });
    const stream = proxy.worker(0).stream(plugin);
    stream.requestHeaders([[":path", "/p"]]);
    return { left: stream.requestHeaderMap.size, status: Number(proxy.worker(0).vm(plugin).globals()["status"]) };
  };
  assert.deepEqual(set(wire(["A", "1"], ["a", "2"])), { left: 2, status: 0 });
  assert.deepEqual(set(`${wire(["a", "1"])}x`), { left: 0, status: 0 });
  assert.deepEqual(set("", 0x7fffff00), { left: 1, status: Status.InvalidMemoryAccess });
  assert.equal(ask(`(call $proxy_set_header_map_pairs ${k(2, 64, 0)})`).status, Status.BadArgument);
  assert.equal(ask(`(call $proxy_set_header_map_pairs ${k(8, 64, 0)})`).status, Status.BadArgument);
});

test("the size of a header map is bytes, of names and values", () => {
  const { status, words } = ask(`(call $proxy_get_header_map_size ${k(0, 4)})`);
  assert.deepEqual([status, words[1]], [Status.Ok, 7]);
  assert.equal(ask(`(call $proxy_get_header_map_size ${k(0, 0x7fffff00)})`).status, Status.InvalidMemoryAccess);
});

test("pairs that contradict themselves are no pairs", () => {
  const good = wire(["ab", "cd"], ["e", ""]);
  const changed = (at: number, value: number): Uint8Array => {
    const data = bytes(good);
    data[at] = value;
    return data;
  };
  assert.equal(decodePairs(bytes(good)).length, 2);
  assert.equal(decodePairs(bytes(`${good}\0`)).length, 0, "one byte too many");
  assert.equal(decodePairs(bytes(good).subarray(0, -1)).length, 0, "one byte too few");
  assert.equal(decodePairs(bytes(good).subarray(0, 3)).length, 0, "no count");
  for (const [at, value] of [
    [0, 1],
    [0, 3],
    [4, 1],
    [4, 3],
    [8, 3],
    [16, 1],
    [22, 65],
    [25, 65],
  ] as const) {
    assert.equal(decodePairs(changed(at, value)).length, 0, `byte ${at} = ${value}`);
  }
});

// ---- bodies and trailers

/** A filter that adds a trailer in each body callback of its side. */
function trailersInBody(side: "request" | "response"): string {
  const map = side === "request" ? 1 : 3;
  return `(data (i32.const 64) "t") (global $status (export "status") (mut i32) (i32.const -1))
    (func (export "proxy_on_${side}_body") (param i32 i32 i32) (result i32)
      (global.set $status (call $proxy_add_header_map_value ${k(map, 64, 1, 64, 1)})) (i32.const 0))
    ${side === "request" ? "" : onRequest("(i32.const 0)")}`;
}

for (const side of ["request", "response"] as const) {
  test(`${side} trailers can be added in the last body callback, and in no other`, () => {
    const proxy = new OfflineProxy();
    const plugin = proxy.load({ code: tinyModule(trailersInBody(side)) });
    const worker = proxy.worker(0);
    const stream = worker.stream(plugin);
    stream.requestHeaders([]);
    stream.responseHeaders([[":status", "200"]]);
    const status = (): number => Number(worker.vm(plugin).globals()["status"]);
    const body = (data: string, endOfStream: boolean): unknown =>
      side === "request" ? stream.requestBody(data, { endOfStream }) : stream.responseBody(data, { endOfStream });
    const trailers = (): HeaderMap | undefined =>
      side === "request" ? stream.requestTrailerMap : stream.responseTrailerMap;
    body("1", false);
    assert.deepEqual([status(), trailers()], [Status.BadArgument, undefined]);
    body("2", true);
    assert.deepEqual([status(), trailers()?.listText()], [Status.Ok, [["t", "t"]]]);
    assert.equal(text(stream.passedBody(side)), "12");
  });
}

test("what a filter holds back of a body has not passed", () => {
  const proxy = new OfflineProxy();
  const holds = '(func (export "proxy_on_request_body") (param i32 i32 i32) (result i32) (i32.eqz (local.get 2)))';
  const stream = proxy.worker(0).stream(proxy.load({ code: tinyModule(holds) }));
  stream.requestHeaders([]);
  stream.requestBody("ab");
  assert.equal(text(stream.passedBody("request")), "");
  stream.requestBody("c", { endOfStream: true });
  assert.equal(text(stream.passedBody("request")), "abc");
});

test("a downstream filter sees a reply's body of one byte", () => {
  const proxy = new OfflineProxy();
  const code =
    tinyModule(`(global $size (export "size") (mut i32) (i32.const -1)) (global $end (export "end") (mut i32) (i32.const -1))
    ${onRequest(`(call $proxy_send_local_response ${k(503, 64, 0, 64, 1, 64, 0, -1)})`)}
    (func (export "proxy_on_response_body") (param i32 i32 i32) (result i32)
      (global.set $size (local.get 1)) (global.set $end (local.get 2)) (i32.const 0))`);
  const plugin = proxy.load({ code });
  const stream = proxy.worker(0).stream(plugin);
  stream.requestHeaders([]);
  assert.equal(stream.localReply?.status, 503);
  assert.deepEqual(proxy.worker(0).vm(plugin).globals(), { size: 1, end: 1 });
});

// ---- properties

test("properties that a test gives: maps by name, lists by index, values by their wire form", () => {
  const properties: PropertyMap = {
    metadata: { deep: { text: "t", list: ["a", "bc"], yes: true, big: 258n, small: 7, nothing: null, map: { x: 1 } } },
    bad: ["a", null],
  };
  const read = (...path: string[]): string => {
    const key = path.join("\0");
    const get = `(call $proxy_get_property ${k(64, key.length, 0, 4)})`;
    const { status, words } = ask(get, key, { request: new DownstreamRequest({ properties }) });
    return `${status} ${words[1]}`;
  };
  const deep = (...path: string[]): string => read("metadata", "deep", ...path);
  assert.deepEqual([deep("text"), deep("yes"), deep("big"), deep("small")], ["0 1", "0 1", "0 8", "0 8"]);
  assert.deepEqual(
    [deep("list", "0"), deep("list", "1"), deep("list", "2"), deep("list", "x")],
    ["0 1", "0 2", "1 0", "1 0"],
  );
  assert.deepEqual([deep("nothing"), deep("map"), deep("none"), deep("text", "more")], ["3 0", "3 0", "1 0", "1 0"]);
  // Two items: count, sizes, then "a", "" and "bc", "", each with its NUL.
  assert.deepEqual([deep("list"), read("bad")], [`0 ${4 + 16 + 2 + 1 + 3 + 1}`, "3 0"]);
});

test("what a test gives for a member wins over what the host works out", () => {
  const request = new DownstreamRequest({ cluster: "c", properties: { xds: { cluster_name: "given" } } });
  const get = `(call $proxy_get_property ${k(64, 16, 0, 4)})`;
  assert.equal(ask(get, "xds\0cluster_name", { request }).words[1], 5);
  assert.equal(ask(get, "xds\0cluster_name").words[1], 1);
});
