/** Two proxies in a row, both with retries and a budget: the storm does not multiply. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { always, startBackend, type Backend } from "../lib/backend.ts";
import { load } from "../lib/client.ts";
import { arrivals, exact, hits, marked, startMesh, WORKERS, type ListenerOptions, type Mesh } from "./support.ts";

/** Retries that each hop may make. */
const retry = { max: 2 };
const CLIENTS = 10;
const ORIGINALS = 400;

let backend: Backend;
let inner: Mesh;
let outer: Mesh;

before(async () => {
  backend = await startBackend({ program: always({ status: 503, body: "own" }) });
  const to: ListenerOptions = { clusters: [{ name: "backend", to: [backend] }], retry };
  inner = await startMesh({
    plain: to,
    fifth: { ...to, policy: exact(20) },
    none: { ...to, policy: exact(0) },
    hiding: { ...to, policy: exact(0), edge: true },
  });
  const via = (listener: string): ListenerOptions => ({
    clusters: [{ name: listener, to: [inner.envoy.port(listener)] }],
    retry,
  });
  outer = await startMesh({
    plain: via("plain"),
    fifth: { ...via("fifth"), policy: { budget: { percent: 20 } } },
    "unlimited-none": { ...via("none"), policy: exact(100) },
    "unlimited-hiding": { ...via("hiding"), policy: exact(100) },
    "bare-none": via("none"),
  });
});

after(async () => {
  await outer.stop();
  await inner.stop();
  await backend.close();
});

test("plain Envoy: 9 hits for each original", async () => {
  const result = await load({ port: outer.envoy.port("plain"), clients: CLIENTS, originals: 50, prefix: "plain" });
  assert.deepEqual(result.statuses, { 503: 50 });
  assert.equal(await arrivals(backend, "plain-"), 450);
});

test("a budget at both hops: at most 1.5 hits for each original", async () => {
  const port = outer.envoy.port("fifth");
  const result = await load({ port, clients: CLIENTS, originals: ORIGINALS, prefix: "fifth" });
  assert.deepEqual(result.statuses, { 503: ORIGINALS });
  const total = await arrivals(backend, "fifth-");
  assert.equal(hits(await backend.events(), "fifth-").size, ORIGINALS);
  assert.ok(total <= 1.5 * ORIGINALS, `${total} hits`);
  assert.ok(total >= 1.1 * ORIGINALS, `${total} hits`);
  // What the inner hop took for originals is what the outer one sent, and each hop kept to its own share.
  const [near, far] = [await outer.events("fifth"), await inner.events("fifth")];
  assert.equal(near.originals, ORIGINALS);
  assert.equal(far.originals, near.originals + near.granted);
  assert.equal(total, far.originals + far.granted);
  assert.ok(near.granted <= ORIGINALS / 5 + 2, `${near.granted} retries of the outer hop`);
  assert.ok(far.granted <= far.originals / 5, `${far.granted} retries of the inner hop`);
});

for (const listener of ["unlimited-none", "bare-none"]) {
  test(`the inner hop's denial stops the outer one, whatever that may spend (${listener})`, async () => {
    const line = outer.line(listener);
    const responses = await line.series(50, `${listener}-`);
    line.close();
    for (const response of responses) assert.deepEqual([response.status, marked(response)], [503, true]);
    // Each worker of the inner hop may have to see one retry before it denies them on the answer.
    const own = responses.filter(({ body }) => body === "own").length;
    assert.ok(own >= 50 - WORKERS, `${own} answers of the backend`);
    assert.equal(await arrivals(backend, `${listener}-`), 50);
    if (listener === "bare-none") return;
    assert.deepEqual(await outer.events(listener), { originals: 50, granted: 0, denied: 0, held: 0 });
  });
}

test("where the inner hop hides the header the outer one retries on its own account", async () => {
  const line = outer.line("unlimited-hiding");
  await line.series(50, "hiding-");
  line.close();
  assert.equal(await arrivals(backend, "hiding-"), 100);
  assert.deepEqual(await outer.events("unlimited-hiding"), { originals: 50, granted: 50, denied: 50, held: 0 });
});
