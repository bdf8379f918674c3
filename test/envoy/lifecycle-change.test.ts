/** What a change of the policy does to the next request and to the budget, and the way back. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { always, type Backend } from "../lib/backend.ts";
import { check, type Budget } from "../lib/bound.ts";
import { load, request } from "../lib/client.ts";
import { events, PolicyFile } from "../lib/policy.ts";
import { answering } from "./support.ts";
import {
  accept,
  connectToEach,
  DENIED,
  everything,
  nothing,
  promise,
  RETRIED,
  rig,
  seen,
  share,
  WORKERS,
} from "./lifecycle.ts";

/** Time for some ticks, ms: what a policy makes of the ledger is stored at the latest then. */
const TICKS = 500;
const FAILS = always({ status: 503 });

test("the earlier file, moved back, is in force at once", async (t) => {
  const policy = new PolicyFile(nothing("shop"));
  const r = await rig(t, { policies: [policy] });
  const earlier = readFileSync(policy.path, "utf8");
  assert.deepEqual(await seen(r), DENIED);
  await accept(r, policy, everything("shop"));
  assert.deepEqual(await seen(r), RETRIED);
  const before = await r.envoy.extension(policy.resource);
  const moved = performance.now();
  policy.writeRaw(earlier);
  assert.equal(await policy.judged(r.envoy, before), "accepted");
  t.diagnostic(`accepted ${(performance.now() - moved).toFixed(0)} ms after the mv`);
  assert.deepEqual(await seen(r), DENIED);
  assert.match(await r.envoy.admin("/stats?filter=version_text"), /version_text: "v1"/);
});

test("every worker's next request is under the new percentage, up and down", async (t) => {
  const policy = new PolicyFile(share("shop", 0, "1h"));
  const { envoy, backend } = await rig(t, { policies: [policy], retry: { max: 1 } });
  const agents = await connectToEach(envoy);
  // More than enough for all that follows.
  await backend.program(always({}));
  await load({ port: envoy.port(), clients: 4, originals: 100, prefix: "earn" });
  await backend.program(FAILS);
  await backend.reset();
  for (const [round, percent] of [100, 0, 50, 0].entries()) {
    await accept({ envoy, backend }, policy, share("shop", percent, "1h"));
    for (const [worker, agent] of agents.entries()) {
      const id = `${round}-${worker}`;
      await request({ port: envoy.port(), agent, id });
      const hits = (await backend.events()).filter((arrival) => arrival.id === id).length;
      assert.equal(hits, percent > 0 ? 2 : 1, `${percent} %, worker ${worker}`);
    }
  }
});

async function assertBound(backend: Backend, budget: Budget): Promise<void> {
  const verdict = check(await backend.events(), budget);
  assert.ok(verdict.ok, JSON.stringify(verdict));
}

test("an interval that changes in the middle of an outage keeps the bound of the old and of the new one", async (t) => {
  const policy = new PolicyFile(share("shop", 20, "2s"));
  const r = await rig(t, { policies: [policy], program: FAILS });
  const running = load({ port: r.envoy.port(), clients: 6, everyMs: 15, durationMs: 9_000 });
  await sleep(2_500);
  await accept(r, policy, share("shop", 20, "4s"));
  await sleep(3_500);
  await accept(r, policy, share("shop", 20, "2s"));
  const { sent, errors } = await running;
  assert.equal(errors, 0);
  await assertBound(r.backend, promise(20, 2000));
  await assertBound(r.backend, promise(20, 4000));
  const found = await events(r.envoy, "shop");
  t.diagnostic(`${sent} originals, ${found["retries_granted"]} retries`);
  assert.equal(found["originals"], sent);
  assert.ok((found["retries_granted"] ?? 0) > sent * 0.2 * 0.5, "and does not starve");
});

