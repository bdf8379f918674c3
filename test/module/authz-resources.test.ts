/** Istio's AuthorizationPolicy in policy files: which workloads it is for, and what several of them make together. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Json } from "../../cli/policy/types.ts";
import { Desk } from "./cli.ts";

interface Metadata {
  readonly namespace?: string;
  readonly annotations?: string;
}

/** A document; `spec` in flow style, on its fifth line. */
function native(name: string, spec: string, { namespace = "shop", annotations = "{}" }: Metadata = {}): string {
  const metadata = `{ name: ${name}, ${namespace === "" ? "" : `namespace: ${namespace}, `}annotations: ${annotations} }`;
  return `apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: ${metadata}\nspec:\n  ${spec}\n`;
}

function own(spec: string, name = "all"): string {
  return `apiVersion: pointduty.dev/v1alpha1\nkind: Authorization\nmetadata: { name: ${name} }\nspec:\n  ${spec}\n`;
}

function tokens(rules: string): string {
  return native("t", `{ jwtRules: [${rules}] }`).replace("AuthorizationPolicy", "RequestAuthentication");
}

const ANY = "{ rules: [{}] }";
const ORDERS = "{ selector: { matchLabels: { app: orders } }, rules: [{}] }";
const CART = "{ selector: { matchLabels: { app: cart } }, rules: [{}] }";

const desk = new Desk();
after(() => desk.remove());

interface Said {
  readonly policies: readonly { readonly name: string; readonly configuration: Readonly<Record<string, Json>> }[];
  readonly problems: readonly { readonly line: number; readonly pointer: string; readonly message: string }[];
  readonly remarks: readonly { readonly line: number; readonly pointer: string; readonly message: string }[];
}

async function validate(...documents: readonly string[]): Promise<Said> {
  desk.write("p.yaml", documents.join("---\n"));
  return JSON.parse((await desk.run("validate", "--json", "p.yaml")).out) as Said;
}

/** The names of what a policy consists of. */
function parts(said: Said, index = 0): string[] {
  const policies = said.policies[index]?.configuration["policies"] as readonly { namespace: string; name: string }[];
  return policies.map(({ namespace, name }) => `${namespace}/${name}`);
}

test("alone: the workloads that it selects, as Istio decides", async () => {
  const said = await validate(native("read", ORDERS));
  assert.deepEqual(said.problems, []);
  assert.deepEqual(said.policies[0]?.configuration, {
    name: "read",
    profile: "compat",
    workload: { namespace: "shop", labels: { app: "orders" } },
    policies: [
      { namespace: "shop", name: "read", spec: { selector: { matchLabels: { app: "orders" } }, rules: [{}] } },
    ],
  });
});

test("v1beta1 is the same", async () => {
  const [one, other] = [
    await validate(native("read", ANY)),
    await validate(native("read", ANY).replace("/v1", "/v1beta1")),
  ];
  assert.deepEqual(other.policies[0]?.configuration, one.policies[0]?.configuration);
});

test("several for the same workloads are one policy, in their order", async () => {
  const said = await validate(native("b", ORDERS), native("a", ORDERS));
  assert.deepEqual([said.policies.length, said.policies[0]?.name, parts(said)], [1, "b", ["shop/b", "shop/a"]]);
});

