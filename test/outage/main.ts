/**
 * `npm run test:outage`: the bound, and that the budget is used, for every fault, number of clients and of workers,
 * from the backend's own log. About a quarter of an hour.
 */
import { startBackend } from "../lib/backend.ts";
import { envoyBinary } from "../lib/envoy.ts";
import { FAULTS, type FaultName } from "./faults.ts";
import { execute, type Outcome, type Run } from "./run.ts";
import { percentText } from "./table.ts";

const PERCENT = 20;
const INTERVAL_MS = 2_000;
/**
 * One client that waits 20 ms for every try makes 80 requests in 2 s. Of their 16 retries, rounding down to whole ones
 * alone takes up to 6 %: how well the budget is used shows in a longer interval.
 */
const SLOW_INTERVAL_MS = 10_000;
/** Intervals of a run: more than five, so that the window slides. */
const INTERVALS = 5.25;
const WORKERS = [1, 2, 4];
const LEAST_USE = 0.95;
const CLIENTS = [{ clients: 1 }, { clients: 10 }, { clients: 50 }, { clients: 200, everyMs: 1_000 }];

function* runs(): Generator<Run> {
  for (const fault of Object.keys(FAULTS) as FaultName[]) {
    // A healthy backend asks for no retries; `npm start` shows it.
    if (fault === "healthy") continue;
    for (const workers of WORKERS) {
      for (const load of CLIENTS) {
        const slow = fault === "outage-timeout" && load.clients === 1;
        const intervalMs = slow ? SLOW_INTERVAL_MS : INTERVAL_MS;
        const limits = { percent: PERCENT, intervalMs, durationMs: INTERVALS * intervalMs };
        yield { fault, keeper: "pointduty", workers, ...load, ...limits };
      }
    }
  }
}

/** What is wrong with a run; empty when nothing is. */
function problems(run: Run, { verdict, load }: Outcome): string[] {
  const found: string[] = [];
  if (load.errors > 0) found.push(`${load.errors} requests got no answer`);
  if (verdict.originals !== load.sent) found.push(`${load.sent} requests sent, ${verdict.originals} seen`);
  if (verdict.retries > verdict.bound) found.push(`${verdict.retries} retries in the run, allowed ${verdict.bound}`);
  const { excess, retries, originals, from, to } = verdict.trailing;
  if (excess > 0) {
    found.push(
      `window ${from.toFixed(0)}..${to.toFixed(0)} ms: ${retries} retries for ${originals}, ${excess} too many`,
    );
  }
  if (FAULTS[run.fault].demanding && verdict.use < LEAST_USE) found.push(`only ${percentText(verdict.use)} used`);
  return found;
}

function line(run: Run, { verdict }: Outcome, wrong: readonly string[]): string {
  const { originals, retries, use, trailing, byArrival, anywhere } = verdict;
  const counts = `${originals} originals, ${retries} retries (${percentText(retries / originals)})`;
  const windows = `worst window ${trailing.excess} (by arrival ${byArrival.excess}, anywhere ${anywhere.excess})`;
  const what = `${run.fault}, clients: ${run.clients}, workers: ${run.workers}`;
  return `${wrong.length === 0 ? "ok" : "FAILED"} ${what}: ${counts}, use ${percentText(use)}, ${windows}${wrong.map((w) => `; ${w}`).join("")}`;
}

async function main(): Promise<number> {
  await envoyBinary();
  let passed = 0;
  let failed = 0;
  const backend = await startBackend();
  for (const run of runs()) {
    const outcome = await execute(run, backend);
    const wrong = problems(run, outcome);
    if (wrong.length === 0) passed++;
    else failed++;
    process.stdout.write(`${line(run, outcome, wrong)}\n`);
  }
  await backend.close();
  process.stdout.write(`${passed} passed, ${failed} failed, 0 skipped\n`);
  return failed === 0 ? 0 : 1;
}

if (process.argv.length > 2) {
  process.stderr.write(`test:outage takes no arguments: ${process.argv.slice(2).join(" ")}\n`);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`test:outage could not run: ${(error as Error).message}\n`);
    process.exitCode = 3;
  }
}
