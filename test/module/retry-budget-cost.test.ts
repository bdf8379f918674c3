/** What healthy traffic costs: host calls, bytes, memory. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { attempt, event, newRequest, router, setup } from "./filter.ts";
import type { Setup } from "./filter.ts";

/** Enough originals in the window that the budget is loose, and a tick that notices it. */
function warmUp(s: Setup, answer: number): void {
  const route = router(s);
  for (let i = 0; i < 1000; i++) {
    route.send(s.worker, { outcomes: [answer] });
    s.proxy.advance(1);
  }
  s.proxy.run();
  s.proxy.advance(1000);
}

for (const [per, total, returning] of [
  ["proxy", 4, 0],
  ["cluster", 5, 1],
  ["virtualHost", 5, 1],
  ["route", 5, 1],
] as const) {
  test(`per: ${per}: a healthy request costs ${total} host calls, ${returning} of them returning bytes`, () => {
    const s = setup({ per });
    warmUp(s, 200);
    const stream = attempt(s, newRequest());
    stream.responseHeaders([[":status", "200"]], { endOfStream: true });
    stream.end();
    assert.deepEqual(
      [stream.calls.total, stream.calls.returning],
      [total, returning],
      JSON.stringify(stream.calls.byName),
    );
  });
}

test("while the budget is tight a healthy response costs one call more: it reads the status", () => {
  const s = setup({ per: "proxy" });
  const stream = attempt(s, newRequest());
  const before = stream.calls.total;
  stream.responseHeaders([[":status", "200"]], { endOfStream: false });
  assert.equal(stream.calls.total - before, 1);
});

test("memory does not grow after warm-up: 50,000 requests, a fifth of them failing", () => {
  const s = setup({ budget: { interval: "2s" } });
  const route = router(s);
  const step = (count: number): void => {
    for (let i = 0; i < count; i++) {
      route.send(s.worker, { outcomes: [i % 5 === 0 ? 503 : 200] });
      if (i % 4 === 0) s.proxy.advance(1);
    }
    s.proxy.run();
  };
  step(5000);
  const warm = s.worker.vm(s.plugin).memoryBytes;
  step(50_000);
  assert.equal(s.worker.vm(s.plugin).memoryBytes, warm);
  assert.ok(warm <= 1024 * 1024, `${warm} bytes`);
});

test("5,000 live streams: at most 1 MiB of memory, and no host call more per request", () => {
  const s = setup();
  warmUp(s, 200);
  const alone = attempt(s, newRequest());
  const live = Array.from({ length: 5000 }, () => attempt(s, newRequest()));
  const crowded = attempt(s, newRequest());
  assert.equal(crowded.calls.total, alone.calls.total);
  assert.ok(s.worker.vm(s.plugin).memoryBytes <= 1024 * 1024, `${s.worker.vm(s.plugin).memoryBytes} bytes`);
  for (const stream of live) {
    stream.responseHeaders([[":status", "200"]], { endOfStream: true });
    stream.end();
  }
  assert.equal(event(s, "originals"), 6002);
});

test("100 configurations in a row do not grow the memory", () => {
  const s = setup();
  const at = (i: number): { accepted: boolean } =>
    s.plugin.update({ configuration: JSON.stringify({ name: "shop", budget: { percent: i } }) });
  for (let i = 0; i < 20; i++) assert.ok(at(i).accepted);
  const warm = s.worker.vm(s.plugin).memoryBytes;
  for (let i = 0; i < 100; i++) assert.ok(at(i).accepted);
  assert.ok(s.worker.vm(s.plugin).memoryBytes <= warm);
});