test("several for different workloads need somebody who says which one is meant", async () => {
  const said = await validate(native("a", ORDERS), native("b", CART), native("c", ANY));
  assert.deepEqual(
    said.problems.map(({ line, pointer }) => [line, pointer]),
    [
      [11, "/spec/selector"],
      [16, "/spec"],
    ],
  );
  assert.match(
    said.problems[0]?.message ?? "",
    /^for other workloads than AuthorizationPolicy "a" \(workloads with app=/,
  );
});

test("a dry run is an annotation", async () => {
  const said = await validate(native("a", ANY, { annotations: '{ istio.io/dry-run: "true" }' }));
  assert.equal((said.policies[0]?.configuration["policies"] as { dryRun?: boolean }[])[0]?.dryRun, true);
  const off = await validate(native("a", ANY, { annotations: '{ istio.io/dry-run: "false" }' }));
  assert.equal("dryRun" in ((off.policies[0]?.configuration["policies"] as object[])[0] ?? {}), false);
});

test("an Authorization takes those that apply to its workload, after its own", async () => {
  const workload = "workload: { namespace: shop, labels: { app: orders, version: v2 } }";
  const mine = "policies: [{ namespace: shop, name: mine, spec: { rules: [{}] } }]";
  const said = await validate(
    native("selected", ORDERS),
    native("root", ANY, { namespace: "istio-system" }),
    own(`{ ${workload}, ${mine} }`),
    native("other-labels", CART),
    native("other-namespace", ANY, { namespace: "web" }),
    native("whole-namespace", ANY),
  );
  assert.deepEqual(said.problems, []);
  assert.equal(said.policies.length, 1);
  assert.deepEqual(parts(said), ["shop/mine", "shop/selected", "istio-system/root", "shop/whole-namespace"]);
  assert.equal("profile" in (said.policies[0]?.configuration ?? {}), false, "its default, strict, holds");
  assert.deepEqual(
    said.remarks.map(({ line, message }) => [line, message]),
    [
      [
        23,
        "left out: it is for workloads with app=cart of namespace shop, and no Authorization here is for one of them",
      ],
      [28, "left out: it is for all workloads of namespace web, and no Authorization here is for one of them"],
    ],
  );
});

test("what is left out is told by every verb that makes something of the rest", async () => {
  const workload = "workload: { namespace: shop, labels: { app: orders } }, selector: { matchLabels: { app: orders } }";
  desk.write("p.yaml", [own(`{ ${workload} }`), native("o", ORDERS), native("c", CART)].join("---\n"));
  desk.write("r.jsonl", '{"path": "/"}\n');
  const remark =
    "p.yaml:17:5: /spec/selector: left out: it is for workloads with app=cart of namespace shop, and no Authorization here is for one of them (remark)\n";
  for (const args of [
    ["render", "--target", "istio", "p.yaml"],
    ["eval", "--policy", "p.yaml", "--requests", "r.jsonl"],
  ]) {
    const { code, err } = await desk.run(...args);
    assert.deepEqual([code, err], [0, remark]);
  }
});

test("each Authorization takes its own, and a policy may be for several", async () => {
  const workload = (app: string): string => own(`{ workload: { namespace: shop, labels: { app: ${app} } } }`, app);
  const said = await validate(
    workload("orders").replace("spec:\n  {", "spec:\n  { selector: { matchLabels: { app: orders } },"),
    workload("cart").replace("spec:\n  {", "spec:\n  { selector: { matchLabels: { app: cart } },"),
    native("o", ORDERS),
    native("c", CART),
    native("all", ANY),
  );
  assert.deepEqual(said.problems, []);
  assert.deepEqual(
    [parts(said, 0), parts(said, 1)],
    [
      ["shop/o", "shop/all"],
      ["shop/c", "shop/all"],
    ],
  );
});

test("a target counts where the Authorization names it too", async () => {
  const ref = "targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: NAME }]";
  const said = await validate(
    own(`{ workload: { namespace: shop }, ${ref.replace("NAME", "edge")} }`),
    native("edge", `{ ${ref.replace("NAME", "edge")}, rules: [{}] }`),
    native("inner", `{ ${ref.replace("NAME", "inner")}, rules: [{}] }`),
  );
  assert.deepEqual(said.problems, []);
  assert.deepEqual(parts(said), ["shop/edge"]);
  assert.match(said.remarks[0]?.message ?? "", /^left out: it is for Gateway inner of namespace shop, /);
});

const TARGET = "targetRef: { kind: Service, name: s }";

/** What it is, the documents, and the problem with its line, column and pointer. */
const BAD: readonly (readonly [name: string, documents: readonly string[], problem: string])[] = [
  [
    "no namespace",
    [native("a", ANY, { namespace: "" })],
    "3:1: /metadata/namespace: missing, but required: it decides which workloads the policy is for",
  ],
  [
    "a dry run that is neither",
    [native("a", ANY, { annotations: "{ istio.io/dry-run: maybe }" })],
    '3:72: /metadata/annotations/istio.io~1dry-run: "maybe" is not allowed; allowed: "true", "false"',
  ],
  [
    "an annotation that is no text",
    [native("a", ANY, { annotations: "{ istio.io/dry-run: true }" })],
    "3:39: /metadata/annotations: allowed: an object with texts; quote them",
  ],
  [
    "an unknown field in a second resource",
    [native("a", ANY), native("b", "{ rulez: [] }")],
    "11:5: /spec/rulez: unknown field; allowed: selector, targetRef, targetRefs, action, provider, rules",
  ],
  [
    "an unknown field in one that is left out",
    [own("{ workload: { namespace: web } , policies: [] }"), native("b", "{ rulez: [] }")],
    "11:5: /spec/rulez: unknown field; allowed: selector, targetRef, targetRefs, action, provider, rules",
  ],
  [
    "a selector and a target",
    [native("a", `{ ${TARGET}, selector: { matchLabels: { app: x } } }`)],
    "5:5: /spec/targetRef: allowed: one of selector, targetRef and targetRefs",
  ],
  [
    "a label that is no text",
    [native("a", "{ selector: { matchLabels: { app: 1 } } }")],
    "5:37: /spec/selector/matchLabels/app: 1 is not allowed; allowed: a string of 0 to 253 bytes",
  ],
  [
    "CUSTOM",
    [native("a", "{ action: CUSTOM, provider: { name: x }, rules: [{}] }")],
    "5:13: /spec/action: CUSTOM asks an external authorizer, which Envoy's own ext_authz filter does; allowed: ALLOW, DENY, AUDIT",
  ],
  [
    "a version that is none",
    [native("a", ANY).replace("istio.io/v1", "istio.io/v2")],
    '1:13: /apiVersion: "security.istio.io/v2" is not allowed; allowed: security.istio.io/v1, security.istio.io/v1beta1',
  ],
];

for (const [name, documents, problem] of BAD) {
  test(`refused: ${name}`, async () => {
    desk.write("p.yaml", documents.join("---\n"));
    const { code, out } = await desk.run("validate", "p.yaml");
    assert.equal(code, 1);
    assert.deepEqual(
      out
        .trimEnd()
        .split("\n")
        .filter((line) => !line.endsWith("(remark)")),
      [`p.yaml:${problem}`],
    );
  });
}

/** What changes for users, from one file to another. */
const CHANGES: readonly (readonly [name: string, before: string, after: string, changes: readonly string[]])[] = [
  ["nothing", native("a", ANY), native("a", ANY), ["nothing changes for users"]],
  [
    "a new DENY",
    native("a", ANY),
    `${native("a", ANY)}---\n${native("b", "{ action: DENY, rules: [{}] }")}`,
    ["shop/a: policy shop/b: new, DENY"],
  ],
  ["rules", native("a", ANY), native("a", "{ rules: [] }"), ["shop/a: policy shop/a: its rules change"]],
  [
    "the last ALLOW goes",
    native("a", ANY),
    native("a", "{ action: DENY, rules: [{}] }"),
    [
      "shop/a: policy shop/a: ALLOW -> DENY",
      "shop/a: wider: without an ALLOW policy all that no DENY rule matches is allowed",
    ],
  ],
  [
    "a dry run ends",
    native("a", ANY, { annotations: '{ istio.io/dry-run: "true" }' }),
    native("a", ANY),
    [
      "shop/a: policy shop/a: ALLOW in a dry run -> ALLOW",
      "shop/a: narrower: with an ALLOW policy only what it matches is allowed",
    ],
  ],
  [
    "mode and profile",
    own("{ policies: [] }"),
    own("{ mode: shadow, profile: compat, policies: [] }"),
    [
      "all: mode enforce -> shadow: nothing is denied any more",
      "all: profile strict -> compat: requests are judged as Istio judges them, ways around the rules included",
    ],
  ],
  [
    "tokens",
    native("a", ANY) + "---\n" + tokens("{ issuer: a }, { issuer: b }"),
    native("a", ANY) + "---\n" + tokens("{ issuer: c }, { issuer: b, audiences: [x] }"),
    [
      "shop/a: issuer b: its keys, audiences or places of tokens change",
      "shop/a: issuer c: new, its tokens are accepted",
      "shop/a: issuer a: removed, its tokens are no longer accepted",
    ],
  ],
  [
    "who verifies tokens, and which",
    own("{ profile: compat, policies: [] }"),
    own("{ profile: compat, policies: [], token: claimsOnly, tokenTypes: [JWT] }"),
    ['all: token "full" -> "claimsOnly"', 'all: tokenTypes [] -> ["JWT"]'],
  ],
];

for (const [name, before, later, changes] of CHANGES) {
  test(`--against: ${name}`, async () => {
    desk.write("old.yaml", before);
    desk.write("new.yaml", later);
    const { out } = await desk.run("validate", "new.yaml", "--against", "old.yaml");
    assert.deepEqual(out.trimEnd().split("\n").slice(0, -1), changes);
  });
}
