/**
 * The suite itself, inside the namespace: `run.ts FOLDER`, the folder of the built control plane. A line on stdout for each
 * check, the counts last. Exit codes as for npm test.
 */
import { countsLine, noCounts, type Counts } from "../../setup/counts.ts";
import { say } from "../../setup/common.ts";
import { AUTHZ } from "./authz-checks.ts";
import { RETRY_BUDGET } from "./checks.ts";
import { makeNetwork } from "./network.ts";
import { HEADER_ROUTING } from "./routing-checks.ts";
import type { Suite } from "./suite.ts";

const SUITES = [RETRY_BUDGET, AUTHZ, HEADER_ROUTING];

async function runSuite({ policy, start }: Suite, counts: Counts): Promise<void> {
  const count = async (state: string, run: () => Promise<void>): Promise<void> => {
    const error = await run().then(
      () => undefined,
      (error: Error) => error,
    );
    counts[error === undefined ? "passed" : "failed"]++;
    process.stdout.write(`istiod ${policy} ${state} ${error === undefined ? "passed" : "FAILED"}\n`);
    if (error !== undefined) say(error.message);
  };
  try {
    const { checks, stop } = await start(process.argv[2] ?? "");
    for (const { state, run } of checks) await count(state, run);
    await count("end", stop);
  } catch (error) {
    await count("start", () => Promise.reject(error));
  }
}

async function main(): Promise<number> {
  const problem = await makeNetwork();
  if (problem !== undefined) {
    say(`test:mesh istiod could not run here: ${problem}`);
    return 3;
  }
  const counts = noCounts();
  for (const suite of SUITES) await runSuite(suite, counts);
  process.stdout.write(`${countsLine(counts)}\n`);
  return counts.failed > 0 ? 1 : 0;
}

process.exitCode = await main();
