/**
 * A filter can't see a route's retry policy. So it learns from what comes which failures are retried; these are the cases
 * in which a wrong guess would show.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startBackend, type Answer, type Backend } from "../lib/backend.ts";
import { retryPolicy } from "../lib/bootstrap.ts";
import { arrivals, exact, marked, route, startMesh, type ListenerOptions, type Mesh } from "./support.ts";

let backend: Backend;
let mesh: Mesh;

before(async () => {
  backend = await startBackend();
  const clusters = [{ name: "backend", to: [backend] }];
  const to: ListenerOptions = { clusters };
  const routes = [
    route("retrying", "/retrying", "backend", { retry_policy: retryPolicy() }),
    route("other", "/other", "backend", {}),
  ];
  const redirect = { internal_redirect_policy: { max_internal_redirects: 1 } };
  // Seconds that the answer asks for, 2 to 3 with Envoy's jitter: more than a lease lasts.
  const patient = {
    rate_limited_retry_back_off: { reset_headers: [{ name: "x-wait", format: "SECONDS" }], max_interval: "5s" },
  };
  mesh = await startMesh({
    "none-0": { ...to, retry: false, policy: exact(0) },
    "none-20": { ...to, retry: false, policy: exact(20) },
    "connect-only": { ...to, retry: { on: "connect-failure" }, policy: { ...exact(0), onExhausted: "503" } },
    mixed: { clusters, routes, policy: { ...exact(20), per: "route" } },
    last: { ...to, retry: { max: 1 }, policy: exact(50) },
    redirect: { ...to, action: redirect, policy: exact(0) },
    patient: { ...to, retry: { more: patient }, policy: exact(100) },
  });
});

after(async () => {
  await mesh.stop();
  await backend.close();
});

const DOWN: Answer = { status: 500, body: "own" };

for (const listener of ["none-0", "none-20", "connect-only"]) {
  test(`a failure that the route does not retry is not denied a retry (${listener})`, async () => {
    const line = mesh.line(listener);
    for (const response of await line.series(60, `${listener}-`, [DOWN])) {
      assert.deepEqual([response.status, response.body, marked(response)], [500, "own", false]);
    }
    line.close();
    assert.deepEqual(await mesh.events(listener), { originals: 60, granted: 0, denied: 0, held: 0 });
  });
}

test("a route that retries does not speak for one that does not", async () => {
  const line = mesh.line("mixed");
  for (let n = 0; n < 60; n++) {
    const retried = await line.get(`retrying-${n}`, [DOWN], { path: "/retrying" });
    assert.equal(retried.status === 500 || n === 0, true);
    const other = await line.get(`other-${n}`, [DOWN], { path: "/other" });
    assert.deepEqual([other.status, marked(other)], [500, false]);
  }
  line.close();
  assert.deepEqual(await mesh.events("mixed", "retrying"), { originals: 60, granted: 12, denied: 60, held: 0 });
  assert.deepEqual(await mesh.events("mixed", "other"), { originals: 60, granted: 0, denied: 0, held: 0 });
});

test("last attempts, which are not retried, do not make it forget that the others are", async () => {
  const line = mesh.line("last");
  await line.series(60, "last-well-", [{ status: 200 }]);
  for (const response of await line.series(20, "last-ill-", [DOWN])) assert.equal(marked(response), false);
  // Whatever was paid for these 20 answers has come back by then.
  await sleep(1_500);
  // 40 tokens were earned and 20 used; these earn 20 more and use 40.
  await line.series(40, "last-cut-", [{ fault: "reset" }]);
  assert.equal((await mesh.events("last")).granted, 60);
  const [response] = await line.series(1, "last-denied-", [DOWN]);
  assert.deepEqual([response?.status, response?.body, response && marked(response)], [500, "own", true]);
  line.close();
});

test("an internal redirect is a request of its own, no retry", async () => {
  const line = mesh.line("redirect");
  const moved: Answer = { status: 302, headers: [["location", `http://127.0.0.1/moved`]] };
  const response = await line.get("redirected", [moved, { status: 200, body: "here" }]);
  line.close();
  assert.deepEqual([response.status, response.body], [200, "here"]);
  assert.equal(await arrivals(backend, "redirected"), 2);
  assert.deepEqual(await mesh.events("redirect"), { originals: 2, granted: 0, denied: 0, held: 0 });
});

test("a retry that comes after its lease has run out pays anew", async () => {
  const line = mesh.line("patient");
  const wait: Answer = { status: 503, headers: [["x-wait", "2"]] };
  const response = await line.get("patient", [wait, { status: 200, body: "well" }]);
  assert.deepEqual([response.status, response.body], [200, "well"]);
  await mesh.becomes("patient", "leases_returned", 1);
  assert.deepEqual(await mesh.events("patient"), { originals: 1, granted: 1, denied: 0, held: 0 });
  await mesh.becomes("patient", "tokens_left", 0);
  line.close();
});
