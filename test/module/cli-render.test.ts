/**
 * `render`: the checked-in examples of envoy/istio are what the renderer makes, every object has the shape that Istio
 * takes, and what would be wrong in a mesh is refused. `UPDATE_EXAMPLES=1` writes the examples anew.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { checkEnvoyFilter, OBJECT_LIMIT } from "../../cli/render/istio-check.ts";
import { renderEnvoyFilter } from "../../cli/render/istio.ts";
import { Desk, retryBudget } from "./cli.ts";

const EXAMPLES = new URL("../../envoy/istio/examples/", import.meta.url);
const MODULE = readFileSync(new URL("../../build/retry-budget.wasm", import.meta.url));

const CART = `apiVersion: pointduty.dev/v1alpha1
kind: RetryBudget
metadata: { name: cart, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  budget: { percent: 20, interval: 10s }
  minRetryRate: { count: 1, interval: 10s }
`;
const ALL = `apiVersion: pointduty.dev/v1alpha1
kind: RetryBudget
metadata: { name: mesh }
spec: { budget: { percent: 10 }, mode: shadow }
`;
const GATEWAY = `apiVersion: pointduty.dev/v1alpha1
kind: RetryBudget
metadata: { name: edge, namespace: shop }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: public }]
`;
const SERVICE = `apiVersion: gateway.networking.x-k8s.io/v1alpha1
kind: XBackendTrafficPolicy
metadata: { name: backend, namespace: shop }
spec:
  targetRefs: [{ group: "", kind: Service, name: cart }]
  retryConstraint: {}
`;

const ROUTING = `apiVersion: pointduty.dev/v1alpha1
kind: HeaderRouting
metadata: { name: cart, namespace: shop }
spec:
  selector: { matchLabels: { app: front } }
  arms: [{ name: v1 }, { name: v2 }]
  rules:
    - name: canary
      key: [{ header: x-user }]
      split: { salt: spring, default: v1, arms: [{ arm: v2, percent: 10, max: 50, guard: { maxErrorPercent: 5 } }] }
`;
const ROUTES = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart, namespace: shop }
spec:
  hosts: [cart]
  http:
    - timeout: 1s
      route:
        - { destination: { host: cart, subset: v1 }, weight: 100 }
        - { destination: { host: cart, subset: v2 }, weight: 0 }
`;

const desk = new Desk({
  "routing.yaml": ROUTING,
  "routes.yaml": ROUTES,
  "cart.yaml": CART,
  "all.yaml": ALL,
  "gateway.yaml": GATEWAY,
  "service.yaml": SERVICE,
});
after(() => desk.remove());

async function istio(...args: string[]): Promise<string> {
  const { code, out, err } = await desk.run("render", "--target", "istio", ...args);
  assert.equal(err, "");
  assert.equal(code, 0);
  return out;
}

/** Inline code is 50 KB of base64: nothing to read, so the examples take it from elsewhere. */
const DIGEST = "0".repeat(64);
const RENDERED: Readonly<Record<string, readonly string[]>> = {
  "selector.yaml": ["--code", "file:/etc/pointduty/retry-budget.wasm", "cart.yaml"],
  "all-workloads.yaml": ["--code", "file:/etc/pointduty/retry-budget.wasm", "--all-workloads", "all.yaml"],
  "header-routing.yaml": [
    ...["--code", "file:/etc/pointduty/header-routing.wasm"],
    ...["--routes", "routes.yaml", "routing.yaml"],
  ],
  "gateway.yaml": ["--code", `oci:registry.example/pointduty/retry-budget:0.1@sha256:${DIGEST}`, "gateway.yaml"],
};

for (const [file, args] of Object.entries(RENDERED)) {
  test(`envoy/istio/examples/${file} is what the template gives`, async () => {
    const text = await istio(...args);
    if (process.env["UPDATE_EXAMPLES"]) writeFileSync(new URL(file, EXAMPLES), text);
    assert.equal(text, readFileSync(new URL(file, EXAMPLES), "utf8"));
  });
}

interface Patch {
  applyTo: string;
  match?: { context: string };
  patch: { operation: string; value: Record<string, unknown> };
}
interface EnvoyFilter {
  metadata: Record<string, unknown>;
  spec: { workloadSelector?: { labels: Record<string, string> }; configPatches: Patch[] };
}

