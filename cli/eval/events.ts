/** Event files: what a proxy's attempts did, one JSON object a line, in the order of time. */
import type { JsonObject } from "../policy/types.ts";
import { readLines, shown, type BadLine } from "./lines.ts";

/** One line. */
export interface Event {
  readonly line: number;
  /** The line's own `id`, else its number. */
  readonly id: string | number;
  /** Milliseconds from the start. */
  readonly t: number;
  readonly op: "request" | "response" | "reset" | "tick";
  readonly stream: string;
  /** Undefined: the next one (request), or the only one that runs. */
  readonly attempt: number | undefined;
  readonly status: number;
  readonly worker: number;
  /** Name of cluster, route and virtual host. */
  readonly key: string;
}

const FIELDS = ["id", "t", "op", "stream", "attempt", "status", "worker", "key"];
const OPS = ["request", "response", "reset", "tick"] as const;
/** A month: ticks run all the time, also where nothing happens. */
const LAST_MS = 31 * 24 * 3_600_000;
const LAST_WORKER = 63;

/** The lines of a file. Empty ones are left out. */
export function readEvents(text: string): (Event | BadLine)[] {
  let last = 0;
  return readLines(text, FIELDS, (value, line) => {
    const event = readEvent(value, line, last);
    if (typeof event !== "string") last = event.t;
    return event;
  });
}

/** An event, or what is wrong with the line. */
function readEvent(value: JsonObject, line: number, last: number): Event | string {
  const op = OPS.find((name) => name === value["op"]);
  if (op === undefined) return `op: ${shown(value["op"])}; one of: ${OPS.join(", ")}`;
  const numbers = {
    t: number(value, "t", 0, LAST_MS, undefined),
    attempt: number(value, "attempt", 1, 1000, 0),
    status: number(value, "status", 100, 599, op === "response" ? undefined : 0),
    worker: number(value, "worker", 0, LAST_WORKER, 0),
  };
  for (const found of Object.values(numbers)) if (typeof found === "string") return found;
  const { t, attempt, status, worker } = numbers as Readonly<Record<keyof typeof numbers, number>>;
  if (t < last) return `t: ${t} is before the line above (${last}); allowed: lines in the order of time`;
  const stream = value["stream"] ?? "";
  if (typeof stream !== "string" && typeof stream !== "number") return "stream: allowed: a text or a number";
  if (stream === "" && op !== "tick") return `stream: missing, but a ${op} needs it`;
  const key = value["key"] ?? "default";
  if (typeof key !== "string" || key === "") return "key: allowed: a name";
  const id = value["id"] ?? line;
  if (typeof id !== "string" && typeof id !== "number") return "id: allowed: a text or a number";
  return { line, id, t, op, stream: String(stream), attempt: attempt === 0 ? undefined : attempt, status, worker, key };
}

/** A field's number, or what is wrong with it. Only `t` may be a fraction. */
function number(value: JsonObject, key: string, least: number, most: number, absent: number | undefined) {
  const given = value[key];
  if (given === undefined && absent !== undefined) return absent;
  const fits = typeof given === "number" && given >= least && given <= most && (key === "t" || Number.isInteger(given));
  const kind = key === "t" ? "a number" : "a whole number";
  return fits ? given : `${key}: ${shown(given)}; allowed: ${kind} from ${least} to ${most}`;
}
