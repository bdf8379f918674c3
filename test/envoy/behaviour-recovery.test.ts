/** Outages that end: retries are back as soon as requests are answered again. And a proxy that rested. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startBackend, type Answer, type Backend } from "../lib/backend.ts";
import { load } from "../lib/client.ts";
import {
  answering,
  arrivals,
  exact,
  marked,
  startMesh,
  type ListenerOptions,
  type Line,
  type Mesh,
} from "./support.ts";

let backend: Backend;
let mesh: Mesh;

const WELL: Answer[] = [{ status: 200, body: "well" }];
const DOWN: Answer[] = [{ status: 503, body: "own" }];
const CUT: Answer[] = [{ fault: "reset" }];
/** Failures that one retry helps. */
const BLIPS: Answer[][] = [
  [...DOWN, ...WELL],
  [...CUT, ...WELL],
];
const INTERVAL_MS = 2_000;

before(async () => {
  backend = await startBackend();
  const to: ListenerOptions = { clusters: [{ name: "backend", to: [backend] }] };
  const short = { budget: { percent: 20, interval: `${INTERVAL_MS}ms` }, minRetryRate: { count: 0 } };
  mesh = await startMesh({
    phases: { ...to, policy: exact(20) },
    crowd: { ...to, policy: exact(20) },
    idle: { ...to, policy: short },
    floor: { ...to, policy: { ...short, minRetryRate: { count: 2, interval: "2s" } } },
  });
});

after(async () => {
  await mesh.stop();
  await backend.close();
});

async function statuses(line: Line, count: number, prefix: string, answers: Answer[]): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { status } of await line.series(count, prefix, answers)) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

test("503, well, reset, well: each phase has exactly the retries that were earned until then", async () => {
  const line = mesh.line("phases");
  assert.deepEqual(await statuses(line, 50, "down-", DOWN), { 503: 50 });
  assert.equal(await arrivals(backend, "down-"), 60);
  assert.deepEqual(await statuses(line, 50, "well-", WELL), { 200: 50 });
  // 10 tokens: the very first failures are helped.
  assert.deepEqual(await statuses(line, 5, "blip0-", BLIPS[0] ?? []), { 200: 5 });
  assert.deepEqual(await statuses(line, 5, "blip1-", BLIPS[1] ?? []), { 200: 5 });
  // Those 10 have earned 2 more, and 40 of these earn 8.
  assert.deepEqual(await statuses(line, 40, "cut-", CUT), { 503: 40 });
  assert.equal(await arrivals(backend, "cut-"), 50);
  assert.deepEqual(await statuses(line, 50, "again-", WELL), { 200: 50 });
  assert.deepEqual(await statuses(line, 10, "late-", BLIPS[1] ?? []), { 200: 10 });
  const counted = await mesh.events("phases");
  assert.equal(counted.originals, 210);
  assert.equal(counted.granted, 40);
  line.close();
});

test("the same for clients side by side", async () => {
  let sent = 0;
  const send = async (originals: number, prefix: string, answers: Answer[]): Promise<Record<number, number>> => {
    const options = { port: mesh.envoy.port("crowd"), clients: 10, originals, prefix };
    const { statuses } = await load({ ...options, headers: answering(...answers) });
    sent += originals;
    // What a worker has answered is known to the others with its next tick.
    await mesh.becomes("crowd", "answered", sent);
    return statuses;
  };
  await send(200, "crowd-down", DOWN);
  await send(200, "crowd-well", WELL);
  assert.deepEqual(await send(30, "crowd-blip", BLIPS[0] ?? []), { 200: 30 });
  await send(100, "crowd-cut", CUT);
  await send(100, "crowd-again", WELL);
  assert.deepEqual(await send(15, "crowd-late", BLIPS[1] ?? []), { 200: 15 });
  const counted = await mesh.events("crowd");
  assert.equal(counted.originals, sent);
  assert.ok(counted.granted <= sent / 5, `${counted.granted} retries`);
  assert.equal(counted.granted, (await arrivals(backend, "crowd-")) - sent);
});

test("after a rest nothing is left of what was earned before it, and new requests earn anew", async () => {
  const line = mesh.line("idle");
  await line.series(50, "idle-before-", WELL);
  await sleep(INTERVAL_MS * 1.2);
  const [first] = await line.series(1, "idle-first-", BLIPS[0] ?? []);
  assert.deepEqual([first?.status, first && marked(first)], [503, true]);
  await line.series(9, "idle-earning-", WELL);
  assert.deepEqual(await statuses(line, 2, "idle-late-", BLIPS[1] ?? []), { 200: 2 });
  line.close();
});

test("after a rest the floor is full again, and not fuller", async () => {
  const line = mesh.line("floor");
  await line.series(4, "floor-drain-", DOWN);
  await sleep(2 * INTERVAL_MS);
  const before = await mesh.events("floor");
  const [first] = await line.series(1, "floor-full-", DOWN);
  assert.equal(first && marked(first), true);
  const after = await mesh.events("floor");
  assert.equal(after.granted - before.granted, 2);
  line.close();
});
