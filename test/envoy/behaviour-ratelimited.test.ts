/** `x-envoy-ratelimited` in other hands: in the route's `retry_on`, and on answers of the backend itself. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBackend, type Answer, type Backend } from "../lib/backend.ts";
import { load } from "../lib/client.ts";
import {
  answering,
  arrivals,
  exact,
  EXHAUSTED,
  hits,
  marked,
  startMesh,
  type ListenerOptions,
  type Mesh,
} from "./support.ts";

/** What a proxy or a backend says that will not be helped by retries. */
const NO: Answer = { status: 503, body: "no more", headers: [["x-envoy-ratelimited", "true"]] };

let backend: Backend;
let mesh: Mesh;

before(async () => {
  backend = await startBackend();
  const to: ListenerOptions = { clusters: [{ name: "backend", to: [backend] }] };
  const asking: ListenerOptions = { ...to, retry: { on: "5xx,reset,envoy-ratelimited" } };
  mesh = await startMesh({
    asking: { ...asking, policy: exact(20) },
    crowd: { ...asking, policy: exact(20) },
    shadow: { ...asking, policy: { ...exact(20), mode: "shadow" } },
    plain: asking,
    said: { ...to, policy: exact(20) },
    "said-asking": { ...asking, policy: exact(20) },
  });
});

after(async () => {
  await mesh.stop();
  await backend.close();
});

test("envoy-ratelimited in retry_on: our denial causes no retry, and is counted once", async () => {
  const line = mesh.line("asking");
  for (const response of await line.series(100, "asking-", [{ status: 503, body: "own" }])) {
    // Envoy retried what we had denied: that attempt has no answer of the backend to give.
    assert.deepEqual([response.status, response.body, marked(response)], [503, "retry budget exhausted", true]);
  }
  line.close();
  assert.equal(await arrivals(backend, "asking-"), 120);
  assert.deepEqual(await mesh.events("asking"), { originals: 100, granted: 20, denied: 100, held: 0 });
  const logged = await mesh.logged("asking-0");
  assert.deepEqual(
    { ...logged, flags: "" },
    { code: 503, details: EXHAUSTED, flags: "", attempts: 2, outcome: "denied" },
  );
});

test("the same with clients side by side", async () => {
  const headers = answering({ status: 503 });
  const result = await load({ port: mesh.envoy.port("crowd"), clients: 20, originals: 400, prefix: "crowd", headers });
  assert.deepEqual(result.statuses, { 503: 400 });
  const retries = (await arrivals(backend, "crowd-")) - 400;
  assert.ok(retries <= 80 && retries >= 76, `${retries} retries`);
  const counted = await mesh.events("crowd");
  assert.deepEqual(counted, { originals: 400, granted: retries, denied: 400, held: 0 });
});

test("shadow: Envoy retries as it would without us, and the ledger is the enforcing one", async () => {
  const shadow = mesh.line("shadow");
  const plain = mesh.line("plain");
  const answers = [{ status: 503, body: "own" }];
  const seen = await shadow.series(50, "shadow-", answers);
  const expected = await plain.series(50, "plain-", answers);
  assert.deepEqual(
    seen.map(({ status, body }) => [status, body]),
    expected.map(({ status, body }) => [status, body]),
  );
  assert.equal(await arrivals(backend, "shadow-"), await arrivals(backend, "plain-"));
  assert.deepEqual(await mesh.events("shadow"), { originals: 50, granted: 10, denied: 50, held: 0 });
  shadow.close();
  plain.close();
});

test("a backend that says no by itself is not retried: nothing is paid for it, nothing counts as denied", async () => {
  const line = mesh.line("said");
  for (const response of await line.series(40, "said-no-", [NO])) {
    assert.deepEqual([response.status, response.body, marked(response)], [503, "no more", true]);
  }
  assert.deepEqual(await mesh.events("said"), { originals: 40, granted: 0, denied: 0, held: 0 });
  // So the 8 retries that 40 originals earn are there for failures that can be helped.
  const saved = await line.series(8, "said-yes-", [{ status: 503 }, { status: 200 }]);
  assert.deepEqual(
    saved.map(({ status }) => status),
    Array(8).fill(200),
  );
  assert.deepEqual(await mesh.events("said"), { originals: 48, granted: 8, denied: 0, held: 0 });
  line.close();
});

test("a backend that says no by itself, and retry_on that asks for it: within the budget", async () => {
  const line = mesh.line("said-asking");
  await line.series(100, "said-asking-", [NO]);
  assert.equal(await arrivals(backend, "said-asking-"), 120);
  assert.equal(hits(await backend.events(), "said-asking-").size, 100);
  assert.deepEqual(await mesh.events("said-asking"), { originals: 100, granted: 20, denied: 100, held: 0 });
  line.close();
});
