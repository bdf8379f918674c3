/** What the filter decides, attempt by attempt. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes } from "../../cli/host/index.ts";
import { attempt, event, marked, newRequest, outcome, router, setup } from "./filter.ts";
import type { Setup } from "./filter.ts";

/** No retry at all beyond what a test deposits. */
const NOTHING = { budget: { percent: 0, interval: "2s" }, minRetryRate: { count: 0 } };
/** Exactly one retry. */
const ONE = { budget: { percent: 0, interval: "2s" }, minRetryRate: { count: 1, interval: "1h" } };

function counts(s: Setup): Record<string, number> {
  const names = [
    "originals",
    "answered",
    "retries_granted",
    "retries_denied.budget",
    "retries_denied.held",
    "leases_returned",
  ];
  return Object.fromEntries(names.map((name) => [name, event(s, name)]));
}

function fails(
  stream: ReturnType<typeof attempt>,
  status = "503",
  more: [string, string][] = [],
  endOfStream = true,
): void {
  stream.responseHeaders([[":status", status], ...more], { endOfStream });
}

test("a denied response is marked and otherwise untouched", () => {
  const s = setup(NOTHING);
  const request = newRequest();
  const stream = attempt(s, request);
  fails(stream, "500", [["x-backend", "a"]]);
  assert.deepEqual(
    stream.responseHeaderMap
      ?.list()
      .map(([name, value]) => [String.fromCharCode(...name), String.fromCharCode(...value)]),
    [
      [":status", "500"],
      ["x-backend", "a"],
      ["x-envoy-ratelimited", "true"],
    ],
  );
  assert.equal(outcome(request), "denied");
  assert.deepEqual(counts(s), {
    originals: 1,
    answered: 1,
    retries_granted: 0,
    "retries_denied.budget": 1,
    "retries_denied.held": 0,
    leases_returned: 0,
  });
});

test("onExhausted 503 replaces the status and nothing else", () => {
  const s = setup({ ...NOTHING, onExhausted: "503" });
  const stream = attempt(s, newRequest());
  fails(stream, "500");
  assert.equal(stream.responseHeaderMap?.getText(":status"), "503");
  assert.ok(marked(stream));
});

for (const [status, more, endOfStream, leased] of [
  ["200", [], true, false],
  ["200", [["grpc-status", "0"]], true, false],
  ["200", [["grpc-status", "14"]], true, true],
  ["200", [["grpc-status", "1"]], true, true],
  ["200", [["grpc-status", "5"]], true, false],
  ["200", [["grpc-status", "14"]], false, false],
  ["200", [["grpc-status", "x"]], true, false],
  ["302", [], true, false],
  ["404", [], true, false],
  ["429", [], true, false],
  ["500", [], false, true],
  ["599", [], true, true],
] as const) {
  test(`${status} ${JSON.stringify(more)} ${endOfStream ? "" : "with a body "}is ${leased ? "" : "not "}a failure that asks for its retry`, () => {
    const s = setup(NOTHING);
    const stream = attempt(s, newRequest());
    fails(stream, status, [...more] as [string, string][], endOfStream);
    assert.equal(marked(stream), leased);
    assert.equal(event(s, "retries_denied.budget"), leased ? 1 : 0);
  });
}

test("a retry that was paid at the response is not paid again when it arrives", () => {
  const s = setup(ONE);
  const request = newRequest();
  const first = attempt(s, request);
  fails(first);
  assert.ok(!marked(first));
  first.end();
  const second = attempt(s, request);
  assert.equal(second.localReply, undefined);
  assert.equal(outcome(request), "granted");
  assert.equal(event(s, "retries_granted"), 1);
  fails(second);
  assert.ok(marked(second), "the one retry is spent");
});

test("a retry that arrives without a lease pays then, or is answered here", () => {
  const s = setup(ONE);
  for (const granted of [true, false]) {
    const request = newRequest();
    attempt(s, request).end();
    const retry = attempt(s, request);
    assert.equal(retry.localReply === undefined, granted);
    assert.equal(outcome(request), granted ? "granted" : "denied");
    if (granted) continue;
    assert.equal(retry.localReply?.status, 503);
    assert.equal(retry.localReply?.details, "retry_budget_exhausted");
    assert.equal(retry.localReply?.grpcStatus, undefined);
    assert.equal(JSON.stringify(retry.localReply?.headers), JSON.stringify(retry.localReply?.headers));
  }
  assert.equal(event(s, "retries_granted"), 1);
  assert.equal(event(s, "retries_denied.budget"), 1);
});

