/** The entry of all scripts, in a small tree of its own with an npm that only pretends. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { ROOT } from "./common.ts";

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

let tree = "";

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), "pointduty-setup-"));
  mkdirSync(join(tree, "test/setup"), { recursive: true });
  copyFileSync(join(ROOT, "test/setup.mjs"), join(tree, "test/setup.mjs"));
  put("package.json", '{ "type": "module", "devDependencies": { "a": "1.0.0" } }');
  put("package-lock.json", "{}");
  put(
    "test/setup/types.ts",
    'const shown: string = process.argv.slice(2).join(" ");\nconsole.log(`types ${shown}`);\n',
  );
  // The pretended npm makes what tsx needs, and writes down that it ran.
  pretendNpm(`mkdir -p node_modules && ln -sfn ${join(ROOT, "node_modules/tsx")} node_modules/tsx`);
});

afterEach(() => rmSync(tree, { recursive: true }));

function put(file: string, content: string): void {
  mkdirSync(dirname(join(tree, file)), { recursive: true });
  writeFileSync(join(tree, file), content);
}

function pretendNpm(command: string): void {
  put("bin/npm", `#!/bin/sh\necho "$1" >> ${join(tree, "npm-runs")}\n${command}\n`);
  chmodSync(join(tree, "bin/npm"), 0o755);
}

function npmRuns(): number {
  const file = join(tree, "npm-runs");
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0;
}

function start(...args: string[]): { child: ReturnType<typeof spawn>; outcome: Promise<Outcome> } {
  const env: NodeJS.ProcessEnv = { ...process.env, PATH: [join(tree, "bin"), process.env["PATH"]].join(delimiter) };
  delete env["npm_execpath"];
  const child = spawn(process.execPath, ["test/setup.mjs", ...args], {
    cwd: tree,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const outcome = new Promise<Outcome>((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
  return { child, outcome };
}

function run(...args: string[]): Promise<Outcome> {
  return start(...args).outcome;
}

test("the first run installs, says so on stderr only, and passes arguments on", async () => {
  const { code, stdout, stderr } = await run("types", "a", "--b");
  assert.deepEqual([code, stdout], [0, "types a --b\n"], stderr);
  assert.match(stderr, /^node_modules is missing: installing the locked packages \(npm ci\)\npackages installed in /);
  const again = await run("types");
  assert.deepEqual(again, { code: 0, stdout: "types \n", stderr: "" });
  assert.equal(npmRuns(), 1);
});

test("a changed lock or dependency installs again, another change of package.json does not", async () => {
  await run("types");
  put("package-lock.json", '{ "changed": true }');
  assert.match((await run("types")).stderr, /^node_modules is not what package-lock\.json asks for/);
  put("package.json", '{ "type": "module", "devDependencies": { "a": "1.0.1" } }');
  await run("types");
  assert.equal(npmRuns(), 3);
  put("package.json", '{ "type": "module", "scripts": {}, "devDependencies": { "a": "1.0.1" } }');
  await run("types");
  assert.equal(npmRuns(), 3);
});

test("of two runs at the same time one installs and the other waits", async () => {
  const install = readFileSync(join(tree, "bin/npm"), "utf8").split("\n")[2] ?? "";
  pretendNpm(`sleep 1; ${install}`);
  const outcomes = await Promise.all([run("types"), run("types")]);
  for (const { code, stdout } of outcomes) assert.deepEqual([code, stdout], [0, "types \n"]);
  assert.equal(npmRuns(), 1);
  assert.ok(!existsSync(join(tree, "build/install.lock")));
});

test("the lock of a process that is gone does not stop a run", async () => {
  put("build/install.lock/owner", `999999999 ${Date.now()}`);
  assert.equal((await run("types")).code, 0);
});

test("an install that fails is one line with what to do, after a second attempt", async () => {
  const cases: [string, RegExp][] = [
    [
      'echo "npm error code ENOTFOUND" >&2; exit 1',
      /^the packages .*: npm reaches no registry \(ENOTFOUND\); connect to a/m,
    ],
    ['echo "npm error code EUSAGE" >&2; exit 1', /: package\.json and package-lock\.json disagree/],
    ['echo "npm error code E500\nnpm error broken here" >&2; exit 1', /: E500 broken here\n$/],
  ];
  for (const [command, expected] of cases) {
    pretendNpm(command);
    const { code, stdout, stderr } = await run("types");
    assert.deepEqual([code, stdout], [3, ""]);
    assert.match(stderr, expected);
    assert.equal(stderr.trimEnd().split("\n").length, 3, stderr);
  }
  assert.equal(npmRuns(), 2 * cases.length);
});

test("an unknown task is exit 2 with one line, and installs nothing", async () => {
  for (const args of [[], ["nonsense"], ["toString"]]) {
    const { code, stdout, stderr } = await run(...args);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /^(no task|unknown task "\w+"); tasks: start, test, .*\n$/);
  }
  assert.equal(npmRuns(), 0);
});

test("the task's exit code is passed on", async () => {
  put("test/setup/types.ts", "process.exitCode = 7;");
  assert.equal((await run("types")).code, 7);
});

test("a build comes first, writes to stderr only, and its failure ends the run", async () => {
  put("test/setup/build.ts", 'console.log("built");');
  put("test/run.ts", 'console.log("tested");');
  const good = await run("test");
  assert.deepEqual([good.code, good.stdout], [0, "tested\n"]);
  assert.match(good.stderr, /built\n$/);
  put("test/setup/build.ts", "process.exitCode = 1;");
  const bad = await run("test");
  assert.deepEqual([bad.code, bad.stdout], [1, ""]);
});

test("SIGINT and SIGTERM reach the task", async () => {
  put(
    "test/setup/types.ts",
    'process.on("SIGINT", () => process.exit(5));\nsetInterval(() => {}, 1000);\nconsole.log("up");',
  );
  for (const [signal, expected] of [
    ["SIGINT", 5],
    ["SIGTERM", 143],
  ] as const) {
    const { child, outcome } = start("types");
    child.stdout?.once("data", () => child.kill(signal));
    assert.equal((await outcome).code, expected);
  }
});
