/** Runs test files of node:test, each in a process of its own, and counts what they did. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT, say } from "./common.ts";
import { addCounts, countsLine, noCounts } from "./counts.ts";
import type { Counts } from "./counts.ts";
import type { TestLine } from "./node-reporter.ts";

/** A file that has not ended after this time (ms) hangs and is killed. */
const FILE_TIMEOUT = 8 * 60 * 1000;

/** A test file whose first line begins with this is run while no other file of its suite is. */
const ALONE = "// alone:";

/** Time (ms) that test processes have to tidy up after a signal; one in an endless loop would never hear it. */
const GRACE = 3000;

/** Most characters of a failed file's own output that are shown. */
const OUTPUT_SHOWN = 20_000;

/** How a process ended. */
interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  timedOut: boolean;
  output: string;
}

/**
 * Runs the files, `concurrency` at a time; progress and failures go to stderr.
 * @param files paths relative to the root of the checkout
 * @param bail end at the first failure; what runs then is broken off
 * @returns the sum of the counts; a file that crashes, hangs or holds no test is one failure
 */
export async function runNodeTests(files: readonly string[], concurrency: number, bail: boolean): Promise<Counts> {
  const total = noCounts();
  const folder = mkdtempSync(join(tmpdir(), "pointduty-test-"));
  try {
    const [alone, together] = [files.filter(isAlone), files.filter((file) => !isAlone(file))];
    for (const [group, width] of [
      [together, concurrency],
      [alone, 1],
    ] as const) {
      if (bail && total.failed > 0) break;
      const queue = [...group];
      const work = async (): Promise<void> => {
        for (let file = queue.shift(); file !== undefined && !stopping; file = queue.shift()) {
          addCounts(total, await runFile(file, join(folder, file.replaceAll("/", "+"))));
          if (bail && total.failed > 0) breakOff(queue);
        }
      };
      await Promise.all(Array.from({ length: width }, work));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return total;
}

/** Ends the other files of a group that has failed. */
function breakOff(queue: string[]): void {
  queue.length = 0;
  for (const child of children) {
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), GRACE).unref();
  }
}

function isAlone(file: string): boolean {
  return readFileSync(join(ROOT, file), "utf8").startsWith(ALONE);
}

async function runFile(file: string, report: string): Promise<Counts> {
  const started = performance.now();
  const ended = await runProcess(file, report);
  const lines = existsSync(report) ? readFileSync(report, "utf8").split("\n").filter(Boolean) : [];
  const tests = lines.map((line) => JSON.parse(line) as TestLine);
  const counts = noCounts();
  for (const test of tests) counts[test.outcome]++;
  const problem = fileProblem(ended, counts);
  if (problem !== undefined) counts.failed++;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (counts.failed > 0) showOutput(file, ended.output);
  for (const test of tests.filter((one) => one.outcome === "failed")) {
    say(`FAILED ${file} > ${test.path.join(" > ")}\n${indent(test.message ?? "")}`);
  }
  if (problem !== undefined) say(`FAILED ${file}: ${problem}`);
  say(`  ${file}: ${countsLine(counts)} (${seconds} s)`);
  return counts;
}

/** What is wrong with a file beyond its failed tests. */
function fileProblem(ended: Ended, counts: Counts): string | undefined {
  if (ended.timedOut) return `did not end within ${FILE_TIMEOUT / 1000} s`;
  if (ended.signal !== null) return `was ended by ${ended.signal}`;
  if (ended.code !== 0 && counts.failed === 0) return `ended with code ${ended.code}`;
  if (counts.passed + counts.failed + counts.skipped === 0) return "holds no test";
  return undefined;
}

function showOutput(file: string, output: string): void {
  if (output.trim() === "") return;
  say(`--- output of ${file}`);
  say(output.slice(-OUTPUT_SHOWN).trimEnd());
  say("---");
}

function indent(text: string): string {
  return text.replace(/^/gm, "    ");
}

/** The running test processes: they end with this one. */
const children = new Set<ReturnType<typeof spawn>>();

let stopping = false;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    for (const child of children) child.kill(signal);
    const deadline = Date.now() + GRACE;
    setInterval(() => {
      if (children.size > 0 && Date.now() < deadline) return;
      for (const child of children) child.kill("SIGKILL");
      process.exit(128 + constants.signals[signal]);
    }, 20);
  });
}

function runProcess(file: string, report: string): Promise<Ended> {
  const reporter = pathToFileURL(join(ROOT, "test/setup/node-reporter.ts")).href;
  const options = ["--import", "tsx", `--test-reporter=${reporter}`, `--test-reporter-destination=${report}`];
  const child = spawn(process.execPath, [...options, file], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  children.add(child);
  let output = "";
  let timedOut = false;
  const keep = (text: string): void => void (output = (output + text).slice(-4 * OUTPUT_SHOWN));
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill("SIGKILL");
  }, FILE_TIMEOUT);
  return new Promise((resolve) => {
    // A grandchild may keep the pipes open: the exit of the process itself counts.
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      children.delete(child);
      setImmediate(() => resolve({ code, signal, timedOut, output }));
    });
    child.on("error", (error) => keep(`${error.message}\n`));
  });
}
