/**
 * The files of envoy/plain: the checked-in examples are what the renderer makes, and the renderer refuses what does
 * not fit. `UPDATE_EXAMPLES=1` writes the examples anew.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import {
  renderBootstrap,
  renderEcds,
  resourceName,
  type Bootstrap,
  type PolicyResource,
} from "../../cli/render/plain.ts";
import { block, fill, TemplateError, type SlotValue } from "../../cli/render/template.ts";

const EXAMPLES = new URL("../../envoy/plain/examples/", import.meta.url);

const SIDECAR: Bootstrap = {
  filter: "retry-budget",
  policy: "shop",
  half: "upstream",
  standIn: "envoy.filters.http.header_mutation",
  nodeId: "shop-1",
  nodeCluster: "shop",
  adminPort: 9901,
  listenAddress: "127.0.0.1",
  listenPort: 10000,
  backendAddress: "shop.internal",
  backendPort: 8080,
  ecdsFile: "/etc/envoy/pointduty/retry-budget.yaml",
  edge: false,
};

const POLICY: PolicyResource = {
  filter: "retry-budget",
  policy: "shop",
  configuration: JSON.stringify(
    { name: "shop", budget: { percent: 20, interval: "10s" }, minRetryRate: { count: 1, interval: "10s" } },
    null,
    2,
  ),
  // Inline code is 50 KB of base64: nothing to read, so the example takes the code from a file.
  code: { file: "/etc/envoy/pointduty/retry-budget.wasm" },
  version: "1",
};

const RENDERED = {
  "bootstrap.yaml": () => renderBootstrap(SIDECAR),
  "bootstrap-edge.yaml": () => renderBootstrap({ ...SIDECAR, listenAddress: "0.0.0.0", edge: true }),
  "bootstrap-downstream.yaml": () =>
    renderBootstrap({
      ...SIDECAR,
      filter: "my-filter",
      half: "downstream",
      standIn: "envoy.filters.http.rbac",
      ecdsFile: "/etc/envoy/pointduty/my-filter.yaml",
    }),
  "ecds.yaml": () => renderEcds(POLICY),
};

for (const [file, render] of Object.entries(RENDERED)) {
  test(`envoy/plain/examples/${file} is what the template gives`, () => {
    const text = render();
    if (process.env["UPDATE_EXAMPLES"]) writeFileSync(new URL(file, EXAMPLES), text);
    assert.equal(text, readFileSync(new URL(file, EXAMPLES), "utf8"));
  });
}

interface Started {
  bootstrap_extensions: [{ typed_config: { config: { vm_config: { code: { local: { inline_bytes: string } } } } } }];
}

test("the module that starts V8 is valid, small, and does nothing", () => {
  const [extension] = (parse(renderBootstrap(SIDECAR)) as Started).bootstrap_extensions;
  const bytes = Buffer.from(extension.typed_config.config.vm_config.code.local.inline_bytes, "base64");
  assert.equal(bytes.length, 88);
  const module = new WebAssembly.Module(bytes);
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  const names = WebAssembly.Module.exports(module).map(({ name }) => name);
  assert.deepEqual(names, ["memory", "malloc", "proxy_abi_version_0_2_1"]);
});

test("Istio's bootstrap is overridden with the same", () => {
  const file = readFileSync(new URL("../../envoy/istio/start-v8.yaml", import.meta.url), "utf8");
  const { data } = parse(file) as { data: { "custom_bootstrap.json": string } };
  const { bootstrap_extensions } = parse(renderBootstrap(SIDECAR)) as Started;
  assert.deepEqual(JSON.parse(data["custom_bootstrap.json"]), { bootstrap_extensions });
});

interface Resource {
  name: string;
  typed_config: { config: Record<string, unknown> };
}
interface Ecds {
  version_info: string;
  resources: [Resource];
}

test("the resource carries code, names and configuration unchanged", () => {
  const code = Uint8Array.from({ length: 300 }, (_, i) => i % 256);
  const configuration = '{\n  "name": "a: b #c",\n\n  "x": "${NAME}"\n}';
  const text = renderEcds({ ...POLICY, policy: "a", configuration, code: { inline: code }, version: "0123" });
  const ecds = parse(text) as Ecds;
  assert.equal(ecds.version_info, "0123", "a version of digits stays text");
  const [{ name, typed_config }] = ecds.resources;
  assert.equal(name, resourceName("retry-budget", "a"));
  assert.deepEqual(typed_config.config, {
    name: "a",
    root_id: "retry_budget",
    failure_policy: "FAIL_RELOAD",
    configuration: { "@type": "type.googleapis.com/google.protobuf.StringValue", value: configuration },
    vm_config: {
      vm_id: "pointduty.retry-budget",
      runtime: "envoy.wasm.runtime.v8",
      code: { local: { inline_bytes: Buffer.from(code).toString("base64") } },
    },
  });
});

test("the name in the listener is the name in the resource", () => {
  const text = renderBootstrap(SIDECAR);
  assert.equal(
    text.split("\n").filter((line) => line.trim() === `- name: ${resourceName("retry-budget", "shop")}`).length,
    1,
  );
});

test("values that YAML would read otherwise are quoted", () => {
  for (const value of ["yes", "null", "1e3", "a: b", "#x", "- y", "{z}", "it's", 'say "so"', " pad ", "é"]) {
    const node = (parse(renderBootstrap({ ...SIDECAR, nodeId: value })) as { node: { id: unknown } }).node;
    assert.equal(node.id, value);
  }
});

test("an object stands behind a key, and as one or more items", () => {
  const [one, two] = [{ name: "a", of: ["x: y"] }, { name: "b" }];
  assert.deepEqual(parse(fill("a:\n  b: ${B}\nc:\n  - d\n  - ${E}\n", { B: one, E: [one, two] })), {
    a: { b: one },
    c: ["d", one, two],
  });
  assert.deepEqual(parse(fill("- ${E}\n", { E: two })), [two]);
});

test("what does not fit is refused, with the slot's name", () => {
  const refusals: [template: string, values: Record<string, SlotValue>, message: RegExp][] = [
    ["a: 1 ${A}\n", { A: {} }, /^an object stands alone/],
    ["${A}\n", { A: {} }, /^an object stands alone/],
    ["a: ${A}\n", {}, /^slot A has no value$/],
    ["a: 1\n", { A: "x" }, /^the template has no slot A$/],
    ["a: 1\n${A}\n", { A: "a: 2" }, /^not valid YAML after filling in the slots: Map keys must be unique/],
    ["a: [\n${A}\n", { A: "x" }, /^not valid YAML/],
  ];
  for (const [template, values, message] of refusals) {
    assert.throws(
      () => fill(template, values),
      (error) => error instanceof TemplateError && message.test(error.message),
    );
  }
  for (const configuration of [" {}", "{}\n", '{"a": "\u0000"}']) {
    assert.throws(() => renderEcds({ ...POLICY, configuration }), TemplateError);
  }
  assert.throws(() => block("a: 1\n# edge: begin\n", "edge", true), TemplateError);
  assert.throws(() => block("a: 1\n", "edge", true), TemplateError);
});
