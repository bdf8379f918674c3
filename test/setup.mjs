// Entry of every script in package.json: installs the locked packages when they are missing or stale, builds what the task
// needs, then runs the task's TypeScript. Plain JavaScript without dependencies, because it runs before there are any.
// Everything it says goes to stderr; stdout belongs to the task.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MODULES = join(ROOT, "node_modules");
const STAMP = join(MODULES, ".pointduty-stamp");
const LOCK = join(ROOT, "build", "install.lock");
/** A lock this old (ms) is taken over: an install takes seconds. */
const LOCK_MAX_AGE = 15 * 60 * 1000;

/** Task name -> the file that runs it, arguments that come before the user's, and what is built first: `filters`, or
 * `all`, the tests' probes too. */
const TASKS = {
  start: { file: "test/outage/start.ts", build: "filters" },
  test: { file: "test/run.ts", build: "all" },
  build: { file: "test/setup/build.ts" },
  new: { file: "test/setup/new.ts" },
  gen: { file: "test/setup/gen.ts" },
  lint: { file: "test/setup/lint.ts" },
  format: { file: "test/setup/format.ts" },
  types: { file: "test/setup/types.ts" },
  check: { file: "test/setup/check.ts" },
  "test:unit": { file: "test/run.ts", args: ["--suite", "unit"] },
  "test:module": { file: "test/run.ts", args: ["--suite", "module"], build: "all" },
  "test:envoy": { file: "test/run.ts", args: ["--suite", "envoy"], build: "all" },
  "test:outage": { file: "test/outage/main.ts", build: "filters" },
  "test:matrix": { file: "test/matrix.ts", build: "all" },
  "test:mesh": { file: "test/mesh/main.ts", build: "filters" },
  mutate: { file: "test/mutate.ts" },
  bench: { file: "test/bench/main.ts", build: "filters" },
  "conformance:record": { file: "test/conformance/record.ts" },
  fuzz: { file: "test/fuzz/main.ts", build: "all" },
  pointduty: { file: "cli/main.ts", build: "filters" },
  conformance: { file: "cli/main.ts", args: ["conformance"], build: "filters" },
};

/** Exit codes: 1 a failure, 2 wrong use, 3 could not run here. */
function fail(code, message) {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(3, `Node ${process.versions.node} is too old: Node 20.19 or newer is needed (22 and 24 are recommended)`);
}

/** What node_modules must have been made from: the lock, the dependency fields of package.json and the platform. */
function wantedStamp() {
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const fields = [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies, manifest.overrides];
  const hash = createHash("sha256").update(readFileSync(join(ROOT, "package-lock.json")));
  return hash.update(JSON.stringify([fields, process.platform, process.arch])).digest("hex");
}

