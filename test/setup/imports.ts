/** Follows the imports of AssemblyScript files, as asc resolves them. Paths are relative to the root of a checkout. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";

/** An import: the name as written, and the file or package that it leads to; undefined when there is none. */
export interface Import {
  name: string;
  target: string | undefined;
}

/** The imports and re-exports of one file. */
export function importsOf(root: string, file: string): Import[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), "utf8"));
  return importedFiles.map(({ fileName: name }) => ({ name, target: isFile(name) ? resolve(root, file, name) : name }));
}

/** Whether an imported name is a file of the checkout, not one of a package. */
export function isFile(name: string): boolean {
  return name.startsWith(".");
}

/** A relative name is the file itself or the index of a folder. */
function resolve(root: string, from: string, name: string): string | undefined {
  const base = join(dirname(from), name).replaceAll("\\", "/");
  const candidates = [`${base}.ts`, `${base}/index.ts`, base];
  return candidates.find((path) => path.endsWith(".ts") && existsSync(join(root, path)));
}

/** Whether a file imports another one, however far down; a file reaches itself. */
export function reaches(root: string, from: string, to: string): boolean {
  const seen = new Set([from]);
  for (const file of seen) {
    if (file === to) return true;
    for (const { name, target } of importsOf(root, file)) if (isFile(name) && target !== undefined) seen.add(target);
  }
  return false;
}
