/**
 * `npm run test:matrix [-- VERSION...]`: runs the suite of the real Envoy on every pinned version (or the named ones) with
 * 1, 2 and 4 workers. One line for each on stdout, the sum last. Exit codes as for npm test.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ROOT, say, usage } from "./setup/common.ts";
import { addCounts, countsLine, noCounts, parseCounts } from "./setup/counts.ts";
import type { Counts } from "./setup/counts.ts";
import { EnvoyError, pinnedVersions, resolveEnvoy } from "./setup/envoy.ts";

const WORKERS = [1, 2, 4];

/** Once a version is enough: these set the number of workers themselves, or nothing in them depends on it. */
const ONCE = ["cases-random", "cli-walk", "conformance", "new-filter", "routing-guard"].map(
  (name) => `test/envoy/${name}.test.ts`,
);

function versionsFrom(args: readonly string[]): string[] {
  const known = pinnedVersions();
  const unknown = args.find((arg) => !known.includes(arg));
  if (unknown !== undefined) usage(`test:matrix: unknown version ${unknown}; allowed are ${known.join(", ")}`);
  return args.length === 0 ? known : known.filter((version) => args.includes(version));
}

/** Runs the suite once. Resolves to its counts; a run that ends without its line of counts is one failure. */
function runSuite(version: string, workers: number): Promise<Counts> {
  const env = { ...process.env, POINTDUTY_ENVOY_VERSION: version, POINTDUTY_WORKERS: String(workers) };
  const without = workers === WORKERS[0] ? [] : ONCE.flatMap((file) => ["--without", file]);
  const args = ["--import", "tsx", join(ROOT, "test/run.ts"), "--suite", "envoy", ...without];
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "inherit"] });
  const forward = (signal: NodeJS.Signals): void => {
    child.kill(signal);
    interrupted = true;
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, forward);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve) => {
    child.on("close", () => {
      for (const signal of signals) process.off(signal, forward);
      resolve(parseCounts(output) ?? { passed: 0, failed: 1, skipped: 0 });
    });
  });
}

let interrupted = false;

async function main(): Promise<number> {
  const versions = versionsFrom(process.argv.slice(2));
  // The matrix chooses the Envoy: an explicit binary would be the same in every row.
  if (process.env["ENVOY_BIN"]) say("test:matrix: ENVOY_BIN is not used");
  delete process.env["ENVOY_BIN"];
  for (const version of versions) {
    try {
      await resolveEnvoy({ version, log: say });
    } catch (error) {
      if (!(error instanceof EnvoyError)) throw error;
      say(error.message);
      return 3;
    }
  }
  const total = noCounts();
  for (const version of versions) {
    for (const workers of WORKERS) {
      const counts = await runSuite(version, workers);
      if (interrupted) return 130;
      addCounts(total, counts);
      process.stdout.write(`${version} x ${workers} workers: ${countsLine(counts)}\n`);
    }
  }
  process.stdout.write(`${countsLine(total)}\n`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}

process.exitCode = await main();