test("after a timeout the answer is 504", () => {
  const s = setup(NOTHING);
  for (const [value, status] of [
    ["true", 504],
    ["false", 503],
    ["", 503],
  ] as const) {
    const request = newRequest();
    attempt(s, request).end();
    assert.equal(attempt(s, request, [["x-envoy-is-timeout-retry", value]]).localReply?.status, status);
  }
});

test("a lease that nobody claims is given back after a second", () => {
  const s = setup(ONE);
  const first = attempt(s, newRequest());
  fails(first);
  first.end();
  s.proxy.advance(900);
  const denied = attempt(s, newRequest());
  fails(denied);
  assert.ok(marked(denied));
  s.proxy.advance(200);
  assert.equal(event(s, "leases_returned"), 1);
  const granted = attempt(s, newRequest());
  fails(granted);
  assert.ok(!marked(granted));
});

test("a retry that comes after its lease has run out pays again", () => {
  const s = setup(ONE);
  const request = newRequest();
  const first = attempt(s, request);
  fails(first);
  first.end();
  s.proxy.advance(1500);
  assert.equal(attempt(s, request).localReply, undefined);
  assert.deepEqual([event(s, "leases_returned"), event(s, "retries_granted")], [1, 1]);
  const late = attempt(s, newRequest());
  fails(late);
  assert.ok(marked(late));
});

test("a lease is dated anew when its retry arrives: what earned it may have left the window", () => {
  const s = setup({ budget: { percent: 100, interval: "1s" }, minRetryRate: { count: 0 } });
  const request = newRequest();
  const first = attempt(s, request);
  fails(first);
  assert.ok(!marked(first));
  first.end();
  s.proxy.advance(995);
  assert.equal(attempt(s, request).localReply?.status, 503, "the original is older than the window");
});

test("4xx is leased once a retry has come for it", () => {
  const s = setup({ budget: { percent: 0 }, minRetryRate: { count: 1, interval: "1h" } });
  const request = newRequest();
  const first = attempt(s, request);
  fails(first, "429");
  first.end();
  attempt(s, request);
  const next = attempt(s, newRequest());
  fails(next, "429");
  assert.ok(marked(next));
  const other = attempt(s, newRequest());
  fails(other, "404");
  assert.ok(!marked(other));
});

test("a status that the route does not retry is no longer marked after 16 leases in vain", () => {
  const s = setup({ budget: { percent: 100 } });
  for (let i = 0; i < 16; i++) {
    const stream = attempt(s, newRequest());
    fails(stream);
    stream.end();
  }
  s.proxy.advance(1300);
  assert.equal(event(s, "leases_returned"), 16);
  const stream = attempt(s, newRequest());
  fails(stream);
  s.proxy.advance(1300);
  assert.equal(event(s, "leases_returned"), 16, "no lease was taken");
});

test("our mark does not become a retry where retry_on has envoy-ratelimited", () => {
  const s = setup(NOTHING);
  const request = newRequest();
  const first = attempt(s, request);
  fails(first);
  first.end();
  assert.equal(attempt(s, request).localReply?.status, 503);
  assert.equal(event(s, "retries_denied.budget"), 1, "counted once");
});

test("a denied retry stays denied even when the budget has come back meanwhile", () => {
  const s = setup({ budget: { percent: 0 }, minRetryRate: { count: 1, interval: "1s" } });
  const spender = newRequest();
  attempt(s, spender).end();
  attempt(s, spender);
  const request = newRequest();
  const first = attempt(s, request);
  fails(first);
  assert.ok(marked(first));
  first.end();
  s.proxy.advance(3000);
  assert.equal(attempt(s, request).localReply?.status, 503);
});

