/**
 * The suite itself, inside the namespace: `run.ts FOLDER`, the folder of the built control plane. A line on stdout for each
 * check, the counts last. Exit codes as for npm test.
 */
import { countsLine, noCounts } from "../../setup/counts.ts";
import { say } from "../../setup/common.ts";
import { CHECKS, POLICY, protocols } from "./checks.ts";
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
  const mesh = await startMesh(process.argv[2] ?? "");
  try {
    await protocols(mesh);
    const before = resourcesOf(await mesh.envoy.configDump());
    for (const { state, run } of CHECKS) {
      const name = `istiod ${POLICY} ${state}`;
      try {
        await run(mesh, before);
        counts.passed++;
        process.stdout.write(`${name} passed\n`);
      } catch (error) {
        counts.failed++;
        process.stdout.write(`${name} FAILED\n`);
        say((error as Error).message);
      }
    }
  } finally {
    await mesh.stop();
  }
  process.stdout.write(`${countsLine(counts)}\n`);
  return counts.failed > 0 ? 1 : 0;
}

process.exitCode = await main();
