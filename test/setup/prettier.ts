/** Prettier over the whole tree, as the lint checks it and `npm run format` applies it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { check, format, getFileInfo, resolveConfig } from "prettier";
import { globSync } from "tinyglobby";
import { ROOT } from "./common.ts";

const PATTERNS = ["**/*.{ts,mjs,js,json,yaml,yml}", ".prettierrc.json"];
const IGNORED = ["**/node_modules/**", "build/**", "coverage/**"];

/** What one pass over the tree found. Paths are relative to the root. */
export interface FormatResult {
  files: number;
  /** Files whose format is not prettier's; after a write, those that were changed. */
  different: string[];
  /** Files that prettier cannot read, each with its message in one line. */
  broken: string[];
}

/** Checks the format of every file, and rewrites those that differ when `write` is set. */
export async function runPrettier(write: boolean): Promise<FormatResult> {
  const result: FormatResult = { files: 0, different: [], broken: [] };
  for (const file of globSync(PATTERNS, { cwd: ROOT, ignore: IGNORED }).sort()) {
    const filepath = join(ROOT, file);
    const info = await getFileInfo(filepath, { ignorePath: join(ROOT, ".prettierignore") });
    if (info.ignored || info.inferredParser === null) continue;
    result.files++;
    const text = readFileSync(filepath, "utf8");
    const options = { ...(await resolveConfig(filepath)), filepath };
    try {
      if (await check(text, options)) continue;
      result.different.push(file);
      if (write) writeFileSync(filepath, await format(text, options));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      result.broken.push(`${file}: ${message.split("\n")[0]}`);
    }
  }
  return result;
}