test("mirrored requests and Envoy's own neither deposit nor withdraw; an internal client's do", () => {
  const s = setup(NOTHING);
  const route = router(s);
  route.send(s.worker, { outcomes: [503], mirror: true });
  s.proxy.run();
  assert.equal(event(s, "originals"), 0);
  assert.equal(event(s, "retries_denied.budget"), 0);
  const internal = route.send(s.worker, { outcomes: [503], internal: true });
  s.proxy.run();
  assert.equal(event(s, "originals"), 1);
  assert.equal(internal.attempts, 1);
  assert.equal(event(s, "retries_denied.budget"), 1);
});

test("a mark that is not ours makes an attempt a retry, nothing more", () => {
  const s = setup(ONE);
  for (const foreign of ["", "x", "a mark of 20 bytes..", "one of many more bytes than ours"]) {
    const request = newRequest();
    request.setFilterState("pointduty.retry_budget.shop", bytes(foreign));
    attempt(s, request);
  }
  assert.deepEqual([event(s, "originals"), event(s, "retries_granted"), event(s, "retries_denied.budget")], [0, 1, 3]);
});

test("a retry on a VM that was rebuilt pays again, and finds its key", () => {
  const s = setup({ budget: { percent: 0 }, minRetryRate: { count: 2, interval: "1h" } });
  const request = newRequest();
  const first = attempt(s, request);
  fails(first);
  s.proxy.advance(5);
  s.worker.vm(s.plugin).kill("test");
  assert.ok(s.worker.reload(s.plugin));
  assert.equal(attempt(s, request).localReply, undefined);
  const other = attempt(s, newRequest());
  fails(other);
  assert.ok(marked(other), "the lease of the dead VM is not given out again");
});

test("keys beyond the 1,024th share one budget and are counted", () => {
  const s = setup(NOTHING);
  for (let i = 0; i < 1030; i++) attempt(s, newRequest(`cluster-${i}`)).end();
  attempt(s, newRequest("x".repeat(257))).end();
  assert.equal(event(s, "keys_overflowed", null), 7);
  assert.equal(event(s, "originals", "overflow"), 7);
  assert.equal(event(s, "originals", "cluster-1023"), 1);
  assert.equal(event(s, "originals", "cluster-1024"), 0);
  attempt(s, newRequest("cluster-5")).end();
  assert.equal(event(s, "originals", "cluster-5"), 2);
});

test("a key of 256 bytes is a key; one without a name is called unnamed", () => {
  const s = setup({ ...NOTHING, per: "route" });
  for (const route of ["x".repeat(256), ""]) {
    attempt(s, newRequest("c", route)).end();
  }
  assert.equal(event(s, "originals", "x".repeat(256)), 1);
  assert.equal(event(s, "originals", "unnamed"), 1);
});

test("bytes of a key that would end a tag are escaped, so that no two keys share a metric", () => {
  const s = setup(NOTHING);
  for (const cluster of ["a;.;b", "a%3B.%3Bb", "a b\x7f\xff"]) attempt(s, newRequest(cluster)).end();
  assert.equal(event(s, "originals", "a%3B.%3Bb"), 1);
  assert.equal(event(s, "originals", "a%253B.%253Bb"), 1);
  assert.equal(event(s, "originals", "a%20b%7F%FF"), 1);
});

test("tokens_left is published at the tick", () => {
  const s = setup({ budget: { percent: 50, interval: "2s" }, minRetryRate: { count: 3, interval: "1s" } });
  for (let i = 0; i < 10; i++) {
    const stream = attempt(s, newRequest());
    fails(stream, "200");
    stream.end();
  }
  s.proxy.advance(110);
  assert.equal(event(s, "tokens_left"), 8);
  s.proxy.advance(2100);
  assert.equal(event(s, "tokens_left"), 3);
});

test("heartbeat and policy hash", () => {
  const s = setup();
  s.proxy.advance(2000);
  assert.ok(Math.abs(event(s, "heartbeat", null) * 1000 - s.proxy.nowMs) <= 1000);
  const hash = event(s, "policy_hash", null);
  assert.ok(hash > 0);
  s.plugin.update({ configuration: '{"mode": "enforce", "budget": {"percent": 20.0}, "name": "shop"}' });
  assert.equal(event(s, "policy_hash", null), hash, "the same policy in other words");
  s.plugin.update({ configuration: '{"mode": "shadow", "name": "shop"}' });
  assert.notEqual(event(s, "policy_hash", null), hash);
});
