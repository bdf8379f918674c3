/** What the command does about filters before the router, as far as it can be told without one. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { isMap, parse, parseDocument } from "yaml";
import { Checker } from "../../cli/cases/check.ts";
import type { Filter } from "../../cli/cases/filter.ts";
import { checkMeaning } from "../../cli/cases/meaning.ts";
import { readPolicies } from "../../cli/policy/read.ts";
import type { Policy } from "../../cli/policy/types.ts";
import { checkEnvoyFilter } from "../../cli/render/istio-check.ts";
import { overlaps, selectionOf, type Selection } from "../../cli/render/istio-policies.ts";
import { renderEnvoyFilter, type IstioPolicy } from "../../cli/render/istio.ts";
import { Desk, retryBudget } from "./cli.ts";

const EXAMPLES = new URL("../../envoy/istio/examples/", import.meta.url);

const desk = new Desk({
  "cart.yaml": retryBudget("  selector: { matchLabels: { app: cart } }"),
  "service.yaml": retryBudget("  targetRefs: [{ group: '', kind: Service, name: cart }]"),
});
after(() => desk.remove());

interface EnvoyFilter {
  spec: {
    priority: number;
    configPatches: {
      applyTo: string;
      match?: { context: string };
      patch: { operation: string; value: Record<string, unknown> };
    }[];
  };
}

/** A filter before the router; this checkout has none; new-filter.test.ts makes, renders and runs a real one. */
const BEFORE: IstioPolicy = {
  filter: "my-filter",
  half: "downstream",
  order: 20,
  standIn: "envoy.filters.http.rbac",
  policy: "shop",
  configuration: JSON.stringify({ name: "shop" }, null, 2),
  hash: "0123456789ab",
  namespace: "shop",
  labels: { app: "cart" },
  contexts: ["SIDECAR_INBOUND", "GATEWAY"],
  code: { file: "/etc/envoy/pointduty/my-filter.wasm" },
};

test("envoy/istio/examples/downstream.yaml is what the template gives", () => {
  const text = renderEnvoyFilter(BEFORE);
  if (process.env["UPDATE_EXAMPLES"]) writeFileSync(new URL("downstream.yaml", EXAMPLES), text);
  assert.equal(text, readFileSync(new URL("downstream.yaml", EXAMPLES), "utf8"));
  assert.deepEqual(checkEnvoyFilter(parse(text), Buffer.byteLength(text), false), []);
});

test("a filter before the router is inserted by its order, and what stands in may deny", () => {
  const { spec } = parse(renderEnvoyFilter(BEFORE)) as EnvoyFilter;
  assert.equal(spec.priority, 20);
  assert.deepEqual(
    spec.configPatches.map(({ applyTo, match, patch }) => [applyTo, match?.context, patch.operation]),
    [
      ["EXTENSION_CONFIG", undefined, "ADD"],
      ["HTTP_FILTER", "SIDECAR_INBOUND", "INSERT_BEFORE"],
      ["HTTP_FILTER", "GATEWAY", "INSERT_BEFORE"],
    ],
  );
  const type = "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC";
  const { name, config_discovery } = spec.configPatches[1]?.patch.value as {
    name: string;
    config_discovery: { default_config: object; type_urls: string[] };
  };
  assert.equal(name, "pointduty.my-filter.shop");
  assert.deepEqual(config_discovery.default_config, { "@type": type, rules: { action: "ALLOW" } });
  assert.equal(config_discovery.type_urls[1], type);
  assert.throws(() => renderEnvoyFilter({ ...BEFORE, standIn: "envoy.filters.http.lua" }), {
    message: "no default envoy.filters.http.lua; allowed: envoy.filters.http.header_mutation, envoy.filters.http.rbac",
  });
});

const FILTER: Filter = {
  ...{ name: "my-filter", kind: "MyFilter", named: true, order: 20 },
  ...{ half: "downstream", traffic: "inbound", standIn: "envoy.filters.http.rbac", facts: false, steers: false },
};

/** A policy as if it were one of another filter. */
async function policyOf(file: string, filter: Partial<Filter>): Promise<Policy> {
  const { policies, problems } = await readPolicies([join(desk.dir, file)]);
  assert.deepEqual(problems, []);
  const [policy] = policies;
  assert.ok(policy);
  return { ...policy, filter: { ...FILTER, ...filter } };
}

test("a policy holds for what a workload receives, or sends, as its filter says", async () => {
  const select = async (file: string, filter: Partial<Filter>) => selectionOf(await policyOf(file, filter), false);
  const labels = { namespace: "", labels: { app: "cart" } };
  assert.deepEqual(await select("cart.yaml", {}), { ...labels, contexts: ["SIDECAR_INBOUND", "GATEWAY"] });
  assert.deepEqual(await select("cart.yaml", { traffic: "outbound" }), {
    ...labels,
    contexts: ["SIDECAR_OUTBOUND", "GATEWAY"],
  });
  const inbound = await select("service.yaml", {});
  assert.match(
    "message" in inbound ? inbound.message : "",
    /give spec\.selector \(the workloads behind it\) in its place, .* then it holds for all that they receive; for a waypoint, render with --kind$/,
  );
  const outbound = await select("service.yaml", { traffic: "outbound" });
  assert.match(
    "message" in outbound ? outbound.message : "",
    /\(the workloads that call it\) .* then it holds for all that they call$/,
  );
});

test("one workload takes several filters before the router, but one policy of each; in the router one at all", async () => {
  const complaints = async (a: Partial<Filter>, b: Partial<Filter>): Promise<string[]> => {
    const chosen = await Promise.all(
      [a, b].map(async (filter) => {
        const policy = await policyOf("cart.yaml", filter);
        return { policy, selection: selectionOf(policy, false) as Selection };
      }),
    );
    return overlaps(chosen).map(({ message }) => message);
  };
  assert.deepEqual(await complaints({}, { name: "other" }), []);
  assert.deepEqual(await complaints({}, { half: "upstream", traffic: "inbound" }), []);
  assert.match(
    (await complaints({}, {}))[0] ?? "",
    / can select the same workload, which takes one of a kind; give them/,
  );
  const upstream = { half: "upstream", traffic: "outbound" } as const;
  assert.match(
    (await complaints(upstream, { ...upstream, name: "other" }))[0] ?? "",
    / can select the same workload, whose router takes one of them; give them/,
  );
});

/** What is said about a case, each with its pointer. */
function said(text: string, filter: Filter): string[] {
  const checker = new Checker({});
  const root = parseDocument(text).contents;
  assert.ok(isMap(root));
  checkMeaning(root, filter, checker);
  return checker.problems.map(({ pointer, message }) => `${pointer}: ${message}`);
}

test("a case of a filter before the router has no copies that pass it", () => {
  const text = "env: { mirror: true }\nsteps: [{ upstream: [200], expect: { status: 200 } }]";
  assert.deepEqual(said(text, FILTER), [
    "/env/mirror: my-filter runs before the router, which makes the copies: they never pass it",
  ]);
  assert.deepEqual(said(text, { ...FILTER, half: "upstream" }), []);
});

test("what no filter reads is not overlooked", () => {
  const text = "steps: [{ request: { peer: {}, claims: {} }, expect: { status: 200 } }]";
  assert.deepEqual(said(text, FILTER), [
    "/steps/0/request/peer: my-filter reads no facts document",
    "/steps/0/request/claims: my-filter reads no facts document",
  ]);
});
