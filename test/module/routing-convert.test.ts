/** Header routing beyond the module: what a change means for users, and the other half of each binding. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { compare } from "../../filters/header-routing/convert.ts";
import type { JsonObject } from "../../cli/policy/types.ts";
import { Desk } from "./cli.ts";

const desk = new Desk();
after(() => desk.remove());

const SPLIT = {
  algorithm: "pointduty",
  salt: "s",
  default: "v1",
  arms: [
    { arm: "v2", percent: 10, max: 40 },
    { arm: "v3", percent: 5 },
  ],
};

function policy(split: object, more: object = {}): JsonObject {
  const rules = [{ name: "r", key: [{ header: "u" }], split, ...more }];
  return { name: "x", mode: "enforce", binding: "header", arms: [], rules } as unknown as JsonObject;
}

function arms(...list: object[]): object {
  return { ...SPLIT, arms: list };
}

const V2 = { arm: "v2", percent: 10, max: 40 };
const V3 = { arm: "v3", percent: 5 };
const WEIGHTS = {
  algorithm: "envoy",
  arms: [
    { arm: "v1", weight: 70 },
    { arm: "v2", weight: 30 },
  ],
};
const OTHERS = "; users change between arms";

/** The policy afterwards, and what is said of the change. */
const CHANGES: readonly (readonly [string, JsonObject, readonly string[]])[] = [
  ["nothing", policy(SPLIT), []],
  ["a ramp", policy(arms({ ...V2, percent: 20 }, V3)), ["rule r: arm v2 10 % -> 20 %: users of v1 move to it"]],
  ["back", policy(arms({ ...V2, percent: 1.5 }, V3)), ["rule r: arm v2 10 % -> 1.5 %: users of it move to v1"]],
  ["an arm less", policy(arms(V2)), ["rule r: arm v3 5 % -> 0 %: users of it move to v1"]],
  ["another salt", policy({ ...SPLIT, salt: "t" }), [`rule r: reshuffle: salt s -> t${OTHERS}`]],
  ["another default", policy({ ...SPLIT, default: "v4" }), [`rule r: reshuffle: default v1 -> v4${OTHERS}`]],
  [
    "another max",
    policy(arms({ ...V2, max: 50 }, V3)),
    [`rule r: reshuffle: arm v3 owns other buckets (max, or the order of arms, changed)${OTHERS}`],
  ],
  [
    "another order",
    policy(arms(V3, V2)),
    [`rule r: reshuffle: arm v3 owns other buckets (max, or the order of arms, changed)${OTHERS}`],
  ],
  [
    "other sources",
    policy(SPLIT, { key: [{ cookie: "u" }] }),
    [`rule r: reshuffle: keys come from elsewhere${OTHERS}`],
  ],
  [
    "forced keys and a guard",
    policy({ ...arms({ ...V2, guard: { maxErrorPercent: 5 } }, V3), force: [{ arm: "v2", keys: ["a"] }] }),
    ["rule r: other forced keys", "rule r: other guards"],
  ],
  [
    "no split",
    policy(SPLIT, { split: undefined, arm: "v1" }),
    ["rule r: arm none -> v1", "rule r: reshuffle: a split ends"],
  ],
  ["other matches", policy(SPLIT, { matches: [{ path: { value: "/a" } }] }), ["rule r: other matches"]],
  ["shadow", { ...policy(SPLIT), mode: "shadow" }, ["mode enforce -> shadow: nothing is steered any more"]],
  [
    "a binding",
    { ...policy(SPLIT), binding: "arms" },
    ["binding header -> arms: decisions reach other routes: change these first"],
  ],
  ["another rule", policy(SPLIT, { name: "q" }), ["rule q: new", "rule r: gone, its requests go by other rules"]],
];

for (const [name, now, lines] of CHANGES) {
  test(`a change: ${name}`, () =>
    assert.deepEqual(compare(policy(SPLIT), JSON.parse(JSON.stringify(now)) as JsonObject), lines));
}

