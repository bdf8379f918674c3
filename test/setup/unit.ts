/** Runs the as-pect specs (pure AssemblyScript, no host) and counts what they did. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { ROOT, say } from "./common.ts";
import { countsLine, noCounts } from "./counts.ts";
import type { Counts } from "./counts.ts";
import type { SpecLine } from "./aspect-reporter.ts";

/** A run that has not ended after this time (ms) is in an endless loop and is killed. */
const TIMEOUT = 5 * 60 * 1000;

/** Most characters of as-pect's own output that are shown when it breaks down. */
const OUTPUT_SHOWN = 8000;

/**
 * Compiles and runs the specs in one process; failures go to stderr.
 * @param files paths relative to the root of the checkout
 * @returns the counts; a spec without a test, or that was not reached, is one failure
 */
export async function runUnitTests(files: readonly string[]): Promise<Counts> {
  const counts = noCounts();
  if (files.length === 0) return counts;
  const unfinished = new Set(files);
  let failedInFile = 0;
  const { code, output } = await runAspect(files, (line) => {
    if (line.kind === "todo") counts.skipped++;
    else if (line.kind === "end") {
      unfinished.delete(line.file);
      const problem = fileProblem(line.tests, line.passed, failedInFile);
      if (problem !== undefined) {
        counts.failed++;
        say(`FAILED ${line.file}: ${problem}`);
      }
      failedInFile = 0;
    } else if (line.passed) counts.passed++;
    else {
      counts.failed++;
      failedInFile++;
      say(`FAILED ${line.file} > ${line.path.join(" > ")}\n    ${line.message}`);
      if (line.stack !== "") say(line.stack.replace(/^\s*/gm, "    "));
    }
  });
  for (const file of unfinished) {
    counts.failed++;
    say(`FAILED ${file}: not run to its end (as-pect ended with ${code})`);
  }
  if (unfinished.size > 0) say(output.trimEnd().slice(-OUTPUT_SHOWN));
  say(`  ${files.length} spec files: ${countsLine(counts)}`);
  return counts;
}

function fileProblem(tests: number, passed: boolean, failures: number): string | undefined {
  if (tests === 0) return "holds no test";
  if (!passed && failures === 0) return "failed outside its tests";
  return undefined;
}

/** Runs as-pect. Resolves to its exit code, or the reason why it was ended, and what it printed. */
async function runAspect(
  files: readonly string[],
  onLine: (line: SpecLine) => void,
): Promise<{ code: string; output: string }> {
  const options = ["--import", "tsx", "--enable-source-maps", "node_modules/@as-pect/cli/lib/test.js"];
  const child = spawn(process.execPath, options, {
    cwd: ROOT,
    env: { ...process.env, SPECS: files.join(","), NO_COLOR: "1", FORCE_COLOR: "0" },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr] as const) {
    stream?.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const report = createInterface({ input: child.stdio[3] as Readable });
  report.on("line", (text) => onLine(JSON.parse(text) as SpecLine));
  const reported = new Promise((resolve) => report.on("close", resolve));
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill("SIGKILL");
  }, TIMEOUT);
  const stop = (): void => void child.kill("SIGKILL");
  process.on("exit", stop);
  const code = await new Promise<string>((resolve) => {
    child.on("exit", (status, signal) => resolve(signal === null ? `code ${status}` : signal));
  });
  clearTimeout(timer);
  process.off("exit", stop);
  await reported;
  return { code: timedOut ? `no end within ${TIMEOUT / 1000} s` : code, output };
}
