/** Configurations for a schema: mostly right ones, so that a run gets past the first field. */
import { ownKeys, type Schema } from "../module/config/oracle.ts";
import type { Json } from "../module/config/struct.ts";
import { below, chance, pick, type Choices } from "./choices.ts";

/** Of 256 values, how many are not of their schema. */
const ODD = 8;

/** A value that keeps the schema, or nearly. */
export function value(schema: Schema, from: Choices): Json {
  if (chance(from, ODD)) return noise(from);
  if (schema.oneOf !== undefined) return value(schema.oneOf[below(from, schema.oneOf.length)] ?? {}, from);
  if (schema.enum !== undefined) return schema.enum[below(from, schema.enum.length)] ?? null;
  if (schema.type === "object") return object(schema, from);
  if (schema.type === "array") return Array.from({ length: below(from, 4) }, () => value(schema.items ?? {}, from));
  if (schema.type === "boolean") return below(from, 2) === 1;
  if (schema.type === "string") return text(schema, from);
  return number(schema, from);
}

function object(schema: Schema, from: Choices): Json {
  const out: Record<string, Json> = {};
  const own = ownKeys(schema);
  if (own !== undefined) {
    for (let left = below(from, 4); left > 0; left--)
      out[pick(from, ["a", "app", "", "a/b~", "\u00e9"])] = value(own, from);
    return out;
  }
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    const wanted = schema.required?.includes(key) ?? false;
    if (wanted ? !chance(from, ODD) : below(from, 2) === 1) out[key] = value(inner, from);
  }
  if (chance(from, ODD)) out[pick(from, ["Name", "kind", "", "a/b~", "\u00e9", "name "])] = noise(from);
  return out;
}

function text(schema: Schema, from: Choices): Json {
  if (schema.format === "duration") return `${1 + below(from, 60)}${pick(from, ["s", "s", "m", "ms", "h", ""])}`;
  return pick(from, ["shop", "a", "a-b.c", "x".repeat(63), "x".repeat(64), "UPPER", "-a", "\u{1f600}"]);
}

function number(schema: Schema, from: Choices): Json {
  const [least, greatest] = [Number(schema.minimum ?? 0), Number(schema.maximum ?? 1000)];
  if (chance(from, 32)) return pick(from, [least, greatest, least - 1, greatest + 1, least - 0.001, greatest + 0.0005]);
  return Math.min(least + below(from, 1000), greatest);
}

function noise(from: Choices): Json {
  return pick<Json>(from, [
    null,
    true,
    0,
    -1,
    1e300,
    5e-324,
    "",
    "503",
    "10s",
    [],
    {},
    [[]],
    { a: { a: {} } },
    0.1 + 0.2,
    "\ud800",
    "9".repeat(400),
  ]);
}

/** Text of a value, in a spelling that is not always JSON.stringify's. */
export function spell(json: Json, from: Choices): string {
  const plain = JSON.stringify(json);
  switch (below(from, 6)) {
    case 0:
      return plain.replace(/[a-z]/, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`);
    case 1:
      return JSON.stringify(json, null, pick(from, [" ", "\t", "\r\n"]));
    case 2:
      return plain.replace(/\d+/, (digits) => pick(from, [`${digits}.0`, `${digits}e0`, `0${digits}`, `-${digits}`]));
    case 3:
      // Deep nesting and repeated keys.
      return pick(from, ["[".repeat(2000), `{"a":`.repeat(500), `${plain.slice(0, -1)},"name":"b","name":"b"}`]);
    default:
      return plain;
  }
}
