/** All that is made from one schema.json. */
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { ROOT } from "../common.ts";
import { editorSchema } from "./editor.ts";
import type { Model } from "./model.ts";
import { generateSource } from "./source.ts";

/** A text in the format of the file that it will be. @param path in the checkout; the file need not exist */
export async function pretty(path: string, text: string): Promise<string> {
  const filepath = join(ROOT, path);
  return format(text, { ...(await resolveConfig(filepath)), filepath });
}

/** The source that Wasm reads. */
export function sourceOf(folder: string, model: Model): Promise<string> {
  return pretty(`${folder}/schema.gen.ts`, generateSource(model));
}

/** Where the schema of the filter's policy files is, and its text. */
export async function editorFile(model: Model): Promise<readonly [path: string, text: string]> {
  const path = `envoy/schemas/${model.kind}.json`;
  return [path, await pretty(path, JSON.stringify(editorSchema(model)))];
}
