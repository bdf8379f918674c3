// alone: per-try timeouts of 80 ms; an attempt that a busy machine delays is hedged as well
/**
 * Three attempts of one hedged request: the first is alive, the second was granted, the third is denied and held. What
 * the client gets when the first two then fare in every way. Each case has a key of its own with one token at a time.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBackend, type Answer, type Backend } from "../lib/backend.ts";
import { retryPolicy } from "../lib/bootstrap.ts";
import type { Response } from "../lib/client.ts";
import { exact, EXHAUSTED, hits, marked, route, startMesh, type Mesh } from "./support.ts";

const ROUNDS = 3;
const PER_TRY_MS = 80;
/** After the third attempt has come: two per-try timeouts. */
const LATE_MS = 500;
const LATER_MS = 900;

const never: Answer = { fault: "never" };
const good = (delayMs: number): Answer => ({ status: 200, body: "good", delayMs });
const bad = (delayMs: number): Answer => ({ status: 502, body: "bad", delayMs });
const reset = (delayMs: number): Answer => ({ fault: "reset", delayMs });

interface Case {
  name: string;
  /** Of the attempts 1 and 2. */
  answers: [Answer, Answer];
  status: number;
  body: string;
  details: string;
}
const REPLY = { status: 503, body: "retry budget exhausted", details: EXHAUSTED };
const GOOD = { status: 200, body: "good", details: "via_upstream" };
const BAD = { status: 502, body: "bad", details: "via_upstream" };
const CASES: Case[] = [
  { name: "2 silent, 1 answers", answers: [good(LATE_MS), never], ...GOOD },
  { name: "2 fails at once, 1 answers", answers: [good(LATE_MS), bad(0)], ...GOOD },
  { name: "2 is reset at once, 1 answers", answers: [good(LATE_MS), reset(0)], ...GOOD },
  { name: "2 fails late, 1 answers later", answers: [good(LATER_MS), bad(LATE_MS - PER_TRY_MS)], ...GOOD },
  { name: "1 silent, 2 answers", answers: [never, good(LATE_MS)], ...GOOD },
  { name: "1 is reset, 2 answers", answers: [reset(LATE_MS), good(LATER_MS)], ...GOOD },
  { name: "1 fails, 2 answers", answers: [bad(LATE_MS), good(LATER_MS)], ...GOOD },
  { name: "2 fails at once, 1 fails late", answers: [bad(LATE_MS), { status: 503 }], ...BAD },
  { name: "2 is reset at once, 1 fails late", answers: [bad(LATE_MS), reset(0)], ...BAD },
  { name: "1 is reset, 2 fails later", answers: [reset(LATE_MS), bad(LATER_MS)], ...BAD },
  { name: "1 fails, 2 fails later", answers: [{ status: 503, delayMs: LATE_MS }, bad(LATER_MS)], ...BAD },
  { name: "2 fails at once, 1 is reset", answers: [reset(LATE_MS), bad(0)], ...REPLY },
  { name: "2 is reset at once, 1 is reset", answers: [reset(LATE_MS), reset(0)], ...REPLY },
  { name: "1 is reset, 2 is reset later", answers: [reset(LATE_MS), reset(LATER_MS)], ...REPLY },
  { name: "1 fails, 2 is reset later", answers: [bad(LATE_MS), reset(LATER_MS)], ...REPLY },
];

let backend: Backend;
let mesh: Mesh;
const results = new Map<Case, Response[]>();

before(async () => {
  backend = await startBackend();
  mesh = await startMesh({
    three: {
      policy: { ...exact(100), per: "route" },
      clusters: [{ name: "backend", to: [backend] }],
      routes: CASES.flatMap((_, n) => [
        // The same key, but nothing is hedged.
        route(`case-${n}`, `/${n}/earn`, "backend", {}),
        route(`case-${n}`, `/${n}/`, "backend", {
          retry_policy: retryPolicy({ max: 2, perTryTimeoutMs: PER_TRY_MS }),
          hedge_policy: { hedge_on_per_try_timeout: true },
        }),
      ]),
    },
  });
  const each = CASES.map(async (one, n) => {
    const line = mesh.line("three");
    const path = `/${n}/`;
    // The first token, over the same connection: another worker would know of it with its next tick only. Each request
    // earns the one of the next when it ends.
    await line.get(`earns-${n}`, [{ status: 200 }], { path: `${path}earn` });
    results.set(one, await line.series(ROUNDS, `case-${n}-`, one.answers, { path }));
    line.close();
  });
  await Promise.all(each);
});

after(async () => {
  await mesh.stop();
  await backend.close();
});

for (const [n, one] of CASES.entries()) {
  test(`three attempts, ${one.name}: ${one.status} ${one.body}`, async () => {
    for (const response of results.get(one) ?? []) {
      assert.deepEqual(
        { status: response.status, body: response.body, marked: marked(response) },
        { status: one.status, body: one.body, marked: one.status !== 200 },
      );
    }
    assert.deepEqual([...hits(await backend.events(), `case-${n}-`).values()], Array(ROUNDS).fill(2));
    const counted = await mesh.events("three", `case-${n}`);
    assert.deepEqual(counted, { originals: ROUNDS + 1, granted: ROUNDS, denied: 0, held: ROUNDS });
    const logged = await mesh.logged(`case-${n}-${ROUNDS - 1}`);
    assert.equal(logged.details, one.details);
    assert.equal(logged.outcome, "held");
    assert.equal(logged.attempts, 3);
  });
}
