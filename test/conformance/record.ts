/**
 * `npm run conformance:record`: asks the stock Envoy again and writes its answers where the module tests read them.
 * Prints for each probe how many cells were compared and where the offline host differs; exit 1 when it does.
 */
import { compileProbe } from "../module/host-probe.ts";
import { noArguments, say } from "../setup/common.ts";
import { DEFAULT_ENVOY, EnvoyError, resolveEnvoy } from "../setup/envoy.ts";
import { attemptsOfEnvoy } from "./attempts-envoy.ts";
import { attemptsOfHost } from "./attempts-host.ts";
import { cellsOfEnvoy } from "./cells-envoy.ts";
import { cellsOfHost } from "./cells-host.ts";
import { recordedFile, writeRecorded, type Probe } from "./recorded.ts";
import { compareSections, describe, isSame, withoutEmptyPieces, type Section } from "./sections.ts";

/** @returns number of differences */
function take(probe: Probe, envoy: Section[], host: Section[]): number {
  writeRecorded(probe, envoy);
  const { cells, differences } = compareSections(envoy.map(withoutEmptyPieces), host.map(withoutEmptyPieces));
  for (const difference of differences) say(describe(difference));
  process.stdout.write(`${recordedFile(probe)}: ${cells} cells compared, ${differences.length} differences\n`);
  return differences.length;
}

async function main(): Promise<number> {
  noArguments("conformance:record");
  try {
    await resolveEnvoy({ version: DEFAULT_ENVOY, log: say });
  } catch (error) {
    if (!(error instanceof EnvoyError)) throw error;
    say(error.message);
    return 3;
  }
  const [cells, attempts] = await Promise.all([compileProbe("cells"), compileProbe("attempts")]);
  const { sections } = await cellsOfEnvoy(cells, DEFAULT_ENVOY);
  const host = attemptsOfHost(attempts);
  const differences =
    take("cells", sections, cellsOfHost(cells)) +
    take("attempts", await attemptsOfEnvoy(attempts, DEFAULT_ENVOY, (one) => isSame(one, host)), host);
  return differences > 0 ? 1 : 0;
}

process.exitCode = await main();
