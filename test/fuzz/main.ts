/**
 * `npm run fuzz [-- --seconds N | --executions N] [--seed S] [--target T] [--save]`: random inputs to the built modules,
 * for a time (60 s unless told) or until so many were executed. Prints the seed, what each target executed, findings with the smallest input that shows them, and last the counts:
 * passed are executions, failed are findings. --save keeps the inputs of findings in the corpus, where every later run
 * begins. Exit codes: 0 nothing found, 1 something found, 2 wrong use.
 */
import { createHash, randomInt } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { ROOT, usage } from "../setup/common.ts";
import { countsLine } from "../setup/counts.ts";
import { fuzz } from "./fuzz.ts";
import { allTargets, corpusFolder } from "./targets/index.ts";
import type { FindingReport, Limit } from "./thread.ts";

const DEFAULT_SECONDS = "60";
/** Lines of a reproduction that are shown: the last ones tell what went wrong. */
const SHOWN = 60;

function whole(name: string, text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 0xffff_ffff) return value;
  return usage(`fuzz: --${name} ${text}: a whole number from 0 to 4294967295 is needed`);
}

/** How the fuzzer ends: --seconds unless --executions is given. */
function limit(seconds: string | undefined, executions: string | undefined): Limit {
  if (executions === undefined) return { seconds: whole("seconds", seconds ?? DEFAULT_SECONDS) };
  if (seconds !== undefined) usage("fuzz: --seconds and --executions: one of the two says when to end");
  return { executions: whole("executions", executions) };
}

function options(): { limit: Limit; seed: number; target: string | undefined; save: boolean } {
  const allowed = "allowed are --seconds N, --executions N, --seed S, --target T and --save";
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({
      options: { seconds: text, executions: text, seed: text, target: text, save: { type: "boolean" } },
    });
    const names = allTargets().map(({ name }) => name);
    if (values.target !== undefined && !names.includes(values.target)) {
      usage(`fuzz: --target ${values.target}: targets are ${names.join(", ")}`);
    }
    return {
      limit: limit(values.seconds, values.executions),
      seed: whole("seed", values.seed ?? String(randomInt(0xffff_ffff))),
      target: values.target,
      save: values.save ?? false,
    };
  } catch (error) {
    return usage(`fuzz: ${error instanceof Error ? error.message.split(".")[0] : "wrong options"}; ${allowed}`);
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function show({ target, message, shown, trace }: FindingReport): void {
  print(`FINDING ${target}: ${message}`);
  print(`  input: ${shown}`);
  if (trace.length > SHOWN) print(`  ... ${trace.length - SHOWN} lines before`);
  for (const line of trace.slice(-SHOWN)) print(`  ${line}`);
}

function save({ target, input }: FindingReport): void {
  const file = join(corpusFolder(target), createHash("sha256").update(input).digest("hex").slice(0, 12));
  mkdirSync(corpusFolder(target), { recursive: true });
  writeFileSync(file, input);
  print(`  saved as ${relative(ROOT, file)}`);
}

async function main(): Promise<number> {
  const { limit: ends, seed, target, save: saving } = options();
  print(`fuzz: seed ${seed}, ${"executions" in ends ? `${ends.executions} executions` : `${ends.seconds} s`}`);
  let failed = 0;
  const counts = await fuzz({
    seed,
    limit: ends,
    target,
    finding: (finding) => {
      failed++;
      show(finding);
      if (saving) save(finding);
    },
  });
  for (const { target: name, unit, executions, ms } of counts) {
    print(
      `${name}: ${executions} executions (one ${unit} each), ${Math.round((executions * 1000) / Math.max(ms, 1))} per second`,
    );
  }
  const passed = counts.reduce((sum, { executions }) => sum + executions, 0);
  print(countsLine({ passed, failed, skipped: 0 }));
  return failed > 0 ? 1 : 0;
}

process.exitCode = await main();