test("a change of weights reshuffles, and so does their sum alone", () => {
  for (const weights of [
    [60, 40],
    [70, 31],
  ]) {
    const other = { ...WEIGHTS, arms: WEIGHTS.arms.map((arm, i) => ({ ...arm, weight: weights[i] })) };
    assert.deepEqual(compare(policy(WEIGHTS), policy(other)).length, 1);
    assert.match(compare(policy(WEIGHTS), policy(other))[0] ?? "", /^rule r: reshuffle: .*weights changed/);
  }
});

test("a change of a table is told in numbers", () => {
  const table = (entries: object): JsonObject => policy({}, { split: undefined, table: { entries } });
  assert.deepEqual(compare(table({ a: "v1", b: "v1", c: "v1" }), table({ a: "v1", b: "v2", d: "v1" })), [
    "rule r: table: 1 entries new, 1 gone, 1 with another target",
  ]);
});

test("validate --against tells, with defaults filled in", async () => {
  const file = (percent: number): string => `apiVersion: pointduty.dev/v1alpha1
kind: HeaderRouting
metadata: { name: a }
spec:
  arms: [{ name: v1 }, { name: v2 }]
  rules: [{ name: r, key: [{ header: u }], split: { salt: s, default: v1, arms: [{ arm: v2, percent: ${percent} }] } }]
`;
  desk.write("old.yaml", file(10));
  desk.write("new.yaml", file(25));
  const { out } = await desk.run("validate", "new.yaml", "--against", "old.yaml");
  assert.match(out, /rule r: arm v2 10 % -> 25 %: users of v1 move to it/);
});

test("eval names the arm or the cluster", async () => {
  const spec = "  rules: [{ name: r, arm: v2 }]\n";
  const head = "apiVersion: pointduty.dev/v1alpha1\nkind: HeaderRouting\nmetadata: { name: a }\nspec:\n";
  desk.write("r.jsonl", '{"path": "/"}\n');
  for (const [binding, mode, wanted] of [
    ["  arms: [{ name: v2 }]\n", "enforce", { verdict: "route", arm: "v2", rule: "r v2" }],
    ["  arms: [{ name: v2 }]\n", "shadow", { verdict: "pass", arm: "v2", rule: "r v2" }],
    [
      "  binding: cluster\n  arms: [{ name: v2, cluster: c2 }]\n",
      "enforce",
      { verdict: "route", arm: "v2", rule: "r v2" },
    ],
  ] as const) {
    desk.write("p.yaml", `${head}  mode: ${mode}\n${binding}${spec}`);
    const { out } = await desk.run("eval", "--policy", "p.yaml", "--requests", "r.jsonl", "--json");
    const { verdict, arm, rule } = JSON.parse(out) as Record<string, string>;
    assert.deepEqual({ verdict, arm, rule }, wanted);
  }
  desk.write(
    "p.yaml",
    `${head}  binding: cluster\n  arms: [{ name: v2, cluster: c2 }]\n  clusters: [c3]\n  rules: [{ name: r, cluster: c3 }]\n`,
  );
  const { out } = await desk.run("eval", "--policy", "p.yaml", "--requests", "r.jsonl", "--json");
  assert.equal((JSON.parse(out) as Record<string, string>)["cluster"], "c3");
});

const SERVICE = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: shop }
spec:
  hosts: [shop]
  http:
    - name: admin
      match: [{ uri: { prefix: /admin } }]
      route: [{ destination: { host: shop, subset: v9 } }]
    - name: main
      match: [{ uri: { prefix: /a } }, { headers: { x-b: { exact: c } } }]
      timeout: 1s
      retries: { attempts: 2 }
      headers: { request: { remove: [x-y] } }
      route:
        - { destination: { host: shop, subset: v1 }, weight: 70, headers: { response: { set: { x-v: "1" } } } }
        - { destination: { host: shop, subset: v2 }, weight: 30 }
    - redirect: { uri: /elsewhere }
`;

function policyFile(spec: string): string {
  return `apiVersion: pointduty.dev/v1alpha1
kind: HeaderRouting
metadata: { name: a, namespace: shop }
spec:
  selector: { matchLabels: { app: shop } }
  ${spec}
  rules: [{ name: r, arm: v2 }]
