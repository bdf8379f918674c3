/**
 * Shadow: one sequence of requests, sent by one client, through a plain Envoy, one with the policy in shadow and one that
 * enforces it. The traffic of the first two must be the same, and the ledger of the last two.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { random, startBackend, type Answer, type Arrival, type Backend } from "../lib/backend.ts";
import type { Response } from "../lib/client.ts";
import { events } from "../lib/policy.ts";
import { exact, marked, startMesh, type ListenerOptions, type Mesh } from "./support.ts";

const LISTENERS = ["plain", "shadow", "enforce"] as const;
const REQUESTS = 150;
const PERCENT = 20;

/** Kinds of requests by what the backend does to their attempts. Failures outweigh, so that the budget is spent. */
const KINDS: { weight: number; answers: Answer[] }[] = [
  {
    weight: 12,
    answers: [
      {
        status: 503,
        body: "down",
        headers: [
          ["x-why", "a"],
          ["x-why", "b"],
        ],
      },
    ],
  },
  {
    weight: 5,
    answers: [
      { status: 500, body: "first" },
      { status: 200, body: "second" },
    ],
  },
  { weight: 4, answers: [{ fault: "reset" }] },
  { weight: 3, answers: [{ fault: "close" }, { status: 201, body: "made", trailers: [["x-sum", "1"]] }] },
  { weight: 1, answers: [{ fault: "never" }, { fault: "never" }, { status: 200, body: "third" }] },
  { weight: 3, answers: [{ status: 404, body: "nothing here" }] },
  { weight: 2, answers: [{ status: 503, headers: [["x-envoy-ratelimited", "true"]], body: "no more" }] },
  { weight: 6, answers: [{ status: 200, body: "well".repeat(500), headers: [["set-cookie", "a=1"]] }] },
];

interface Run {
  responses: Response[];
  arrivals: Arrival[];
  counted: Record<string, number>;
}

let backend: Backend;
let mesh: Mesh;
const runs = new Map<string, Run>();

function sequence(): Answer[][] {
  const next = random(11);
  const all = KINDS.flatMap(({ weight, answers }) => Array<Answer[]>(weight).fill(answers));
  return Array.from({ length: REQUESTS }, () => all[Math.floor(next() * all.length)] ?? []);
}

before(async () => {
  backend = await startBackend({ keepHeaders: true });
  const to: ListenerOptions = { clusters: [{ name: "backend", to: [backend] }], retry: { perTryTimeoutMs: 300 } };
  mesh = await startMesh({
    plain: to,
    shadow: { ...to, policy: { ...exact(PERCENT), mode: "shadow" } },
    enforce: { ...to, policy: exact(PERCENT) },
  });
  const kinds = sequence();
  const each = LISTENERS.map(async (listener) => {
    const line = mesh.line(listener);
    const responses: Response[] = [];
    for (const [n, answers] of kinds.entries()) {
      const sent = n % 3 === 0 ? { method: "POST", body: "some body" } : {};
      responses.push(await line.get(`${listener}+${n}`, answers, { path: `/${n}?a=b`, ...sent }));
    }
    line.close();
    runs.set(listener, { responses, arrivals: [], counted: {} });
  });
  await Promise.all(each);
  // Answers are published together, with the next look at the budget.
  for (const listener of ["shadow", "enforce"]) await mesh.becomes(listener, "answered", REQUESTS);
  const log = await backend.events();
  for (const [listener, run] of runs) {
    run.arrivals = log.filter(({ id }) => id.startsWith(`${listener}+`));
    run.counted = await events(mesh.envoy, listener);
  }
});

after(async () => {
  await mesh.stop();
  await backend.close();
});

function run(listener: (typeof LISTENERS)[number]): Run {
  const found = runs.get(listener);
  if (!found) throw new Error(`no run of ${listener}`);
  return found;
}

/** What no two answers or requests have in common. */
const VOLATILE = new Set(["date", "x-envoy-upstream-service-time", "x-request-id", "x-test-id", "host"]);

function steady(pairs: readonly [string, string][]): [string, string][] {
  return pairs.filter(([name]) => !VOLATILE.has(name));
}

test("every answer is the one that a plain Envoy gives, to the last byte", () => {
  const of = ({ responses }: Run) =>
    responses.map(({ status, headers, trailers, body }) => ({ status, headers: steady(headers), trailers, body }));
  assert.deepEqual(of(run("shadow")), of(run("plain")));
  const { responses } = run("enforce");
  assert.ok(responses.filter(marked).length > REQUESTS / 4, "the same requests are denied where it is enforced");
});

test("every attempt that reaches the backend is the one that a plain Envoy sends", () => {
  const of = ({ arrivals }: Run) =>
    arrivals.map(({ id, attempt, kind, method, path, headers }) => {
      return { n: id.split("+")[1], attempt, kind, method, path, headers: steady(headers ?? []) };
    });
  assert.deepEqual(of(run("shadow")), of(run("plain")));
  assert.ok(run("shadow").arrivals.length > 2 * REQUESTS);
});

test("the ledger is the one of the policy enforced", () => {
  const of = ({ counted }: Run) => {
    const ledger = { ...counted };
    for (const name of ["heartbeat", "policy_hash", "tokens_left"]) delete ledger[name];
    return ledger;
  };
  assert.deepEqual(of(run("shadow")), of(run("enforce")));
  const { arrivals, counted } = run("enforce");
  assert.equal(counted["originals"], REQUESTS);
  assert.equal(counted["retries_granted"], arrivals.filter(({ kind }) => kind === "retry").length);
  const granted = counted["retries_granted"] ?? 0;
  assert.ok(granted <= (REQUESTS * PERCENT) / 100 && granted >= 25, `${granted} retries`);
});

test("the access log says what enforce would have done", async () => {
  await mesh.logged(`enforce+${REQUESTS - 1}`);
  await mesh.logged(`shadow+${REQUESTS - 1}`);
  const lines = mesh.lines();
  for (let n = 0; n < REQUESTS; n++) {
    assert.equal(lines.get(`shadow+${n}`)?.outcome, lines.get(`enforce+${n}`)?.outcome, `request ${n}`);
  }
});
