/** The verbs without a running Envoy: what they print, their JSON, their exit codes. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Modules } from "../../cli/policy/module.ts";
import { readPolicies } from "../../cli/policy/read.ts";
import { Desk, retryBudget } from "./cli.ts";

const desk = new Desk({ "shop.yaml": retryBudget("  budget: { percent: 20, interval: 10s }") });
after(() => desk.remove());

/** A command line, the exit code, and what is said on stderr. */
const WRONG_USE: readonly (readonly [args: string, code: number, said: string])[] = [
  ["", 2, "no verb; one of: validate, eval, test, render, status, conformance (--help shows examples)"],
  ["valdate x", 2, "unknown command 'valdate' (Did you mean validate?)"],
  ["validate", 2, "missing required argument 'file'"],
  ["validate --bogus shop.yaml", 2, "unknown option '--bogus'"],
  ["validate none.yaml", 2, "none.yaml: no such file"],
  ["validate .", 2, ".: a folder, not a file"],
  ["validate shop.yaml --against none.yaml", 2, "none.yaml: no such file"],
  [
    "validate shop.yaml --proxies 0",
    2,
    "option '--proxies <n>' argument '0' is invalid. allowed: a whole number from 1",
  ],
  ["validate shop.yaml --proxies", 2, "option '--proxies <n>' argument missing"],
  ["eval --events x", 2, "eval: --policy FILE is missing"],
  ["eval --policy shop.yaml", 2, "eval: one of --events FILE and --requests FILE is needed"],
  ["eval --policy shop.yaml --events a --requests b", 2, "eval: one of --events FILE and --requests FILE is needed"],
  ["eval --policy shop.yaml --events none.jsonl", 2, "none.jsonl: no such file"],
  [
    "eval --policy shop.yaml --requests r.jsonl",
    2,
    "eval: retry-budget judges attempts, not requests: use --events FILE",
  ],
  ["render shop.yaml", 2, "required option '--target <target>' not specified"],
  [
    "render --target nginx shop.yaml",
    2,
    "option '--target <target>' argument 'nginx' is invalid. Allowed choices are envoy, istio.",
  ],
  ["render --target istio --code ftp:x shop.yaml", 2, "--code ftp:x: allowed: inline, file:PATH, http:URL or oci:REF"],
  [
    "render --target istio --code file:m.wasm shop.yaml",
    2,
    "--code file:m.wasm: allowed: file: and an absolute path on the proxy's machine",
  ],
  [
    "render --target istio --code http:nowhere shop.yaml",
    2,
    "--code http:nowhere: allowed: http: and a URL that begins with http:// or https://",
  ],
  [
    "render --target istio --code oci:reg/x:1 shop.yaml",
    2,
    "--code oci:reg/x:1: allowed: oci: and a reference with its digest, HOST/NAME@sha256:HEX",
  ],
  [
    "render --target envoy --code http:http://h/m.wasm shop.yaml",
    2,
    "--code http:http://h/m.wasm: a plain Envoy has no agent that fetches it; allowed: inline, file:PATH",
  ],
  ["render --target envoy --all-workloads shop.yaml", 2, "--all-workloads is for --target istio"],
  ["render --target envoy --out shop.yaml/x shop.yaml", 1, "shop.yaml/x: ENOTDIR"],
  [
    "render --target istio shop.yaml",
    1,
    "shop.yaml:5:1: /spec: it names no workloads and would apply to all of them; add spec.selector, or render with --all-workloads",
  ],
  ["status", 2, "required option '--admin <url...>' not specified"],
  [
    "status --admin http://",
    2,
    "option '--admin <url...>' argument 'http://' is invalid. http:// is no URL; allowed: such as http://127.0.0.1:9901",
  ],
  ["status --admin 127.0.0.1:1", 1, "http://127.0.0.1:1: can't be reached (ECONNREFUSED)"],
  ["status --admin 127.0.0.1:1 --policy none.yaml", 2, "none.yaml: no such file"],
  ["test", 2, "missing required argument 'dir'"],
  ["conformance", 2, "required option '--vectors <file>' not specified"],
  ["conformance --vectors none.json", 2, "none.json: no such file"],
  ["conformance --vectors shop.yaml", 2, "shop.yaml: no JSON"],
];

