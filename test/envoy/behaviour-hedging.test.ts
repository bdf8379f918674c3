/**
 * Hedged requests (hedge_on_per_try_timeout): attempts of one request run side by side, and a denial must never cost the
 * client the answer that an earlier attempt may still bring.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBackend, type Answer, type Backend } from "../lib/backend.ts";
import { retryPolicy } from "../lib/bootstrap.ts";
import { load, request, type Response } from "../lib/client.ts";
import { answering, arrivals, exact, EXHAUSTED, hits, marked, route, startMesh, type Mesh } from "./support.ts";

const REQUESTS = 60;
const CLIENTS = 30;
const PER_TRY_MS = 150;

/** An answer that comes after the per-try timeout, so that the request is hedged before. */
const LATE_MS = 700;
const LATE: Answer = { status: 200, body: "late", delayMs: LATE_MS };
/** One that a hedge is sure to overtake. */
const SLOW: Answer = { status: 200, body: "slow", delayMs: 5_000 };

let h1: Backend;
let h2: Backend;
let mesh: Mesh;

before(async () => {
  h1 = await startBackend();
  h2 = await startBackend({ kind: "h2" });
  const clusters = [
    { name: "h1", to: [h1] },
    { name: "h2", to: [h2] },
  ];
  const hedged = (name: string, cluster: string, max: number) =>
    route(name, `/${name}`, cluster, {
      retry_policy: retryPolicy({ max, perTryTimeoutMs: PER_TRY_MS }),
      hedge_policy: { hedge_on_per_try_timeout: true },
    });
  const routes = [hedged("once", "h1", 1), hedged("twice", "h1", 2), hedged("many", "h1", 5), hedged("h2", "h2", 1)];
  const to = { clusters, routes };
  mesh = await startMesh({
    none: { ...to, policy: { ...exact(0), per: "route" } },
    gep: { ...to, policy: { ...exact(0), per: "route", onExhausted: "503" } },
    stamped: { ...to, policy: exact(0), virtualHost: { include_is_timeout_retry_header: true } },
    one: { ...to, policy: { ...exact(100), per: "route" } },
    fifth: { ...to, policy: exact(20) },
    twentieth: { ...to, policy: exact(5) },
    shadow: { ...to, policy: { ...exact(0), mode: "shadow" } },
  });
});

after(async () => {
  await mesh.stop();
  await h1.close();
  await h2.close();
});

/** Sends 60 requests over 30 connections; all must be answered. */
async function crowd(listener: string, path: string, prefix: string, answers: Answer[]): Promise<Response[]> {
  const responses: Response[] = [];
  const result = await load({
    port: mesh.envoy.port(listener),
    clients: CLIENTS,
    originals: REQUESTS,
    prefix,
    path,
    headers: answering(...answers),
    onAnswer: (_n, response) => responses.push(response),
  });
  assert.equal(result.errors, 0);
  assert.equal(responses.length, REQUESTS);
  return responses;
}

function allAre(responses: readonly Response[], expected: { status: number; body: string; marked: boolean }): void {
  for (const response of responses) {
    assert.deepEqual({ status: response.status, body: response.body, marked: marked(response) }, expected);
  }
}

test("a granted hedge answers first, and is counted as one retry", async () => {
  const line = mesh.line("one");
  // A request counts for the budget once it is answered: these pay for the hedges of the others.
  await line.series(5, "earning-", [{ status: 200 }], { path: "/once" });
  const responses = await line.series(5, "granted-", [SLOW, { status: 200, body: "hedge" }], { path: "/once" });
  allAre(responses, { status: 200, body: "hedge", marked: false });
  assert.deepEqual([...hits(await h1.events(), "granted-").values()], [2, 2, 2, 2, 2]);
  assert.deepEqual(await mesh.events("one", "once"), { originals: 10, granted: 5, denied: 0, held: 0 });
  assert.equal((await mesh.logged("granted-4")).outcome, "granted");
  line.close();
});

for (const [path, backend] of [
  ["/once", () => h1],
  ["/h2", () => h2],
] as const) {
  test(`a denied hedge is held, and the living attempt's 200 reaches the client (${path})`, async () => {
    const prefix = `held${path}`;
    allAre(await crowd("none", path, prefix, [LATE]), { status: 200, body: "late", marked: false });
    assert.equal(await arrivals(backend(), prefix), REQUESTS);
    const counted = await mesh.events("none", path.slice(1));
    assert.deepEqual(counted, { originals: REQUESTS, granted: 0, denied: 0, held: REQUESTS });
    const logged = await mesh.logged(`${prefix}-0`);
    assert.equal(logged.outcome, "held");
    assert.equal(logged.details, "via_upstream");
  });
}

