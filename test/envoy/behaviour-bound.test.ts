/**
 * The promise itself, from the backends' own logs: in every window of the interval's length no more retries than the
 * share of the originals and the floor allow, and with demand nearly as many. All kinds of failure run side by side, each
 * under a policy of its own.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PORT_OF_NOBODY, startBackend, type Answer, type Backend } from "../lib/backend.ts";
import { allowedRetries, check } from "../lib/bound.ts";
import { load, type LoadResult } from "../lib/client.ts";
import { answering, EXHAUSTED, startMesh, type Mesh } from "./support.ts";

const PERCENT = 20;
const INTERVAL_MS = 2_000;
/** Five intervals, so that the window slides. */
const DURATION_MS = 10_500;
const CLIENTS = 8;
/** Of each client, ms: more than the slowest request takes. */
const PACE_MS = 60;
/** The floor that the schema gives. */
const FLOOR = { count: 1, ms: 10_000 };
/** Not starved. A window is 97 % of what was promised; on a busy machine requests come in bursts, which costs more. */
const LEAST_USE = 0.9;

const KINDS: Record<string, Answer | "half" | "refused"> = {
  outage: { status: 503 },
  reset: { fault: "reset" },
  timeout: { fault: "never" },
  half: "half",
  refused: "refused",
};

let backend: Backend;
let half: Backend;
let mesh: Mesh;
const results = new Map<string, LoadResult>();

before(async () => {
  backend = await startBackend();
  half = await startBackend({
    program: { kind: "mix", share: 0.5, answers: [{ status: 503 }, { status: 200 }], seed: 7 },
  });
  const policy = { budget: { percent: PERCENT, interval: `${INTERVAL_MS}ms` } };
  const to = { backend: { name: "backend", to: [backend] }, half: { name: "half", to: [half] } };
  mesh = await startMesh({
    outage: { policy, clusters: [to.backend] },
    reset: { policy, clusters: [to.backend] },
    timeout: { policy, clusters: [to.backend], retry: { perTryTimeoutMs: 20 } },
    half: { policy, clusters: [to.half] },
    refused: { policy, clusters: [{ name: "refused", to: [PORT_OF_NOBODY] }] },
    calm: { policy, clusters: [to.backend] },
  });
  const each = Object.entries(KINDS).map(async ([kind, answer]) => {
    const options = { port: mesh.envoy.port(kind), clients: CLIENTS, durationMs: DURATION_MS, everyMs: PACE_MS };
    const headers = typeof answer === "string" ? {} : answering(answer);
    results.set(kind, await load({ ...options, prefix: kind, headers }));
  });
  await Promise.all(each);
});

after(async () => {
  await mesh.stop();
  await backend.close();
  await half.close();
});

for (const [kind, answer] of Object.entries(KINDS)) {
  if (answer === "refused") continue;
  test(`${kind}: the bound holds in every window, and the budget is used`, async () => {
    const result = results.get(kind);
    assert.equal(result?.errors, 0);
    const events = await (answer === "half" ? half : backend).events();
    const log = events.filter(({ id }) => id.startsWith(`${kind}-`));
    const verdict = check(log, { percent: PERCENT, intervalMs: INTERVAL_MS, floor: FLOOR, burst: 1 });
    const words = JSON.stringify({ ...verdict, anywhere: undefined });
    assert.equal(verdict.originals, result?.sent, words);
    assert.ok(verdict.ok, words);
    assert.ok(verdict.use >= LEAST_USE, words);
    const counted = await mesh.events(kind);
    assert.equal(counted.originals, verdict.originals, words);
    assert.equal(counted.granted, verdict.retries, words);
  });
}

test("refused: the router makes no more attempts than the budget allows, and the budget is used", async () => {
  const result = results.get("refused");
  const sent = result?.sent ?? 0;
  assert.deepEqual(result?.statuses, { 503: sent });
  await mesh.logged(`refused-${sent - 1}`);
  const lines = [...mesh.lines()].filter(([id]) => id.startsWith("refused-")).map(([, line]) => line);
  assert.equal(lines.length, sent);
  const denied = lines.filter(({ details }) => details === EXHAUSTED).length;
  const retries = lines.reduce((sum, { attempts }) => sum + attempts - 1, 0) - denied;
  const bound = allowedRetries(
    { percent: PERCENT, intervalMs: INTERVAL_MS, floor: FLOOR, burst: 1 },
    sent,
    result?.durationMs ?? 0,
  );
  assert.ok(retries <= bound, `${retries} retries, allowed ${bound}`);
  assert.ok(retries >= LEAST_USE * bound, `${retries} retries, allowed ${bound}`);
  assert.deepEqual(await mesh.events("refused"), { originals: sent, granted: retries, denied, held: 0 });
});

test("healthy traffic beside them is left alone", async () => {
  const result = await load({ port: mesh.envoy.port("calm"), clients: 4, originals: 200, prefix: "calm" });
  assert.deepEqual(result.statuses, { 200: 200 });
  assert.deepEqual(await mesh.events("calm"), { originals: 200, granted: 0, denied: 0, held: 0 });
});
