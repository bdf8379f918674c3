/**
 * All three filters in one chain: authz judges, header-routing steers, the retry budget watches each attempt. Policies
 * change a thousand times under load, and each filter's VM dies once: nothing is lost to a change, nothing passes unjudged.
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { bootstrap, listenerOf, type Message } from "../lib/bootstrap.ts";
import { startEnvoy } from "../lib/envoy.ts";
import { builtModule, PolicyFile } from "../lib/policy.ts";
import { xxh64 } from "../lib/xxh64.ts";
import { Arm, armRoutes, ask } from "./routing.ts";
import { WORKERS } from "./support.ts";

const UPDATES = 1000;
const CLIENTS = 8;

function authz(n: number): object {
  const rules = [{ to: [{ operation: { paths: ["/shop", "/shop/*"] } }] }];
  const more = Array.from({ length: n % 3 }, (_, i) => ({ to: [{ operation: { paths: [`/more-${i}`] } }] }));
  return { name: "chain", policies: [{ namespace: "default", name: "p", spec: { rules: [...rules, ...more] } }] };
}

/** The forced list changes, the split does not. */
function routing(n: number): object {
  const force = [{ arm: "v2", keys: [`tester-${n % 5}`] }];
  const split = { salt: "spring", default: "v1", arms: [{ arm: "v2", percent: 40 }], force };
  return {
    name: "chain",
    arms: [{ name: "v1" }, { name: "v2" }],
    rules: [{ name: "r", key: [{ header: "x-user" }], split }],
  };
}

function budget(n: number): object {
  return { name: "chain", budget: { percent: 20 + (n % 2) }, minRetryRate: { count: 100, interval: "1s" } };
}

function armOf(user: string): string {
  return xxh64(Buffer.from(`spring\0${user}`)) % 10_000n < 4000n ? "v2" : "v1";
}

/** The template's chain with the filters before the router, and the budget in it. */
function chain(policies: Record<"authz" | "routing" | "budget", PolicyFile>, arms: readonly Arm[]): Message {
  const clusters = arms.map((arm) => ({ name: arm.name, to: [arm.port] }));
  const routes = armRoutes(["v1", "v2"]);
  const facts = true;
  const front = bootstrap({ policies: [policies.routing, policies.authz], clusters, routes, facts });
  const back = bootstrap({ policies: [policies.budget], clusters, routes });
  const filters = filtersOf(front);
  // As `order` in their schemas has it: authz before header-routing.
  const at = filters.findIndex(({ name }) => name === policies.routing.resource);
  const [first, second] = filters.splice(at, 2);
  if (!first || !second) throw new Error("the chain lacks a filter");
  filters.splice(at, 0, second, first);
  filters.splice(-1, 1, filtersOf(back).at(-1) as { name: string });
  return front;
}

function filtersOf(tree: Message): { name: string }[] {
  const [found] = listenerOf(tree)["filter_chains"] as { filters: { typed_config: Message }[] }[];
  return found?.filters[0]?.typed_config["http_filters"] as { name: string }[];
}

test("1,000 updates of three policies under load, and a trap in each filter", async (t) => {
  const arms = await Promise.all(["v1", "v2"].map((name) => Arm.start(name)));
  const policies = {
    authz: new PolicyFile(authz(0), { filter: "authz", code: builtModule("probes/trap-authz") }),
    routing: new PolicyFile(routing(0), { filter: "header-routing", code: builtModule("probes/trap-routing") }),
    budget: new PolicyFile(budget(0), { filter: "retry-budget", code: builtModule("probes/trap") }),
  };
  const envoy = await startEnvoy({
    bootstrap: chain(policies, arms),
    workers: WORKERS,
    extensions: Object.values(policies).map(({ resource }) => resource),
    logLevel: "error",
  });
  t.after(async () => {
    await envoy.stop();
    for (const policy of Object.values(policies)) policy.remove();
    await Promise.all(arms.map((arm) => arm.close()));
  });

  const port = envoy.port();
  let running = true;
  const wrong: string[] = [];
  let asked = 0;
  const client = async (number: number): Promise<void> => {
    for (let n = 0; running; n++) {
      const user = `user-${number}-${n}`;
      const good = n % 2 === 0;
      // Denied: the path that authz knows is the one that is served, whatever is steered.
      const path = good ? "/shop/cart" : n % 4 === 1 ? "/admin" : "/shop/../admin";
      const got = await ask(port, path, [
        ["x-user", user],
        ["x-pd-arm", "v2"],
      ]).catch((error: unknown) => {
        return { status: 0, body: String(error) };
      });
      asked++;
      const fine = good ? got.status === 200 && got.body === armOf(user) : got.status === 403;
      if (!fine) wrong.push(`${path} of ${user}: ${got.status} ${got.body}`);
    }
  };
  const clients = Array.from({ length: CLIENTS }, (_, i) => client(i));
  for (let n = 1; n <= UPDATES; n++) {
    const [policy, configuration] = (
      [
        [policies.authz, authz(n)],
        [policies.routing, routing(n)],
        [policies.budget, budget(n)],
      ] as const
    )[n % 3] as readonly [PolicyFile, object];
    policy.write(configuration);
    await sleep(5);
  }
  running = false;
  await Promise.all(clients);
  t.diagnostic(`${WORKERS} workers, ${UPDATES} updates, ${asked} requests`);
  assert.deepEqual(wrong.slice(0, 5), []);
  assert.ok(asked > 500, `${asked}`);
  for (const arm of arms) {
    assert.equal(arm.sawInternal, false);
    assert.ok(
      arm.seen.every(({ path }) => path.startsWith("/shop")),
      "only judged requests are served",
    );
  }

  // A filter that dies answers with 503 until it is there again; none of what should be denied is served meanwhile.
  for (const filter of ["authz", "routing", "request"]) {
    const died = await ask(port, "/shop/cart", [["x-test-trap", filter]]);
    assert.equal(died.status, 503, filter);
    const statuses = await Promise.all(Array.from({ length: 40 }, () => ask(port, "/admin").then((got) => got.status)));
    for (const status of statuses) assert.ok(status === 403 || status === 503, `${filter}: ${status}`);
    await untilServed(port);
    assert.equal((await ask(port, "/admin")).status, 403);
  }
  for (const arm of arms) assert.ok(arm.seen.every(({ path }) => path.startsWith("/shop")));
});

async function untilServed(port: number): Promise<void> {
  for (let n = 0; n < 100; n++) {
    const statuses = await Promise.all(
      Array.from({ length: 8 }, () => ask(port, "/shop/cart").then((got) => got.status)),
    );
    if (statuses.every((status) => status === 200)) return;
    await sleep(50);
  }
  assert.fail("not served again within 5 s");
}