for (const [line, code, said] of WRONG_USE) {
  test(`pointduty ${line}`, async () => {
    const result = await desk.run(...line.split(" ").filter((word) => word !== ""));
    assert.equal(result.err.slice(0, said.length), said, result.err);
    assert.equal(result.err.split("\n").length, 2, `one line: ${result.err}`);
    assert.equal(result.out, "");
    assert.equal(result.code, code);
  });
}

test("every verb has help with examples", async () => {
  const { out, code } = await desk.run("--help");
  assert.equal(code, 0);
  for (const verb of ["validate", "eval", "test", "render", "status", "conformance"]) {
    assert.match(out, new RegExp(`^  ${verb} `, "m"));
    const help = await desk.run(verb, "--help");
    assert.equal(help.code, 0);
    assert.match(help.out, /\nExamples:\n {2}(pointduty|npm run)/, verb);
  }
});

test("validate: good policies, native resources, the hash that the module publishes", async () => {
  desk.write(
    "good.yaml",
    `${retryBudget("  budget: { percent: 12.345 }\n  selector: { matchLabels: { app: cart } }", "a")}---
apiVersion: gateway.networking.x-k8s.io/v1alpha1
kind: XBackendTrafficPolicy
metadata: { name: b, namespace: shop, uid: x }
spec:
  targetRefs: [{ group: "", kind: Service, name: cart }]
  retryConstraint: { budget: { interval: 30s } }
  sessionPersistence: {}
status: {}
---
apiVersion: linkerd.io/v1alpha2
kind: ServiceProfile
metadata: { name: web.shop.svc.cluster.local, namespace: shop }
spec:
  retryBudget: { retryRatio: 0.12345, minRetriesPerSecond: 0, ttl: 1m0s }
`,
  );
  const words = await desk.run("validate", "good.yaml");
  assert.equal(
    words.out,
    "good.yaml:15:3: /spec/sessionPersistence: is not a retry budget's; left to the mesh (remark)\n3 policies valid\n",
  );
  assert.equal(words.code, 0);
  const { out } = await desk.run("validate", "good.yaml", "--json");
  const { policies, problems } = JSON.parse(out) as {
    policies: { configuration: object; hash: string }[];
    problems: [];
  };
  assert.deepEqual(problems, []);
  assert.deepEqual(
    policies.map(({ configuration }) => configuration),
    [
      { name: "a", budget: { percent: 12.345 } },
      // The defaults are Gateway API's own, and so is 503.
      {
        name: "b",
        budget: { percent: 20, interval: "30s" },
        minRetryRate: { count: 10, interval: "1s" },
        onExhausted: "503",
      },
      {
        name: "web.shop.svc.cluster.local",
        budget: { percent: 12.345, interval: "1m0s" },
        minRetryRate: { count: 0, interval: "1s" },
      },
    ],
  );
  const verdict = new Modules().configure(
    "retry-budget",
    "a",
    '{"budget":{"interval":"10000ms","percent":12.3450},"name":"a"}',
  );
  assert.equal(verdict.accepted && verdict.hash.toString(16).padStart(12, "0"), policies[0]?.hash);
});

test("validate --proxies says what the floor comes to", async () => {
  const { out, code } = await desk.run("validate", "shop.yaml", "--proxies", "500");
  const floor =
    "floor: 1 in 10 s on each of 500 proxies: together up to 50 retries a second for each key, and 500 at once";
  assert.equal(out, `shop: ${floor}\n1 policy valid\n`);
  assert.equal(code, 0);
});

