/** All targets, with their corpora. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../setup/common.ts";
import { builtFilters, type Filter } from "../filters.ts";
import type { Target } from "../target.ts";
import { callbacksTarget } from "./callbacks.ts";
import { configurationTarget } from "./configuration.ts";
import { pairsTarget } from "./pairs.ts";
import { requestsTarget } from "./requests.ts";
import { streamsTarget } from "./streams.ts";
import { verdictsTarget } from "./verdicts.ts";

/** Filters of which an oracle knows what is right. */
const WITH_ORACLE: Readonly<Record<string, (filter: Filter) => Target>> = { authz: verdictsTarget };

/** Folder of a target's corpus: inputs that found something, and good ones to begin with. */
export function corpusFolder(target: string): string {
  return join(ROOT, "test/fuzz/corpus", target);
}

export function corpus(target: string): Uint8Array[] {
  const folder = corpusFolder(target);
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names.map((name) => new Uint8Array(readFileSync(join(folder, name))));
}

export function allTargets(): Target[] {
  const targets: Target[] = [pairsTarget(corpus("pairs"))];
  for (const filter of builtFilters()) {
    const { name } = filter;
    targets.push(
      configurationTarget(filter, "text", corpus(`${name}/text`)),
      configurationTarget(filter, "struct", corpus(`${name}/struct`)),
      callbacksTarget(filter, corpus(`${name}/callbacks`)),
      filter.half === "upstream"
        ? streamsTarget(filter, corpus(`${name}/streams`))
        : requestsTarget(filter, corpus(`${name}/requests`)),
    );
    const verdicts = WITH_ORACLE[name];
    if (verdicts) targets.push(verdicts(filter));
  }
  return targets;
}