test("an interval that changes back while old requests still run is in force", async (t) => {
  const policy = new PolicyFile(share("shop", 20, "2s"));
  const r = await rig(t, { policies: [policy], program: always({}) });
  const port = r.envoy.port();
  // They keep the first policy's objects alive in every worker.
  const agents = await connectToEach(r.envoy);
  const held = agents.map((agent, n) =>
    request({ port, agent, id: `held-${n}`, headers: answering({ status: 200, delayMs: 6_000 }) }),
  );
  await load({ port, clients: 8, originals: 50, prefix: "first" });
  await sleep(TICKS);
  const found = await events(r.envoy, "shop");
  await accept(r, policy, share("shop", 20, "4s"));
  await load({ port, clients: 8, originals: 50, prefix: "second" });
  await sleep(TICKS);
  await accept(r, policy, share("shop", 20, "2s"));
  assert.equal((await events(r.envoy, "shop"))["policy_hash"], found["policy_hash"], "the first policy's hash is back");
  await load({ port, clients: 8, originals: 400, prefix: "earn" });
  // What was earned has left a window of 2 s, though not one of 4 s.
  await sleep(2_200);
  await r.backend.program(FAILS);
  await load({ port, clients: 8, originals: 200, prefix: "outage" });
  await Promise.all(held);
  await assertBound(r.backend, promise(20, 2000));
});

test("another name is another budget, and the old name's comes back with it", async (t) => {
  const policy = new PolicyFile(share("shop", 20, "1h"));
  const r = await rig(t, { policies: [policy], program: FAILS });
  const port = r.envoy.port();
  await load({ port, clients: 4, originals: 100, prefix: "shop" });
  assert.deepEqual(await seen(r), DENIED, "spent");
  const first = await events(r.envoy, "shop");
  await accept(r, policy, share("other", 20, "1h"));
  await load({ port, clients: 4, originals: 50, prefix: "other" });
  const other = await events(r.envoy, "other");
  assert.equal(other["originals"], 50);
  assert.ok((other["retries_granted"] ?? 0) <= 10);
  const { originals, retries_granted } = await events(r.envoy, "shop");
  assert.deepEqual([originals, retries_granted], [first["originals"], first["retries_granted"]], "the old one rests");
  await accept(r, policy, share("shop", 20, "1h"));
  await load({ port, clients: 4, originals: 99, prefix: "again" });
  const again = await events(r.envoy, "shop");
  assert.equal(again["originals"], 200);
  assert.ok((again["retries_granted"] ?? 0) <= 40, "what had been spent stays spent");
  t.diagnostic(
    `${WORKERS} workers: granted ${retries_granted} of 101, then ${again["retries_granted"]} of 200; other ${other["retries_granted"]} of 50`,
  );
});

test("from shadow to enforce: what shadow counted is spent, and from the next request on it is enforced", async (t) => {
  const mode = (mode: string): object => ({ ...share("shop", 20, "1h"), mode });
  const policy = new PolicyFile(mode("shadow"));
  const r = await rig(t, { policies: [policy], program: FAILS, retry: { max: 1 } });
  const port = r.envoy.port();
  await load({ port, clients: 4, originals: 100, prefix: "shadow" });
  assert.deepEqual(await seen(r), { status: 503, hits: 2, denied: false });
  const shadow = await events(r.envoy, "shop");
  assert.equal((await r.backend.counts()).retries, 101, "the traffic is untouched");
  assert.ok((shadow["retries_granted"] ?? 0) <= 20);
  assert.ok((shadow["retries_denied.budget"] ?? 0) >= 81);
  await accept(r, policy, mode("enforce"));
  // The percentage of 101 may be one more than was granted so far.
  await seen(r);
  assert.deepEqual(await seen(r), DENIED);
  await load({ port, clients: 4, originals: 97, prefix: "enforce" });
  const found = await events(r.envoy, "shop");
  assert.equal(found["originals"], 200);
  assert.equal(
    (await r.backend.counts()).retries - 101,
    (found["retries_granted"] ?? 0) - (shadow["retries_granted"] ?? 0),
  );
  assert.ok((found["retries_granted"] ?? 0) <= 40);
});