test("validate --against says what changes for users", async () => {
  const old = `  budget: { percent: 20, interval: 10s }\n  minRetryRate: { count: 5, interval: 1s }`;
  const cases: readonly (readonly [spec: string, changes: readonly string[]])[] = [
    [old, ["nothing changes for users"]],
    [
      "  budget: { percent: 20.0 }\n  minRetryRate: { count: 5, interval: 1000ms }\n  mode: enforce",
      ["nothing changes for users"],
    ],
    [old.replace("20", "10"), ["shop: budget lower: 20 % -> 10 % of the requests"]],
    [old.replace("20", "25.5"), ["shop: budget higher: 20 % -> 25.5 % of the requests"]],
    [old.replace("10s", "2s"), ["shop: interval shorter: 10 s -> 2 s: a calm time is forgotten sooner"]],
    [`${old}\n  mode: shadow`, ["shop: mode enforce -> shadow: nothing is denied any more"]],
    [
      `${old}\n  per: route`,
      ["shop: budgets per cluster -> per route: what had a budget of its own changes, and all begin empty"],
    ],
    [`${old}\n  burst: 1`, ["shop: burst lower: 5 -> 1"]],
    [
      `${old}\n  onExhausted: 503`,
      ["shop: onExhausted original -> 503: clients get status 503 when a retry is denied"],
    ],
    [
      old.replace("count: 5", "count: 0"),
      ["shop: floor lower: 5 in 1 s -> none, on each proxy and for each key", "shop: burst lower: 5 -> 0"],
    ],
    [
      `${old}\n  selector: { matchLabels: { app: a } }`,
      ["shop: applies to workloads with app=a; before: all workloads"],
    ],
  ];
  desk.write("old.yaml", retryBudget(old));
  for (const [spec, changes] of cases) {
    desk.write("new.yaml", retryBudget(spec));
    const { out, code } = await desk.run("validate", "new.yaml", "--against", "old.yaml");
    assert.equal(out, `${changes.join("\n")}\n1 policy valid\n`);
    assert.equal(code, 0);
  }
  desk.write("new.yaml", retryBudget(old, "other"));
  const { out } = await desk.run("validate", "new.yaml", "--against", "old.yaml", "--json");
  assert.deepEqual((JSON.parse(out) as { changes: object[] }).changes, [
    { policy: "other", change: "new (new.yaml:1)" },
    { policy: "shop", change: "removed (old.yaml:1): it no longer applies" },
  ]);
});

test("validate --json names every problem's place", async () => {
  desk.write("bad.yaml", retryBudget("  bugdet: 1"));
  const { out, code } = await desk.run("validate", "bad.yaml", "--json");
  const message = "unknown field; allowed: budget, minRetryRate, burst, per, onExhausted, mode, targetRefs, selector";
  assert.deepEqual(JSON.parse(out), {
    policies: [],
    problems: [{ file: "bad.yaml", line: 6, column: 3, pointer: "/spec/bugdet", message }],
    remarks: [],
    changes: [],
  });
  assert.equal(code, 1);
});

test("200 policies", async (t) => {
  const documents = Array.from({ length: 200 }, (_, i) =>
    retryBudget(`  budget: { percent: ${i / 2} }\n  selector: { matchLabels: { app: a${i} } }`, `p${i}`),
  );
  desk.write("many.yaml", documents.join("---\n"));
  const started = performance.now();
  const { out } = await desk.run("validate", "many.yaml");
  t.diagnostic(`${(performance.now() - started).toFixed(0)} ms`);
  assert.equal(out, "200 policies valid\n");
});

test("a module that can't be used is named, in one line", async () => {
  const abi = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  const modules: readonly (readonly [read: () => Uint8Array, message: RegExp])[] = [
    [() => abi, /^build\/retry-budget\.wasm is no module for Envoy: Missing or unknown Proxy-Wasm ABI version$/],
    [
      () => Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]),
      /^build\/retry-budget\.wasm is no module for Envoy: .*expected magic word/,
    ],
    [
      () => {
        throw new Error("build/retry-budget.wasm is missing: run npm run build");
      },
      /^build\/retry-budget\.wasm is missing: run npm run build$/,
    ],
    [
      () => {
        throw new Error("EACCES: permission denied");
      },
      /^build\/retry-budget\.wasm: EACCES: permission denied$/,
    ],
  ];
  const initCwd = process.env["INIT_CWD"];
  process.env["INIT_CWD"] = desk.dir;
  try {
    for (const [read, message] of modules)
      await assert.rejects(readPolicies(["shop.yaml"], new Modules(read)), { message });
  } finally {
    if (initCwd === undefined) delete process.env["INIT_CWD"];
    else process.env["INIT_CWD"] = initCwd;
  }
});

test("conformance: what ran nothing fails, and so does an unknown format", async () => {
  desk.write("routing.json", JSON.stringify({ format: "routing-vectors/1", vectors: [] }));
  const { out, code } = await desk.run("conformance", "--vectors", "routing.json");
  assert.equal(out, "0 passed, 0 failed, 0 skipped\n");
  assert.equal(code, 1);
  desk.write("odd.json", "{}");
  const odd = await desk.run("conformance", "--vectors", "odd.json");
  assert.match(
    odd.err,
    /^odd\.json: no known format; allowed: "schema": "authz-vectors\/1", "format": "routing-vectors\/1"\n$/,
  );
  assert.equal(odd.code, 2);
});