test("every further per-try timeout is held as well", async () => {
  allAre(await crowd("none", "/twice", "again", [LATE]), { status: 200, body: "late", marked: false });
  assert.equal(await arrivals(h1, "again"), REQUESTS);
  const counted = await mesh.events("none", "twice");
  assert.deepEqual({ ...counted, held: 0 }, { originals: REQUESTS, granted: 0, denied: 0, held: 0 });
  assert.ok(counted.held >= REQUESTS && counted.held <= 2 * REQUESTS, `${counted.held} held`);
});

test("a held hedge whose original dies gets its local reply", async () => {
  const responses = await crowd("fifth", "/once", "dies", [{ fault: "reset", delayMs: LATE_MS }]);
  const { granted, held } = await mesh.events("fifth");
  assert.ok(granted <= REQUESTS / 5, `${granted} granted`);
  assert.ok(held >= REQUESTS - granted, `${held} held`);
  const replies = responses.filter(({ body }) => body === "retry budget exhausted");
  assert.ok(replies.length >= REQUESTS - granted, `${replies.length} local replies`);
  allAre(replies, { status: 503, body: "retry budget exhausted", marked: true });
  assert.equal(await arrivals(h1, "dies"), REQUESTS + granted);
  const logged = [...mesh.lines()].filter(([id, { outcome }]) => id.startsWith("dies") && outcome === "held");
  for (const [id, line] of logged) assert.equal(line.details, EXHAUSTED, id);
});

test("the same where the route says which retries follow a timeout: 504", async () => {
  const responses = await crowd("stamped", "/once", "stamped", [{ fault: "reset", delayMs: LATE_MS }]);
  allAre(responses, { status: 504, body: "retry budget exhausted", marked: true });
});

test("an original that answers 5xx ends itself and the held hedge at once", async () => {
  const late = { status: 502, body: "own", delayMs: LATE_MS };
  allAre(await crowd("none", "/many", "fails", [late]), { status: 502, body: "own", marked: true });
  assert.equal(await arrivals(h1, "fails"), REQUESTS);
  assert.equal((await mesh.logged("fails-0")).details, "via_upstream");
});

test("the same under onExhausted 503", async () => {
  const late = { status: 502, body: "own", delayMs: LATE_MS };
  allAre(await crowd("gep", "/many", "gep", [late]), { status: 503, body: "own", marked: true });
});

test("an original that answers 404 beside a held hedge is the client's answer, unmarked", async () => {
  const late = { status: 404, body: "nothing here", delayMs: LATE_MS };
  allAre(await crowd("none", "/many", "lacks", [late]), { status: 404, body: "nothing here", marked: false });
});

test("a client that leaves while its hedge is held leaves nothing behind", async () => {
  const headers = answering({ fault: "never" });
  const left = Array.from({ length: 10 }, (_, n) => {
    const options = { port: mesh.envoy.port("none"), id: `left-${n}`, path: "/once", headers, timeoutMs: 400 };
    return assert.rejects(request(options));
  });
  await Promise.all(left);
  allAre(await crowd("none", "/once", "after", [{ status: 200, body: "" }]), { status: 200, body: "", marked: false });
  assert.equal(await arrivals(h1, "left-"), 10);
});

test("shadow lets every hedge go, and counts the held ones", async () => {
  const responses = await crowd("shadow", "/once", "shadow", [SLOW, { status: 200, body: "hedge" }]);
  allAre(responses, { status: 200, body: "hedge", marked: false });
  assert.equal(await arrivals(h1, "shadow"), 2 * REQUESTS);
  const counted = await mesh.events("shadow");
  assert.deepEqual(counted, { originals: REQUESTS, granted: 0, denied: 0, held: REQUESTS });
});

test("a storm of hedges, resets, failures and clients that leave: within the budget, and nothing breaks", async () => {
  const kinds: Answer[] = [{ fault: "reset" }, { status: 503 }, LATE, { fault: "never" }, { status: 200 }];
  const port = mesh.envoy.port("twentieth");
  const one = (n: number) => {
    // Another series of answers for every request; every fifth client leaves early.
    const answers = Array.from(
      { length: 6 },
      (_, attempt) => kinds[(n * 7 + attempt * (1 + (n % 4))) % kinds.length] ?? {},
    );
    const timeoutMs = n % 5 === 0 ? 150 : 1_000;
    const options = { port, id: `storm-${n}`, path: "/many", headers: answering(...answers), timeoutMs };
    return request(options).then(
      ({ status }) => status,
      () => 0,
    );
  };
  const statuses: number[] = [];
  for (let wave = 0; wave < 4; wave++) {
    statuses.push(...(await Promise.all(Array.from({ length: 75 }, (_, n) => one(wave * 75 + n)))));
  }
  assert.equal(statuses.length, 300);
  const originals = hits(await h1.events(), "storm-").size;
  const retries = (await arrivals(h1, "storm-")) - originals;
  assert.ok(retries <= originals / 20, `${retries} retries for ${originals}`);
  mesh.envoy.assertAlive();
  assert.deepEqual(
    [...new Set(statuses)].sort().filter((status) => ![0, 200, 503, 504].includes(status)),
    [],
  );
});
