/** State over time: workers, updates, other policies, a statistics matcher that drops the gauges, shadow. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { OfflineProxy } from "../../cli/host/index.ts";
import { attempt, event, held, load, marked, newRequest, outcome, prove, router, setup } from "./filter.ts";
import type { Setup } from "./filter.ts";

/** An outage of `ms` milliseconds with one request a millisecond, over all workers in turn. */
function outage(s: Setup, ms: number): { originals: number; retries: number } {
  const route = router(s);
  for (let i = 0; i < ms; i++) {
    route.send(s.proxy.workers[i % s.proxy.workers.length]!, { outcomes: [503] });
    s.proxy.advance(1);
  }
  s.proxy.run();
  return { originals: ms, retries: route.backendHits - ms };
}

for (const workers of [1, 2, 4]) {
  test(`${workers} workers share one budget, and use it`, () => {
    const s = setup({ budget: { percent: 20, interval: "2s" }, minRetryRate: { count: 0 } }, { workers });
    const { originals, retries } = outage(s, 10_000);
    assert.ok(retries <= 0.2 * originals && retries >= 0.95 * 0.2 * originals, `${retries}`);
    assert.equal(event(s, "retries_granted"), retries);
  });

  test(`${workers} workers without gauges: batches in the ledger, a warning, and the budget holds`, () => {
    const statsMatcher = (): boolean => false;
    const s = setup({ budget: { percent: 20, interval: "2s" }, minRetryRate: { count: 0 } }, { workers, statsMatcher });
    const { originals, retries } = outage(s, 10_000);
    assert.ok(retries <= 0.2 * originals && retries >= 0.9 * 0.2 * originals, `${retries}`);
    const warnings = s.proxy.logs.filter((entry) => entry.message.includes("a statistics matcher drops our gauges"));
    assert.ok(warnings.length >= 1 && warnings.length <= workers, `${warnings.length} warnings`);
  });
}

test("without gauges, deposits of a batch that is not full count as well", () => {
  const s = setup({ budget: { percent: 100 }, minRetryRate: { count: 0 } }, { statsMatcher: () => false });
  for (let i = 0; i < 5; i++) {
    const stream = attempt(s, newRequest());
    stream.responseHeaders([[":status", "503"]], { endOfStream: true });
    assert.ok(!marked(stream), `original ${i}`);
  }
});

test("two policies of one proxy do not see each other", () => {
  const proxy = new OfflineProxy();
  const strict = {
    proxy,
    plugin: load(proxy, { name: "strict", budget: { percent: 0 }, minRetryRate: { count: 0 } }),
    worker: proxy.workers[0]!,
  };
  const free = { proxy, plugin: load(proxy, { name: "free", budget: { percent: 100 } }), worker: proxy.workers[0]! };
  for (const s of [strict, free]) prove(s);
  for (const [s, name, denied] of [
    [strict, "strict", true],
    [free, "free", false],
    [strict, "strict", true],
  ] as const) {
    const stream = attempt(s, newRequest());
    stream.responseHeaders([[":status", "503"]], { endOfStream: true });
    assert.equal(marked(stream), denied, name);
  }
  assert.equal(event(strict, "originals", "c", "strict"), 3);
  assert.equal(event(free, "originals", "c", "free"), 2);
});

test("two policies in one chain each mark and judge the same request", () => {
  const proxy = new OfflineProxy();
  const worker = proxy.workers[0]!;
  const policies = ["a", "b"].map((name) => ({
    proxy,
    worker,
    plugin: load(proxy, { name, budget: { percent: 100 } }),
  }));
  const request = newRequest();
  for (const s of policies) attempt(s, request);
  for (const s of policies) attempt(s, request);
  for (const name of ["a", "b"]) {
    assert.equal(event(policies[0]!, "originals", "c", name), 1);
    assert.equal(event(policies[0]!, "retries_granted", "c", name), 1);
    assert.equal(outcome(request, name), "granted");
  }
});

