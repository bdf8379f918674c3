/** Attempts of one request that live side by side. A denied one never ends the one that may still answer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { attempt, event, held, marked, newRequest, outcome, prove, setup } from "./filter.ts";
import type { Setup } from "./filter.ts";

/** `grants` retries in all. */
function allowing(grants: number): Setup {
  const minRetryRate = grants === 0 ? { count: 0 } : { count: grants, interval: "1h" };
  return setup({ budget: { percent: 0, interval: "2s" }, minRetryRate });
}

type Attempt = ReturnType<typeof attempt>;

/** The local reply as of now: a test looks before and after. */
const replyOf = (stream: Attempt): Attempt["localReply"] => stream.localReply;

function answers(stream: Attempt, status: string): void {
  stream.responseHeaders([[":status", status]], { endOfStream: true });
}

test("a denied hedge is held while the first attempt runs, and counted as held", () => {
  const s = allowing(0);
  const request = newRequest();
  const first = attempt(s, request);
  const second = attempt(s, request);
  assert.ok(held(second));
  assert.equal(outcome(request), "held");
  assert.deepEqual([event(s, "retries_denied.held"), event(s, "retries_denied.budget")], [1, 0]);
  answers(first, "200");
  assert.ok(!marked(first));
});

test("the first attempt's failure ends both: it is marked, without a second denial", () => {
  const s = allowing(0);
  const request = newRequest();
  const first = attempt(s, request);
  attempt(s, request);
  answers(first, "503");
  assert.ok(marked(first));
  assert.equal(event(s, "retries_denied.budget"), 0);
});

test("when the first attempt dies without an answer the held one is answered at the next tick", () => {
  const s = allowing(0);
  const request = newRequest();
  const first = attempt(s, request);
  const second = attempt(s, request);
  s.proxy.advance(60);
  assert.equal(replyOf(second), undefined);
  first.end();
  s.proxy.advance(60);
  assert.equal(replyOf(second)?.status, 503);
  assert.equal(replyOf(second)?.details, "retry_budget_exhausted");
});

test("a held attempt that Envoy takes away is forgotten", () => {
  const s = allowing(0);
  const request = newRequest();
  const first = attempt(s, request);
  const second = attempt(s, request);
  second.end();
  s.proxy.advance(120);
  assert.equal(replyOf(second), undefined);
  prove(s);
  answers(first, "503");
  assert.ok(marked(first), "an ordinary denial again");
  assert.equal(event(s, "retries_denied.budget"), 2);
});

test("a granted hedge is paid; the failure of either attempt is left to Envoy while the other runs", () => {
  const s = allowing(2);
  const request = newRequest();
  const first = attempt(s, request);
  const second = attempt(s, request);
  assert.ok(!held(second));
  assert.equal(event(s, "retries_granted"), 1);
  answers(first, "503");
  assert.ok(!marked(first));
  first.end();
  answers(second, "503");
  assert.ok(!marked(second), "the second retry is leased");
  second.end();
  const third = attempt(s, request);
  assert.equal(replyOf(third), undefined);
  assert.equal(event(s, "retries_granted"), 2);
  assert.equal(event(s, "leases_returned"), 0);
});

test("one runs, one was granted and runs, the third is held: no failure is marked before the last", () => {
  const s = allowing(1);
  const request = newRequest();
  const first = attempt(s, request);
  const second = attempt(s, request);
  const third = attempt(s, request);
  assert.ok(held(third));
  answers(first, "503");
  assert.ok(!marked(first), "the second still runs");
  first.end();
  answers(second, "503");
  assert.ok(marked(second), "nobody else runs");
});

test("the attempt in the middle dies: the first one, which still runs, is not forgotten", () => {
  const s = allowing(1);
  const request = newRequest();
  const first = attempt(s, request);
  attempt(s, request).end();
  const third = attempt(s, request);
  assert.ok(held(third));
  s.proxy.advance(200);
  assert.equal(replyOf(third), undefined);
  first.end();
  s.proxy.advance(60);
  assert.equal(replyOf(third)?.status, 503);
});

test("two held attempts of one request get one answer, sent by the youngest: a second one would crash Envoy", () => {
  for (const gone of [null, 1, 2]) {
    const s = allowing(0);
    const request = newRequest();
    const streams = [attempt(s, request), attempt(s, request), attempt(s, request)];
    if (gone !== null) streams[gone]!.end();
    streams[0]!.end();
    s.proxy.advance(60);
    const answered = streams.map((stream) => replyOf(stream) !== undefined);
    assert.deepEqual(answered, [false, gone === 2, gone !== 2]);
  }
});

test("a failure that the route does not retry is not marked beside a held attempt", () => {
  const s = allowing(0);
  const request = newRequest();
  const first = attempt(s, request);
  attempt(s, request);
  answers(first, "404");
  assert.equal(marked(first), false);
});

test("onExhausted 503 also replaces the status of a failure that ends a held attempt", () => {
  const s = setup({ budget: { percent: 0 }, minRetryRate: { count: 0 }, onExhausted: 503 });
  const request = newRequest();
  const first = attempt(s, request);
  attempt(s, request);
  answers(first, "502");
  assert.equal(first.responseHeaderMap?.getText(":status"), "503");
});

test("100 held requests are answered in two sweeps, each with its own status", () => {
  const s = allowing(0);
  const requests = Array.from({ length: 100 }, () => newRequest());
  const firsts = requests.map((request) => attempt(s, request));
  const seconds = requests.map((request, i) =>
    attempt(s, request, i % 2 === 0 ? [["x-envoy-is-timeout-retry", "true"]] : []),
  );
  for (const first of firsts) first.end();
  for (let tick = 0; tick < 2; tick++) {
    s.proxy.advance(50);
    for (const second of seconds) if (second.localReply !== undefined) second.end();
  }
  assert.deepEqual(
    seconds.map((second) => replyOf(second)?.status),
    seconds.map((_, i) => (i % 2 === 0 ? 504 : 503)),
  );
});

test("entries of ended requests leave nothing behind", () => {
  const s = allowing(0);
  for (let i = 0; i < 3000; i++) {
    const request = newRequest();
    const streams = [attempt(s, request), attempt(s, request), attempt(s, request)];
    const order = [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
      [1, 2, 0],
    ][i % 4]!;
    for (const index of order) streams[index]!.end();
  }
  const bytes = s.worker.vm(s.plugin).memoryBytes;
  for (let i = 0; i < 30_000; i++) {
    const request = newRequest();
    const streams = [attempt(s, request), attempt(s, request)];
    streams[i % 2]!.end();
    streams[1 - (i % 2)]!.end();
  }
  assert.equal(s.worker.vm(s.plugin).memoryBytes, bytes);
});
