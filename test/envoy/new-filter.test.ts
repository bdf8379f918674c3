// alone: builds in a copy of the tree
/**
 * What `npm run new` promises, for both halves and in a copy of the tree: a filter that builds, is linted, tested, rendered
 * and run by Envoy, also with five lines of another policy, while nothing but the filter is new.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { ESLint } from "eslint";
import { check as isFormatted, getFileInfo, resolveConfig } from "prettier";
import { parseAllDocuments } from "yaml";
import { startBackend } from "../lib/backend.ts";
import { request } from "../lib/client.ts";
import { startEnvoy } from "../lib/envoy.ts";
import { ROOT } from "../setup/common.ts";
import { checkImports } from "../setup/import-rule.ts";
import { checkSlots } from "../setup/slots-rule.ts";
import { copyTree } from "../setup/work-copy.ts";

/** A filter of each half. */
const FRONT = "my-filter";
const BACK = "per-attempt";

/** What stands in the scaffold's policy, and the five lines that take its place: a value is needed, and it decides. */
const BEFORE = `    if (equals(headers.name, headers.nameLength, policy.require)) return Verdict.Pass;
`;
const FIVE_LINES = `    if (!equals(headers.name, headers.nameLength, policy.require)) continue;
    if (headers.valueLength == 0) return Verdict.Deny;
    const first = load<u8>(headers.value);
    if (first == 0x2d) return Verdict.Deny;
    return Verdict.Pass;
`;
/** Where the scaffold's spec and cases say otherwise, and what they say then. */
const EMPTY_PASSES = 'expect(verdict(policy, "x-a", "")).toBe(Verdict.Pass);';
const EMPTY_FAILS = 'expect(verdict(policy, "x-a", "")).toBe(Verdict.Deny);';
const EMPTY_CASE = '[[X-Tenant, ""]]';
const VALUE_CASE = "[[X-Tenant, a]]";

let copy = "";

/** Runs Node in the copy. Returns what it printed; fails with all that it said. */
function run(...args: string[]): string {
  // This file's own test runner must not take the inner one for a part of itself.
  const env: NodeJS.ProcessEnv = { ...process.env, INIT_CWD: copy };
  delete env["NODE_TEST_CONTEXT"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, env, encoding: "utf8" });
  assert.equal(status, 0, `${args.join(" ")}\n${stdout}\n${stderr}`);
  return stdout;
}

const pointduty = (...args: string[]): string => run("--import", "tsx", "cli/main.ts", ...args);

function git(...args: string[]): string[] {
  const { stdout } = spawnSync("git", ["-C", copy, ...args], { encoding: "utf8" });
  return stdout.split("\n").filter((line) => line !== "");
}

function change(file: string, from: string, to: string): void {
  const text = readFileSync(join(copy, file), "utf8");
  assert.ok(text.includes(from), `${file} has no ${from}`);
  writeFileSync(join(copy, file), text.replace(from, to));
}

/** A policy that requires x-tenant. */
function write(kind: string): void {
  const lines = [
    "apiVersion: pointduty.dev/v1alpha1",
    `kind: ${kind}`,
    "metadata: { name: shop }",
    "spec:",
    "  require: x-tenant",
    "  selector: { matchLabels: { app: cart } }",
  ];
  writeFileSync(join(copy, `build/${kind}.yaml`), `${lines.join("\n")}\n`);
}

before(async () => {
  const made = await copyTree();
  assert.ok(made !== undefined, "this checkout is not git's");
  copy = made;
  // What is built already needs no second build.
  if (existsSync(join(ROOT, "build"))) cpSync(join(ROOT, "build"), join(copy, "build"), { recursive: true });
});

test("two new filters, and nothing else is new", () => {
  for (const args of [[FRONT], [BACK, "--half", "upstream"]]) {
    const files = run("test/setup.mjs", "new", ...args).split("\n");
    assert.ok(files.includes(`filters/${args[0]}/index.ts`), files.join("\n"));
  }
  change(`filters/${FRONT}/policy.ts`, BEFORE, FIVE_LINES);
  change(`filters/${FRONT}/${FRONT}.spec.ts`, EMPTY_PASSES, EMPTY_FAILS);
  change(`filters/${FRONT}/cases/verdict.yaml`, EMPTY_CASE, VALUE_CASE);
  run("test/setup.mjs", "build", "--quiet");
  assert.deepEqual(git("diff", "--name-only"), []);
  const places = git("ls-files", "--others", "--exclude-standard").map((file) => file.split("/").slice(0, 2).join("/"));
  // Beside the filter's folder, the schema that editors load.
  assert.deepEqual([...new Set(places)].sort(), ["envoy/schemas", `filters/${FRONT}`, `filters/${BACK}`]);
});

/** What `npm run check` does, of the new files alone: the rest is as it was. */
test("lint, format, types and generated files are fine", async () => {
  const folders = [FRONT, BACK].map((name) => `filters/${name}`);
  const results = await new ESLint({ cwd: copy }).lintFiles(folders);
  assert.deepEqual(
    results.flatMap(({ messages }) => messages.map(({ message }) => message)),
    [],
  );
  assert.deepEqual([...checkImports(copy), ...checkSlots(copy)], []);
  for (const file of git("ls-files", "--others", "--exclude-standard")) {
    const filepath = join(copy, file);
    if ((await getFileInfo(filepath, { ignorePath: join(copy, ".prettierignore") })).ignored) continue;
    const options = { ...(await resolveConfig(filepath)), filepath };
    assert.ok(await isFormatted(readFileSync(filepath, "utf8"), options), `${file} is not formatted`);
  }
  run("node_modules/typescript/bin/tsc", "-p", "filters/tsconfig.json");
  run("--import", "tsx", "test/setup/gen.ts", "--check");
});

