/** What is shown of authz, in this order: each check begins with what the one before has left. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { events } from "../../lib/policy.ts";
import type { LoadResult } from "../../lib/client.ts";
import { waitFor } from "../../lib/envoy.ts";
import { keySet, newKey, token } from "../../lib/tokens.ts";
import { apply, broken, ISSUER, rendered, RESOURCE, untilStatus, type Settings } from "./authz-policy.ts";
import { startPods, type Pods } from "./authz-mesh.ts";
import { resourcesOf, type Resources } from "./dump.ts";
import { isRefused, untilAsBefore } from "./status.ts";
import type { Suite } from "./suite.ts";

const SYNC_MS = 30_000;
const SHADOW: Settings = { mode: "shadow", principal: "cluster.local/ns/shop/sa/client" };
const ENFORCED: Settings = { ...SHADOW, mode: "enforce" };
const FOR_OTHERS: Settings = { ...ENFORCED, principal: "cluster.local/ns/shop/sa/other" };

/** Who asks for what: allowed by ENFORCED, forbidden by its method, its path, and for want of an identity. */
const PATH = "/orders/7";

async function answers(pods: Pods): Promise<number[]> {
  return [
    await pods.call("GET", PATH),
    await pods.call("DELETE", PATH),
    await pods.call("GET", "/admin"),
    await pods.callPlain("GET", PATH),
  ];
}

/**
 * A filter that is new in the chain judges new connections. Those of before go with their listener, which asks each of them
 * to go with its next answer.
 */
async function untilNewConnections(pods: Pods): Promise<void> {
  await waitFor("the old listener to be gone", SYNC_MS, async () => {
    const draining = await pods.envoy.stat("listener_manager.total_filter_chains_draining");
    return draining === 0 ? true : undefined;
  });
}

const ALL_SERVED = [200, 200, 200, 200];
const ALL_DENIED = [403, 403, 403, 403];

interface Check {
  readonly state: string;
  run(pods: Pods, before: Resources): Promise<void>;
}

const EXAMPLES = new URL("../../../envoy/istio/examples/", import.meta.url);

const CHECKS: readonly Check[] = [
  {
    // No waypoint runs here: Istio's validation takes them, and they change nothing for a sidecar.
    state: "waypoint-objects-taken",
    async run(pods, before) {
      for (const file of ["wasm-plugin.yaml", "traffic-extension.yaml"]) {
        const object = readFileSync(new URL(file, EXAMPLES), "utf8");
        await pods.apply(object);
        await assert.rejects(pods.apply(object.replace("FAIL_RELOAD", "FAIL_LATER")), /FAIL_LATER/);
        await pods.delete(object);
      }
      await untilAsBefore(pods.envoy, before, RESOURCE);
    },
  },
  {
    state: "not-there-yet",
    async run(pods) {
      assert.deepEqual(await answers(pods), ALL_SERVED);
    },
  },
  {
    state: "refused-from-the-start",
    async run(pods) {
      await pods.apply(await broken(pods, ENFORCED));
      const said = await untilStatus(pods, ENFORCED, isRefused);
      assert.equal(said.code, 1);
      assert.equal(said.policies[0]?.default, true, said.text);
      assert.match(said.text, /\/policies\/0\/spec\/action: CUSTOM asks an external authorizer/);
      await untilNewConnections(pods);
      assert.deepEqual(await answers(pods), ALL_DENIED);
    },
  },
  {
    state: "shadow",
    async run(pods) {
      await apply(pods, SHADOW);
      assert.deepEqual(await answers(pods), ALL_SERVED);
      const found = await events(pods.envoy, "orders");
      assert.equal(found["authz_allowed"], 1, JSON.stringify(found));
      assert.equal(found["authz_shadow_denied.none"], 3, JSON.stringify(found));
    },
  },
  {
    state: "enforce",
    async run(pods) {
      mustServe(await pods.during(PATH, () => apply(pods, ENFORCED)));
      assert.deepEqual(await answers(pods), [200, 403, 403, 403]);
    },
  },
  {
    state: "principal",
    async run(pods) {
      await apply(pods, FOR_OTHERS);
      assert.deepEqual(await answers(pods), ALL_DENIED);
      await apply(pods, ENFORCED);
      assert.deepEqual(await answers(pods), [200, 403, 403, 403]);
    },
  },
  {
    // jwt_authn is new in the chain, and goes with the policy that needs it.
    state: "tokens",
    async run(pods) {
      const [key, foreign] = [newKey("k"), newKey("k")];
      const claims = { iss: ISSUER, sub: "u", exp: Math.floor(Date.now() / 1000) + 3600 };
      const ask = (by: string): Promise<number> => pods.call("GET", PATH, { authorization: `Bearer ${by}` });
      await apply(pods, { ...ENFORCED, keys: keySet(key) });
      await untilNewConnections(pods);
      assert.deepEqual(await answers(pods), ALL_DENIED);
      assert.deepEqual([await ask(token(key, claims)), await ask(token(foreign, claims))], [200, 401]);
      await apply(pods, ENFORCED);
      await untilNewConnections(pods);
      assert.deepEqual(await answers(pods), [200, 403, 403, 403]);
    },
  },
  {
    state: "refused-update",
    async run(pods) {
      await pods.apply(await broken(pods, ENFORCED));
      const said = await untilStatus(pods, ENFORCED, isRefused);
      assert.equal(said.policies[0]?.live, said.policies[0]?.expected);
      assert.deepEqual(await answers(pods), [200, 403, 403, 403]);
    },
  },
  {
    state: "rollback",
    async run(pods) {
      mustServe(await pods.during(PATH, () => apply(pods, SHADOW)));
      assert.deepEqual(await answers(pods), ALL_SERVED);
    },
  },
  {
    state: "removal",
    async run(pods, before) {
      await pods.delete(await rendered(pods, SHADOW));
      await untilAsBefore(pods.envoy, before, RESOURCE);
      assert.deepEqual(await answers(pods), ALL_SERVED);
    },
  },
];

/** No request was lost, and none was denied. */
function mustServe(rounds: readonly LoadResult[]): void {
  assert.equal(rounds.length > 0, true, "no request was sent");
  for (const { sent, errors, statuses } of rounds) {
    assert.equal(errors, 0, "requests without an answer");
    assert.deepEqual(statuses, { 200: sent });
  }
}

export const AUTHZ: Suite = {
  policy: "authz",
  async start(program) {
    const pods = await startPods(program);
    const before = resourcesOf(await pods.envoy.configDump());
    const checks = CHECKS.map(({ state, run }) => ({ state, run: () => run(pods, before) }));
    return { checks, stop: () => pods.stop() };
  },
};
