/** `pointduty test DIR`: runs all case files below a folder on the built modules. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { runOnModule } from "./module.ts";
import { folderOfUser, readCaseFile } from "./read.ts";
import { asJson, describe, onlyModuleLine } from "./report.ts";
import type { Case } from "./types.ts";

export interface RunOptions {
  /** A line of JSON for each run of a case, instead of words about those that fail. */
  readonly json?: boolean;
  /** Takes the lines of the result. Default: stdout. */
  readonly print?: (line: string) => void;
}

export interface RunResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** 0: all passed; 1: something failed, was wrong in a file, or nothing ran; 2: there is no such folder or file. */
  readonly exitCode: number;
}

/** All YAML files below a folder, sorted; or the one file. */
export function caseFiles(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name) && !entry.parentPath.includes("node_modules"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Reads all case files below a path. Problems are lines for the user. Files that hold nothing but resources are left out. */
export async function readAll(path: string): Promise<{ cases: Case[]; problems: string[] }> {
  const cases: Case[] = [];
  const problems: string[] = [];
  for (const file of caseFiles(path)) {
    const read = await readCaseFile(file, relative(folderOfUser(), file));
    cases.push(...read.cases);
    problems.push(...read.problems);
  }
  return { cases, problems };
}

/** Runs every case of `path` once for each of its numbers of workers; closes with `N passed, N failed, N skipped`. */
export async function runCases(path: string, { json = false, print = toStdout }: RunOptions = {}): Promise<RunResult> {
  if (!existsSync(path)) {
    process.stderr.write(`${path}: there is no such folder or file\n`);
    return { passed: 0, failed: 0, skipped: 0, exitCode: 2 };
  }
  const { cases, problems } = await readAll(path);
  for (const problem of problems) print(json ? JSON.stringify({ problem }) : problem);
  let passed = 0;
  let failed = problems.length;
  for (const test of cases) {
    for (const workers of test.env.workers) {
      const ran = { test, result: runOnModule(test, workers), on: "module" };
      const good = ran.result.failures.length === 0;
      if (good) passed++;
      else failed++;
      if (json) print(asJson(ran));
      else if (!good) print(describe(ran));
    }
  }
  const only = onlyModuleLine(cases);
  if (only !== undefined && !json) print(only);
  print(`${passed} passed, ${failed} failed, 0 skipped`);
  return { passed, failed, skipped: 0, exitCode: failed > 0 || passed === 0 ? 1 : 0 };
}

function toStdout(line: string): void {
  process.stdout.write(`${line}\n`);
}
