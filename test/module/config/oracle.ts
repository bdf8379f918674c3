/**
 * A second opinion on configurations, for the differential test: it reads schema.json itself, works on parsed JSON values
 * and shares no code with the checker or with the generator of its table.
 */
import type { Json } from "./struct.ts";

interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** false, or the rule of every field of an object whose keys are the user's own. */
  readonly additionalProperties?: boolean | Schema;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly Json[];
  readonly default?: Json;
  readonly minimum?: number | string;
  readonly maximum?: number | string;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

export type { Schema };

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function step(key: string | number): string {
  return `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** Milliseconds of a duration; undefined: it is none. */
function millis(text: Json | undefined): number | undefined {
  if (typeof text !== "string") return undefined;
  const parts = text.match(/\d+(?:ms|[hms])/g) ?? [];
  if (parts.join("") !== text || parts.length < 1 || parts.length > 4) return undefined;
  let total = 0;
  for (const part of parts) {
    const digits = /^\d+/.exec(part)?.[0] ?? "";
    if (digits.length > 5) return undefined;
    const unit = part.slice(digits.length);
    total += Number(digits) * (unit === "h" ? 3600000 : unit === "m" ? 60000 : unit === "s" ? 1000 : 1);
  }
  return total;
}

/** Whether a double, as JSON.stringify writes it, has at most three decimals. */
function isDecimal(value: number): boolean {
  return /^-?\d+(\.\d{1,3})?$/.test(String(value));
}

function isMultiple(value: number, of: number): boolean {
  return Number.isInteger(Math.round(value * 1000) / Math.round(of * 1000));
}

/** The pointer of the first thing that is wrong with `value`, in document order; undefined: nothing is. */
export function firstError(schema: Schema, value: Json | undefined, pointer = ""): string | undefined {
  if (value === undefined) return pointer;
  if (schema.oneOf !== undefined) {
    return schema.oneOf.some((one) => firstError(one, value, pointer) === undefined) ? undefined : pointer;
  }
  if (schema.enum !== undefined) return schema.enum.includes(value) ? undefined : pointer;
  switch (schema.type) {
    case "object":
      return isObject(value) ? firstErrorInside(schema, value, pointer) : pointer;
    case "array": {
      if (!Array.isArray(value)) return pointer;
      if (value.length < (schema.minItems ?? 0) || value.length > (schema.maxItems ?? Infinity)) return pointer;
      for (const [i, item] of value.entries()) {
        const found = firstError(schema.items ?? {}, item, pointer + step(i));
        if (found !== undefined) return found;
      }
      return undefined;
    }
    case "boolean":
      return typeof value === "boolean" ? undefined : pointer;
    case "string":
      return typeof value === "string" && isString(schema, value) ? undefined : pointer;
    default: {
      if (typeof value !== "number" || !isDecimal(value)) return pointer;
      if (value < Number(schema.minimum) || value > Number(schema.maximum)) return pointer;
      const unit = schema.multipleOf ?? (schema.type === "integer" ? 1 : 0.001);
      return isMultiple(value, unit) ? undefined : pointer;
    }
  }
}

function isString(schema: Schema, value: string): boolean {
  if (schema.format === "name") return /^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/.test(value);
  if (schema.format === "duration") {
    const time = millis(value) ?? -1;
    return time >= (millis(schema.minimum as string) ?? 0) && time <= (millis(schema.maximum as string) ?? 0);
  }
  const bytes = new TextEncoder().encode(value).length;
  return bytes >= (schema.minLength ?? 0) && bytes <= (schema.maxLength ?? Infinity);
}

function firstErrorInside(
  schema: Schema,
  value: { readonly [key: string]: Json },
  pointer: string,
): string | undefined {
  const own = ownKeys(schema);
  if (own !== undefined) return firstErrorInMap(schema, own, value, pointer);
  const properties = schema.properties ?? {};
  for (const [key, inner] of Object.entries(value)) {
    const rule = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (rule === undefined) {
      // The whole resource is the problem, not its first field.
      return pointer === "" && Object.hasOwn(value, "apiVersion") ? "" : pointer + step(key);
    }
    const found = firstError(rule, inner, pointer + step(key));
    if (found !== undefined) return found;
  }
  const missing = Object.keys(properties).find((key) => schema.required?.includes(key) && !Object.hasOwn(value, key));
  return missing === undefined ? undefined : pointer + step(missing);
}

/** The rule of an object whose keys are the user's own; undefined for other objects. */
export function ownKeys({ additionalProperties: rule }: Schema): Schema | undefined {
  return typeof rule === "object" ? rule : undefined;
}

function firstErrorInMap(
  { minProperties = 0, maxProperties = Infinity }: Schema,
  rule: Schema,
  value: { readonly [key: string]: Json },
  pointer: string,
): string | undefined {
  const fields = Object.entries(value);
  if (fields.length < minProperties || fields.length > maxProperties) return pointer;
  for (const [key, inner] of fields) {
    const found = firstError(rule, inner, pointer + step(key));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A valid value as the canonical text has it: keys sorted, defaults filled in, durations in milliseconds. */
export function canonical(schema: Schema, value: Json): string {
  if (schema.oneOf !== undefined || schema.enum !== undefined) return quote(String(value));
  const own = ownKeys(schema);
  if (own !== undefined && isObject(value)) {
    const fields = Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return `{${fields.map(([key, inner]) => `${quote(key)}:${canonical(own, inner)}`).join(",")}}`;
  }
  if (schema.type === "object" && isObject(value)) {
    const properties = schema.properties ?? {};
    const parts = Object.keys(properties)
      .sort()
      .flatMap((key) => {
        const rule = properties[key] ?? {};
        const given = Object.hasOwn(value, key) ? value[key] : standard(rule);
        return given === undefined ? [] : [`${quote(key)}:${canonical(rule, given)}`];
      });
    return `{${parts.join(",")}}`;
  }
  if (schema.type === "array" && Array.isArray(value)) {
    return `[${value.map((item: Json) => canonical(schema.items ?? {}, item)).join(",")}]`;
  }
  if (schema.format === "duration") return String(millis(value));
  return typeof value === "string" ? quote(value) : String(Object.is(value, -0) ? 0 : value);
}

/** What an absent field is: its default, or an empty object that is filled in because of the defaults inside it. */
function standard(schema: Schema): Json | undefined {
  if (schema.default !== undefined) return schema.default;
  if (schema.type !== "object" || (schema.required ?? []).length > 0) return undefined;
  return Object.values(schema.properties ?? {}).some((inner) => standard(inner) !== undefined) ? {} : undefined;
}

function quote(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
