/** `render --target istio --kind`: what Istio's waypoints take, and what they can't have. `UPDATE_EXAMPLES=1` as for render. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { parse } from "yaml";
import { Modules } from "../../cli/policy/module.ts";
import { hashText, type JsonObject } from "../../cli/policy/types.ts";
import { Desk } from "./cli.ts";

const EXAMPLES = new URL("../../envoy/istio/examples/", import.meta.url);
const DIGEST = "0".repeat(64);
const OCI = ["--code", `oci:registry.example/pointduty/authz:0.1@sha256:${DIGEST}`];

/** A policy of Istio's for a Service; the rest of `spec` on its sixth line. */
const native = (rest: string, ref = '{ group: "", kind: Service, name: orders }'): string =>
  `apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: { name: orders, namespace: shop }\nspec:\n  targetRefs: [${ref}]\n  ${rest}\n`;
const RULES = 'rules: [{ from: [{ source: { principals: ["cluster.local/ns/shop/sa/web"] } }] }]';
const TOKENS = native("jwtRules: [{ issuer: a, jwks: '{\"keys\":[]}' }]").replace(
  "kind: AuthorizationPolicy",
  "kind: RequestAuthentication",
);
const BUDGET = `apiVersion: pointduty.dev/v1alpha1\nkind: RetryBudget\nmetadata: { name: b }\nspec: { targetRefs: [{ group: "", kind: Service, name: s }] }\n`;
const OWN = `apiVersion: pointduty.dev/v1alpha1\nkind: Authorization\nmetadata: { name: own }\nspec:\n  `;

const desk = new Desk({ "p.yaml": native(RULES) });
after(() => desk.remove());

interface Extension {
  readonly kind: string;
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
  readonly spec: JsonObject & { readonly wasm?: JsonObject };
}

async function render(kind: string, ...args: string[]): Promise<string> {
  const { code, out, err } = await desk.run("render", "--target", "istio", "--kind", kind, ...args, "p.yaml");
  assert.deepEqual([code, err], [0, ""]);
  return out;
}

for (const [file, kind] of [
  ["wasm-plugin.yaml", "WasmPlugin"],
  ["traffic-extension.yaml", "TrafficExtension"],
] as const) {
  test(`envoy/istio/examples/${file} is what the template gives`, async () => {
    const text = await render(kind, ...OCI);
    if (process.env["UPDATE_EXAMPLES"]) writeFileSync(new URL(file, EXAMPLES), text);
    assert.equal(text, readFileSync(new URL(file, EXAMPLES), "utf8"));
  });

  test(`${kind}: the targets, the code with its checksum, and properties in place of the facts document`, async () => {
    const { metadata, spec, ...object } = parse(await render(kind, ...OCI)) as Extension;
    assert.equal(object.kind, kind);
    assert.deepEqual(spec["targetRefs"], [{ group: "", kind: "Service", name: "orders" }]);
    const wasm = spec.wasm ?? spec;
    const { url, sha256, pluginName, failStrategy, pluginConfig } = wasm;
    assert.deepEqual([sha256, pluginName, failStrategy], [DIGEST, "authz", "FAIL_RELOAD"]);
    assert.match(String(url), /^oci:\/\/registry\.example\//);
    const { facts, identity } = pluginConfig as JsonObject;
    assert.deepEqual([facts, identity], ["properties", { filterState: "io.istio.peer_principal" }]);
    const verdict = new Modules().configure("authz", "orders", JSON.stringify(pluginConfig));
    assert.ok(verdict.accepted);
    assert.equal(metadata.annotations["pointduty.dev/policy-hash"], hashText(verdict.hash));
  });
}

test("a file has no checksum, http has the built module's", async () => {
  const file = parse(await render("WasmPlugin", "--code", "file:/m.wasm")) as Extension;
  assert.deepEqual([file.spec["url"], file.spec["sha256"]], ["file:///m.wasm", undefined]);
  const http = parse(await render("WasmPlugin", "--code", "http://files.example/m.wasm")) as Extension;
  assert.deepEqual(
    [http.spec["url"], http.spec["sha256"]],
    ["http://files.example/m.wasm", new Modules().sha256("authz")],
  );
});

test("an identity that the policy names stays", async () => {
  const targets = 'targetRefs: [{ group: "", kind: Service, name: s }]';
  desk.write("own.yaml", `${OWN}{ ${targets}, facts: properties, identity: { filterState: mine }, policies: [] }\n`);
  const { out } = await desk.run("render", "--target", "istio", "--kind", "WasmPlugin", ...OCI, "own.yaml");
  const config = (parse(out) as Extension).spec["pluginConfig"] as JsonObject;
  assert.deepEqual(config["identity"], { filterState: "mine" });
});

const BLOCKS = 'rules: [{ from: [{ source: { ipBlocks: ["10.0.0.0/8"] } }] }]';

/** What it is, the file, and the problem with its place. */
const BAD: readonly (readonly [name: string, text: string, problem: string])[] = [
  ["no target", `${OWN}{ policies: [] }\n`, "4:1: /spec: a waypoint can't be told of all workloads; "],
  [
    "a selector",
    `${OWN}{ selector: { matchLabels: { app: a } }, policies: [] }\n`,
    "5:5: /spec/selector: a waypoint can't be told of workloads with app=a; ",
  ],
  [
    "a target of another kind",
    native(RULES, "{ group: apps, kind: Deployment, name: d }"),
    "5:37: /spec/targetRefs/0/kind: no target of this group and kind; ",
  ],
  [
    "addresses of the physical peer",
    native(BLOCKS),
    "6:32: /spec/rules/0/from/0/source/ipBlocks: the proxy has no property for the address of the physical peer; ",
  ],
  [
    "tokens that we verify",
    `${native(RULES)}---\n${TOKENS}`,
    "8:1: it takes a native filter in front, which a waypoint does not get from us; allowed: token: claimsOnly, ",
  ],
  ["a filter behind the router", BUDGET, "2:7: /kind: a waypoint takes no filters behind the router"],
];

for (const [name, text, problem] of BAD) {
  test(`refused: ${name}`, async () => {
    desk.write("bad.yaml", text);
    const { code, out, err } = await desk.run(
      "render",
      "--target",
      "istio",
      "--kind",
      "WasmPlugin",
      ...OCI,
      "bad.yaml",
    );
    assert.deepEqual([code, out], [1, ""]);
    assert.ok(err.startsWith(`bad.yaml:${problem}`), err);
  });
}

test("wrong use", async () => {
  const inline = await desk.run("render", "--target", "istio", "--kind", "WasmPlugin", "p.yaml");
  assert.deepEqual([inline.code, inline.out], [2, ""]);
  assert.match(
    inline.err,
    /^--code inline: Istio's own objects don't hold code; allowed: http:URL, oci:REF, file:PATH/,
  );
  const envoy = await desk.run("render", "--target", "envoy", "--kind", "WasmPlugin", "p.yaml");
  assert.deepEqual([envoy.code, envoy.err.split("\n")[0]], [2, "--kind is for --target istio"]);
});
