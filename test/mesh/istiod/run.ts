/**
 * The suite itself, inside the namespace: `run.ts FOLDER`, the folder of the built control plane. A line on stdout for each
 * check, the counts last. Exit codes as for npm test.
 */
import { countsLine, noCounts } from "../../setup/counts.ts";
import { say } from "../../setup/common.ts";
import { CHECKS, POLICY } from "./checks.ts";
import { resourcesOf } from "./dump.ts";
import { startMesh } from "./mesh.ts";
import { makeNetwork } from "./network.ts";

async function main(): Promise<number> {
  const problem = await makeNetwork();
  if (problem !== undefined) {
    say(`test:mesh istiod could not run here: ${problem}`);
    return 3;
  }
  const counts = noCounts();
  const count = async (state: string, run: () => Promise<void>): Promise<void> => {
    const error = await run().then(
      () => undefined,
      (error: Error) => error,
    );
    counts[error === undefined ? "passed" : "failed"]++;
    process.stdout.write(`istiod ${POLICY} ${state} ${error === undefined ? "passed" : "FAILED"}\n`);
    if (error !== undefined) say(error.message);
  };
  try {
    const mesh = await startMesh(process.argv[2] ?? "");
    const before = resourcesOf(await mesh.envoy.configDump());
    for (const { state, run } of CHECKS) await count(state, () => run(mesh, before));
    await count("end", () => mesh.stop());
  } catch (error) {
    await count("start", () => Promise.reject(error));
  }
  process.stdout.write(`${countsLine(counts)}\n`);
  return counts.failed > 0 ? 1 : 0;
}

process.exitCode = await main();
