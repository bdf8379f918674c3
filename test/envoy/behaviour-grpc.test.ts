/** gRPC with a real client and server, and HTTP/2 to the backend. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBackend, type Answer, type Backend } from "../lib/backend.ts";
import type { RetryOptions } from "../lib/bootstrap.ts";
import { GrpcClient, type GrpcResult } from "../lib/grpc.ts";
import { answering, arrivals, exact, EXHAUSTED, startMesh, type ListenerOptions, type Mesh } from "./support.ts";

const UNAVAILABLE = 14;
/** The statuses that Envoy's retry_on has names for. */
const RETRIABLE = [1, 4, 8, 13, 14];
const OTHERS = [2, 3, 5, 7, 9, 10, 11, 12, 15, 16];
const ON = "cancelled,deadline-exceeded,internal,resource-exhausted,unavailable,reset,refused-stream";

let grpc: Backend;
let h2: Backend;
let mesh: Mesh;
const clients = new Map<string, GrpcClient>();

before(async () => {
  grpc = await startBackend({ kind: "grpc" });
  h2 = await startBackend({ kind: "h2" });
  const retry: RetryOptions = { on: ON };
  const real: Pick<ListenerOptions, "clusters" | "retry"> = { clusters: [{ name: "grpc", to: [grpc] }], retry };
  const faulty: Pick<ListenerOptions, "clusters" | "retry"> = { clusters: [{ name: "h2", to: [h2] }], retry };
  const gep = { ...exact(0), onExhausted: "503" };
  mesh = await startMesh({
    one: { ...real, policy: exact(100) },
    none: { ...real, policy: exact(0) },
    gep: { ...real, policy: gep },
    fifth: { ...real, policy: exact(20) },
    timeout: { ...real, retry: { ...retry, perTryTimeoutMs: 50 }, policy: exact(0) },
    "faulty-one": { ...faulty, policy: exact(100) },
    "faulty-none": { ...faulty, policy: exact(0) },
  });
  for (const name of ["one", "none", "gep", "fifth", "timeout", "faulty-one", "faulty-none"]) {
    clients.set(name, new GrpcClient(mesh.envoy.port(name)));
  }
});

after(async () => {
  for (const client of clients.values()) client.close();
  await mesh.stop();
  await grpc.close();
  await h2.close();
});

async function call(listener: string, id: string, ...answers: Answer[]): Promise<GrpcResult> {
  const client = clients.get(listener);
  assert.ok(client, listener);
  return client.unary(Buffer.from(id), { "x-test-id": id, ...answering(...answers) });
}

for (const status of RETRIABLE) {
  const failing: Answer = { grpcStatus: status, grpcMessage: `why ${status}` };

  test(`status ${status} with trailers only: a granted retry's message reaches the client`, async () => {
    const before = await mesh.events("one");
    const id = `saved-${status}.`;
    const result = await call("one", id, failing, {});
    assert.equal(result.code, 0);
    assert.equal(result.message?.toString(), id);
    assert.equal(await arrivals(grpc, id), 2);
    const after = await mesh.events("one");
    assert.deepEqual(after, { ...before, originals: before.originals + 1, granted: before.granted + 1 });
    assert.equal((await mesh.logged(id)).outcome, "granted");
  });

  test(`status ${status} with trailers only: a denied client gets the server's status and message`, async () => {
    await call("none", `teach-${status}.`, failing);
    const before = await mesh.events("none");
    const id = `denied-${status}.`;
    const result = await call("none", id, failing);
    assert.deepEqual([result.code, result.details], [status, `why ${status}`]);
    assert.equal(result.trailers?.get("x-envoy-ratelimited").toString(), "true");
    assert.equal(await arrivals(grpc, id), 1);
    const after = await mesh.events("none");
    assert.deepEqual(after, { ...before, originals: before.originals + 1, denied: before.denied + 1 });
    assert.deepEqual({ ...(await mesh.logged(id)), flags: "" }, via("denied"));
  });

  test(`status ${status} in real trailers: Envoy does not retry it, and nothing is paid or denied`, async () => {
    const before = await mesh.events("none");
    const id = `trailers-${status}.`;
    const result = await call("none", id, { ...failing, grpcHeadersFirst: true });
    assert.deepEqual([result.code, result.details], [status, `why ${status}`]);
    assert.notEqual(result.metadata, undefined, "the status came after headers");
    assert.equal(await arrivals(grpc, id), 1);
    const after = await mesh.events("none");
    assert.deepEqual(after, { ...before, originals: before.originals + 1 });
    assert.deepEqual({ ...(await mesh.logged(id)), flags: "" }, via("-"));
  });

  test(`status ${status} under onExhausted 503: the HTTP status becomes 503, the gRPC status stays`, async () => {
    await call("gep", `teach-${status}.`, failing);
    const id = `gep-${status}.`;
    const result = await call("gep", id, failing);
    assert.deepEqual([result.code, result.details], [status, `why ${status}`]);
    assert.equal(await arrivals(grpc, id), 1);
    assert.deepEqual({ ...(await mesh.logged(id)), flags: "" }, { ...via("denied"), code: 503 });
  });
}

