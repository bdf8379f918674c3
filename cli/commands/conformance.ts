/** `conformance`: cases from other projects' test suites, in the formats of ../shared/vectors. */
import { existsSync, readFileSync } from "node:fs";
import type { Command } from "commander";
import { Failure, fileError, UsageError } from "../policy/errors.ts";
import { userPath } from "../policy/read.ts";
import { isObject, type JsonObject } from "../policy/types.ts";
import type { Run } from "../program.ts";
import { print, printJson } from "./output.ts";

interface Options {
  readonly vectors: string;
  readonly envoy?: true;
  readonly json?: true;
}

/** What came of one case. */
export interface CaseOutcome {
  readonly id: string;
  readonly outcome: "passed" | "failed" | "skipped";
  /** Why it was skipped, or what was expected and what came. */
  readonly detail?: string;
}

/** What `cli/conformance/<filter>.ts` and, for Envoy, `test/conformance/<filter>-envoy.ts` export. */
export interface VectorRunner {
  runVectors(file: JsonObject): Promise<readonly CaseOutcome[]>;
}

/** What came of a case whose status is known. */
export function verdictOf(id: string, expected: readonly number[], got: number): CaseOutcome {
  if (expected.includes(got)) return { id, outcome: "passed" };
  return { id, outcome: "failed", detail: `expected ${expected.join(" or ")}, got ${got}` };
}

/** Formats by the marker in the file, and the filter that they are about. */
const FORMATS = [
  { field: "schema", value: "authz-vectors/1", filter: "authz" },
  { field: "format", value: "routing-vectors/1", filter: "header-routing" },
] as const;

export function registerConformance(program: Command, run: Run): void {
  program
    .command("conformance")
    .description("Run cases of other projects' test suites (policies with requests) against the built modules.")
    .requiredOption("--vectors <file>", "a file in the format of shared/vectors")
    .option("--envoy", "through the real Envoy instead of offline")
    .option("--json", "one JSON object a line for each case")
    .addHelpText(
      "after",
      `
One line for each case that failed or was skipped; the last line is "N passed, N failed, N skipped". Exit code 1 if a case
failed, or if nothing ran.

Examples:
  npm run -s conformance -- --vectors ../shared/vectors/authz.json
  npm run -s conformance -- --vectors ../shared/vectors/routing.json --envoy`,
    )
    .action((options: Options) => run(conformance(options)));
}

async function conformance({ vectors, envoy, json }: Options): Promise<number> {
  const file = readVectors(vectors);
  const format = FORMATS.find(({ field, value }) => file[field] === value);
  if (!format) {
    const allowed = FORMATS.map(({ field, value }) => `"${field}": "${value}"`).join(", ");
    throw new UsageError(`${vectors}: no known format; allowed: ${allowed}`);
  }
  const runner = await runnerOf(format.filter, envoy === true);
  const outcomes = await runner.runVectors(file);
  const tally = (which: CaseOutcome["outcome"]): number => outcomes.filter(({ outcome }) => outcome === which).length;
  for (const outcome of outcomes) {
    if (json) printJson(outcome);
    else if (outcome.outcome !== "passed") print(`${outcome.id}: ${outcome.outcome}: ${outcome.detail ?? ""}`);
  }
  const [passed, failed, skipped] = [tally("passed"), tally("failed"), tally("skipped")];
  print(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

function readVectors(file: string): JsonObject {
  let text: string;
  try {
    text = readFileSync(userPath(file), "utf8");
  } catch (error) {
    throw new UsageError(`${file}: ${fileError(error)}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`${file}: no JSON`);
  }
  if (!isObject(value)) throw new UsageError(`${file}: no JSON object`);
  return value;
}

async function runnerOf(filter: string, envoy: boolean): Promise<VectorRunner> {
  const file = envoy ? `test/conformance/${filter}-envoy.ts` : `cli/conformance/${filter}.ts`;
  const url = new URL(`../../${file}`, import.meta.url);
  if (!existsSync(url)) throw new Failure(`${file} is missing: nothing runs the cases of filter ${filter}`);
  return (await import(url.href)) as VectorRunner;
}
