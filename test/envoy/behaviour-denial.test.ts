/** What a client gets when the retry of an answered request is denied, and what the edge hides of it. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { always, startBackend, type Answer, type Backend } from "../lib/backend.ts";
import { H2Client, header, type Response } from "../lib/client.ts";
import { arrivals, exact, EXHAUSTED, marked, startMesh, type ListenerOptions, type Mesh } from "./support.ts";

/** A failure with all that an answer can carry. */
const RICH: Answer = {
  status: 502,
  headers: [
    ["content-type", "application/problem+json"],
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2"],
    ["retry-after", "7"],
    ["x-empty", ""],
    ["x-bytes", "caf\u00e9"],
  ],
  body: JSON.stringify({ title: "sold out" }).repeat(200),
  trailers: [["x-checksum", "abc"]],
};

let h1: Backend;
let h2: Backend;
let mesh: Mesh;

before(async () => {
  h1 = await startBackend({ program: always(RICH) });
  h2 = await startBackend({ kind: "h2", program: always(RICH) });
  const to1: ListenerOptions = { clusters: [{ name: "h1", to: [h1] }] };
  const to2: ListenerOptions = { clusters: [{ name: "h2", to: [h2] }] };
  const gep = { ...exact(0), onExhausted: "503" };
  mesh = await startMesh({
    bare1: { ...to1, retry: false },
    bare2: { ...to2, retry: false },
    original1: { ...to1, policy: exact(0) },
    original2: { ...to2, policy: exact(0) },
    replaced1: { ...to1, policy: gep },
    replaced2: { ...to2, policy: gep },
    number: { ...to1, policy: { ...exact(0), onExhausted: 503 } },
    edge: { ...to1, policy: exact(0), edge: true },
    some: { ...to1, policy: { ...exact(50), onExhausted: "503" } },
  });
});

after(async () => {
  await mesh.stop();
  await h1.close();
  await h2.close();
});

/** What no two answers have in common. */
const VOLATILE = new Set(["date", "x-envoy-upstream-service-time"]);

function steady(response: Response): Omit<Response, "ms"> {
  const headers = response.headers.filter(([name]) => !VOLATILE.has(name));
  return { status: response.status, headers, trailers: response.trailers, body: response.body };
}

/** The answer without our header, which is there once. */
function unmarked(answer: Omit<Response, "ms">): Omit<Response, "ms"> {
  const rest = answer.headers.filter(([name]) => name !== "x-envoy-ratelimited");
  assert.equal(answer.headers.length - rest.length, 1);
  return { ...answer, headers: rest };
}

/** One request over a connection of its own, after one that failed like it; the answer is RICH unless `answer` is given. */
async function ask(listener: string, id: string, answer: Answer = RICH): Promise<Response> {
  const line = mesh.line(listener);
  await line.teach({ status: answer.status ?? 200 });
  const response = await line.get(id, answer === RICH ? [] : [answer]);
  line.close();
  return response;
}

async function askH2(listener: string, id: string): Promise<Response> {
  const client = new H2Client(mesh.envoy.port(listener));
  await client.request({ id: "teach" });
  const response = await client.request({ id });
  client.close();
  return response;
}

for (const [name, send, kind] of [
  ["HTTP/1", ask, "1"],
  ["HTTP/2 to an HTTP/1 backend", askH2, "1"],
  ["HTTP/2", askH2, "2"],
] as const) {
  test(`${name}: a denied client gets the backend's own answer and one header more`, async () => {
    const own = steady(await send(`bare${kind}`, `bare ${name}`));
    const denied = await send(`original${kind}`, `${name} original`);
    assert.equal(marked(denied), true);
    assert.deepEqual(unmarked(steady(denied)), own);
    assert.equal(own.status, 502);
    assert.equal(own.body, RICH.body);
  });

  test(`${name}: onExhausted 503 replaces the status and nothing else`, async () => {
    const own = steady(await send(`bare${kind}`, `bare ${name}`));
    const denied = await send(`replaced${kind}`, `${name} replaced`);
    assert.equal(marked(denied), true);
    assert.deepEqual(unmarked(steady(denied)), { ...own, status: 503 });
  });
}

test("the denied answer comes from the backend: it was asked once, the access log says so", async () => {
  const response = await ask("original1", "original1-500", { status: 500 });
  assert.equal(response.status, 500);
  assert.equal(await arrivals(h1, "original1-500"), 1);
  const logged = await mesh.logged("original1-500");
  assert.equal(logged.details, "via_upstream");
  assert.equal(logged.outcome, "denied");
  assert.equal(logged.attempts, 1);
});

test("onExhausted may be the number 503 as well", async () => {
  const response = await ask("number", "number-500", { status: 500, body: "own" });
  assert.equal(response.status, 503);
  assert.equal(response.body, "own");
  assert.equal(marked(response), true);
});

test("onExhausted 503 leaves alone what was not denied: granted retries, last attempts, successes, 404", async () => {
  const line = mesh.line("some");
  const answers: [Answer[], number][] = [
    [[{ status: 500 }], 503],
    [[{ status: 500 }, { status: 200 }], 200],
    [[{ status: 404 }], 404],
    [[{ status: 201 }], 201],
  ];
  for (const [n, [sent, status]] of answers.entries()) {
    const response = await line.get(`some-${n}`, sent);
    assert.equal(response.status, status);
    assert.equal(marked(response), n === 0);
  }
  line.close();
});

test("at the edge the header is hidden, and the denial works all the same", async () => {
  const line = mesh.line("edge");
  await line.teach({ status: 503 });
  for (const response of await line.series(10, "edge-", [{ status: 503, body: "own" }])) {
    assert.equal(response.status, 503);
    assert.equal(response.body, "own");
    assert.equal(header(response, "x-envoy-ratelimited"), undefined);
  }
  for (const response of await line.series(10, "edge-reset-", [{ fault: "reset" }])) {
    assert.equal(response.status, 503);
    assert.equal(response.body, "retry budget exhausted");
    assert.equal(header(response, "x-envoy-ratelimited"), undefined);
  }
  assert.equal(await arrivals(h1, "edge-"), 20);
  assert.deepEqual(await mesh.events("edge"), { originals: 21, granted: 0, denied: 21, held: 0 });
  assert.equal((await mesh.logged("edge-9")).outcome, "denied");
  assert.equal((await mesh.logged("edge-reset-9")).details, EXHAUSTED);
  line.close();
});
