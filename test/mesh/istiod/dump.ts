/** Compares what two config dumps of one Envoy say, resource by resource. Pure. */
import { isObject, type Json, type JsonObject } from "../../../cli/policy/types.ts";

/** What differs without anything having changed: versions, times, and listeners that are on their way out. */
const PASSING = new Set(["version_info", "last_updated", "draining_state"]);

/** The resources of a dump by kind and name: `dynamic_listeners 0.0.0.0_80`. */
export type Resources = ReadonlyMap<string, Json>;

export function resourcesOf(dump: unknown): Resources {
  const found = new Map<string, Json>();
  const add = (kind: string, value: Json): void => {
    const name = `${kind} ${nameOf(value)}`.trim();
    let key = name;
    for (let n = 2; found.has(key); n++) key = `${name} #${n}`;
    found.set(key, value);
  };
  for (const section of isObject(dump) && Array.isArray(dump["configs"]) ? (dump["configs"] as Json[]) : []) {
    for (const [kind, value] of Object.entries(isObject(section) ? section : {})) {
      if (kind === "@type" || PASSING.has(kind)) continue;
      if (!Array.isArray(value)) add(kind, lasting(value));
      else {
        // Envoy lists them in no order.
        const entries = (value as Json[]).map(lasting).sort((a, b) => (text(a) < text(b) ? -1 : 1));
        for (const entry of entries) if (!isGone(entry)) add(kind, entry);
      }
    }
  }
  return found;
}

/** A place where two dumps differ. */
export interface Difference {
  /** Kind and name of the resource. */
  resource: string;
  /** JSON pointer into it; "": all of it. */
  at: string;
  /** undefined: not there. */
  before: Json | undefined;
  after: Json | undefined;
}

export function differences(before: Resources, after: Resources): Difference[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((resource) => {
    const places: Difference[] = [];
    compare(before.get(resource), after.get(resource), "", (at, b, a) => {
      places.push({ resource, at, before: b, after: a });
    });
    return places;
  });
}

function compare(
  before: Json | undefined,
  after: Json | undefined,
  at: string,
  report: (at: string, before: Json | undefined, after: Json | undefined) => void,
): void {
  if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(before[key], after[key], `${at}/${key}`, report);
    }
  } else if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    before.forEach((value: Json, index) => compare(value, after[index] as Json, `${at}/${index}`, report));
  } else if (text(before) !== text(after)) report(at, before, after);
}

function text(value: Json | undefined): string {
  return JSON.stringify(value) ?? "";
}

function lasting(value: Json): Json {
  if (Array.isArray(value)) return (value as Json[]).map(lasting);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([key]) => !PASSING.has(key));
  return Object.fromEntries(entries.map(([key, inner]) => [key, lasting(inner)]));
}

/** A listener of which only its draining state was there. */
function isGone(entry: Json): boolean {
  return isObject(entry) && Object.keys(entry).join() === "name";
}

function nameOf(value: Json): string {
  if (!isObject(value)) return "";
  if (typeof value["name"] === "string") return value["name"];
  const inner = Object.values(value).find((part): part is JsonObject => isObject(part) && "name" in part);
  return inner === undefined ? "" : nameOf(inner);
}
