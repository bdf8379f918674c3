/**
 * The rule of the tree: a filter's policy.ts and config.ts are pure. Neither they nor what they import, however far down,
 * reach the host: assembly/abi or proxy-runtime.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { globSync } from "tinyglobby";
import ts from "typescript";

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
    for (const name of importsOf(join(root, file))) {
      const target = name.startsWith(".") ? resolve(root, file, name) : name;
      if (target === undefined) return [`${file} imports ${name}, which does not exist`];
      const next = [...chain, target];
      if (target.startsWith(HOST_FOLDER) || target.startsWith(HOST_PACKAGE)) {
        return [`${start} must not reach the host: ${next.join(" -> ")}`];
      }
      if (!name.startsWith(".") || seen.has(target)) continue;
      seen.add(target);
      chains.push(next);
    }
  }
  return [];
}

function importsOf(file: string): string[] {
  return ts.preProcessFile(readFileSync(file, "utf8")).importedFiles.map((item) => item.fileName);
}

/** asc's resolution of a relative name: the file itself, or the index of a folder. Paths are relative to the root. */
function resolve(root: string, from: string, name: string): string | undefined {
  const base = join(dirname(from), name).replaceAll("\\", "/");
  const candidates = [`${base}.ts`, `${base}/index.ts`, base];
  return candidates.find((path) => path.endsWith(".ts") && existsSync(join(root, path)));
}
