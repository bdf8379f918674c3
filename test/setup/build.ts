/**
 * `npm run build`: builds every filter into `build/<folder>.wasm` and every test probe into `build/probes/<folder>.wasm`,
 * and lints each module. A module whose inputs have not changed is left alone, and with `--quiet` not even mentioned.
 * `--filters` leaves the probes as they are. Reports on stderr.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT, say, usage } from "./common.ts";
import { DEFAULT_MODULE_LIMIT, readModel } from "./gen/model.ts";
import type { Model } from "./gen/model.ts";
import { lintModule } from "./wasm-lint.ts";
import type { LintRules } from "./wasm-lint.ts";
import { withoutNames } from "./wasm-names.ts";
import { shrunk } from "./wasm-shrink.ts";

/** One module to build. All paths are relative to the root of the checkout, which is the working folder here. */
interface Target {
  folder: string;
  output: string;
  /**
   * Target of asconfig.json: `release` for plugins, `small` for those whose schema states a limit of its own
   * (it buys bytes, at the price of calls that are not inlined; see wasm-shrink.ts), `library` for pure code that a test calls without a host.
   */
  mode: "release" | "small" | "library";
  rules: Omit<LintRules, "names">;
}

/** What decides a module's bytes, or the lint's verdict on them, beside the sources that asc reads. */
const SHARED_INPUTS = [
  "asconfig.json",
  "package-lock.json",
  ...["build", "wasm-abi", "wasm-decode", "wasm-lint", "wasm-names", "wasm-shrink"].map(
    (name) => `test/setup/${name}.ts`,
  ),
];

function foldersWithIndex(parent: string): string[] {
  if (!existsSync(parent)) return [];
  const entries = readdirSync(parent, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => `${parent}/${entry.name}`);
  return folders.filter((folder) => existsSync(join(folder, "index.ts"))).sort();
}

