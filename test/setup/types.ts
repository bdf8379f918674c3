/** `npm run types`: the TypeScript compiler over the Node sources, the kit and the filters. For AssemblyScript it is a
 * second opinion; only asc decides. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { noArguments, ROOT } from "./common.ts";

const PROJECTS = ["tsconfig.json", "assembly/tsconfig.json", "filters/tsconfig.json"];

noArguments("types");
const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
let errors = 0;
for (const project of PROJECTS) {
  const { stdout, status } = spawnSync(process.execPath, [tsc, "-p", project, "--pretty", "false"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  process.stderr.write(stdout);
  const found = stdout.split("\n").filter((line) => line.includes("error TS")).length;
  errors += status === 0 ? 0 : Math.max(found, 1);
}
console.log(`types: ${errors} errors in ${PROJECTS.length} projects`);
process.exitCode = errors > 0 ? 1 : 0;