test("an update keeps what was used: a higher percentage gives the difference, a lower one nothing", () => {
  const s = setup({ budget: { percent: 10 }, minRetryRate: { count: 0 } });
  const spend = (): number => {
    let granted = 0;
    for (let i = 0; i < 100; i++) {
      const request = newRequest();
      request.setFilterState("pointduty.retry_budget.shop", new Uint8Array());
      if (attempt(s, request).localReply === undefined) granted++;
    }
    return granted;
  };
  for (let i = 0; i < 100; i++) {
    const stream = attempt(s, newRequest());
    stream.responseHeaders([[":status", "200"]], { endOfStream: true });
    stream.end();
  }
  assert.equal(spend(), 10);
  const update = (percent: number): void => {
    assert.ok(
      s.plugin.update({
        configuration: JSON.stringify({ name: "shop", budget: { percent }, minRetryRate: { count: 0 } }),
      }).accepted,
    );
  };
  update(30);
  assert.equal(spend(), 20);
  update(5);
  assert.equal(spend(), 0);
  update(31);
  assert.equal(spend(), 1);
});

test("a lease from before an update is honoured after it", () => {
  const s = setup({ budget: { percent: 0 }, minRetryRate: { count: 1, interval: "1h" } });
  const request = newRequest();
  const first = attempt(s, request);
  first.responseHeaders([[":status", "503"]], { endOfStream: true });
  first.end();
  s.plugin.update({
    configuration: '{"name":"shop","budget":{"percent":0.001},"minRetryRate":{"count":1,"interval":"1h"}}',
  });
  assert.equal(attempt(s, request).localReply, undefined);
  const other = newRequest();
  attempt(s, other).end();
  assert.equal(attempt(s, other).localReply?.status, 503);
});

test("an earlier policy that Envoy revives takes its interval back with the first request", () => {
  const s = setup({ budget: { percent: 100, interval: "2s" }, minRetryRate: { count: 0 } });
  const slotMillis = (): number => {
    const { value } = s.proxy.sharedData("pointduty.retry-budget", "shop/c")!;
    return Number(new DataView(value.buffer, value.byteOffset).getBigUint64(8, true)) / 1e6;
  };
  const configuration = (interval: string): string =>
    JSON.stringify({ name: "shop", budget: { percent: 100, interval }, minRetryRate: { count: 0 } });
  s.plugin.update({ configuration: configuration("2s") });
  const old = attempt(s, newRequest());
  assert.equal(slotMillis(), 12.5);
  s.proxy.advance(10);
  s.plugin.update({ configuration: configuration("4s") });
  attempt(s, newRequest()).end();
  s.proxy.advance(200);
  assert.equal(slotMillis(), 25);
  s.plugin.update({ configuration: configuration("2s") });
  attempt(s, newRequest()).end();
  s.proxy.advance(200);
  attempt(s, newRequest()).end();
  assert.equal(slotMillis(), 12.5);
  old.end();
});

test("what was not yet on the gauge is put there when a policy ends", () => {
  const s = setup({ budget: { percent: 100 } });
  for (let i = 0; i < 200; i++) {
    const stream = attempt(s, newRequest());
    stream.responseHeaders([[":status", "200"]], { endOfStream: true });
    stream.end();
  }
  s.plugin.update({ configuration: '{"name":"shop","budget":{"percent":99}}' });
  assert.equal(event(s, "answered"), 200);
});

test("a refused update changes nothing", () => {
  const s = setup({ budget: { percent: 0 }, minRetryRate: { count: 0 } });
  prove(s);
  const update = s.plugin.update({ configuration: '{"name":"shop","budget":{"percent":101}}' });
  assert.equal(update.accepted, false);
  assert.match(
    s.proxy.logs.at(-1)!.message + s.proxy.logs.map((l) => l.message).join("\n"),
    /retry-budget: configuration refused: \/budget\/percent: 101 is not allowed/,
  );
  const stream = attempt(s, newRequest());
  stream.responseHeaders([[":status", "503"]], { endOfStream: true });
  assert.ok(marked(stream));
});

