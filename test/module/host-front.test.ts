/** A request through a filter before the router: which route it takes, who answers, what the filter still sees of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FrontRequest, OfflineProxy, Router, text, type HeaderMap, type OutcomeInput } from "../../cli/host/index.ts";
import { tinyModule } from "./host-probe.ts";

const REQUEST = "proxy_on_request_headers";
const RESPONSE = "proxy_on_response_headers";

const callback = (name: string, body: string): string =>
  `(func (export "${name}") (param i32 i32 i32) (result i32) ${body})`;

/** Adds `x-seen: 1` to the request (0) or response (2) headers. */
const mark = (map: number): string =>
  `(drop (call $proxy_add_header_map_value (i32.const ${map}) (i32.const 64) (i32.const 6) (i32.const 70) (i32.const 1)))`;
/** Answers with this status and details `why`. */
const reply = (status: number): string =>
  `(drop (call $proxy_send_local_response (i32.const ${status}) (i32.const 71) (i32.const 3) (i32.const 74) (i32.const 4)
     (i32.const 0) (i32.const 0) (i32.const -1)))`;
const GO = "(i32.const 0)";
const STOP = "(i32.const 1)";

interface Sent {
  readonly proxy: OfflineProxy;
  readonly front: FrontRequest;
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly details: string | undefined;
  readonly atBackend: readonly (readonly [string, string])[];
}

/** Sends one request: to cluster `b` when it carries x-seen, to nowhere with path /none, else to cluster `a`. */
function send(body: string, path = "/", outcomes: readonly OutcomeInput[] = [200]): Sent {
  const proxy = new OfflineProxy();
  const plugin = proxy.load({ code: tinyModule(`(data (i32.const 64) "x-seen1whybody") ${body}`) });
  assert.equal(plugin.reason, "");
  const [a, b] = ["a", "b"].map((cluster) => new Router(proxy, { plugins: [], cluster, route: cluster }));
  const front = new FrontRequest(proxy, proxy.worker(0), {
    plugin,
    headers: [
      [":method", "GET"],
      [":authority", "shop"],
      [":path", path],
    ],
    outcomes,
    route: (headers: HeaderMap) => (headers.getText(":path") === "/none" ? undefined : headers.get("x-seen") ? b : a),
  });
  while (!front.done && proxy.clock.step());
  const { response, routed } = front;
  return {
    proxy,
    front,
    status: Number(response?.headers.getText(":status") ?? 0),
    headers: response?.headers.listText() ?? [],
    body: response ? text(response.body) : "",
    details: response?.details,
    atBackend: routed?.headers.listText() ?? [],
  };
}

test("a request that passes is routed by the headers that the filter left", () => {
  const changed = send(callback(REQUEST, mark(0) + GO));
  assert.deepEqual([changed.status, changed.details, changed.front.request.cluster], [200, "via_upstream", "b"]);
  assert.deepEqual(changed.atBackend.at(-1), ["x-seen", "1"]);
  assert.equal(changed.front.routed?.backendHits, 1);
  assert.equal(send(callback(REQUEST, GO)).front.request.cluster, "a");
});

test("where no route fits, the router answers, and the filter sees its answer", () => {
  const { status, details, headers, front } = send(callback(RESPONSE, mark(2) + GO), "/none");
  assert.deepEqual([status, details, front.request.route], [404, "route_not_found", null]);
  assert.deepEqual(headers.at(-1), ["x-seen", "1"]);
});

test("the filter's own answer reaches no backend and passes its own response phase", () => {
  const { status, details, body, headers, front } = send(
    callback(REQUEST, reply(403) + STOP) + callback(RESPONSE, mark(2) + GO),
  );
  assert.deepEqual([status, details, body, front.routed], [403, "why", "body", undefined]);
  assert.deepEqual(headers.at(-1), ["x-seen", "1"]);
  assert.equal(front.stream.ended, true);
});

test("an answer in the response phase takes the place of the backend's", () => {
  const { status, details, body, front } = send(callback(RESPONSE, reply(502) + STOP));
  assert.deepEqual([status, details, body, front.routed?.backendHits], [502, "why", "body", 1]);
});

test("the backend's answer, and the router's own, pass the response phase", () => {
  const module = callback(RESPONSE, mark(2) + GO);
  const own = send(module, "/", [{ status: 503, headers: [["x-a", "b"]], body: "down" }]);
  assert.deepEqual([own.status, own.body, own.details], [503, "down", "via_upstream"]);
  assert.deepEqual(own.headers.slice(-2), [
    ["x-a", "b"],
    ["x-seen", "1"],
  ]);
  const none = send(module, "/", ["timeout"]);
  assert.deepEqual([none.status, none.details, none.headers.at(-1)], [504, "response_timeout", ["x-seen", "1"]]);
});

test("a trap is answered by Envoy", () => {
  for (const phase of [REQUEST, RESPONSE]) {
    const { status, details } = send(callback(phase, "(unreachable)"));
    assert.deepEqual([status, details], [503, "wasm_fail_stream"]);
  }
});

test("a request that is held goes on when the filter says so, and never when it does not", () => {
  const goOn = `(global $held (mut i32) (i32.const 0))
    (func (export "proxy_on_tick") (param i32)
      (drop (call $proxy_set_effective_context (global.get $held)))
      (drop (call $proxy_continue_stream (i32.const 0))))
    (func (export "proxy_on_context_create") (param i32 i32))
    (func (export "proxy_on_configure") (param i32 i32) (result i32)
      (drop (call $proxy_set_tick_period_milliseconds (i32.const 100))) (i32.const 1))
    (func (export "${REQUEST}") (param i32 i32 i32) (result i32) (global.set $held (local.get 0)) ${STOP})`;
  const { status, proxy, front } = send(goOn);
  assert.deepEqual([status, front.routed?.backendHits], [200, 1]);
  assert.ok(proxy.nowMs - 1_700_000_000_000 < 200);
  const held = send(callback(REQUEST, STOP));
  assert.deepEqual([held.front.response, held.front.routed, held.front.stream.ended], [undefined, undefined, true]);
});

test("a stream that the filter closes has no answer", () => {
  const { front } = send(callback(REQUEST, `(drop (call $proxy_close_stream (i32.const 0))) ${STOP}`));
  assert.deepEqual([front.done, front.response, front.routed], [true, undefined, undefined]);
});