`;
}

const HEADER = "arms: [{ name: v1 }, { name: v2 }]";
const BY_WEIGHT = "binding: arms\n  arms: [{ name: v1, weight: 70 }, { name: v2, weight: 30 }]";
const CODE = ["--code", "file:/etc/pointduty/header-routing.wasm"];

async function render(spec: string, routes: string | undefined): Promise<{ out: string; err: string; code: number }> {
  desk.write("p.yaml", policyFile(spec));
  if (routes !== undefined) desk.write("vs.yaml", routes);
  const given = routes === undefined ? [] : ["--routes", "vs.yaml"];
  return desk.run("render", "--target", "istio", ...CODE, ...given, "p.yaml");
}

interface Http {
  readonly name?: string;
  readonly match?: readonly object[];
  readonly route?: readonly object[];
  readonly timeout?: string;
  readonly retries?: object;
  readonly headers: { readonly request: { readonly remove: readonly string[] } };
}

test("binding header: the VirtualService once more for each arm, all else as it was", async () => {
  const { out, err } = await render(HEADER, SERVICE);
  assert.equal(err, "");
  const [, service] = parseAllDocuments(out).map((one) => one.toJS() as { spec: { http: Http[] } });
  const http = service?.spec.http ?? [];
  assert.deepEqual(
    http.map(({ name }) => name),
    ["admin", "main-v1", "main-v2", "main", undefined],
  );
  for (const { headers } of http) assert.ok(headers.request.remove.includes("x-pd-arm"));
  const [, one, two, main] = http;
  assert.deepEqual(one?.match, [
    { uri: { prefix: "/a" }, headers: { "x-pd-arm": { exact: "v1" } } },
    { headers: { "x-b": { exact: "c" }, "x-pd-arm": { exact: "v1" } } },
  ]);
  assert.deepEqual(one?.route, [
    { destination: { host: "shop", subset: "v1" }, headers: { response: { set: { "x-v": "1" } } } },
  ]);
  assert.deepEqual(two?.route, [{ destination: { host: "shop", subset: "v2" } }]);
  for (const rule of [one, two, main]) {
    assert.equal(rule?.timeout, "1s");
    assert.deepEqual(rule?.retries, { attempts: 2 });
    assert.deepEqual(rule?.headers.request.remove, ["x-y", "x-pd-arm"]);
  }
});

test("binding header without the route: a remark says whose it is", async () => {
  const { err, code } = await render(HEADER, undefined);
  assert.equal(code, 0);
  assert.match(err, /^a: the route that matches x-pd-arm and removes it is yours to write; .*--routes FILE/);
});

test("binding arms: one patch of the named rule, and headers removed before", async () => {
  const { out, code } = await render(BY_WEIGHT, SERVICE);
  assert.equal(code, 0);
  const { spec } = parse(out) as { spec: { configPatches: { applyTo: string; match: object; patch: object }[] } };
  const patches = spec.configPatches.filter(({ applyTo }) => applyTo === "HTTP_ROUTE");
  assert.equal(patches.length, 2, "one for each context");
  assert.deepEqual(patches[0], {
    applyTo: "HTTP_ROUTE",
    match: { context: "SIDECAR_OUTBOUND", routeConfiguration: { vhost: { route: { name: "main" } } } },
    patch: {
      operation: "MERGE",
      value: {
        request_headers_to_remove: ["x-pd-pick"],
        route: { weighted_clusters: { header_name: "x-pd-pick" } },
      },
    },
  });
  assert.match(out, /early_header_mutation_extensions/);
});

/** What is wrong with the platform's route for binding arms, and what is said. */
const REFUSED: readonly (readonly [string, string, string | undefined, RegExp])[] = [
  [
    "no file",
    BY_WEIGHT,
    undefined,
    /6:12: \/spec\/binding: binding: arms leans on the weights of the platform's route/,
  ],
  [
    "one destination",
    BY_WEIGHT,
    SERVICE.replace(/ {8}- \{ destination: \{ host: shop, subset: v2.*\n/, ""),
    /no rule of the VirtualService has the destinations v1, v2/,
  ],
  [
    "no name",
    BY_WEIGHT,
    SERVICE.replace("    - name: main\n      match:", "    - match:"),
    /has no name: without one no patch/,
  ],
  [
    "a weight of 0",
    BY_WEIGHT,
    SERVICE.replace("weight: 30", "weight: 0"),
    /\/spec\/arms\/1: the route gives it no weight/,
  ],
  [
    "another weight",
    BY_WEIGHT,
    SERVICE.replace("weight: 30", "weight: 29"),
    /\/spec\/arms\/1\/weight: the route's weight is 29/,
  ],
  [
    "another order",
    "binding: arms\n  arms: [{ name: v2, weight: 30 }, { name: v1, weight: 70 }]",
    SERVICE,
    /\/spec\/arms\/0\/name: the route's destination here is v1/,
  ],
  [
    "two such rules",
    BY_WEIGHT,
    SERVICE.replace(
      "    - redirect: { uri: /elsewhere }",
      "    - { name: b, route: [{ destination: { subset: v1 }, weight: 1 }, { destination: { subset: v2 }, weight: 1 }] }",
    ),
    /more than one rule/,
  ],
  ["no VirtualService", HEADER, "kind: Service\n", /--routes holds no VirtualService/],
];

for (const [name, spec, routes, message] of REFUSED) {
  test(`render refuses: ${name}`, async () => {
    const { out, err, code } = await render(spec, routes);
    assert.equal(code, 1);
    assert.match(out + err, message);
  });
}

test("binding cluster: the guarded route with the settings that the policy names", async () => {
  desk.write(
    "p.yaml",
    policyFile(
      "binding: cluster\n  arms: [{ name: v2, cluster: c2 }]\n  route: { timeout: 1m30s, retryOn: 5xx, numRetries: 3, perTryTimeout: 250ms, hashHeader: x-user }",
    ),
  );
  const { out, err } = await desk.run("render", "--target", "envoy", "--json", "--code", "file:/x.wasm", "p.yaml");
  assert.match(err, /^a: requests that are steered leave the platform's route: .*nothing else/);
  const { files } = JSON.parse(out) as { files: { name: string; text: string }[] };
  const text = files.find(({ name }) => name === "bootstrap.yaml")?.text ?? "";
  const tree = JSON.stringify(parse(text));
  const route =
    '{"name":"pointduty.header-routing","match":{"prefix":"/","headers":[{"name":"x-pd-cluster","present_match":true}],"filter_state":[{"key":"wasm.pd","string_match":{"exact":"1"}}]},"route":{"cluster_header":"x-pd-cluster","timeout":"90s","retry_policy":{"retry_on":"5xx","num_retries":3,"per_try_timeout":"0.25s"},"hash_policy":[{"header":{"header_name":"x-user"}}]},"request_headers_to_remove":["x-pd-cluster"]}';
  assert.ok(tree.includes(`"routes":[${route},{"name":"main"`), "first of all routes");
});

test("a waypoint takes binding header, with properties, and no other binding", async () => {
  const refs = 'targetRefs: [{ group: "", kind: Service, name: shop }]';
  const of = (spec: string): string => policyFile(spec).replace("selector: { matchLabels: { app: shop } }", refs);
  const args = [
    "render",
    "--target",
    "istio",
    "--kind",
    "TrafficExtension",
    "--code",
    "http:https://x/y.wasm",
    "p.yaml",
  ];
  desk.write("p.yaml", of(HEADER));
  const good = await desk.run(...args);
  assert.equal(good.code, 0, good.err);
  assert.match(good.out, /"?facts"?: properties/);
  assert.match(good.out, /io\.istio\.peer_principal/);
  desk.write("p.yaml", of("binding: cluster\n  arms: [{ name: v2, cluster: c2 }]"));
  const bad = await desk.run(...args);
  assert.match(bad.out + bad.err, /\/spec\/binding: a waypoint takes no route from us; allowed: binding: header/);
});

test("a file of routes that can't be read is a usage error", async () => {
  desk.write("p.yaml", policyFile(HEADER));
  const { err, code } = await desk.run("render", "--target", "istio", "--routes", "nowhere.yaml", ...CODE, "p.yaml");
  assert.equal(code, 2);
  assert.match(err, /nowhere\.yaml/);
  const plain = await desk.run("render", "--target", "envoy", "--routes", "vs.yaml", "p.yaml");
  assert.equal(plain.code, 2);
});
