/** Runs the fuzzing thread and watches it: one that makes no progress is ended, and its input is a finding. */
import { Worker } from "node:worker_threads";
import { allTargets } from "./targets/index.ts";
import { Beat, type Count, type FindingReport, type Job, type Limit, type Report } from "./thread.ts";

/** A run that takes longer (ms) is an endless loop; the longest of the bounded ones takes a tenth of that. */
const STUCK = 15_000;
const LOOK = 250;

/** Node 20 starts no thread from TypeScript, whatever loader its parent has. */
const LOADER = `import("tsx/esm/api").then(({ register }) => {
  register();
  return import(${JSON.stringify(new URL("./worker.ts", import.meta.url).href)});
});`;

export interface FuzzOptions {
  seed: number;
  limit: Limit;
  target?: string | undefined;
  finding: (finding: FindingReport) => void;
}

/** Resolves to the counts of each target; there are none when the thread had to be ended. Rejects on a fault of the fuzzer. */
export async function fuzz({ seed, limit, target, finding }: FuzzOptions): Promise<Count[]> {
  const beat = new Beat();
  let counts: Count[] = [];
  const ended = await thread({ seed, limit, target, shared: beat.shared }, beat, (report) => {
    if (report.type === "finding") finding(report);
    if (report.type === "end") counts = report.counts;
  });
  if (!ended) finding(await stuck(beat));
  return counts;
}

/** Runs the thread to its end. False: it made no progress and was ended. */
function thread(job: Job, beat: Beat, listen: (report: Report) => void): Promise<boolean> {
  const worker = new Worker(LOADER, { eval: true, workerData: job, execArgv: [] });
  return new Promise((resolve, reject) => {
    let runs = 0;
    let since = performance.now();
    let ended = true;
    const timer = setInterval(() => {
      if (beat.runs !== runs) {
        runs = beat.runs;
        since = performance.now();
      } else if (performance.now() - since > STUCK) {
        ended = false;
        void worker.terminate();
      }
    }, LOOK);
    worker.on("message", listen);
    worker.on("error", (error) => {
      clearInterval(timer);
      reject(error);
    });
    worker.on("exit", () => {
      clearInterval(timer);
      resolve(ended);
    });
  });
}

/** The input that did not end, and its steps until then. */
async function stuck(beat: Beat): Promise<FindingReport> {
  const { target: index, input } = beat.last;
  const target = allTargets()[index];
  const trace: string[] = [];
  const job: Job = { seed: 0, limit: { seconds: 0 }, target: target?.name, shared: new Beat().shared, replay: input };
  await thread(job, new Beat(), (report) => {
    if (report.type === "step") trace.push(report.line);
  });
  const message = `no end after ${STUCK / 1000} s`;
  return { target: target?.name ?? "", message, shown: target?.show(input) ?? "", input, trace };
}
