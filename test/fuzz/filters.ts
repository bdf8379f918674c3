/** The built filters, and what their local replies may be. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Schema } from "../module/config/oracle.ts";
import { ROOT } from "../setup/common.ts";

export interface Replies {
  readonly statuses: readonly number[];
  readonly details: RegExp;
}

export interface Filter {
  /** Folder and module name. */
  readonly name: string;
  readonly code: Uint8Array<ArrayBuffer>;
  readonly module: WebAssembly.Module;
  readonly schema: Schema;
  readonly replies: Replies;
}

/** Local replies by filter. A filter that is not here may reply as the ABI allows. */
const REPLIES: Readonly<Record<string, Replies>> = {
  "retry-budget": { statuses: [503, 504], details: /^retry_budget_exhausted$/ },
};

const ANY_REPLY: Replies = { statuses: Array.from({ length: 400 }, (_, i) => 200 + i), details: /^\S+$/ };

export function builtFilters(): Filter[] {
  const folder = join(ROOT, "build");
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".wasm")) : [];
  return files.map((file) => {
    const name = file.slice(0, -".wasm".length);
    const code = new Uint8Array(readFileSync(join(folder, file)));
    const schema = JSON.parse(readFileSync(join(ROOT, "filters", name, "schema.json"), "utf8")) as Schema;
    return { name, code, module: new WebAssembly.Module(code), schema, replies: REPLIES[name] ?? ANY_REPLY };
  });
}
