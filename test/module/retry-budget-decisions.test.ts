/** What the filter decides, attempt by attempt. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes } from "../../cli/host/index.ts";
import { attempt, event, marked, newRequest, outcome, prove, router, setup } from "./filter.ts";
import type { Setup } from "./filter.ts";

/** No retry at all beyond what a test deposits. */
const NOTHING = { budget: { percent: 0, interval: "2s" }, minRetryRate: { count: 0 } };
/** Exactly so many retries. */
const exactly = (count: number): object => ({
  budget: { percent: 0, interval: "2s" },
  minRetryRate: { count, interval: "1h" },
});
const ONE = exactly(1);

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
  prove(s, "500");
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
    originals: 2,
    answered: 2,
    retries_granted: 0,
    "retries_denied.budget": 2,
    "retries_denied.held": 0,
    leases_returned: 0,
  });
});

test("onExhausted 503 replaces the status and nothing else", () => {
  const s = setup({ ...NOTHING, onExhausted: "503" });
  prove(s, "500");
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
  const body = endOfStream ? "" : "with a body ";
  test(`${status} ${JSON.stringify(more)} ${body}${leased ? "asks for its retry" : "is left alone"}`, () => {
    const s = setup(exactly(2));
    const stream = attempt(s, newRequest());
    fails(stream, status, [...more] as [string, string][], endOfStream);
    s.proxy.advance(1300);
    assert.equal(event(s, "leases_returned"), leased ? 1 : 0);
  });
}

for (const [status, more] of [
  ["500", []],
  ["503", []],
  ["429", []],
  ["200", [["grpc-status", "14"]]],
  ["200", [["grpc-status", "5"]]],
] as const) {
  test(`${status} ${JSON.stringify(more)} is marked as denied once a retry has come for it, and not before`, () => {
    const s = setup(NOTHING);
    const early = attempt(s, newRequest());
    fails(early, status, [...more] as [string, string][]);
    assert.equal(marked(early), false);
    assert.equal(event(s, "retries_denied.budget"), 0);
    prove(s, status, [...more] as [string, string][]);
    assert.equal(event(s, "retries_denied.budget"), 1, "the retry that came");
    const late = attempt(s, newRequest());
    fails(late, status, [...more] as [string, string][]);
    assert.equal(marked(late), true);
    const other = attempt(s, newRequest());
    fails(other, "501");
    assert.equal(marked(other), false, "each status for itself");
    const elsewhere = attempt(s, newRequest("another"));
    fails(elsewhere, status, [...more] as [string, string][]);
    assert.equal(marked(elsewhere), false, "and each key");
  });
}

test("an answer that is marked already is neither leased nor counted", () => {
  for (const policy of [NOTHING, exactly(5)]) {
    const s = setup(policy);
    prove(s);
    const before = counts(s);
    const stream = attempt(s, newRequest());
    fails(stream, "503", [["x-envoy-ratelimited", "true"]]);
    stream.end();
    s.proxy.advance(1300);
    assert.deepEqual(counts(s), { ...before, originals: before.originals! + 1, answered: before.answered! + 1 });
  }
});

test("the last attempt takes no lease: which one is the last is known from those seen", () => {
  const s = setup(exactly(10));
  for (let i = 0; i < 2; i++) {
    const request = newRequest();
    const first = attempt(s, request);
    fails(first);
    first.end();
    const last = attempt(s, request);
    fails(last);
    last.end();
    s.proxy.advance(1300);
  }
  assert.deepEqual([event(s, "retries_granted"), event(s, "leases_returned")], [2, 0]);
  const request = newRequest();
  for (let i = 0; i < 3; i++) {
    const stream = attempt(s, request);
    fails(stream);
    stream.end();
  }
  const again = newRequest();
  for (let i = 0; i < 2; i++) {
    const stream = attempt(s, again);
    fails(stream);
    stream.end();
  }
  s.proxy.advance(1300);
  assert.equal(event(s, "leases_returned"), 1, "a third attempt was seen: the second asks for it");
});

test("a last attempt is marked when the budget is spent, and not while it lasts", () => {
  const s = setup(exactly(3));
  prove(s);
  for (const spent of [false, true]) {
    const request = newRequest();
    attempt(s, request).end();
    const last = attempt(s, request);
    fails(last);
    assert.equal(marked(last), spent);
  }
});

test("a lease that nobody claims is given back after a second", () => {
  const s = setup(exactly(2));
  prove(s);
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
  const s = setup(exactly(2));
  prove(s);
  const request = newRequest();
  const first = attempt(s, request);
  fails(first);
  first.end();
  s.proxy.advance(1500);
  assert.equal(attempt(s, request).localReply, undefined);
  assert.deepEqual([event(s, "leases_returned"), event(s, "retries_granted")], [1, 2]);
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
  prove(s);
  fails(attempt(s, newRequest()));
  s.proxy.advance(1300);
  assert.equal(event(s, "leases_returned"), 17, "a retry came: it is leased again");
});

test("our mark does not become a retry where retry_on has envoy-ratelimited", () => {
  const s = setup(NOTHING);
  prove(s);
  const request = newRequest();
  const first = attempt(s, request);
  fails(first);
  first.end();
  assert.equal(attempt(s, request).localReply?.status, 503);
  assert.equal(event(s, "retries_denied.budget"), 2, "counted once, after the one of the proof");
});

test("a denied retry stays denied even when the budget has come back meanwhile", () => {
  const s = setup({ budget: { percent: 0 }, minRetryRate: { count: 1, interval: "1s" } });
  prove(s);
  const request = newRequest();
  const first = attempt(s, request);
  fails(first);
  assert.equal(marked(first), true);
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
  assert.equal(internal.backendHits, 1);
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
  const s = setup(exactly(2));
  const request = newRequest();
  const first = attempt(s, request);
  fails(first);
  s.proxy.advance(5);
  s.worker.vm(s.plugin).kill("test");
  assert.ok(s.worker.reload(s.plugin));
  assert.equal(attempt(s, request).localReply, undefined);
  const other = newRequest();
  attempt(s, other).end();
  assert.equal(attempt(s, other).localReply?.status, 503, "the lease of the dead VM is not given out again");
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
