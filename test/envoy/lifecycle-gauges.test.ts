/** A stats_matcher that drops our gauges: originals are counted in the ledger instead, the log says so, the bound holds. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { always, type Program } from "../lib/backend.ts";
import { check } from "../lib/bound.ts";
import { load } from "../lib/client.ts";
import { events, PolicyFile } from "../lib/policy.ts";
import { accept, lines, promise, rig, share, WORKERS } from "./lifecycle.ts";

const DROPS = { stats_config: { stats_matcher: { exclusion_list: { patterns: [{ contains: "wasmcustom" }] } } } };
const WARNING = /retry-budget: a statistics matcher drops our gauges/;

for (const { clients, everyMs } of [
  { clients: 1, everyMs: 0 },
  { clients: 50, everyMs: 60 },
]) {
  test(`an outage of ${clients} client(s) without gauges: the bound holds and 90 % of it are used`, async (t) => {
    const policy = new PolicyFile(share("shop", 20, "2s"));
    const { envoy, backend } = await rig(t, { policies: [policy], program: always({ status: 503 }), more: DROPS });
    const { sent, errors } = await load({ port: envoy.port(), clients, everyMs, durationMs: 5 * 2000 });
    const verdict = check(await backend.events(), promise(20, 2000));
    const warnings = lines(envoy, WARNING);
    t.diagnostic(
      `${WORKERS} workers: ${sent} requests, ${verdict.retries} retries, bound ${verdict.bound}, use ${verdict.use.toFixed(3)}, ` +
        `${warnings.length} warnings`,
    );
    assert.equal(errors, 0);
    assert.deepEqual(await events(envoy, "shop"), {}, "no figures");
    assert.ok(verdict.ok, JSON.stringify(verdict));
    assert.ok(verdict.use >= 0.9, `use ${verdict.use}`);
    // Once in each worker that finds out by itself; the others learn it from the ledger.
    assert.equal(warnings.length >= 1 && warnings.length <= WORKERS, true, warnings.join("\n"));
    assert.match(warnings[0] ?? "", /\[warning\]\[wasm\].*no figures are published$/);
  });
}

test("without gauges: after healthy traffic, updates and a mixed load the bound holds", async (t) => {
  const policy = new PolicyFile(share("shop", 20, "2s"));
  const program: Program = {
    kind: "phases",
    steps: [
      { originals: 400, program: always({}) },
      { originals: 400, program: always({ status: 503 }) },
      { originals: 400, program: { kind: "mix", share: 0.5, answers: [{ status: 503 }, {}], seed: 7 } },
    ],
  };
  const r = await rig(t, { policies: [policy], program, more: DROPS });
  const running = load({ port: r.envoy.port(), clients: 12, everyMs: 20, durationMs: 6_000 });
  for (const interval of ["4s", "2s", "4s", "2s"]) {
    await sleep(1_000);
    await accept(r, policy, share("shop", 20, interval));
  }
  const { errors } = await running;
  const verdict = check(await r.backend.events(), promise(20, 2000));
  t.diagnostic(
    `${WORKERS} workers: ${verdict.originals} originals, ${verdict.retries} retries, bound ${verdict.bound}`,
  );
  assert.equal(errors, 0);
  assert.ok(verdict.ok, JSON.stringify(verdict));
});
