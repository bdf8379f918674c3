/** What becomes of each kind of failure: research/retry-budget.md section 3, the table of callbacks, row by row. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PORT_OF_NOBODY, startBackend, type Answer, type Backend } from "../lib/backend.ts";
import { retryPolicy, type RetryOptions } from "../lib/bootstrap.ts";
import { arrivals, exact, EXHAUSTED, marked, route, startMesh, type Mesh } from "./support.ts";

/** Fields of `exact` and a budget of its own for each route, that is for each row. */
const perRoute = (percent: number) => ({ ...exact(percent), per: "route" });

const ROUTES: Record<string, RetryOptions> = {
  plain: {},
  codes: { on: "retriable-status-codes", more: { retriable_status_codes: [429] } },
  "4xx": { on: "retriable-4xx" },
  timeout: { on: "reset,5xx", perTryTimeoutMs: 150 },
};

let backend: Backend;
let mesh: Mesh;

before(async () => {
  backend = await startBackend();
  const clusters = [
    { name: "backend", to: [backend] },
    { name: "closed", to: [PORT_OF_NOBODY] },
    { name: "empty", to: [] },
  ];
  const routes = [
    ...Object.entries(ROUTES).map(([name, retry]) =>
      route(name, `/${name}`, "backend", { retry_policy: retryPolicy(retry) }),
    ),
    ...["closed", "empty"].map((name) => route(name, `/${name}`, name, { retry_policy: retryPolicy() })),
  ];
  mesh = await startMesh({
    // Every original earns a retry.
    one: { policy: perRoute(100), clusters, routes },
    none: { policy: perRoute(0), clusters, routes },
    stamped: { policy: perRoute(0), clusters, routes, virtualHost: { include_is_timeout_retry_header: true } },
    free: { policy: perRoute(100), clusters, routes },
  });
});

after(async () => {
  await mesh.stop();
  await backend.close();
});

for (const status of [500, 502, 503, 504]) {
  test(`response ${status}: one retry is granted, the answer to the next says no`, async () => {
    const line = mesh.line("one");
    const before = await mesh.events("one", "plain");
    const id = `response-${status}`;
    const path = "/plain";
    const saved = await line.get(`${id}-saved`, [{ status }, { status: 200, body: "good" }], { path });
    assert.equal(saved.status, 200);
    assert.equal(saved.body, "good");
    assert.equal(marked(saved), false);
    assert.equal(await arrivals(backend, `${id}-saved`), 2);
    const lost = await line.get(
      `${id}-lost`,
      [
        { status, body: "first" },
        { status, body: "second" },
      ],
      { path },
    );
    assert.equal(lost.status, status);
    assert.equal(lost.body, "second");
    assert.equal(marked(lost), true);
    assert.equal(await arrivals(backend, `${id}-lost`), 2);
    const after = await mesh.events("one", "plain");
    assert.equal(after.originals - before.originals, 2);
    assert.equal(after.granted - before.granted, 2);
    assert.equal(after.denied - before.denied, 1);
    assert.equal((await mesh.logged(`${id}-saved`)).outcome, "granted");
    const logged = await mesh.logged(`${id}-lost`);
    assert.deepEqual(
      { ...logged, flags: "" },
      { code: status, details: "via_upstream", flags: "", attempts: 2, outcome: "denied" },
    );
    line.close();
  });
}

const LEARNED: [string, number, string][] = [
  ["retriable_status_codes", 429, "codes"],
  ["retriable-4xx", 409, "4xx"],
];
for (const [condition, status, name] of LEARNED) {
  test(`response ${status} with ${condition}: learned from the first retry, then denied on the response`, async () => {
    const path = `/${name}`;
    const granted = mesh.line("one");
    const saved = await granted.series(3, `saved-${name}-`, [{ status }, { status: 200 }], { path });
    assert.deepEqual(
      saved.map((response) => response.status),
      [200, 200, 200],
    );
    assert.deepEqual(await mesh.events("one", name), { originals: 3, granted: 3, denied: 0, held: 0 });
    granted.close();
    const denied = mesh.line("none");
    const [first, ...others] = await denied.series(4, `denied-${name}-`, [{ status, body: "own" }], { path });
    // Nobody could know that this status is retried before a retry came.
    assert.equal(first?.status, 503);
    assert.equal(first?.body, "retry budget exhausted");
    assert.equal(first && marked(first), true);
    for (const response of others) {
      assert.equal(response.status, status);
      assert.equal(response.body, "own");
      assert.equal(marked(response), true);
    }
    assert.equal(await arrivals(backend, `denied-${name}-`), 4);
    assert.deepEqual(await mesh.events("none", name), { originals: 4, granted: 0, denied: 4, held: 0 });
    denied.close();
  });
}

test("response 404: not retried, not marked, nothing counted but the originals", async () => {
  const line = mesh.line("none");
  const before = await mesh.events("none", "plain");
  for (const response of await line.series(40, "missing-", [{ status: 404, body: "nothing here" }], {
    path: "/plain",
  })) {
    assert.equal(response.status, 404);
    assert.equal(response.body, "nothing here");
    assert.equal(marked(response), false);
  }
  const after = await mesh.events("none", "plain");
  assert.deepEqual(after, { ...before, originals: before.originals + 40 });
  assert.equal((await mesh.logged("missing-39")).outcome, "-");
  line.close();
});

