/**
 * Another module for the same policy: the code changes, so Envoy builds new VMs, but the vm_id does not, so the ledger
 * stays. One of the same layout goes on where the old one was; one of another layout begins anew on the safe side.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { always, type Program } from "../lib/backend.ts";
import { check } from "../lib/bound.ts";
import { load } from "../lib/client.ts";
import { events, modulePath, PolicyFile } from "../lib/policy.ts";
import { accept, promise, rig, share, statEnding, WORKERS, type Rig } from "./lifecycle.ts";

/** Nothing leaves it during a test. */
const WINDOW = "20s";
/** Time, ms, until the filter has stored what it knows: a tick, and some slots of the window. */
const SETTLED = 700;

const OLD = readFileSync(modulePath("retry-budget"));

/** The same code under another hash: a custom section more. */
function padded(size: number): Uint8Array {
  const name = Buffer.from("padding");
  const content = Buffer.concat([Buffer.from([name.length]), name, Buffer.alloc(size)]);
  assert.ok(content.length < 128, "one byte of LEB128");
  return Buffer.concat([OLD, Buffer.from([0, content.length]), content]);
}

/** "PDRB", with which a ledger begins (filters/retry-budget/policy.ts), as i32.const has it. */
const MAGIC = Buffer.from([0x41, 0xd0, 0x88, 0xc9, 0x92, 0x04]);

/** The filter with ledgers that the built one does not know, and that does not know those of the built one. */
function ofAnotherLayout(): Uint8Array {
  const changed = Buffer.from(OLD);
  let found = 0;
  for (let at = changed.indexOf(MAGIC); at >= 0; at = changed.indexOf(MAGIC, at + 1), found++) changed[at + 1] = 0xd1;
  assert.ok(found >= 2, "the magic number is compared and stored");
  return changed;
}

const NEW = padded(16);
const OTHER = ofAnotherLayout();

/** A load on one program of the backend, and a moment of rest. */
async function traffic(r: Rig, status: number, originals: number, prefix: string): Promise<void> {
  await r.backend.program(always({ status }));
  const { errors } = await load({ port: r.envoy.port(), clients: 4, originals, prefix });
  assert.equal(errors, 0);
  await sleep(SETTLED);
}

async function retries(r: Rig): Promise<number> {
  return (await r.backend.counts()).retries;
}

test("a module of the same layout goes on with the ledger: what was earned is there, what was spent stays spent", async (t) => {
  const policy = new PolicyFile(share("shop", 20, WINDOW));
  const r = await rig(t, { policies: [policy] });
  const assertSpent = async (originals: number, what: string): Promise<void> => {
    const spent = await retries(r);
    const counted = (await events(r.envoy, "shop"))["originals"];
    t.diagnostic(`${what}: ${spent} retries of ${originals * 0.2}, gauge originals ${counted} of ${originals}`);
    assert.ok(spent <= originals * 0.2 && spent >= originals * 0.2 - 4, what);
  };
  await traffic(r, 200, 200, "earn");
  await traffic(r, 503, 50, "spend");
  await assertSpent(250, "old module");
  await accept(r, policy, share("shop", 20, WINDOW), NEW);
  await traffic(r, 503, 50, "new");
  await assertSpent(300, "new module");
  await traffic(r, 200, 200, "more");
  await accept(r, policy, share("shop", 20, WINDOW), OLD);
  await traffic(r, 503, 100, "back");
  await assertSpent(600, "rolled back");
  // The ledger knows all 600. The published figure may begin again: Envoy drops a module's metrics with its last VM.
  assert.equal(((await events(r.envoy, "shop"))["originals"] ?? 0) <= 600, true);
});

test("a module of another layout begins anew: no token twice, none of the floor's either", async (t) => {
  const configuration = { ...share("shop", 20, WINDOW), minRetryRate: { count: 5, interval: "1h" }, burst: 5 };
  const policy = new PolicyFile(configuration);
  const r = await rig(t, { policies: [policy] });
  await traffic(r, 200, 200, "earn");
  await traffic(r, 503, 50, "spend");
  let before = await retries(r);
  assert.ok(before > 50 && before <= 55, `${before} retries, the floor's 5 among them`);
  for (const [what, code] of [
    ["other", OTHER],
    ["back", OLD],
  ] as const) {
    await traffic(r, 200, 200, `lost-${what}`);
    await accept(r, policy, configuration, code);
    // It begins with the first tick after the first request, at the latest.
    await traffic(r, 503, 1, `begin-${what}`);
    await traffic(r, 503, 99, what);
    const now = (await retries(r)) - before;
    t.diagnostic(`${what}: ${now} retries of 20, 40 earned before are forgotten`);
    assert.ok(now <= 20 && now >= 15, `${what}: ${now} retries`);
    before += now;
  }
});

test("upgrades and roll-backs under load lose no request and keep the bound", async (t) => {
  const policy = new PolicyFile(share("shop", 20, "2s"));
  const program: Program = { kind: "mix", share: 0.7, answers: [{ status: 503, delayMs: 5 }, { delayMs: 5 }], seed: 1 };
  const r = await rig(t, { policies: [policy], program });
  const { envoy, backend } = r;
  const running = load({ port: envoy.port(), clients: 12, everyMs: 25, durationMs: 7_000 });
  // All of one layout: what a module of another layout has granted is not known to the next, which can't answer for it.
  const codes = [NEW, OLD, padded(24), OLD, padded(32), NEW, padded(40), OLD];
  for (const code of codes) {
    await sleep(500);
    await accept(r, policy, share("shop", 20, "2s"), code);
  }
  const { sent, errors, statuses } = await running;
  const verdict = check(await backend.events(), promise(20, 2000));
  t.diagnostic(
    `${WORKERS} workers: ${sent} requests, ${verdict.retries} retries, bound ${verdict.bound}, ` +
      `${await statEnding(envoy, "wasm.envoy.wasm.runtime.v8.active")} VMs of ${await statEnding(envoy, "wasm.envoy.wasm.runtime.v8.created")}`,
  );
  assert.equal(errors, 0);
  assert.deepEqual(Object.keys(statuses).sort(), ["200", "503"]);
  assert.equal(((await events(envoy, "shop"))["originals"] ?? 0) <= sent, true);
  assert.ok(verdict.ok, JSON.stringify(verdict));
  assert.equal(await envoy.stat("http.main.downstream_cx_destroy_local"), 0);
});
