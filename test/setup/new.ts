/**
 * `npm run new -- NAME [--half downstream|upstream]`: a filter to begin with in filters/NAME. It builds, and passes lint
 * and its own tests, as it is. Prints the files; exits 2, with one line and nothing written, when NAME can't be.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { filterNames, findFilter, type Half } from "../../cli/cases/filter.ts";
import { ROOT, say, usage } from "./common.ts";
import { nameProblem } from "./new/name.ts";

const HALVES: readonly Half[] = ["downstream", "upstream"];
const USAGE = `usage: npm run new -- NAME [--half ${HALVES.join("|")}]`;

function parseOptions(args: readonly string[]): { name: string; half: Half } {
  const names: string[] = [];
  let half: Half = "downstream";
  const queue = [...args];
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    if (arg === "--help") {
      console.log(USAGE);
      process.exit(0);
    } else if (arg === "--half") {
      const given = queue.shift() ?? "";
      half = HALVES.find((known) => known === given) ?? usage(`--half ${given}: allowed are ${HALVES.join(", ")}`);
    } else if (arg.startsWith("-")) usage(`unknown option ${arg}; ${USAGE}`);
    else names.push(arg);
  }
  const [name, more] = names;
  if (name === undefined || more !== undefined) usage(USAGE);
  const taken = filterNames().flatMap((folder) => findFilter(folder) ?? []);
  const problem = nameProblem(name, taken);
  if (problem !== undefined) usage(problem);
  return { name, half };
}

/** Writes the folder under another name first: no other process sees half of a filter. */
function writeFolder(folder: string, files: ReadonlyMap<string, string>): void {
  const temporary = join(ROOT, "build", `new.${process.pid}`);
  try {
    for (const [path, text] of files) {
      mkdirSync(dirname(join(temporary, path)), { recursive: true });
      writeFileSync(join(temporary, path), text);
    }
    renameSync(temporary, join(ROOT, folder));
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTEMPTY" || code === "EEXIST" || code === "ENOTDIR") usage(`${folder} is there already`);
    throw error;
  }
}

const { name, half } = parseOptions(process.argv.slice(2));
const folder = `filters/${name}`;
// Only now: what formats the files takes a second to load.
const { newFilter } = await import("./new/files.ts");
const { files, schema } = await newFilter(name, half);
writeFolder(folder, files);
const [path, text] = schema;
writeFileSync(join(ROOT, path), text);
for (const file of [...[...files.keys()].map((inside) => `${folder}/${inside}`), path].sort()) console.log(file);
say(`next: npm run check && npm test -- filters/${name}/; CONTRIBUTING.md ("A new filter") says what each file is for`);