test("an object holds the code once, and one patch of the router for each context", async () => {
  const text = await istio("cart.yaml");
  const { metadata, spec } = parse(text) as EnvoyFilter;
  assert.equal(metadata["name"], "pointduty.retry-budget.cart");
  assert.equal(metadata["namespace"], "shop");
  assert.deepEqual(spec.workloadSelector, { labels: { app: "cart" } });
  assert.deepEqual(
    spec.configPatches.map(({ applyTo, match, patch }) => [applyTo, match?.context, patch.operation]),
    [
      ["EXTENSION_CONFIG", undefined, "ADD"],
      ["HTTP_FILTER", "SIDECAR_OUTBOUND", "MERGE"],
      ["HTTP_FILTER", "GATEWAY", "MERGE"],
    ],
  );
  assert.equal(text.split(MODULE.toString("base64")).length, 2, "the code is there once");
  assert.match(text, /# +sidecar\.istio\.io\/extraStatTags: policy,key,reason\n/);
  const [, router] = spec.configPatches;
  const config = router?.patch.value["typed_config"] as { upstream_http_filters: { name: string }[] };
  assert.deepEqual(
    config.upstream_http_filters.map(({ name }) => name),
    ["pointduty.retry-budget.cart", "envoy.filters.http.upstream_codec"],
  );
  assert.equal(text, await istio("cart.yaml"), "stable");
});

test("a gateway gets the gateway's context alone, all workloads no selector", async () => {
  const gateway = parse(await istio("gateway.yaml")) as EnvoyFilter;
  assert.deepEqual(gateway.spec.workloadSelector, { labels: { "gateway.networking.k8s.io/gateway-name": "public" } });
  assert.deepEqual(
    gateway.spec.configPatches.map(({ match }) => match?.context),
    [undefined, "GATEWAY"],
  );
  const all = parse(await istio("--all-workloads", "all.yaml")) as EnvoyFilter;
  assert.equal(all.spec.workloadSelector, undefined);
  assert.equal(all.metadata["namespace"], "istio-system");
});

test("code from elsewhere: http carries the built module's sha256", async () => {
  const codeOf = (text: string): unknown => {
    const config = (parse(text) as EnvoyFilter).spec.configPatches[0]?.patch.value["typed_config"];
    return (config as { config: { vm_config: { code: unknown } } }).config.vm_config.code;
  };
  const sha256 = createHash("sha256").update(MODULE).digest("hex");
  const remote = (uri: string, sum: string): object => {
    return { remote: { http_uri: { uri, cluster: "_", timeout: "30s" }, sha256: sum } };
  };
  const url = "http://files.example/m.wasm";
  assert.deepEqual(codeOf(await istio("--code", `http:${url}`, "cart.yaml")), remote(url, sha256));
  assert.deepEqual(codeOf(await istio("--code", url, "cart.yaml")), remote(url, sha256));
  assert.deepEqual(
    codeOf(await istio("--code", `oci://reg/x@sha256:${DIGEST}`, "cart.yaml")),
    remote(`oci://reg/x@sha256:${DIGEST}`, DIGEST),
  );
  assert.deepEqual(codeOf(await istio("--code", "file:/m.wasm", "cart.yaml")), { local: { filename: "/m.wasm" } });
});

/** A command line, and the line on stderr that refuses it. */
const REFUSED: readonly (readonly [args: string, line: string])[] = [
  [
    "service.yaml",
    "service.yaml:5:16: /spec/targetRefs/0: Istio can't narrow the router to Service cart of namespace shop; give spec.selector (the workloads that call it) in its place, or render with --all-workloads: then it holds for all that they call",
  ],
  [
    "all.yaml",
    "all.yaml:4:1: /spec: it names no workloads and would apply to all of them; add spec.selector, or render with --all-workloads",
  ],
  [
    "--all-workloads cart.yaml all.yaml",
    'all.yaml:4:1: /spec: RetryBudget "mesh" and RetryBudget "cart" (cart.yaml:1) can select the same workload, whose router takes one of them; give them different values of one label',
  ],
  [
    "cart.yaml label.yaml",
    'label.yaml:4:9: /spec/selector: RetryBudget "label" and RetryBudget "cart" (cart.yaml:1) can select the same workload, whose router takes one of them; give them different values of one label',
  ],
  ["two.yaml", "two.yaml:7:5: /spec/targetRefs/1: Istio takes one Gateway for each policy; allowed: a policy for each"],
  [
    "section.yaml",
    "section.yaml:5:16: /spec/targetRefs/0: Istio can't narrow the router to one listener; allowed: the Gateway without sectionName",
  ],
  ["cart.yaml bad.yaml", 'bad.yaml:6:8: /spec/per: "pod" is not allowed; one of: cluster, virtualHost, route, proxy'],
];

test("what Istio can't do is refused, and nothing is printed", async () => {
  const ref = "{ group: gateway.networking.k8s.io, kind: Gateway, name: a }";
  desk.write(
    "label.yaml",
    CART.replace("name: cart,", "name: label,")
      .replace(
        "spec:\n  selector: { matchLabels: { app: cart } }",
        "spec: { selector: { matchLabels: { tier: web } } }\n#",
      )
      .split("#")[0] ?? "",
  );
  desk.write(
    "two.yaml",
    retryBudget(`  targetRefs:\n  - ${ref}\n  - ${ref.replace("name: a", "name: b")}`).replace(
      "metadata:\n  name: shop",
      "metadata: { name: two }",
    ),
  );
  desk.write("section.yaml", GATEWAY.replace("name: public", "name: public, sectionName: http"));
  desk.write("bad.yaml", retryBudget("  per: pod"));
  for (const [args, line] of REFUSED) {
    const { code, out, err } = await desk.run("render", "--target", "istio", ...args.split(" "));
    assert.equal(err, `${line}\n`);
    assert.equal(out, "");
    assert.equal(code, 1);
  }
});

test("selectors that can't meet are rendered together", async () => {
  desk.write("other.yaml", CART.replace("name: cart,", "name: other,").replace("app: cart", "app: other"));
  desk.write("far.yaml", CART.replace("name: cart, namespace: shop", "name: cart, namespace: far"));
  const documents = parseAllDocuments(await istio("cart.yaml", "other.yaml", "far.yaml"));
  assert.deepEqual(
    documents.map((document) => document.getIn(["metadata", "name"])),
    ["pointduty.retry-budget.cart", "pointduty.retry-budget.other", "pointduty.retry-budget.cart"],
  );
});

test("the shape check refuses what Istio's CRD or we would not want", () => {
  const filter = () => parse(readFileSync(new URL("selector.yaml", EXAMPLES), "utf8")) as Record<string, never>;
  assert.deepEqual(checkEnvoyFilter(filter(), 100, false), []);
  const changes: readonly (readonly [change: (f: EnvoyFilter & Record<string, unknown>) => void, message: RegExp])[] = [
    [(f) => void (f["kind"] = "WasmPlugin"), /^\/kind: "WasmPlugin" is not allowed; one of: EnvoyFilter$/],
    [(f) => void (f["status"] = {}), /^\/status: unknown field/],
    [(f) => void (f.metadata["name"] = "A"), /^\/metadata\/name: "A" is no name for Kubernetes$/],
    [(f) => delete f.spec.workloadSelector, /^\/spec: it would apply to all workloads; .*--all-workloads$/],
    [
      (f) => void (f.spec.workloadSelector = { labels: { a: 1 as never } }),
      /^\/spec\/workloadSelector\/labels: values must be texts$/,
    ],
    [(f) => void (f.spec.configPatches = []), /^\/spec\/configPatches: missing$/],
    [
      (f) => (patch(f).applyTo = "CLUSTER"),
      /^\/spec\/configPatches\/0\/applyTo: CLUSTER is refused: .*patch the router$/,
    ],
    [
      (f) => (patch(f).applyTo = "HTTP_FILTERS"),
      /^\/spec\/configPatches\/0\/applyTo: "HTTP_FILTERS" is not allowed; one of: LISTENER,/,
    ],
    [
      (f) => (patch(f).patch.operation = "MERGE"),
      /^\/spec\/configPatches\/0\/patch\/operation: EXTENSION_CONFIG takes ADD only$/,
    ],
    [
      (f) => delete (patch(f).patch as Partial<Patch["patch"]>).value,
      /^\/spec\/configPatches\/0\/patch\/value: missing, but required$/,
    ],
    [
      (f) => void (patch(f).match = { context: "OUTBOUND" }),
      /^\/spec\/configPatches\/0\/match\/context: "OUTBOUND" is not allowed/,
    ],
  ];
  for (const [change, message] of changes) {
    const changed = filter() as never;
    change(changed);
    const [first, second] = checkEnvoyFilter(changed, 100, false);
    assert.match(first ?? "", message);
    assert.equal(second, undefined);
  }
  function patch({ spec }: EnvoyFilter): Patch {
    return spec.configPatches[0] as Patch;
  }
});

test("an object above 1 MiB is refused", () => {
  const text = renderEnvoyFilter({
    ...{ filter: "retry-budget", half: "upstream", policy: "a", configuration: "{}", hash: "0", namespace: "" },
    ...{ order: 1, standIn: "envoy.filters.http.header_mutation" },
    ...{ labels: { a: "b" }, contexts: ["GATEWAY"], code: { inline: new Uint8Array(OBJECT_LIMIT) } },
  });
  const [message] = checkEnvoyFilter(parse(text), Buffer.byteLength(text), false);
  assert.match(message ?? "", /^the object has \d+ bytes; allowed: at most 1048576; give the code as file:PATH/);
});

test("target envoy: a folder, whose bootstrap is the operator's once it is there", async () => {
  const args = ["render", "--target", "envoy", "--out", "mesh", "cart.yaml"];
  const first = await desk.run(...args);
  assert.equal(first.out, "mesh/bootstrap.yaml\nmesh/pointduty.retry-budget.cart.yaml\n");
  const [bootstrap, ecds] = ["bootstrap.yaml", "pointduty.retry-budget.cart.yaml"].map((name) =>
    join(desk.dir, "mesh", name),
  );
  const text = readFileSync(bootstrap ?? "", "utf8");
  assert.match(text, new RegExp(`path: ${ecds}\n`));
  assert.deepEqual(await desk.run(...args), first, "the same again");
  writeFileSync(bootstrap ?? "", text.replace("10000", "10001"));
  const again = await desk.run(...args);
  assert.equal(again.err, "mesh/bootstrap.yaml is there already and was left as it is\n");
  assert.equal(again.out, "mesh/pointduty.retry-budget.cart.yaml\n");
  const other = await desk.run("render", "--target", "envoy", "--out", "mesh", "gateway.yaml");
  assert.equal(other.err, "mesh/bootstrap.yaml is there already and was left as it is; it does not name edge\n");
  assert.deepEqual(
    readdirSync(join(desk.dir, "mesh")).filter((name) => name.endsWith(".new")),
    [],
  );
  const refused = await desk.run("render", "--target", "envoy", "--out", "none", "all.yaml", "all.yaml");
  assert.equal(refused.code, 1);
  assert.equal(existsSync(join(desk.dir, "none")), false);
});

test("target envoy: printed, one bootstrap for each policy, and as JSON", async () => {
  const one = await desk.run("render", "--target", "envoy", "--code", "file:/m.wasm", "cart.yaml");
  assert.equal(parseAllDocuments(one.out).length, 2);
  assert.match(one.out, /path: \/etc\/envoy\/pointduty\/pointduty\.retry-budget\.cart\.yaml\n/);
  assert.match(one.out, /filename: \/m\.wasm\n/);
  const { out } = await desk.run("render", "--target", "envoy", "--json", "cart.yaml", "gateway.yaml");
  const { files } = JSON.parse(out) as { files: { name: string; text: string }[] };
  assert.deepEqual(
    files.map(({ name }) => name),
    [
      "bootstrap.retry-budget.cart.yaml",
      "pointduty.retry-budget.cart.yaml",
      "bootstrap.retry-budget.edge.yaml",
      "pointduty.retry-budget.edge.yaml",
    ],
  );
  const version = /^version_info: (.*)$/m.exec(files[1]?.text ?? "")?.[1];
  const { policies } = JSON.parse((await desk.run("validate", "cart.yaml", "--json")).out) as {
    policies: { hash: string }[];
  };
  assert.equal(parse(version ?? ""), policies[0]?.hash, "the version is the policy hash");
});
