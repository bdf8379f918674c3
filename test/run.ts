/**
 * Runs the test suites one after another and closes with the sum of their counts.
 *
 *     run.ts [--suite unit|module|envoy]... [--without FILE]... [--bail] [WORD...]
 *
 * Words narrow to the files whose path contains one of them, case files (filters/NAME/cases) too; --without leaves a file
 * out; --bail ends at the first file that fails. Exit codes: 0 all passed, 1 a failure or nothing ran, 2 wrong use,
 * 3 could not run here.
 */
import { globSync } from "tinyglobby";
import { CASES } from "./cases/chosen.ts";
import { ROOT, say, usage } from "./setup/common.ts";
import { addCounts, countsLine, noCounts } from "./setup/counts.ts";
import type { Counts } from "./setup/counts.ts";
import { EnvoyError, resolveEnvoy } from "./setup/envoy.ts";
import { runNodeTests } from "./setup/node-suite.ts";
import { runUnitTests } from "./setup/unit.ts";

interface Suite {
  patterns: string[];
  ignore?: string[];
  /** The test file that runs all case files. */
  cases?: string;
  /** Runs before the suite; an EnvoyError means that the suite cannot run here. */
  prepare?: () => Promise<unknown>;
  run: (files: readonly string[], bail: boolean) => Promise<Counts>;
}

/** Test files that run at the same time; two cores are the machine that the time limits are made for. */
const CONCURRENCY = 2;

const SUITES: Readonly<Record<string, Suite>> = {
  /** Pure AssemblyScript under as-pect. */
  unit: { patterns: ["{assembly,filters}/**/*.spec.ts"], run: runUnitTests },
  /** Built modules in the offline host, and the tools. */
  module: {
    patterns: ["{assembly,cli,filters,test}/**/*.test.ts"],
    ignore: ["test/envoy/**"],
    cases: "test/module/cases.test.ts",
    run: (files, bail) => runNodeTests(files, CONCURRENCY, bail),
  },
  /** The real Envoy. */
  envoy: {
    patterns: ["test/envoy/**/*.test.ts"],
    cases: "test/envoy/cases.test.ts",
    prepare: () => resolveEnvoy({ log: say }),
    run: (files, bail) => runNodeTests(files, CONCURRENCY, bail),
  },
};

interface Options {
  suites: string[];
  words: string[];
  without: string[];
  bail: boolean;
}

function parseOptions(args: readonly string[]): Options {
  const options: Options = { suites: [], words: [], without: [], bail: false };
  const queue = [...args];
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    if (arg === "--suite") {
      const name = queue.shift() ?? "";
      if (!Object.hasOwn(SUITES, name)) usage(`--suite ${name}: allowed are ${Object.keys(SUITES).join(", ")}`);
      options.suites.push(name);
    } else if (arg === "--without") options.without.push(queue.shift() ?? "");
    else if (arg === "--bail") options.bail = true;
    else if (arg.startsWith("-"))
      usage(`unknown option ${arg}; allowed are --suite NAME, --without FILE, --bail and words of file names`);
    else options.words.push(arg);
  }
  if (options.suites.length === 0) options.suites = Object.keys(SUITES);
  return options;
}

function filesOf(suite: Suite, words: readonly string[]): string[] {
  const files = globSync(suite.patterns, { cwd: ROOT, ignore: [...(suite.ignore ?? []), "**/node_modules/**"] }).sort();
  const narrowed = words.length === 0 ? files : files.filter((file) => words.some((word) => file.includes(word)));
  const { cases } = suite;
  if (cases === undefined || narrowed.includes(cases)) return narrowed;
  const caseFiles = globSync("filters/*/cases/**/*.{yaml,yml}", { cwd: ROOT });
  const chosen = caseFiles.filter((file) => words.some((word) => file.includes(word)));
  if (chosen.length === 0) return narrowed;
  process.env[CASES] = JSON.stringify(chosen);
  return [...narrowed, cases].sort();
}

async function main(): Promise<number> {
  const { suites, words, without, bail } = parseOptions(process.argv.slice(2));
  const total = noCounts();
  const empty: string[] = [];
  let impossible = false;
  for (const name of suites) {
    const suite = SUITES[name];
    delete process.env[CASES];
    const files = suite === undefined ? [] : filesOf(suite, words).filter((file) => !without.includes(file));
    if (suite === undefined || files.length === 0) {
      empty.push(name);
      continue;
    }
    say(`${name}: ${files.length} files`);
    try {
      await suite.prepare?.();
    } catch (error) {
      if (!(error instanceof EnvoyError)) throw error;
      say(`${name} could not run: ${error.message}`);
      impossible = true;
      continue;
    }
    const started = performance.now();
    const counts = await suite.run(files, bail);
    addCounts(total, counts);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    process.stdout.write(`${name}: ${countsLine(counts)} (${seconds} s)\n`);
    if (bail && counts.failed > 0) break;
  }
  const ran = total.passed + total.failed;
  if (words.length > 0 && empty.length === suites.length) say(`no test file's path contains ${words.join(" or ")}`);
  else if (words.length === 0 && empty.length > 0) say(`no tests at all in: ${empty.join(", ")}`);
  process.stdout.write(`${countsLine(total)}\n`);
  if (total.failed > 0) return 1;
  if (impossible) return 3;
  return ran === 0 || (words.length === 0 && empty.length > 0) ? 1 : 0;
}

process.exitCode = await main();