/** A failure without an answer of the backend: denied by a local reply, which the backend does not see. */
interface Silent {
  row: string;
  path: string;
  answers: Answer[];
  reaches: boolean;
}
const SILENT: Silent[] = [
  { row: "connect failure", path: "/closed", answers: [], reaches: false },
  { row: "reset before headers", path: "/plain", answers: [{ fault: "reset" }], reaches: true },
  { row: "connection closed", path: "/plain", answers: [{ fault: "close" }], reaches: true },
  { row: "per-try timeout", path: "/timeout", answers: [{ fault: "never" }], reaches: true },
];
for (const { row, path, answers, reaches } of SILENT) {
  const key = path.slice(1);
  const prefix = `${row.replaceAll(" ", "-")}-`;

  test(`${row}: one retry is granted, the next denied by a local reply`, async () => {
    const line = mesh.line("one");
    const before = await mesh.events("one", key);
    const response = await line.get(`${prefix}one`, answers, { path });
    assert.equal(response.status, 503);
    assert.equal(response.body, "retry budget exhausted");
    assert.equal(marked(response), true);
    assert.equal(await arrivals(backend, `${prefix}one`), reaches ? 2 : 0);
    const after = await mesh.events("one", key);
    assert.deepEqual(after, {
      ...before,
      originals: before.originals + 1,
      granted: before.granted + 1,
      denied: before.denied + 1,
    });
    const logged = await mesh.logged(`${prefix}one`);
    assert.equal(logged.details, EXHAUSTED);
    assert.equal(logged.attempts, 3);
    assert.equal(logged.outcome, "denied");
    line.close();
  });

  test(`${row}: without budget the backend sees the original alone`, async () => {
    const line = mesh.line("none");
    const before = await mesh.events("none", key);
    const responses = await line.series(5, `${prefix}none-`, answers, { path });
    for (const response of responses) {
      assert.equal(response.status, 503);
      assert.equal(response.body, "retry budget exhausted");
      assert.equal(marked(response), true);
    }
    assert.equal(await arrivals(backend, `${prefix}none-`), reaches ? 5 : 0);
    const after = await mesh.events("none", key);
    assert.deepEqual(after, { ...before, originals: before.originals + 5, denied: before.denied + 5 });
    for (let n = 0; n < 5; n++) {
      const logged = await mesh.logged(`${prefix}none-${n}`);
      assert.deepEqual(
        { ...logged, flags: "" },
        { code: 503, details: EXHAUSTED, flags: "", attempts: 2, outcome: "denied" },
      );
    }
    line.close();
  });

  // Where nobody listens no retry can succeed.
  if (!reaches) continue;
  test(`${row}: a granted retry that succeeds is the client's answer`, async () => {
    const line = mesh.line("free");
    const response = await line.get(`${prefix}free`, [...answers, { status: 200, body: "late" }], { path });
    assert.equal(response.status, 200);
    assert.equal(response.body, "late");
    assert.equal((await mesh.logged(`${prefix}free`)).outcome, "granted");
    line.close();
  });
}

test("per-try timeout where the route says which retries follow a timeout: 504", async () => {
  const line = mesh.line("stamped");
  for (const response of await line.series(3, "stamped-timeout-", [{ fault: "never" }], { path: "/timeout" })) {
    assert.equal(response.status, 504);
    assert.equal(response.body, "retry budget exhausted");
    assert.equal(marked(response), true);
  }
  assert.equal(await arrivals(backend, "stamped-timeout-"), 3);
  assert.equal((await mesh.logged("stamped-timeout-2")).details, EXHAUSTED);
  line.close();
});

test("reset where the route says which retries follow a timeout: 503, it was none", async () => {
  const line = mesh.line("stamped");
  for (const response of await line.series(3, "stamped-reset-", [{ fault: "reset" }], { path: "/plain" })) {
    assert.equal(response.status, 503);
    assert.equal(marked(response), true);
  }
  line.close();
});

test("reset after headers: the answer has begun, so it is neither retried nor counted", async () => {
  const line = mesh.line("none");
  const before = await mesh.events("none", "plain");
  await assert.rejects(line.get("cut", [{ fault: "reset-after-headers" }], { path: "/plain" }));
  assert.equal(await arrivals(backend, "cut"), 1);
  assert.deepEqual(await mesh.events("none", "plain"), { ...before, originals: before.originals + 1 });
  assert.equal((await mesh.logged("cut")).outcome, "-");
  line.close();
});

test("no healthy host: Envoy's own answer, no attempt, nothing counted", async () => {
  const line = mesh.line("none");
  const response = await line.get("nobody", [], { path: "/empty" });
  assert.equal(response.status, 503);
  assert.equal(response.body, "no healthy upstream");
  assert.equal(marked(response), false);
  assert.deepEqual(await mesh.events("none", "empty"), { originals: 0, granted: 0, denied: 0, held: 0 });
  assert.equal((await mesh.logged("nobody")).outcome, "-");
  line.close();
});
