/**
 * The files of envoy/plain as an operator uses them: rendered, unchanged, on a stock Envoy.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { renderBootstrap, type Bootstrap } from "../../cli/render/plain.ts";
import { always, startBackend, type Backend } from "../lib/backend.ts";
import { header, request } from "../lib/client.ts";
import { startEnvoy, type Envoy } from "../lib/envoy.ts";
import { events, PolicyFile } from "../lib/policy.ts";

/** No retries at all: every failing answer is a denied one. */
const NONE = { name: "shop", budget: { percent: 0 }, minRetryRate: { count: 0 } };
const ALL = { name: "shop", budget: { percent: 100 }, minRetryRate: { count: 1000, interval: "1s" }, burst: 1000 };

let backend: Backend;
before(async () => {
  backend = await startBackend({ program: always({ status: 503, body: "down" }) });
});
after(() => backend.close());

async function start(
  policy: PolicyFile,
  edge: boolean,
  extensions = [policy.resource],
  place: Pick<Bootstrap, "half" | "standIn"> = { half: "upstream", standIn: "envoy.filters.http.header_mutation" },
): Promise<Envoy> {
  const bootstrap = renderBootstrap({
    ...place,
    filter: policy.filter,
    policy: policy.policy,
    nodeId: "shop-1",
    nodeCluster: "shop",
    adminPort: 0,
    listenAddress: "127.0.0.1",
    listenPort: 0,
    backendAddress: "127.0.0.1",
    backendPort: backend.port,
    ecdsFile: policy.path,
    edge,
  });
  return startEnvoy({ bootstrap, extensions });
}

/** Hits on the backend that one request makes. The first denial of each worker is its own answer, later ones the backend's. */
async function hits(envoy: Envoy): Promise<number> {
  await backend.reset();
  const response = await request({ port: envoy.port() });
  assert.equal(response.status, 503);
  assert.match(response.body, /^(down|retry budget exhausted)$/);
  return (await backend.events()).length;
}

test("a policy is in force, changes by mv, and a refused one changes nothing", async () => {
  const policy = new PolicyFile(NONE);
  const envoy = await start(policy, false);
  try {
    assert.equal(await hits(envoy), 1);
    assert.equal(await policy.update(envoy, ALL), "accepted");
    assert.equal(await hits(envoy), 6, "5 retries, as the template's route says");
    assert.equal(await policy.update(envoy, { name: "shop", budget: { percent: 101 } }), "rejected");
    assert.equal(await hits(envoy), 6);
    assert.equal(await policy.update(envoy, NONE), "accepted");
    assert.equal(await hits(envoy), 1);
    const live = await envoy.admin("/stats?filter=version_text");
    assert.match(live, new RegExp(`upstream_http_filter\\.${policy.resource}\\.version_text: "v4"`));
    assert.equal((await events(envoy, "shop", "backend"))["originals"], 4);
  } finally {
    await envoy.stop();
    policy.remove();
  }
});

test("until a valid policy comes requests and retries pass, then it is in force without a restart", async () => {
  const policy = new PolicyFile({ name: "shop", nonsense: 1 });
  const envoy = await start(policy, false, []);
  try {
    assert.equal(await policy.judged(envoy, { accepted: 0, rejected: 0 }), "rejected");
    assert.equal(await hits(envoy), 6);
    assert.equal(await policy.update(envoy, NONE), "accepted");
    assert.equal(await hits(envoy), 1);
  } finally {
    await envoy.stop();
    policy.remove();
  }
});

test("before the router, what stands in for a policy that is refused lets all pass or denies all, as asked", async () => {
  for (const [standIn, status, body] of [
    ["envoy.filters.http.header_mutation", 503, "down"],
    ["envoy.filters.http.rbac", 403, "RBAC: access denied"],
  ] as const) {
    const policy = new PolicyFile({ name: "shop", nonsense: 1 });
    const envoy = await start(policy, false, [], { half: "downstream", standIn });
    try {
      assert.equal(await policy.judged(envoy, { accepted: 0, rejected: 0 }), "rejected");
      const response = await request({ port: envoy.port() });
      assert.deepEqual([response.status, response.body], [status, body]);
    } finally {
      await envoy.stop();
      policy.remove();
    }
  }
});

test("at an edge clients do not see x-envoy-ratelimited, and the denial stands", async () => {
  for (const edge of [false, true]) {
    const policy = new PolicyFile(NONE);
    const envoy = await start(policy, edge);
    try {
      await backend.reset();
      const response = await request({ port: envoy.port() });
      assert.equal(header(response, "x-envoy-ratelimited"), edge ? undefined : "true");
      assert.equal((await backend.events()).length, 1);
    } finally {
      await envoy.stop();
      policy.remove();
    }
  }
});

test("Prometheus shows policy, key and reason as labels", async () => {
  const policy = new PolicyFile(NONE);
  const envoy = await start(policy, false);
  try {
    await hits(envoy);
    const page = await envoy.admin("/stats/prometheus?filter=pointduty");
    const lines = page.split("\n").filter((line) => !line.startsWith("#"));
    const value = (name: string, ...labels: string[]): string | undefined =>
      lines.find((line) => line.includes(`${name}{`) && labels.every((label) => line.includes(label)));
    const tags = ['policy="shop"', 'key="backend"'];
    assert.match(value("pointduty_retry_budget_originals", ...tags) ?? page, / 1$/);
    assert.match(value("pointduty_retry_budget_retries_denied", ...tags, 'reason="budget"') ?? page, / 1$/);
  } finally {
    await envoy.stop();
    policy.remove();
  }
});
