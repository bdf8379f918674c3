/** Several upstream filters in a row in the router model: what passes from one to the next, and what ends an attempt in the middle. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { OfflineProxy, Router, type RoutedRequest, text } from "../../cli/host/index.ts";
import type { SendOptions } from "../../cli/host/router/router.ts";
import { tinyModule } from "./host-probe.ts";

/** i32 constants. */
const k = (...values: number[]): string => values.map((value) => `(i32.const ${value})`).join(" ");

const CALLBACKS = {
  request_headers: 3,
  request_body: 3,
  request_trailers: 2,
  response_headers: 3,
  response_body: 3,
  response_trailers: 2,
} as const;
type Callback = keyof typeof CALLBACKS;

/** A filter that counts its callbacks, with code of its own in some of them: it leaves the callback's result. */
function counting(more: Partial<Record<Callback, string>> = {}): Uint8Array {
  const callbacks = (Object.keys(CALLBACKS) as Callback[]).map((name) => {
    const parameters = "i32 ".repeat(CALLBACKS[name]);
    return `(global $${name} (export "${name}") (mut i32) (i32.const 0))
      (func (export "proxy_on_${name}") (param ${parameters}) (result i32)
        (global.set $${name} (i32.add (global.get $${name}) (i32.const 1))) ${more[name] ?? "(i32.const 0)"})`;
  });
  return tinyModule(`(data (i32.const 64) "+") ${callbacks.join("\n")}`);
}

interface Run {
  request: RoutedRequest;
  /** Counts of each filter in chain order. */
  counts: Record<string, unknown>[];
}

/** Sends a request through the filters. */
function run(codes: Uint8Array[], send: SendOptions): Run {
  const proxy = new OfflineProxy();
  const plugins = codes.map((code, i) => proxy.load({ code, name: String(i), vmId: String(i) }));
  const router = new Router(proxy, { plugins, retryOn: "5xx", numRetries: 5 });
  const request = router.send(proxy.worker(0), send);
  proxy.run();
  return { request, counts: plugins.map((plugin) => proxy.worker(0).vm(plugin).globals()) };
}

const NONE = Object.fromEntries(Object.keys(CALLBACKS).map((name) => [name, 0]));
const REPLY = `(call $proxy_send_local_response ${k(503, 64, 0, 64, 1, 64, 0, -1)})`;
const APPEND = `(drop (call $proxy_set_buffer_bytes ${k(1, 1000, 0, 64, 1)})) (i32.const 0)`;

test("a body of no bytes calls no body callback, one of one byte does", () => {
  const bare = run([counting(), counting()], { outcomes: [200] });
  for (const counts of bare.counts) assert.deepEqual(counts, { ...NONE, request_headers: 1, response_headers: 1 });
  const whole = run([counting(), counting()], {
    body: "x",
    trailers: [["t", "1"]],
    outcomes: [{ status: 200, body: "y", trailers: [["t", "2"]] }],
  });
  for (const counts of whole.counts) assert.deepEqual(Object.values(counts), [1, 1, 1, 1, 1, 1]);
  assert.deepEqual(whole.request.response?.trailers, [["t", "2"]]);
});

test("trailers without a body", () => {
  const { counts } = run([counting()], { trailers: [["t", "1"]], outcomes: [{ status: 200, trailers: [["t", "2"]] }] });
  assert.deepEqual(counts[0], {
    ...NONE,
    request_headers: 1,
    request_trailers: 1,
    response_headers: 1,
    response_trailers: 1,
  });
});

test("each filter gets the body as the one before it left it, responses in the other direction", () => {
  const { request } = run([counting({ response_body: APPEND }), counting({ response_body: APPEND })], {
    outcomes: [{ status: 200, body: "body" }],
  });
  assert.equal(text(request.response?.body ?? new Uint8Array()), "body++");
});

for (const [phase, seen, status, broken] of [
  ["request_body", 0, 503, false],
  ["request_trailers", 0, 503, false],
  ["response_body", 0, 200, true],
  ["response_trailers", 0, 200, true],
] as const) {
  test(`a reply in ${phase} ends the attempt: the next filter does not see it, the client gets ${broken ? "a reset" : "the reply"}`, () => {
    const replying = counting({ [phase]: `(drop ${REPLY}) (i32.const 0)` });
    // Responses come from the other end.
    const codes = phase.startsWith("request") ? [replying, counting()] : [counting(), replying];
    const { request, counts } = run(codes, {
      body: "x",
      trailers: [["t", "1"]],
      outcomes: [{ status: 200, body: "y", trailers: [["t", "2"]] }],
    });
    const other = counts[phase.startsWith("request") ? 1 : 0];
    assert.deepEqual([other?.[phase], request.response?.status, request.response?.broken], [seen, status, broken]);
    assert.equal(request.response?.source, "local");
    assert.equal(request.backendHits, phase.startsWith("request") ? 0 : 1);
    assert.deepEqual([request.attempts, request.done], [1, true]);
  });
}

test("a reply in request headers: later filters and the backend see nothing", () => {
  const { request, counts } = run([counting({ request_headers: `(drop ${REPLY}) (i32.const 0)` }), counting()], {
    outcomes: [200],
  });
  assert.deepEqual(counts[1], NONE);
  assert.deepEqual([request.backendHits, request.response?.status], [0, 503]);
});

test("continue of a response that is not there does nothing", () => {
  const early = counting({ request_headers: `(drop (call $proxy_continue_stream ${k(1)})) (i32.const 0)` });
  assert.equal(run([early], { outcomes: [200] }).request.response?.status, 200);
});

test("a response that is continued twice counts once", () => {
  const twice = `(drop (call $proxy_continue_stream ${k(1)})) (drop (call $proxy_continue_stream ${k(1)})) (i32.const 1)`;
  const { request, counts } = run([counting({ response_headers: twice })], { outcomes: [503, 503, 200] });
  assert.deepEqual([request.attempts, request.response?.status, counts[0]?.["response_headers"]], [3, 200, 3]);
});

test("a request that is continued twice goes out once", () => {
  const twice = `(drop (call $proxy_continue_stream ${k(0)})) (drop (call $proxy_continue_stream ${k(0)})) (i32.const 1)`;
  const { request, counts } = run([counting({ request_headers: twice }), counting()], { outcomes: [200] });
  assert.deepEqual([request.backendHits, counts[1]?.["request_headers"], request.response?.status], [1, 1, 200]);
});

test("a filter that closes the stream ends the request without an answer", () => {
  const closing = counting({ request_headers: `(drop (call $proxy_close_stream ${k(0)})) (i32.const 0)` });
  const { request } = run([closing], { outcomes: [200] });
  assert.deepEqual([request.done, request.response, request.backendHits], [true, undefined, 0]);
});

test("what is not given takes no time", () => {
  for (const outcome of [200, "reset", { fault: "reset" } as const, { status: 200 }] as const) {
    const { request } = run([], { outcomes: [outcome] });
    const retries = request.attempts - 1;
    // Only the waits between attempts, of a millisecond each.
    assert.equal((request.endedMs ?? 0) - request.startedMs, retries, JSON.stringify(outcome));
  }
  const { request } = run([], { outcomes: [{ status: 200, afterMs: 7 }] });
  assert.equal((request.endedMs ?? 0) - request.startedMs, 7);
});
