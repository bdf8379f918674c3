/** The budget's arithmetic end to end, to the last retry, in windows that nothing leaves. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { always, startBackend, type Backend } from "../lib/backend.ts";
import { load } from "../lib/client.ts";
import { arrivals, exact, marked, startMesh, type ListenerOptions, type Mesh } from "./support.ts";

/** percent, originals one after another, retries that they earn. */
const SHARES = [
  [0, 100, 0],
  [0.5, 400, 2],
  [1, 350, 3],
  [20, 203, 40],
  [33.333, 100, 33],
  [35, 120, 42],
  [100, 100, 100],
] as const;

/** Name, floor and burst, originals, retries. */
const FLOORS = [
  ["floor-none", { minRetryRate: { count: 0 } }, 30, 0],
  ["floor-default", {}, 30, 1],
  ["floor-five", { minRetryRate: { count: 5, interval: "1h" } }, 30, 5],
  ["burst-below", { minRetryRate: { count: 5, interval: "1h" }, burst: 2 }, 30, 2],
  ["burst-above", { minRetryRate: { count: 5, interval: "1h" }, burst: 9 }, 30, 9],
] as const;

let backend: Backend;
let mesh: Mesh;

const share = (percent: number) => `share-${percent}`;

before(async () => {
  backend = await startBackend({ program: always({ status: 503 }) });
  const to: ListenerOptions = { clusters: [{ name: "backend", to: [backend] }] };
  const listeners: Record<string, ListenerOptions> = {
    both: {
      ...to,
      policy: { budget: { percent: 20, interval: "1h" }, minRetryRate: { count: 3, interval: "1h" } },
    },
    crowd: { ...to, policy: exact(20) },
    saved: { ...to, policy: exact(100) },
    never: { ...to, policy: exact(100), retry: false },
    left: { ...to, policy: exact(20) },
  };
  for (const [percent] of SHARES) listeners[share(percent)] = { ...to, policy: exact(percent) };
  for (const [name, floor] of FLOORS) {
    listeners[name] = { ...to, retry: { max: 20 }, policy: { budget: { percent: 0, interval: "1h" }, ...floor } };
  }
  mesh = await startMesh(listeners);
});

after(async () => {
  await mesh.stop();
  await backend.close();
});

/** Sends failing requests one after another and compares what every side has counted. */
async function outage(listener: string, originals: number, retries: number): Promise<void> {
  const line = mesh.line(listener);
  for (const response of await line.series(originals, `${listener}+`)) {
    assert.equal(response.status, 503);
    assert.equal(marked(response), true);
  }
  line.close();
  assert.equal(await arrivals(backend, `${listener}+`), originals + retries);
  assert.deepEqual(await mesh.events(listener), { originals, granted: retries, denied: originals, held: 0 });
}

for (const [percent, originals, retries] of SHARES) {
  test(`percent ${percent}: ${originals} failing originals earn ${retries} retries`, () =>
    outage(share(percent), originals, retries));
}

for (const [name, floor, originals, retries] of FLOORS) {
  test(`${name}, ${JSON.stringify(floor)}: ${retries} retries in all`, () => outage(name, originals, retries));
}

test("the floor comes on top of the percentage", () => outage("both", 100, 23));

test("what was saved up while all was well is used up in an outage, to the last token", async () => {
  const line = mesh.line("saved");
  await line.series(150, "saved-well-", [{ status: 200 }]);
  const late = [...Array.from({ length: 4 }, () => ({ status: 503 })), { status: 200 }];
  // 150 + 50 originals have earned the 4 x 50 retries.
  for (const response of await line.series(50, "saved-ill-", late)) assert.equal(response.status, 200);
  assert.deepEqual(await mesh.events("saved"), { originals: 200, granted: 200, denied: 0, held: 0 });
  const [last] = await line.series(1, "saved-last-");
  assert.equal(last && marked(last), true);
  assert.deepEqual(await mesh.events("saved"), { originals: 201, granted: 201, denied: 1, held: 0 });
  assert.equal(await arrivals(backend, "saved-"), 402);
  line.close();
});

test("what was paid for a retry that Envoy does not make comes back", async () => {
  const line = mesh.line("never");
  await line.series(10, "never-well-", [{ status: 200 }]);
  const [failed] = await line.series(1, "never-ill-");
  assert.equal(failed && marked(failed), false);
  await mesh.becomes("never", "leases_returned", 1);
  await mesh.becomes("never", "tokens_left", 11);
  assert.deepEqual(await mesh.events("never"), { originals: 11, granted: 0, denied: 0, held: 0 });
  line.close();
});

test("clients side by side: the share is kept, and used", async () => {
  const originals = 500;
  const result = await load({ port: mesh.envoy.port("crowd"), clients: 20, originals, prefix: "crowd" });
  assert.deepEqual(result.statuses, { 503: originals });
  const retries = (await arrivals(backend, "crowd-")) - originals;
  const counted = await mesh.events("crowd");
  assert.equal(counted.originals, originals);
  assert.equal(counted.granted, retries);
  assert.ok(retries <= 100, `${retries} retries`);
  assert.ok(retries >= 95, `${retries} retries`);
});

test("tokens_left shows what could be granted now", async () => {
  const line = mesh.line("left");
  await line.series(50, "left-well-", [{ status: 200 }]);
  await mesh.becomes("left", "tokens_left", 10);
  await line.series(3, "left-ill-", [{ status: 503 }, { status: 200 }]);
  await mesh.becomes("left", "tokens_left", 7);
  line.close();
});