function readSchema(file: string): Model {
  try {
    return readModel(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function filterTarget(folder: string): Target {
  const schemaFile = `${folder}/schema.json`;
  if (!existsSync(schemaFile)) throw new Error(`${schemaFile} is missing: every filter has one`);
  const { half, moduleLimit, small } = readSchema(schemaFile);
  return {
    folder,
    output: `build/${folder.slice("filters/".length)}.wasm`,
    mode: small ? "small" : "release",
    rules: {
      limit: moduleLimit,
      upstream: half === "upstream",
      probe: false,
    },
  };
}

function probeTarget(folder: string): Target {
  const plugin = readFileSync(join(folder, "index.ts"), "utf8").includes("assembly/abi/");
  return {
    folder,
    output: `build/probes/${folder.split("/").at(-1)}.wasm`,
    mode: plugin ? "release" : "library",
    rules: { limit: 2 * DEFAULT_MODULE_LIMIT, upstream: false, probe: true },
  };
}

/** The stamp beside a module: which bytes were made from which files, and what was asked of them. */
interface Stamp {
  output: string;
  rules: Target["rules"];
  /** Content hash of every file that was read, by its path; "" for one that was looked for and was absent. */
  inputs: Record<string, string>;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function hashOf(file: string): string {
  return existsSync(file) ? sha256(readFileSync(file)) : "";
}

function sorted(hashes: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...hashes].sort(([left], [right]) => (left < right ? -1 : 1)));
}

function stampFile(target: Target): string {
  return target.output.replace(/\.wasm$/, ".stamp.json");
}

function isCurrent(target: Target): boolean {
  if (!existsSync(target.output) || !existsSync(stampFile(target))) return false;
  const stamp = JSON.parse(readFileSync(stampFile(target), "utf8")) as Stamp;
  const now: Stamp = {
    output: hashOf(target.output),
    rules: target.rules,
    inputs: Object.fromEntries(Object.keys(stamp.inputs).map((file) => [file, hashOf(file)])),
  };
  return JSON.stringify(stamp) === JSON.stringify(now);
}

/** Writes through a temporary file, so that another run sees the old bytes or the new ones. */
function replaceFile(file: string, content: string | Uint8Array): void {
  const temporary = `${file}.${process.pid}.tmp`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(temporary, content);
  renameSync(temporary, file);
}

/**
 * AssemblyScript's heap doubles the memory whenever it is full, and memory is never given back: a configuration that needs
 * a little more than 2.5 MiB took 5. No option changes that, so its source is changed before it is compiled: an eighth.
 */
function growInSteps(libraryFiles: Record<string, string>): void {
  const [doubled, stepped] = ["max(pagesBefore, pagesNeeded)", "max(pagesBefore >> 3, pagesNeeded)"];
  const source = libraryFiles["rt/tlsf"] ?? "";
  if (source.includes(stepped)) return;
  if (source.split(doubled).length !== 2)
    throw new Error(`the heap of this AssemblyScript has not ${doubled} once: see growInSteps`);
  libraryFiles["rt/tlsf"] = source.replace(doubled, stepped);
}

/**
 * Compiles one module in memory.
 * @param read receives the content hash of every file that asc looks for, as it is at that moment
 * @returns its bytes, or undefined after asc has said on stderr what is wrong
 */
async function compile(target: Target, read: Map<string, string>): Promise<Uint8Array | undefined> {
  const { main: asc, libraryFiles } = await import("assemblyscript/dist/asc.js");
  growInSteps(libraryFiles);
  let bytes: Uint8Array | undefined;
  const { error, stderr } = await asc(
    [`${target.folder}/index.ts`, "--config", "asconfig.json", "--target", target.mode, "--outFile", target.output],
    {
      readFile: (name, base) => {
        const file = join(base, name);
        const content = existsSync(file) ? readFileSync(file) : undefined;
        read.set(file, content === undefined ? "" : sha256(content));
        return content === undefined ? null : content.toString("utf8");
      },
      writeFile: (name, content) => {
        if (name.endsWith(".wasm") && typeof content !== "string") bytes = content;
      },
    },
  );
  process.stderr.write(stderr.toString());
  if (error === null && bytes !== undefined) return target.mode === "small" ? shrunk(bytes) : bytes;
  say(`${target.folder}: ${error === null ? "asc wrote no module" : error.message}`);
  return undefined;
}

/** Brings one module up to date. Returns false when it does not compile or the lint finds something. */
async function build(target: Target, quiet: boolean): Promise<boolean> {
  if (isCurrent(target)) {
    if (!quiet) report(target, readFileSync(target.output), "up to date");
    return true;
  }
  const started = performance.now();
  const read = new Map(SHARED_INPUTS.map((file) => [file, hashOf(file)]));
  const compiled = await compile(target, read);
  if (compiled === undefined) return false;
  // Names make a trap's backtrace readable. A module that has no room for them does without.
  const names = compiled.length <= target.rules.limit;
  const bytes = names ? compiled : withoutNames(compiled);
  const findings = lintModule(bytes, { ...target.rules, names });
  for (const finding of findings) say(`${target.output}: ${finding}`);
  if (findings.length > 0) {
    // A module that must not be loaded is not left lying where the tests look.
    rmSync(target.output, { force: true });
    return false;
  }
  replaceFile(target.output, bytes);
  const stamp: Stamp = { output: sha256(bytes), rules: target.rules, inputs: sorted(read) };
  replaceFile(stampFile(target), JSON.stringify(stamp));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  report(target, bytes, `built in ${seconds} s`);
  return true;
}

function report(target: Target, bytes: Uint8Array, how: string): void {
  say(`${target.output}: ${how}, ${bytes.length} bytes, sha256 ${sha256(bytes)}`);
}

/** Removes what was built from a folder that is gone: a test must not find it. */
function removeOrphans(targets: readonly Target[]): void {
  const known = new Set(targets.flatMap((target) => [target.output, stampFile(target)]));
  for (const folder of ["build", "build/probes"]) {
    const names = existsSync(folder) ? readdirSync(folder) : [];
    const files = names.filter((name) => /\.(wasm|stamp\.json)$/.test(name)).map((name) => `${folder}/${name}`);
    for (const file of files) if (!known.has(file)) rmSync(file);
  }
}

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const unknown = args.find((arg) => !["--quiet", "--filters"].includes(arg));
  if (unknown !== undefined) usage(`build: unknown argument ${unknown}; allowed are --quiet and --filters`);
  const quiet = args.includes("--quiet");
  process.chdir(ROOT);
  let targets: Target[];
  try {
    targets = [
      ...foldersWithIndex("filters").map(filterTarget),
      ...foldersWithIndex("test/module/probes").map(probeTarget),
    ];
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return 1;
  }
  removeOrphans(targets);
  const wanted = args.includes("--filters") ? targets.filter(({ rules }) => !rules.probe) : targets;
  let failed = 0;
  for (const target of wanted) if (!(await build(target, quiet))) failed++;
  if (failed > 0) say(`build: ${failed} of ${wanted.length} modules failed`);
  return failed > 0 ? 1 : 0;
}

process.exitCode = await main();
