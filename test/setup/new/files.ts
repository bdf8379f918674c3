/** The files of a new filter, made from template/: a filter called my-filter, with what only one half needs marked. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { editorFile, pretty, sourceOf } from "../gen/filter.ts";
import { readModel } from "../gen/model.ts";
import { withTable } from "../gen/readme.ts";
import { generateTexts } from "../gen/texts.ts";
import type { Half } from "../../../cli/cases/filter.ts";
import { kindOf } from "./name.ts";

const TEMPLATE = fileURLToPath(new URL("template", import.meta.url));
/** Files of the template that the other half has no use for. */
const UPSTREAM_ONLY = ["cases/mirrored.yaml"];

export interface NewFilter {
  /** Text of each file by its path in the filter's folder. */
  readonly files: ReadonlyMap<string, string>;
  /** What lies outside: path in the checkout and text. */
  readonly schema: readonly [path: string, text: string];
}

/** Makes all files of a filter, the generated ones too. */
export async function newFilter(name: string, half: Half): Promise<NewFilter> {
  const folder = `filters/${name}`;
  const files = new Map<string, string>();
  for (const entry of readdirSync(TEMPLATE, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const from = join(entry.parentPath, entry.name);
    const path = from.slice(TEMPLATE.length + 1).replaceAll("\\", "/");
    if (half !== "upstream" && UPSTREAM_ONLY.includes(path)) continue;
    const text = renamed(halved(readFileSync(from, "utf8"), half), name).replace('"HALF"', JSON.stringify(half));
    const to = renamed(path, name);
    files.set(to, to.endsWith(".md") ? text : await pretty(`${folder}/${to}`, text));
  }
  const model = readModel(JSON.parse(files.get("schema.json") ?? ""));
  files.set("README.md", withTable(files.get("README.md") ?? "", model) ?? "");
  files.set("schema.gen.ts", await sourceOf(folder, model));
  const texts = JSON.parse(files.get("texts.json") ?? "") as Record<string, string>;
  files.set("texts.gen.ts", await pretty(`${folder}/texts.gen.ts`, generateTexts(texts)));
  return { files, schema: await editorFile(model) };
}

/** The three spellings of the name. */
function renamed(text: string, name: string): string {
  return text
    .replaceAll("my-filter", name)
    .replaceAll("my_filter", name.replaceAll("-", "_"))
    .replaceAll("MyFilter", kindOf(name));
}

/** The text without the marks, and without what lies between those of the other half. */
function halved(text: string, half: Half): string {
  let skipping = false;
  const kept = text.split("\n").filter((line) => {
    const [, whose, end] = /^ *(?:\/\/|<!--) (downstream|upstream): (?:begin|(end))\b/.exec(line) ?? [];
    if (whose !== undefined) skipping = end === undefined && whose !== half;
    return whose === undefined && !skipping;
  });
  return kept.join("\n");
}