function installed(stamp) {
  return existsSync(STAMP) && readFileSync(STAMP, "utf8") === stamp;
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Takes the lock by renaming a folder that already names its owner: such a rename fails while another folder is there. */
function tryLock() {
  const mine = `${LOCK}.${process.pid}`;
  mkdirSync(mine, { recursive: true });
  writeFileSync(join(mine, "owner"), `${process.pid} ${Date.now()}`);
  try {
    renameSync(mine, LOCK);
    return true;
  } catch {
    rmSync(mine, { recursive: true, force: true });
    return false;
  }
}

/** Moves the lock of a process that is gone out of the way. */
function breakStaleLock() {
  let owner;
  try {
    owner = readFileSync(join(LOCK, "owner"), "utf8").split(" ").map(Number);
  } catch {
    return;
  }
  if (isRunning(owner[0]) && Date.now() - owner[1] < LOCK_MAX_AGE) return;
  try {
    const aside = `${LOCK}.stale.${process.pid}`;
    renameSync(LOCK, aside);
    rmSync(aside, { recursive: true, force: true });
  } catch {
    // Another process was faster.
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

async function install() {
  const stamp = wantedStamp();
  if (installed(stamp)) return;
  for (let waited = 0; !tryLock(); waited++) {
    if (waited === 0) process.stderr.write("another run is installing the packages, waiting for it\n");
    breakStaleLock();
    await sleep(200);
  }
  try {
    // The run that we waited for may have done it.
    if (installed(stamp)) return;
    const problem = runNpmCi();
    if (problem !== undefined) {
      rmSync(LOCK, { recursive: true, force: true });
      fail(3, `the packages could not be installed: ${problem}`);
    }
    writeFileSync(`${STAMP}.tmp`, stamp);
    renameSync(`${STAMP}.tmp`, STAMP);
  } finally {
    rmSync(LOCK, { recursive: true, force: true });
  }
}

/** Runs `npm ci`. Returns undefined, or what went wrong in one line. */
function runNpmCi() {
  const started = Date.now();
  const why = existsSync(MODULES) ? "node_modules is not what package-lock.json asks for" : "node_modules is missing";
  process.stderr.write(`${why}: installing the locked packages (npm ci)\n`);
  // The npm that started this script, so that its version stays the user's choice; else the one on PATH.
  const ours = /npm-cli\.c?js$/.test(process.env.npm_execpath || "") ? process.env.npm_execpath : undefined;
  const [command, first] = ours === undefined ? ["npm", []] : [process.execPath, [ours]];
  const args = [...first, "ci", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retry-mintimeout=1000"];
  const env = { ...process.env, NODE_ENV: "development", npm_config_omit: "", npm_config_include: "dev" };
  // A global or dry-run flag of the outer npm must not reach this one.
  for (const name of ["npm_config_global", "npm_config_dry_run"]) delete env[name];
  let result;
  for (let attempt = 0; attempt < 2; attempt++) {
    result = spawnSync(command, [...args, "--fetch-retry-maxtimeout=5000"], { cwd: ROOT, env, encoding: "utf8" });
    if (result.error || result.status === 0 || result.signal) break;
    if (attempt === 0) process.stderr.write("npm ci failed, trying once more\n");
  }
  if (result.error) return result.error.code === "ENOENT" ? "npm is not on PATH" : result.error.message;
  if (result.signal) return `npm ci was ended by ${result.signal}`;
  if (result.status !== 0) return explainNpm(result.stderr);
  process.stderr.write(`packages installed in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  return undefined;
}

/** Sums up npm's complaint in one line. */
function explainNpm(stderr) {
  const code = (/npm (?:error|ERR!) code (\S+)/.exec(stderr) || [])[1] || "";
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT/.test(code)) {
    return `npm reaches no registry (${code}); connect to a network or set npm's registry or proxy, then run it again`;
  }
  if (code === "EUSAGE") return "package.json and package-lock.json disagree; npm install brings them together";
  const lines = stderr.split("\n").map((line) => line.replace(/^npm (?:error|ERR!) ?/, "").trim());
  const text = lines
    .filter((line) => line !== "" && !line.startsWith("code ") && !line.includes("complete log"))
    .join("; ");
  return `${code} ${text}`.trim().slice(0, 300) || "npm ci failed without a message";
}

/**
 * Runs one TypeScript file and resolves to its exit code (128 + number when a signal ended it). Signals sent to this
 * process reach the child; on a terminal Ctrl-C already goes to the whole group, so it is not sent twice.
 */
function run(file, args, stdout) {
  const child = spawn(process.execPath, ["--import", "tsx", join(ROOT, file), ...args], {
    cwd: ROOT,
    // What a user's file names are relative to.
    env: { ...process.env, INIT_CWD: process.env.INIT_CWD ?? process.cwd() },
    stdio: ["inherit", stdout, "inherit"],
  });
  const forward = (signal) => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, forward);
  return new Promise((resolve) => {
    child.on("error", (error) => fail(3, `Node could not be started: ${error.message}`));
    child.on("exit", (code, signal) => {
      for (const name of signals) process.off(name, forward);
      resolve(code === null ? 128 + constants.signals[signal] : code);
    });
  });
}

async function main() {
  const [name, ...args] = process.argv.slice(2);
  const task = Object.hasOwn(TASKS, name || "") ? TASKS[name] : undefined;
  if (task === undefined) {
    fail(2, `${name === undefined ? "no task" : `unknown task "${name}"`}; tasks: ${Object.keys(TASKS).join(", ")}`);
  }
  await install();
  if (!existsSync(join(ROOT, task.file))) fail(3, `${task.file} is missing from this checkout`);
  if (task.build) {
    const code = await run(TASKS.build.file, ["--quiet", ...(task.build === "filters" ? ["--filters"] : [])], 2);
    if (code !== 0) process.exit(code);
  }
  process.exit(await run(task.file, [...(task.args || []), ...args], "inherit"));
}

requireNode();
await main();
