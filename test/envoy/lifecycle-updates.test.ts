/** A thousand updates of a policy under load: no request is lost, no connection closed, nothing counted twice. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import type { Program } from "../lib/backend.ts";
import { check } from "../lib/bound.ts";
import { load } from "../lib/client.ts";
import { events, PolicyFile } from "../lib/policy.ts";
import { promise, residentKiB, rig, share, statEnding, taken, WORKERS } from "./lifecycle.ts";

const UPDATES = 1000;
const CLIENTS = 16;
const PERCENT = 20;
/** Growth that a leak of every update's policy and VM would exceed by far. */
const GROWTH_KIB = 48 * 1024;

test("1,000 updates under keep-alive load", async (t) => {
  // The percentage changes, the bound is that of the larger one.
  const configuration = (n: number): object => share("shop", n % 2 === 0 ? PERCENT : PERCENT / 2, "2s");
  const policy = new PolicyFile(configuration(0));
  const program: Program = { kind: "mix", share: 0.7, answers: [{ status: 503 }, {}], seed: 1 };
  const { envoy, backend } = await rig(t, { policies: [policy], program });
  const before = residentKiB(envoy);
  let updating = true;
  const results = [];
  const update = async (): Promise<void> => {
    for (let n = 1; n <= UPDATES; n++) {
      policy.write(configuration(n));
      await sleep(10);
    }
    updating = false;
  };
  const running = update();
  let round = 0;
  // Paced, so that the processors have time for the updates.
  while (updating) {
    results.push(
      await load({
        port: envoy.port(),
        clients: CLIENTS,
        everyMs: 25,
        durationMs: 3_000,
        prefix: `r${round++}`,
      }),
    );
  }
  await running;
  const sent = results.reduce((sum, { sent }) => sum + sent, 0);
  const errors = results.reduce((sum, { errors }) => sum + errors, 0);
  const statuses = results.flatMap(({ statuses }) => Object.keys(statuses));
  const after = residentKiB(envoy);
  const { update_success, update_rejected, config_fail } = await taken(envoy, policy);
  const verdict = check(await backend.events(), promise(PERCENT, 2000));
  t.diagnostic(
    `${WORKERS} workers: ${UPDATES} mv, ${update_success} applied, ${sent} requests, ${verdict.retries} retries, bound ${verdict.bound}, ` +
      `RSS ${before} -> ${after} KiB, ${await statEnding(envoy, "wasm.envoy.wasm.runtime.v8.active")} VMs of ` +
      `${await statEnding(envoy, "wasm.envoy.wasm.runtime.v8.created")}`,
  );
  assert.equal(errors, 0, "no request lost");
  assert.deepEqual([...new Set(statuses)].sort(), ["200", "503"]);
  assert.equal(verdict.originals, sent, "every request reached the backend");
  assert.equal((await events(envoy, "shop"))["originals"], sent, "and was counted once");
  assert.equal((await events(envoy, "shop"))["retries_granted"], verdict.retries);
  assert.equal(await envoy.stat("http.main.downstream_cx_total"), CLIENTS * results.length);
  assert.equal(await envoy.stat("http.main.downstream_cx_destroy_local"), 0, "Envoy closed no connection");
  assert.ok(verdict.ok, JSON.stringify(verdict));
  assert.equal(update_rejected + config_fail, 0);
  assert.ok(update_success > UPDATES / 2, `${update_success} updates applied`);
  assert.ok(after - before < GROWTH_KIB, `RSS ${before} -> ${after} KiB`);
  // The last one is in force.
  assert.match(await envoy.admin("/stats?filter=version_text"), new RegExp(`version_text: "v${UPDATES + 1}"`));
});