test("a configuration above 64 KiB is refused by its size", () => {
  const proxy = new OfflineProxy();
  const refused = load(proxy, { padding: "x".repeat(65_536) });
  assert.equal(refused.accepted, false);
  assert.match(
    proxy.logs.map((entry) => entry.message).join("\n"),
    /the configuration has \d+ bytes; allowed: at most 65536/,
  );
  assert.equal(proxy.calls.byName.proxy_get_buffer_bytes ?? 0, 0, "it was not read");
});

test("a key that rests for two intervals is not ticked any more, and is tight when it comes back", () => {
  const s = setup({ per: "proxy", budget: { percent: 100, interval: "1s" } });
  for (let i = 0; i < 200; i++) {
    const stream = attempt(s, newRequest());
    stream.responseHeaders([[":status", "200"]], { endOfStream: true });
    stream.end();
  }
  s.proxy.advance(5000);
  s.proxy.calls.reset();
  s.proxy.advance(1000);
  assert.equal(s.proxy.calls.byName.proxy_get_shared_data ?? 0, 0);
  const stream = attempt(s, newRequest());
  stream.responseHeaders([[":status", "503"]], { endOfStream: true });
  assert.ok(stream.calls.byName.proxy_get_header_map_value! >= 2, "it reads the status");
});

/** One client that repeats each request as Envoy would, up to 3 retries, one after the other. */
function sequence(mode: string, requests: readonly (readonly string[])[]): Record<string, number> {
  const s = setup({ mode, budget: { percent: 30, interval: "2s" }, minRetryRate: { count: 1, interval: "1s" } });
  const route = router(s, { numRetries: 3 });
  for (const outcomes of requests) {
    route.send(s.worker, { outcomes: outcomes.map((o) => (/^\d+$/.test(o) ? Number(o) : (o as "reset"))) });
    s.proxy.advance(7);
  }
  s.proxy.run();
  s.proxy.advance(1500);
  const names = ["originals", "answered", "retries_granted", "retries_denied.budget", "leases_returned"];
  return Object.fromEntries(names.map((name) => [name, event(s, name)]));
}

test("shadow: the ledger is that of enforce, whatever comes", () => {
  const outcomes = fc.array(fc.constantFrom("200", "503", "500", "reset", "429"), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(outcomes, { minLength: 1, maxLength: 60 }), (requests) => {
      assert.deepEqual(sequence("shadow", requests), sequence("enforce", requests));
    }),
    { numRuns: 60 },
  );
});

test("the first retry makes the filter look at answers, until it knows what is retried", () => {
  const s = setup({ per: "proxy", budget: { percent: 100 } });
  for (let i = 0; i < 200; i++) {
    const stream = attempt(s, newRequest());
    stream.responseHeaders([[":status", "200"]], { endOfStream: true });
    stream.end();
  }
  s.proxy.advance(300);
  const looks = (): boolean => {
    const stream = attempt(s, newRequest());
    const before = stream.calls.total;
    stream.responseHeaders([[":status", "200"]], { endOfStream: false });
    stream.end();
    return stream.calls.total > before;
  };
  const retry = (): void => {
    const request = newRequest();
    attempt(s, request).end();
    attempt(s, request).end();
  };
  assert.equal(looks(), false);
  retry();
  assert.equal(looks(), true);
  s.proxy.advance(300);
  assert.equal(looks(), false, "until the next tick");
  retry();
  prove(s);
  s.proxy.advance(300);
  retry();
  assert.equal(looks(), false, "it is known now");
});

test("shadow: no response and no attempt is touched", () => {
  const s = setup({ mode: "shadow", onExhausted: "503", budget: { percent: 0 }, minRetryRate: { count: 0 } });
  prove(s, "500");
  const request = newRequest();
  const first = attempt(s, request);
  first.responseHeaders([[":status", "500"]], { endOfStream: true });
  assert.equal(first.responseHeaderMap?.list().length, 1);
  assert.equal(first.responseHeaderMap?.getText(":status"), "500");
  first.end();
  const second = attempt(s, request);
  assert.equal(second.localReply, undefined);
  assert.ok(!held(second));
  const third = attempt(s, request);
  assert.ok(!held(third), "the second still runs");
  assert.equal(event(s, "retries_denied.budget"), 2, "one of them of the proof");
  assert.equal(event(s, "retries_denied.held"), 0);
});
