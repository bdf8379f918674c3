/**
 * The rule of the tree: a filter's policy.ts and config.ts are pure. Neither they nor what they import, however far down,
 * reach the host: assembly/abi or proxy-runtime.
 */
import { globSync } from "tinyglobby";
import { importsOf, isFile } from "./imports.ts";

const PURE_FILES = "filters/*/{policy,config}.ts";
const HOST_FOLDER = "assembly/abi/";
const HOST_PACKAGE = "@solo-io/";

/**
 * Follows the imports of every pure file.
 * @param root folder of the checkout
 * @returns one line per pure file that reaches the host or imports a missing file, with the chain that leads there
 */
export function checkImports(root: string): string[] {
  return globSync(PURE_FILES, { cwd: root })
    .sort()
    .flatMap((file) => checkFile(root, file));
}

/** Breadth first, so that the shortest chain is named. */
function checkFile(root: string, start: string): string[] {
  const chains = [[start]];
  const seen = new Set([start]);
  for (let chain = chains.shift(); chain !== undefined; chain = chains.shift()) {
    const file = chain.at(-1) ?? start;
    for (const { name, target } of importsOf(root, file)) {
      if (target === undefined) return [`${file} imports ${name}, which does not exist`];
      const next = [...chain, target];
      if (target.startsWith(HOST_FOLDER) || target.startsWith(HOST_PACKAGE)) {
        return [`${start} must not reach the host: ${next.join(" -> ")}`];
      }
      if (!isFile(name) || seen.has(target)) continue;
      seen.add(target);
      chains.push(next);
    }
  }
  return [];
}
