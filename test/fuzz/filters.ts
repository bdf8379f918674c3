/** The built filters, and what their local replies may be. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { findFilter, type Half } from "../../cli/cases/filter.ts";
import type { Schema } from "../module/config/oracle.ts";
import type { Json } from "../module/config/struct.ts";
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
  readonly half: Half;
  /** Policies of its case files: good ones, to begin with. */
  readonly policies: readonly Json[];
}

/** Local replies by filter. A filter that is not here may reply as the ABI allows. */
const REPLIES: Readonly<Record<string, Replies>> = {
  // It answers nothing itself.
  "header-routing": { statuses: [], details: /(?!)/ },
  "retry-budget": { statuses: [503, 504], details: /^retry_budget_exhausted$/ },
  authz: {
    statuses: Array.from({ length: 300 }, (_, i) => 300 + i),
    details: /^authz_denied\[(none|path|headers|facts|token|policy|[a-z0-9._-]+\/[a-z0-9._-]+\/\d+)\]$/,
  },
};

const ANY_REPLY: Replies = { statuses: Array.from({ length: 400 }, (_, i) => 200 + i), details: /^\S+$/ };

function policiesOf(name: string): Json[] {
  const folder = join(ROOT, "filters", name, "cases");
  if (!existsSync(folder)) return [];
  const documents = readdirSync(folder).flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), "utf8")));
  return documents.flatMap((document) => {
    const { policy } = (document as { toJSON(): { policy?: Json } }).toJSON();
    return policy === undefined ? [] : [policy];
  });
}

export function builtFilters(): Filter[] {
  const folder = join(ROOT, "build");
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".wasm")) : [];
  return files.map((file) => {
    const name = file.slice(0, -".wasm".length);
    const code = new Uint8Array(readFileSync(join(folder, file)));
    const schema = JSON.parse(readFileSync(join(ROOT, "filters", name, "schema.json"), "utf8")) as Schema;
    const half = findFilter(name)?.half ?? "downstream";
    return {
      ...{ name, code, module: new WebAssembly.Module(code), schema, half },
      replies: REPLIES[name] ?? ANY_REPLY,
      policies: policiesOf(name),
    };
  });
}