test("their specs pass, and their cases on the module and through Envoy", () => {
  const out = run("test/setup.mjs", "test", `filters/${FRONT}/`, `filters/${BACK}/`);
  for (const suite of ["unit", "module", "envoy"]) {
    assert.match(out, new RegExp(`^${suite}: [1-9]\\d* passed, 0 failed, 0 skipped`, "m"));
  }
});

test("the command knows them", () => {
  write("MyFilter");
  write("PerAttempt");
  const files = ["build/MyFilter.yaml", "build/PerAttempt.yaml"] as const;
  assert.match(pointduty("validate", ...files), /^2 policies valid$/m);
  assert.match(pointduty("test", `filters/${BACK}/cases`), /^8 passed, 0 failed, 0 skipped$/m);
  writeFileSync(
    join(copy, "build/requests.jsonl"),
    ['{"headers":[["x-tenant","a"]],"path":"/cart"}', '{"id":"none"}', '{"headers":[["x-tenant","-"]]}'].join("\n"),
  );
  const judged = pointduty("eval", "--policy", files[0], "--requests", "build/requests.jsonl", "--json", "--explain");
  const [passed, denied, third] = judged.split("\n").map((line) => (line === "" ? {} : (JSON.parse(line) as object)));
  assert.deepEqual(passed, {
    ...{ id: 1, filter: FRONT, policy: "shop", verdict: "pass" },
    requestHeaders: { "x-tenant": "a", "x-my-filter": "passed" },
    ...{ path: "/cart", authority: "shop", counters: { passed: { by: 1, now: 1 } } },
  });
  assert.deepEqual(denied, {
    ...{ id: "none", filter: FRONT, policy: "shop", verdict: "deny", status: 403, details: "my_filter_denied" },
    responseHeaders: { "content-length": "19", "content-type": "text/plain" },
    counters: { denied: { by: 1, now: 1 } },
  });
  assert.equal((third as { verdict?: string }).verdict, "deny", "the five lines decide");
  writeFileSync(join(copy, "build/events.jsonl"), '{"t":0,"op":"request","stream":"a"}\n');
  assert.match(
    pointduty("eval", "--policy", files[1], "--events", "build/events.jsonl"),
    /request of stream a, attempt 1: deny; 403 per_attempt_denied$/m,
  );
});

interface EnvoyFilter {
  spec: { configPatches: { match?: { context: string }; patch: { operation: string } }[] };
}

test("for Istio, the one is put before the router and the other into it", () => {
  const out = pointduty("render", "--target", "istio", "build/MyFilter.yaml", "build/PerAttempt.yaml");
  const objects = parseAllDocuments(out).map((document) => document.toJS() as EnvoyFilter);
  const patches = objects.map(({ spec }) =>
    spec.configPatches.map(({ match, patch }) => `${patch.operation} ${match?.context ?? ""}`.trim()),
  );
  assert.deepEqual(patches, [
    ["ADD", "INSERT_BEFORE SIDECAR_INBOUND", "INSERT_BEFORE GATEWAY"],
    ["ADD", "MERGE SIDECAR_OUTBOUND", "MERGE GATEWAY"],
  ]);
});

for (const [kind, filter] of [
  ["MyFilter", FRONT],
  ["PerAttempt", BACK],
] as const) {
  test(`what is rendered for a plain Envoy runs there: ${filter}`, async () => {
    pointduty("render", "--target", "envoy", "--out", `build/${filter}`, `build/${kind}.yaml`);
    const backend = await startBackend({ keepHeaders: true });
    const bootstrap = readFileSync(join(copy, `build/${filter}/bootstrap.yaml`), "utf8")
      .replace("port_value: 9901", "port_value: 0")
      .replace("port_value: 10000", "port_value: 0")
      .replace("port_value: 8080", `port_value: ${backend.port}`);
    const envoy = await startEnvoy({ bootstrap, extensions: [`pointduty.${filter}.shop`] });
    const root = filter.replace("-", "_");
    const denied = await request({ port: envoy.port() });
    assert.deepEqual([denied.status, denied.body], [403, `denied by ${filter}`]);
    const passed = await request({ port: envoy.port(), headers: { "x-tenant": "a" } });
    assert.equal(passed.status, 200);
    const [arrival, ...more] = await backend.events();
    assert.deepEqual(more, []);
    assert.ok(arrival?.headers?.some(([name, value]) => name === `x-${filter}` && value === "passed"));
    for (const event of ["passed", "denied"]) {
      const [[, count] = ["", 0]] = [...(await envoy.stats(`policy=\\.=shop;\\.;pointduty_${root}_${event}$`))];
      assert.equal(count, 1, event);
    }
    const admin = `http://127.0.0.1:${envoy.adminPort}`;
    const status = pointduty("status", "--admin", admin, "--policy", `build/${kind}.yaml`);
    assert.match(status, /shop: live ([0-9a-f]{12}), expected \1, mode enforce, /);
    await envoy.stop();
    await backend.close();
  });
}
