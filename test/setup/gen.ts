/**
 * `npm run gen`: makes from each schema.json what depends on it: the table and constants for Wasm (schema.gen.ts beside
 * it), the table in the filter's README, and the schema that editors load (envoy/schemas/<kind>.json); and from each
 * texts.json (assembly, assembly/config and filters) the texts that stand in static memory. With `--check` it writes nothing, names
 * each file that is stale, and exits 1 if there is one.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT, say, usage } from "./common.ts";
import { editorFile, pretty, sourceOf } from "./gen/filter.ts";
import { readModel, SchemaError } from "./gen/model.ts";
import type { Model } from "./gen/model.ts";
import { emptyReadme, withTable } from "./gen/readme.ts";
import { generateTexts } from "./gen/texts.ts";

/** A schema of all keywords, for the tests of the checker: it has neither README nor policy files. */
const PROBE = "test/module/probes/config";

/** A problem of the sources, already worded for the user. */
class Problem extends Error {}

function readSchema(folder: string): Model {
  const path = `${folder}/schema.json`;
  try {
    return readModel(JSON.parse(readFileSync(join(ROOT, path), "utf8")));
  } catch (error) {
    if (error instanceof SchemaError || error instanceof SyntaxError) throw new Problem(`${path}: ${error.message}`);
    throw error;
  }
}

/** All generated files of one schema by their path in the checkout. */
async function generate(folder: string): Promise<Map<string, string>> {
  const model = readSchema(folder);
  const files = new Map<string, string>();
  files.set(`${folder}/schema.gen.ts`, await sourceOf(folder, model));
  if (folder === PROBE) return files;
  const readme = `${folder}/README.md`;
  const old = existsSync(join(ROOT, readme)) ? readFileSync(join(ROOT, readme), "utf8") : emptyReadme(folder.slice(8));
  const fresh = withTable(old, model);
  if (fresh === undefined)
    throw new Problem(`${readme}: no <!-- configuration --> and <!-- /configuration --> markers`);
  files.set(readme, fresh);
  files.set(...(await editorFile(model)));
  return files;
}

/** The fixed texts of a folder that has a texts.json: the configuration reader's, and those of filters. */
async function generateFixedTexts(folder: string): Promise<Map<string, string>> {
  const source = `${folder}/texts.json`;
  if (!existsSync(join(ROOT, source))) return new Map();
  const texts = JSON.parse(readFileSync(join(ROOT, source), "utf8")) as Record<string, string>;
  const path = `${folder}/texts.gen.ts`;
  try {
    return new Map([[path, await pretty(path, generateTexts(texts))]]);
  } catch (error) {
    if (error instanceof RangeError) throw new Problem(`${source}: ${error.message}`);
    throw error;
  }
}

function filterFolders(): string[] {
  const names = readdirSync(join(ROOT, "filters")).sort();
  return names.map((name) => `filters/${name}`).filter((folder) => existsSync(join(ROOT, folder, "schema.json")));
}

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const check = args[0] === "--check";
  if (args.length > (check ? 1 : 0)) usage(`usage: npm run gen [-- --check]; unknown: ${args.join(" ")}`);
  const generated: Map<string, string>[] = [];
  for (const folder of ["assembly", "assembly/config", ...filterFolders()])
    generated.push(await generateFixedTexts(folder));
  for (const folder of [...filterFolders(), PROBE]) generated.push(await generate(folder));
  let stale = 0;
  for (const [path, text] of generated.flatMap((files) => [...files])) {
    const file = join(ROOT, path);
    if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
    stale++;
    say(check ? `${path} is stale: run npm run gen` : `${path} written`);
    if (check) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return check && stale > 0 ? 1 : 0;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    if (!(error instanceof Problem)) throw error;
    say(error.message);
    process.exitCode = 1;
  },
);
