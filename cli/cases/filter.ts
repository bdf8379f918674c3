/** Where filters are found: `filters/<name>/schema.json` says what a filter is, `build/<name>.wasm` is its module. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export type Half = "downstream" | "upstream";
export type Traffic = "inbound" | "outbound";

export interface Filter {
  readonly name: string;
  /** Kind of its policies. */
  readonly kind: string;
  /** Which side of the router it runs on. */
  readonly half: Half;
  /** Which requests of a workload it is for: those that it receives, or those that it sends. */
  readonly traffic: Traffic;
  /** Its place among the filters of its half: lower ones see a request first. */
  readonly order: number;
  /** The native filter that stands in while no valid policy was ever received. */
  readonly standIn: string;
  /** Whether it reads the facts document. */
  readonly facts: boolean;
  /** Whether it steers by headers of its own, which nobody else may send. */
  readonly steers: boolean;
  /** Whether its configuration carries the policy's name. */
  readonly named: boolean;
}

interface FilterSchema {
  readonly title?: string;
  readonly required?: readonly string[];
  readonly "x-pointduty": {
    readonly half: Half;
    readonly traffic?: Traffic;
    readonly order: number;
    readonly default: string;
    readonly facts?: boolean;
    readonly steers?: boolean;
  };
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Names of all filters of this checkout, sorted. */
export function filterNames(): string[] {
  const folder = join(ROOT, "filters");
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "schema.json")))
    .sort();
}

/** A filter by its folder name; undefined when there is none. */
export function findFilter(name: string): Filter | undefined {
  if (!filterNames().includes(name)) return undefined;
  const schema = JSON.parse(readFileSync(join(ROOT, "filters", name, "schema.json"), "utf8")) as FilterSchema;
  const { half, traffic, order, default: standIn, facts = false, steers = false } = schema["x-pointduty"];
  return {
    name,
    kind: schema.title ?? "",
    half,
    traffic: traffic ?? (half === "upstream" ? "outbound" : "inbound"),
    order,
    standIn,
    facts,
    steers,
    named: schema.required?.includes("name") ?? false,
  };
}

/** The built module's bytes. Throws an Error with one line for the user when it was not built. */
export function moduleOf(filter: string): Uint8Array {
  const file = join(ROOT, "build", `${filter}.wasm`);
  if (!existsSync(file)) throw new Error(`build/${filter}.wasm is missing: run npm run build`);
  return readFileSync(file);
}
