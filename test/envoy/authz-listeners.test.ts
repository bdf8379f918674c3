/** Two authz policies on two listeners of one Envoy: one VM per worker, and neither sees the other's rules. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBackend, type Backend } from "../lib/backend.ts";
import { bootstrap, sideBySide } from "../lib/bootstrap.ts";
import { request } from "../lib/client.ts";
import { startEnvoy, type Envoy } from "../lib/envoy.ts";
import { events, PolicyFile } from "../lib/policy.ts";
import { statEnding, WORKERS } from "./lifecycle.ts";

/** What each listener's policy lets through. */
const OPEN = { shop: "/cart", stock: "/items" } as const;
type Name = keyof typeof OPEN;

let backend: Backend;
let envoy: Envoy;
const policies = {} as Record<Name, PolicyFile>;

function configuration(name: Name, paths: readonly string[]): object {
  const spec = { rules: [{ to: [{ operation: { paths } }] }] };
  return { name, facts: "properties", policies: [{ namespace: "default", name: "read", spec }] };
}

before(async () => {
  backend = await startBackend();
  const trees = (["shop", "stock"] as const).map((name) => {
    policies[name] = new PolicyFile(configuration(name, [OPEN[name]]), { filter: "authz" });
    const clusters = [{ name: "backend", to: [backend] }];
    return [name, bootstrap({ policies: [policies[name]], clusters, hcm: { stat_prefix: name } })] as const;
  });
  envoy = await startEnvoy({
    bootstrap: sideBySide(trees),
    workers: WORKERS,
    extensions: Object.values(policies).map(({ resource }) => resource),
  });
});

after(async () => {
  await envoy?.stop();
  await backend?.close();
  for (const policy of Object.values(policies)) policy.remove();
});

let asked = 0;

async function status(listener: Name, path: string): Promise<number> {
  return (await request({ port: envoy.port(listener), path, id: `listeners-${asked++}` })).status;
}

/** The statuses of both paths at both listeners: shop's cart and items, then stock's. */
async function matrix(): Promise<number[]> {
  const seen: number[] = [];
  for (const listener of ["shop", "stock"] as const) {
    for (const path of Object.values(OPEN)) seen.push(await status(listener, path));
  }
  return seen;
}

test("each listener has its own rules, in one VM", async () => {
  assert.deepEqual(await matrix(), [200, 403, 403, 200]);
  // A base, the main thread's and one per worker; a base and the main thread's for the module that starts V8.
  assert.equal(await statEnding(envoy, "wasm.envoy.wasm.runtime.v8.active"), WORKERS + 2 + 2);
  const [shop, stock] = [await events(envoy, "shop"), await events(envoy, "stock")];
  assert.deepEqual([shop["authz_allowed"], stock["authz_allowed"]], [1, 1]);
  assert.notEqual(shop["authz_policy_hash"], stock["authz_policy_hash"]);
});

test("a change of one is no change of the other, and neither is a refused one", async () => {
  assert.equal(await policies.shop.update(envoy, configuration("shop", ["/items"])), "accepted");
  assert.deepEqual(await matrix(), [403, 200, 403, 200]);
  assert.equal(await policies.stock.update(envoy, "{"), "rejected");
  assert.deepEqual(await matrix(), [403, 200, 403, 200]);
  // Back to what the VM has had before.
  assert.equal(await policies.shop.update(envoy, configuration("shop", [OPEN.shop])), "accepted");
  assert.deepEqual(await matrix(), [200, 403, 403, 200]);
});

test("requests of both at the same time are judged by their own policy", async () => {
  for (let n = 0; n < 50; n++) {
    assert.deepEqual(await Promise.all([status("shop", "/cart"), status("stock", "/cart")]), [200, 403]);
    assert.deepEqual(await Promise.all([status("stock", "/items"), status("shop", "/items")]), [200, 403]);
  }
});
