/** A throw-away copy of the checkout, so that an experiment leaves the tree alone. */
import { appendFileSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { capture, ROOT } from "./common.ts";

/**
 * Copies what git tracks and what it does not ignore, as it is now, and shares node_modules by a link. The copy is git's
 * too, with everything in the index, so that a test in it may ask what has changed, or make a copy of it.
 * @returns the folder, which goes when this process ends; undefined when the checkout is not git's
 */
export async function copyTree(): Promise<string | undefined> {
  const { failed, output } = await capture("git", ["-C", ROOT, "ls-files", "-z", "-co", "--exclude-standard"]);
  if (failed) return undefined;
  const copy = mkdtempSync(join(tmpdir(), "pointduty-mutate-"));
  process.on("exit", () => rmSync(copy, { recursive: true, force: true }));
  for (const file of output.split("\0").filter((name) => name !== "" && existsSync(join(ROOT, name)))) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    copyFileSync(join(ROOT, file), join(copy, file));
  }
  for (const args of [
    ["init", "--quiet"],
    ["add", "--all"],
  ]) {
    const made = await capture("git", ["-C", copy, ...args]);
    if (made.failed) throw new Error(`git ${args[0]} in a copy of the tree: ${made.output}`);
  }
  // The ignored name is that of a folder, and a link is none.
  appendFileSync(join(copy, ".git/info/exclude"), "/node_modules\n");
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  return copy;
}
