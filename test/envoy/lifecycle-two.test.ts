/** Two policies of the filter in one Envoy: one VM per worker, but a budget, names and a life for each. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { always } from "../lib/backend.ts";
import { check } from "../lib/bound.ts";
import { bootstrap, sideBySide } from "../lib/bootstrap.ts";
import { load, request } from "../lib/client.ts";
import { events, PolicyFile } from "../lib/policy.ts";
import { accept, promise, rig, share, statEnding, WORKERS, type Rig } from "./lifecycle.ts";

for (const order of [
  ["wide", "narrow"],
  ["narrow", "wide"],
]) {
  test(`two in one router, ${order.join(" before ")}: each counts for itself, the smaller one decides`, async (t) => {
    const percent: Record<string, number> = { wide: 50, narrow: 10 };
    const policies = order.map((name) => new PolicyFile(share(name, percent[name] ?? 0, "2s")));
    const { envoy, backend } = await rig(t, { policies });
    const { sent } = await load({ port: envoy.port(), clients: 8, everyMs: 10, durationMs: 5_000 });
    const verdict = check(await backend.events(), promise(10, 2000));
    const [wide, narrow] = [await events(envoy, "wide"), await events(envoy, "narrow")];
    t.diagnostic(`${WORKERS} workers: ${sent} requests, ${verdict.retries} retries, bound ${verdict.bound}`);
    assert.ok(verdict.ok, JSON.stringify(verdict));
    assert.ok(verdict.use > 0.8, `use ${verdict.use}`);
    assert.deepEqual([wide["originals"], narrow["originals"]], [sent, sent]);
    // What the first of them pays for and the second denies stays paid: there is no common purse.
    for (const one of [wide, narrow]) assert.equal((one["retries_granted"] ?? 0) >= verdict.retries, true);
    // An answer that the one marks needs no verdict of the other.
    const denied = (wide["retries_denied.budget"] ?? 0) + (narrow["retries_denied.budget"] ?? 0);
    assert.ok(denied > sent * 0.8, `${denied} denied`);
  });
}

const LISTENERS = ["shop", "stock"] as const;

/** One Envoy with a listener for each policy. */
async function twoListeners(t: TestContext, policies: readonly PolicyFile[]): Promise<Rig> {
  const clusters = (to: number) => [{ name: "backend", to: [to] }];
  return rig(t, {
    policies,
    tree: (backend) =>
      sideBySide(
        policies.map((policy) => [policy.policy, bootstrap({ policies: [policy], clusters: clusters(backend.port) })]),
      ),
  });
}

/** An extension configuration of Envoy's own that does nothing: the policy is taken out. */
function none({ resource }: PolicyFile): string {
  const extension = "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig";
  const nothing = "type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation";
  const resources = [{ "@type": extension, name: resource, typed_config: { "@type": nothing } }];
  return JSON.stringify({ version_info: "none", resources });
}

test("two listeners with policies that differ in name only: budgets of their own in one VM, and lives of their own", async (t) => {
  const [shop, stock] = LISTENERS.map((name) => new PolicyFile(share(name, 20, "1h"))) as [PolicyFile, PolicyFile];
  const r = await twoListeners(t, [shop, stock]);
  const { envoy, backend } = r;
  /** Requests to a listener, one after another; how many retries reached the backend. */
  const ask = async (listener: string, count: number): Promise<number> => {
    const before = (await backend.counts()).retries;
    for (let n = 0; n < count; n++) await request({ port: envoy.port(listener), id: `${listener}-${asked++}` });
    return (await backend.counts()).retries - before;
  };
  let asked = 0;

  assert.equal(await ask("shop", 50), 10);
  assert.equal(await ask("stock", 25), 5, "not spent by the other");
  const [first, second] = [await events(envoy, "shop"), await events(envoy, "stock")];
  assert.deepEqual([first["originals"], second["originals"]], [50, 25]);
  assert.notEqual(first["policy_hash"], second["policy_hash"]);
  // A base, the main thread's and one per worker; a base and the main thread's for the module that starts V8.
  assert.equal(await statEnding(envoy, "wasm.envoy.wasm.runtime.v8.active"), WORKERS + 2 + 2);

  await accept(r, shop, share("shop", 0, "1h"));
  assert.equal(await ask("shop", 5), 0);
  assert.equal(await ask("stock", 25), 5, "untouched by the other's update");
  assert.equal(await shop.update(envoy, "{"), "rejected");
  assert.equal(await ask("stock", 25), 5, "nor by a refused one");

  const before = await envoy.extension(shop.resource);
  shop.writeRaw(none(shop));
  assert.equal(await shop.judged(envoy, before), "accepted");
  assert.equal(await ask("shop", 5), 25, "without the policy");
  assert.equal(await ask("stock", 25), 5, "untouched by the other's end");
  assert.equal((await events(envoy, "stock"))["policy_hash"], second["policy_hash"]);

  await accept(r, shop, share("shop", 20, "1h"));
  assert.equal(await ask("shop", 5), 2, "20 % of 60 less the 10 that were spent");
  assert.equal((await events(envoy, "shop"))["originals"], 60);
  assert.equal((await events(envoy, "stock"))["originals"], 100);
});

test("a policy that is taken out and put back while no other is there", async (t) => {
  const policy = new PolicyFile(share("shop", 20, "1h"));
  const r = await rig(t, { policies: [policy], program: always({ status: 503 }) });
  await load({ port: r.envoy.port(), clients: 4, originals: 100, prefix: "one" });
  assert.equal((await r.backend.counts()).retries, 20);
  const before = await r.envoy.extension(policy.resource);
  policy.writeRaw(none(policy));
  assert.equal(await policy.judged(r.envoy, before), "accepted");
  t.diagnostic(`VMs after the end: ${await statEnding(r.envoy, "wasm.envoy.wasm.runtime.v8.active")}`);
  await accept(r, policy, share("shop", 20, "1h"));
  await load({ port: r.envoy.port(), clients: 4, originals: 100, prefix: "two" });
  const { retries } = await r.backend.counts();
  t.diagnostic(`${retries - 20} retries of 100 after the return`);
  assert.ok(retries <= 40, `${retries} of 200`);
});
