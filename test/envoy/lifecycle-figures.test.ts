/** The figures of a policy: that it is alive, which one it is, what is left, and how Prometheus sees them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { OfflineProxy } from "../../cli/host/index.ts";
import { always } from "../lib/backend.ts";
import { load } from "../lib/client.ts";
import { waitFor } from "../lib/envoy.ts";
import { events, modulePath, PolicyFile, structValue } from "../lib/policy.ts";
import { accept, rig, share, WORKERS } from "./lifecycle.ts";

const SHOP = share("shop", 20, "1h");

/** The hash that the offline host shows: the same on any number of workers and every version of Envoy. */
function hashOf(configuration: object): number {
  const proxy = new OfflineProxy();
  const code = readFileSync(modulePath("retry-budget"));
  const text = JSON.stringify(configuration);
  proxy.load({ code, vmId: "pointduty.retry-budget", rootId: "retry_budget", name: "shop", configuration: text });
  return Number(proxy.metric("policy=.=shop;.;pointduty_retry_budget_policy_hash"));
}

test("the heartbeat moves, without traffic too", async (t) => {
  const policy = new PolicyFile(SHOP);
  const { envoy } = await rig(t, { policies: [policy] });
  const beat = async (): Promise<number> => (await events(envoy, "shop"))["heartbeat"] ?? 0;
  const first = await waitFor("a heartbeat", 5_000, async () => (await beat()) || undefined);
  const second = await waitFor("the next", 5_000, async () => ((await beat()) > first ? beat() : undefined));
  assert.ok(Math.abs(second - Date.now() / 1000) < 3, `${second} is not now, in seconds since 1970`);
});

test("the policy's hash is one and the same wherever it runs and however it is written", async (t) => {
  const policy = new PolicyFile(SHOP);
  const r = await rig(t, { policies: [policy] });
  const shown = async (): Promise<number | undefined> => (await events(r.envoy, "shop"))["policy_hash"];
  const expected = hashOf(SHOP);
  assert.ok(expected > 0 && Number.isSafeInteger(expected));
  assert.equal(await shown(), expected);
  const others = [
    { ...SHOP, mode: "shadow" },
    share("shop", 20.001, "1h"),
    share("shop", 20, "59m59s"),
    { ...SHOP, per: "route" },
    { ...SHOP, onExhausted: "503" },
  ];
  const hashes = new Set([expected]);
  for (const other of others) {
    await accept(r, policy, other);
    assert.equal(await shown(), hashOf(other));
    hashes.add(hashOf(other));
  }
  assert.equal(hashes.size, others.length + 1, "all differ");
  const spaced = JSON.stringify(SHOP, null, 3).replace('"1h"', '"60m"');
  for (const same of [structValue(SHOP), spaced]) {
    await accept(r, policy, same);
    assert.equal(await shown(), expected);
  }
  assert.equal(await policy.update(r.envoy, { ...SHOP, mode: "off" }), "rejected");
  assert.equal(await shown(), expected, "a refused one leaves no trace");
});

test("tokens_left follows the budget; Prometheus has policy, key and reason as labels", async (t) => {
  const policy = new PolicyFile(SHOP);
  const { envoy, backend } = await rig(t, { policies: [policy], program: always({}) });
  const port = envoy.port();
  const left = async (): Promise<number | undefined> => (await events(envoy, "shop", "backend"))["tokens_left"];
  await load({ port, clients: 8, originals: 200, prefix: "good" });
  await waitFor("40 tokens", 5_000, async () => ((await left()) === 40 ? true : undefined));
  await backend.program(always({ status: 503 }));
  await load({ port, clients: 8, originals: 100, prefix: "bad" });
  await waitFor("no token", 5_000, async () => ((await left()) === 0 ? true : undefined));
  const { retries } = await backend.counts();
  const figures = await events(envoy, "shop");
  assert.equal(figures["keys_overflowed"], 0);
  assert.equal(figures["originals"], 300);
  assert.equal(figures["answered"], 300);
  assert.equal(figures["retries_granted"], retries);

  const page = await envoy.admin("/stats/prometheus?filter=pointduty_");
  const value = (name: string, ...labels: string[]): number => {
    const found = page.split("\n").filter((line) => {
      const [, metric = "", inside = ""] = /^([a-z_]+)\{(.*)\} /.exec(line) ?? [];
      return metric.endsWith(name) && labels.every((label) => inside.split(",").includes(label));
    });
    assert.equal(found.length, 1, `${name} ${labels.join(",")} in\n${page}`);
    return Number(found[0]?.split(" ").at(-1));
  };
  const tags = ['policy="shop"', 'key="backend"'];
  assert.equal(value("pointduty_retry_budget_originals", ...tags), 300);
  assert.equal(value("pointduty_retry_budget_retries_granted", ...tags), retries);
  assert.equal(
    value("pointduty_retry_budget_retries_denied", ...tags, 'reason="budget"'),
    figures["retries_denied.budget"],
  );
  assert.equal(value("pointduty_retry_budget_retries_denied", ...tags, 'reason="held"'), 0);
  assert.equal(value("pointduty_retry_budget_tokens_left", ...tags), 0);
  assert.equal(value("pointduty_retry_budget_policy_hash", 'policy="shop"'), hashOf(SHOP));
  for (const line of page.split("\n").filter((line) => line !== "" && !line.startsWith("#"))) {
    assert.match(line, /^pointduty_retry_budget_[a-z_]+\{/, "a name without a tag in it");
  }
  t.diagnostic(`${WORKERS} workers: ${page.split("\n").find((line) => line.includes("originals{"))}`);
});
