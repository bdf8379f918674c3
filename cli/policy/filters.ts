/** Which kinds of documents there are: each filter folder's schema.json and what its convert.ts adds. No registry. */
import { existsSync, readFileSync } from "node:fs";
import { filterNames, findFilter, type Filter } from "../cases/filter.ts";
import { API_VERSION } from "./own.ts";
import { isObject, type Converter, type Json, type JsonObject } from "./types.ts";

const FILTERS = new URL("../../filters/", import.meta.url);

/** A filter with what its folder holds for this command. */
export interface KnownFilter {
  readonly filter: Filter;
  readonly schema: JsonObject;
  readonly converter: Converter;
}

/** What a document's apiVersion and kind stand for. */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly known: KnownFilter;
  /** Ours: `spec` is the filter's configuration as it stands. */
  readonly own: boolean;
}

const NOTHING: Converter = {
  kinds: [],
  compare: () => [],
  remarks: () => [],
};

/** All filters of this checkout, by folder name. */
export async function knownFilters(): Promise<KnownFilter[]> {
  const found: KnownFilter[] = [];
  for (const name of filterNames()) {
    const filter = findFilter(name);
    if (!filter) continue;
    const schema = JSON.parse(readFileSync(new URL(`${name}/schema.json`, FILTERS), "utf8")) as JsonObject;
    const converter = new URL(`${name}/convert.ts`, FILTERS);
    const code = existsSync(converter) ? ((await import(converter.href)) as Converter) : NOTHING;
    found.push({ filter, schema, converter: code });
  }
  return found;
}

/** All kinds of documents, ours first. */
export function kindsOf(filters: readonly KnownFilter[]): Kind[] {
  return filters.flatMap((known) => [
    { apiVersion: API_VERSION, kind: known.filter.kind, known, own: true },
    ...known.converter.kinds.map((native) => ({ ...native, known, own: false })),
  ]);
}

/** `value` with the defaults that its schema gives for what is absent. */
export function withDefaults(schema: Json | undefined, value: Json): Json {
  if (!isObject(schema) || !isObject(value) || !isObject(schema["properties"])) return value;
  const filled: Record<string, Json> = { ...value };
  for (const [key, rule] of Object.entries(schema["properties"])) {
    if (!isObject(rule)) continue;
    const given = filled[key] ?? rule["default"] ?? (isObject(rule["properties"]) ? {} : undefined);
    if (given !== undefined) filled[key] = withDefaults(rule, given);
  }
  return filled;
}
