/** The filter that writes the facts document: in every target as the README shows it, in front of the policy. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { factsDocument } from "../../cli/host/index.ts";
import { renderEnvoyFilter } from "../../cli/render/istio.ts";
import { renderBootstrap } from "../../cli/render/plain.ts";

interface Named {
  readonly name: string;
  readonly typed_config?: unknown;
}

const README = readFileSync(new URL("../../filters/authz/README.md", import.meta.url), "utf8");
const [SHOWN] = parse(/```yaml\n(- name: pointduty\.facts\n[^]*?)```/.exec(README)?.[1] ?? "") as [Named];
const PLACE = { filter: "authz", half: "downstream", standIn: "envoy.filters.http.rbac", policy: "x" } as const;

function chain(facts: boolean): readonly Named[] {
  const text = renderBootstrap({
    ...PLACE,
    facts,
    ...{ nodeId: "n", nodeCluster: "c", adminPort: 0, listenAddress: "127.0.0.1", listenPort: 0 },
    ...{ backendAddress: "127.0.0.1", backendPort: 0, ecdsFile: "x.yaml", edge: false },
  });
  const tree = parse(text) as {
    static_resources: { listeners: { filter_chains: { filters: { typed_config: { http_filters: Named[] } }[] }[] }[] };
  };
  return tree.static_resources.listeners[0]?.filter_chains[0]?.filters[0]?.typed_config.http_filters ?? [];
}

function patches(facts: boolean): readonly Named[] {
  const text = renderEnvoyFilter({
    ...PLACE,
    facts,
    ...{ order: 20, configuration: "{}", code: { file: "x.wasm" }, hash: "0", namespace: "", labels: {} },
    contexts: ["SIDECAR_INBOUND"],
  });
  const { spec } = parse(text) as { spec: { configPatches: { applyTo: string; patch: { value: Named } }[] } };
  return spec.configPatches.filter(({ applyTo }) => applyTo === "HTTP_FILTER").map(({ patch }) => patch.value);
}

test("plain Envoy: right before the policy", () => {
  const names = chain(true).map(({ name }) => name);
  assert.deepEqual(names, ["pointduty.facts", "pointduty.authz.x", "envoy.filters.http.router"]);
  assert.deepEqual(chain(true)[0], SHOWN);
  assert.deepEqual(
    chain(false).map(({ name }) => name),
    names.slice(1),
  );
});

test("Istio: right before the policy", () => {
  assert.deepEqual(
    patches(true).map(({ name }) => name),
    ["pointduty.facts", "pointduty.authz.x"],
  );
  assert.deepEqual(patches(true)[0], SHOWN);
  assert.deepEqual(
    patches(false).map(({ name }) => name),
    ["pointduty.authz.x"],
  );
});

test("the offline host's document has the members that Envoy's has", () => {
  const { typed_config: config } = SHOWN as unknown as {
    typed_config: { on_request_headers: { format_string: { json_format: object } }[] };
  };
  const members = Object.keys(config.on_request_headers[0]?.format_string.json_format ?? {});
  const known = JSON.parse(factsDocument()) as object;
  for (const member of members) assert.ok(member in known, member);
  const read = readFileSync(new URL("../../filters/authz/texts.json", import.meta.url), "utf8");
  for (const [, member = ""] of read.matchAll(/"F_[A-Z]+": "([a-z]+)"/g)) assert.ok(members.includes(member), member);
});