/** The access log's line about a call that the server answered at once. */
function via(outcome: string) {
  return { code: 200, details: "via_upstream", flags: "", attempts: 1, outcome };
}

test("statuses that retry_on has no name for are left alone", async () => {
  const before = await mesh.events("none");
  for (const status of OTHERS) {
    const result = await call("none", `other-${status}`, { grpcStatus: status, grpcMessage: "why" });
    assert.deepEqual([result.code, result.details], [status, "why"]);
    assert.equal(result.trailers?.get("x-envoy-ratelimited").length, 0);
  }
  const after = await mesh.events("none");
  assert.deepEqual(after, { ...before, originals: before.originals + OTHERS.length });
});

test("an outage of a gRPC server: 20 percent, to the last retry", async () => {
  for (let n = 0; n < 100; n++) {
    const { code, details } = await call("fifth", `outage-${n}`, { grpcStatus: 14, grpcMessage: "down" });
    assert.deepEqual([code, n === 0 || details === "down"], [14, true]);
  }
  assert.equal(await arrivals(grpc, "outage-"), 120);
  assert.deepEqual(await mesh.events("fifth"), { originals: 100, granted: 20, denied: 100, held: 0 });
});

test("healthy calls pass untouched", async () => {
  const result = await call("none", "well");
  assert.deepEqual([result.code, result.message?.toString()], [0, "well"]);
});

test("our local reply to a gRPC client after a per-try timeout is UNAVAILABLE", async () => {
  const result = await call("timeout", "timeout", { fault: "never" });
  assert.equal(result.code, UNAVAILABLE);
  assert.equal(result.details, "retry budget exhausted");
  assert.equal(await arrivals(grpc, "timeout"), 1);
  assert.equal((await mesh.logged("timeout")).details, EXHAUSTED);
});

for (const [name, fault] of [
  ["RST_STREAM", "reset"],
  ["a refused stream", "refuse"],
  ["a closed connection", "close"],
] as const) {
  test(`HTTP/2, ${name}: a granted retry gets through`, async () => {
    const before = await mesh.events("faulty-one");
    const headers: [string, string][] = [["content-type", "application/grpc"]];
    const result = await call("faulty-one", `saved-${fault}`, { fault }, { headers, trailers: [["grpc-status", "0"]] });
    assert.equal(await arrivals(h2, `saved-${fault}`), 2);
    // An answer without a message: the library calls that a failure of its own, but never one of ours.
    assert.doesNotMatch(result.details, /retry budget/);
    const after = await mesh.events("faulty-one");
    assert.equal(after.granted - before.granted, 1);
    assert.equal(after.denied - before.denied, 0);
  });

  test(`HTTP/2, ${name}: a denied one is answered UNAVAILABLE by us, and was sent once`, async () => {
    const before = await mesh.events("faulty-none");
    const result = await call("faulty-none", `denied-${fault}`, { fault });
    assert.deepEqual([result.code, result.details], [UNAVAILABLE, "retry budget exhausted"]);
    assert.equal(await arrivals(h2, `denied-${fault}`), 1);
    const after = await mesh.events("faulty-none");
    assert.deepEqual(after, { ...before, originals: before.originals + 1, denied: before.denied + 1 });
    assert.equal((await mesh.logged(`denied-${fault}`)).details, EXHAUSTED);
  });
}
