/**
 * `npm run mutate -- --file FILE [--seed N] [--count N]`: changes one small thing of a source file at a time and sees
 * whether a test notices: the build, then the unit and module tests, then the real Envoy for those that survive. Works in
 * a throw-away copy of the tree. A mutant that does not build is replaced by another one. One line per mutant on stdout,
 * the counts last, where passed = noticed. Exit 0 when at least 90 % were.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { globSync } from "tinyglobby";
import { ROOT, say, usage } from "./setup/common.ts";
import { countsLine, noCounts } from "./setup/counts.ts";
import { reaches } from "./setup/imports.ts";
import { applyMutant, findMutants, shuffled } from "./setup/mutants.ts";
import type { Mutant } from "./setup/mutants.ts";
import { copyTree } from "./setup/work-copy.ts";

/** Share of the mutants that the tests must notice. */
const REQUIRED = 0.9;

/** Test files that are asked before the others. */
const ASKED_FIRST = 3;

/** Cheapest first. */
const SUITES = ["unit", "module", "envoy"] as const;
type Suite = (typeof SUITES)[number];

interface Options {
  file: string;
  seed: number;
  count: number;
}

/** How a step ended. `ms` is how long it took. */
interface Step {
  ok: boolean;
  ms: number;
  output: string;
}

function parseOptions(): Options {
  const allowed = "allowed are --file FILE, --seed N and --count N";
  let values: { file?: string; seed?: string; count?: string };
  try {
    const text = { type: "string" } as const;
    ({ values } = parseArgs({ options: { file: text, seed: text, count: text } }));
  } catch (error) {
    usage(`mutate: ${error instanceof Error ? error.message.split(".")[0] : "wrong options"}; ${allowed}`);
  }
  if (values.file === undefined) usage(`mutate: --file is missing; ${allowed}`);
  const file = relative(ROOT, resolve(ROOT, values.file));
  if (!file.endsWith(".ts") || file.startsWith("..") || !existsSync(join(ROOT, file))) {
    usage(`mutate: --file ${values.file}: not a TypeScript file of this checkout`);
  }
  return { file, seed: whole("seed", values.seed ?? "1", 0), count: whole("count", values.count ?? "20", 1) };
}

function whole(name: string, text: string, minimum: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= minimum && value <= 0xffff_ffff) return value;
  usage(`mutate: --${name} ${text}: a whole number from ${minimum} to 4294967295 is needed`);
}

/** The copy and what is known about its unchanged state. */
class Laboratory {
  private readonly folder: string;
  private readonly file: string;
  /** The specs that compile the file: no other one can notice a change. */
  private readonly specs: readonly string[];
  /** Longest time (ms) that a suite may take; a mutant that takes longer is in an endless loop. */
  private readonly limits = new Map<Suite, number>();
  /** Test files that noticed an earlier change, the latest first: they are asked before the rest of their suite. */
  private readonly noticed: string[] = [];

  constructor(folder: string, file: string) {
    this.folder = folder;
    this.file = file;
    const specs = globSync("{assembly,filters}/**/*.spec.ts", { cwd: folder });
    this.specs = specs.filter((spec) => reaches(folder, spec, file));
  }

  write(text: string): void {
    writeFileSync(join(this.folder, this.file), text);
  }

  /** Every later step is measured against a state in which the tests pass. Returns a complaint, or undefined. */
  async baseline(suite: Suite): Promise<string | undefined> {
    if (this.limits.has(suite)) return undefined;
    const step = await this.test(suite);
    if (!step.ok) return `the ${suite} tests fail without any change:\n${step.output.trimEnd()}`;
    this.limits.set(suite, 30_000 + 4 * step.ms);
    return undefined;
  }

  build(): Promise<Step> {
    return this.step("test/setup/build.ts", ["--quiet"]);
  }

  /** A suite that has no test of the file passes. */
  async test(suite: Suite): Promise<Step> {
    if (suite === "unit") {
      return this.specs.length === 0 ? { ok: true, ms: 0, output: "" } : this.suite(suite, this.specs);
    }
    const first = this.noticed.filter((file) => file.startsWith("test/envoy/") === (suite === "envoy"));
    const step = first.length > 0 ? await this.suite(suite, first.slice(0, ASKED_FIRST)) : undefined;
    if (step?.ok === false) return step;
    return this.suite(suite, []);
  }

