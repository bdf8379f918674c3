/** Headers with which a client from outside may try to get more, or others less. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBackend, type Answer, type Backend } from "../lib/backend.ts";
import type { Message } from "../lib/bootstrap.ts";
import { arrivals, exact, marked, startMesh, type ListenerOptions, type Mesh } from "./support.ts";

const FORGED: Record<string, string> = {
  "x-envoy-attempt-count": "7",
  "x-envoy-internal": "true",
  "x-envoy-is-timeout-retry": "true",
  "x-envoy-ratelimited": "true",
  "x-envoy-max-retries": "50",
  "x-envoy-retry-on": "5xx,gateway-error,reset,retriable-4xx,envoy-ratelimited",
  "x-envoy-retry-grpc-on": "unavailable",
  "x-envoy-retriable-status-codes": "404,503",
  "x-envoy-hedge-on-per-try-timeout": "true",
  "x-envoy-upstream-rq-per-try-timeout-ms": "1",
  "x-forwarded-for": "10.0.0.1",
  "x-request-id": "always-the-same",
};

const EDGE: Message = { use_remote_address: true };

let backend: Backend;
let mesh: Mesh;

before(async () => {
  backend = await startBackend({ keepHeaders: true });
  const to: ListenerOptions = { clusters: [{ name: "backend", to: [backend] }], retry: { max: 2 } };
  const policy = exact(20);
  const counted: Message = { include_request_attempt_count: true };
  mesh = await startMesh({
    "honest-router": { ...to, policy },
    "forged-router": { ...to, policy },
    "honest-edge": { ...to, policy, hcm: EDGE },
    "forged-edge": { ...to, policy, hcm: EDGE },
    "honest-counted": { ...to, policy, virtualHost: counted },
    "forged-counted": { ...to, policy, virtualHost: counted },
    "honest-cluster": { ...to, policy, inClusters: true, clusters: [{ name: "one", to: [backend] }] },
    "forged-cluster": { ...to, policy, inClusters: true, clusters: [{ name: "two", to: [backend] }] },
  });
});

after(async () => {
  await mesh.stop();
  await backend.close();
});

const SEQUENCE: Answer[][] = [
  ...Array<Answer[]>(20).fill([{ status: 503, body: "own" }]),
  ...Array<Answer[]>(10).fill([{ status: 404, body: "nothing here" }]),
  ...Array<Answer[]>(10).fill([{ status: 503 }, { status: 200, body: "well" }]),
  ...Array<Answer[]>(10).fill([{ fault: "reset" }]),
];

/** Sends the sequence; what came of it. */
async function outcome(listener: string, headers: Record<string, string>) {
  const line = mesh.line(listener);
  const answers: [number, string, boolean][] = [];
  for (const [n, programmed] of SEQUENCE.entries()) {
    const response = await line.get(`${listener}+${n}`, programmed, { headers });
    // Only the forger's own local reply may take his word that there was a timeout.
    const status = response.status === 504 && headers === FORGED ? 503 : response.status;
    answers.push([status, response.body, marked(response)]);
  }
  line.close();
  await mesh.logged(`${listener}+${SEQUENCE.length - 1}`);
  const attempts = SEQUENCE.map((_, n) => mesh.lines().get(`${listener}+${n}`)?.attempts);
  return { answers, attempts, events: await mesh.events(listener), hits: await arrivals(backend, `${listener}+`) };
}

for (const kind of ["router", "edge", "counted", "cluster"]) {
  test(`forged headers change nothing (${kind})`, async () => {
    const honest = await outcome(`honest-${kind}`, {});
    const forged = await outcome(`forged-${kind}`, FORGED);
    assert.deepEqual(forged, honest);
    assert.equal(honest.events.originals, SEQUENCE.length);
    assert.equal(honest.events.granted, SEQUENCE.length / 5);
    assert.equal(honest.hits, SEQUENCE.length + SEQUENCE.length / 5);
  });
}

test("the backend never sees the client's word for an internal request", async () => {
  const seen = (await backend.events()).filter(({ id }) => id.startsWith("forged-"));
  assert.ok(seen.length > 0);
  for (const { headers } of seen) assert.ok(!headers?.some(([name]) => name === "x-envoy-internal"));
});
