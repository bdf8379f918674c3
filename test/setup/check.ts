/** `npm run check`: what needs no test run: lint, types, and that the generated files are up to date. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { noArguments, ROOT } from "./common.ts";

const STEPS = [["lint.ts"], ["types.ts"], ["gen.ts", "--check"]];

noArguments("check");
const failed: string[] = [];
for (const [file = "", ...args] of STEPS) {
  const options = ["--import", "tsx", join(ROOT, "test/setup", file), ...args];
  const { status } = spawnSync(process.execPath, options, { cwd: ROOT, stdio: "inherit" });
  if (status !== 0) failed.push([file.replace(/\.ts$/, ""), ...args].join(" "));
}
console.log(failed.length === 0 ? "check: all well" : `check: failed: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;