  private async suite(suite: Suite, words: readonly string[]): Promise<Step> {
    const step = await this.step("test/run.ts", ["--suite", suite, "--bail", ...words], this.limits.get(suite));
    const failed = /^\s*(\S+\.test\.ts): \d+ passed, [1-9]/m.exec(step.output)?.[1];
    if (failed !== undefined) {
      const known = this.noticed.indexOf(failed);
      if (known >= 0) this.noticed.splice(known, 1);
      this.noticed.unshift(failed);
    }
    return step;
  }

  private step(file: string, args: readonly string[], limit?: number): Promise<Step> {
    const started = performance.now();
    const child = spawn(process.execPath, ["--import", "tsx", file, ...args], {
      cwd: this.folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    running = child;
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    }
    const timer = limit === undefined ? undefined : setTimeout(() => child.kill("SIGTERM"), limit);
    return new Promise((done) => {
      child.on("exit", (code) => {
        clearTimeout(timer);
        running = undefined;
        done({ ok: code === 0, ms: performance.now() - started, output });
      });
    });
  }
}

let running: ReturnType<typeof spawn> | undefined;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    if (running === undefined) process.exit(130);
    // The tests end their children first; the copy goes with this process.
    running.on("exit", () => process.exit(130));
    running.kill("SIGTERM");
  });
}

/** Which suite notices the mutant: undefined for none, "build" when it is no valid program. */
async function judge(laboratory: Laboratory, original: string, mutant: Mutant): Promise<Suite | "build" | undefined> {
  laboratory.write(applyMutant(original, mutant));
  if (!(await laboratory.build()).ok) return "build";
  for (const suite of SUITES) {
    if (suite === "envoy") await requireBaseline(laboratory, original, mutant);
    if (!(await laboratory.test(suite)).ok) return suite;
  }
  return undefined;
}

/** The Envoy tests are long: whether they pass unchanged is seen when the first mutant needs them. */
async function requireBaseline(laboratory: Laboratory, original: string, mutant: Mutant): Promise<void> {
  laboratory.write(original);
  await laboratory.build();
  const complaint = await laboratory.baseline("envoy");
  if (complaint !== undefined) stop(complaint);
  laboratory.write(applyMutant(original, mutant));
  await laboratory.build();
}

function stop(complaint: string): never {
  say(`mutate: ${complaint}`);
  process.exit(3);
}

async function main(): Promise<number> {
  const { file, seed, count } = parseOptions();
  const folder = await copyTree();
  if (folder === undefined) stop("this checkout is not a git repository, so there is nothing to copy by");
  const laboratory = new Laboratory(folder, file);
  const original = readFileSync(join(folder, file), "utf8");
  const mutants = shuffled(findMutants(original), seed);
  say(`${file}: ${mutants.length} possible changes, ${count} drawn with seed ${seed}`);
  const build = await laboratory.build();
  if (!build.ok) stop(`the unchanged tree does not build:\n${build.output.trimEnd()}`);
  for (const suite of ["unit", "module"] as const) {
    const complaint = await laboratory.baseline(suite);
    if (complaint !== undefined) stop(complaint);
  }
  const counts = noCounts();
  for (const mutant of mutants) {
    if (counts.passed + counts.failed === count) break;
    const where = `${file}:${mutant.line}: ${mutant.what}`;
    const killer = await judge(laboratory, original, mutant);
    if (killer === "build") {
      say(`does not build, drawn again: ${where}`);
      continue;
    }
    counts[killer === undefined ? "failed" : "passed"]++;
    process.stdout.write(killer === undefined ? `SURVIVED ${where}\n` : `killed by ${killer} ${where}\n`);
  }
  process.stdout.write(`${countsLine(counts)}\n`);
  const total = counts.passed + counts.failed;
  return total > 0 && counts.passed >= REQUIRED * total ? 0 : 1;
}

process.exitCode = await main();
