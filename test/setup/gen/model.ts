/** A filter's schema.json, checked for the keywords that the kit supports, as rules that every generator reads. */
import { STAND_IN_NAMES } from "../../../cli/render/stand-in.ts";
import { parseDuration } from "./duration.ts";

/** Numbers are exact in thousandths up to here, in JSON text as in a double (assembly/config/number.ts). */
const LARGEST = 9007199254740.991;

interface Common {
  readonly description: string;
  /** Words for what is allowed, after "is not allowed:". */
  readonly allowed: string;
}
export interface ObjectRule extends Common {
  readonly type: "object";
  readonly fields: readonly Field[];
}
/** An object with keys of the user's own, such as labels. */
export interface MapRule extends Common {
  readonly type: "map";
  readonly least: number;
  readonly most: number;
  readonly items: Rule;
}
export interface ListRule extends Common {
  readonly type: "list";
  readonly least: number;
  readonly most: number;
  readonly items: Rule;
}
export interface NumberRule extends Common {
  readonly type: "number";
  readonly whole: boolean;
  readonly least: number;
  readonly greatest: number;
  readonly step: number;
  /** How `allowed` ends: what is said of decimals or multiples. */
  readonly detail: string;
}
export interface EnumRule extends Common {
  readonly type: "enum";
  readonly values: readonly EnumValue[];
}
/** One value of an enum; a oneOf may allow it as a string, as a number or both. */
export interface EnumValue {
  readonly text: string;
  asString: boolean;
  asNumber: boolean;
}
export interface PeriodRule extends Common {
  readonly type: "period";
  /** Bounds as the schema writes them, and in milliseconds. */
  readonly minimum: string;
  readonly maximum: string;
  readonly least: number;
  readonly greatest: number;
}
export interface TextRule extends Common {
  readonly type: "text";
  readonly least: number;
  readonly most: number;
}
export interface PlainRule extends Common {
  readonly type: "name" | "switch";
}
export type Rule = ObjectRule | MapRule | ListRule | NumberRule | EnumRule | PeriodRule | TextRule | PlainRule;

export interface Field {
  readonly key: string;
  readonly rule: Rule;
  readonly required: boolean;
  /** The value of an absent field; undefined: it stays absent. */
  readonly default: unknown;
}

export interface Model {
  /** Kind of the policy file. */
  readonly kind: string;
  /** Which side of the router the filter runs on. */
  readonly half: "downstream" | "upstream";
  /** Most bytes of a configuration. */
  readonly sizeLimit: number;
  /** Most bytes of the built module. */
  readonly moduleLimit: number;
  /** The schema states the limit: bytes come before calls that are inlined. */
  readonly small: boolean;
  readonly root: ObjectRule;
}

/** A schema that the kit can't serve; the message begins with the JSON pointer of the place in schema.json. */
export class SchemaError extends Error {}

type Json = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One place in the schema: its value and its pointer. */
class Place {
  readonly value: Json;
  readonly pointer: string;
  constructor(value: unknown, pointer: string) {
    this.pointer = pointer;
    this.value = isRecord(value) ? value : this.fail("", "must be an object");
  }

  fail(keyword: string, message: string): never {
    throw new SchemaError(`${this.pointer}${keyword === "" ? "" : `/${keyword}`}: ${message}`);
  }

  child(...steps: readonly (string | number)[]): Place {
    let value: unknown = this.value;
    for (const step of steps) value = (value as Record<string | number, unknown> | undefined)?.[step];
    return new Place(value, [this.pointer, ...steps.map(escapeStep)].join("/"));
  }

  /** Refuses keywords that mean nothing here: a constraint that nobody checks is worse than none. */
  only(keywords: readonly string[]): void {
    for (const keyword of Object.keys(this.value)) {
      if (!keywords.includes(keyword))
        this.fail(escapeStep(keyword), `not supported here; allowed: ${keywords.join(", ")}`);
    }
  }

  string(keyword: string): string {
    const value = this.value[keyword];
    return typeof value === "string" && value !== "" ? value : this.fail(keyword, "must be a string that is not empty");
  }

  /** Every property has a description (readObject asks for it); the items of a list may do without. */
  get description(): string {
    return this.value["description"] === undefined ? "" : this.string("description");
  }

  oneOf<T extends string>(keyword: string, allowed: readonly T[]): T {
    const value = allowed.find((known) => known === this.value[keyword]);
    return value ?? this.fail(keyword, `must be one of ${allowed.join(", ")}`);
  }

  whole(keyword: string, least: number, greatest: number, fallback?: number): number {
    const value = this.number(keyword, least, greatest, fallback);
    return Number.isInteger(value) ? value : this.fail(keyword, "must be a whole number");
  }

  number(keyword: string, least: number, greatest: number, fallback?: number): number {
    const value = this.value[keyword] ?? fallback;
    const good = typeof value === "number" && value >= least && value <= greatest;
    return good && isThousandths(value) ? value : this.fail(keyword, `must be a number from ${least} to ${greatest}`);
  }
}

/** Bytes that a module may have when its schema sets no limit. */
export const DEFAULT_MODULE_LIMIT = 40 * 1024;

function escapeStep(step: string | number): string {
  return String(step).replaceAll("~", "~0").replaceAll("/", "~1");
}

function isThousandths(value: number): boolean {
  return Math.round(value * 1000) / 1000 === value;
}

const ANNOTATIONS = ["description", "default"];

/** Reads the content of a schema.json. Throws SchemaError. */
export function readModel(schema: unknown): Model {
  const place = new Place(schema, "");
  place.only([
    "$schema",
    "title",
    "description",
    "x-pointduty",
    "type",
    "additionalProperties",
    "required",
    "properties",
  ]);
  const own = place.child("x-pointduty");
  own.only(["half", "traffic", "order", "default", "facts", "steers", "sizeLimit", "moduleLimit"]);
  if (place.value["type"] !== "object") place.fail("type", 'must be "object"');
  const kind = place.string("title");
  if (!/^[A-Z][A-Za-z0-9]*$/.test(kind)) place.fail("title", "must be a kind such as RetryBudget");
  const sizeLimit = own.whole("sizeLimit", 1, 1048576);
  const half = own.oneOf("half", ["downstream", "upstream"]);
  if (own.value["traffic"] !== undefined) own.oneOf("traffic", ["inbound", "outbound"]);
  own.whole("order", 0, 1000);
  for (const flag of ["facts", "steers"]) {
    const value = own.value[flag];
    if (value !== undefined && typeof value !== "boolean") own.fail(flag, "must be true or false");
  }
  own.oneOf("default", STAND_IN_NAMES);
  const moduleLimit = own.whole("moduleLimit", 1, 1048576, DEFAULT_MODULE_LIMIT);
  const small = own.value["moduleLimit"] !== undefined;
  return { kind, half, sizeLimit, moduleLimit, small, root: readObject(place) };
}

function readRule(place: Place): Rule {
  const { value } = place;
  if ("oneOf" in value || "enum" in value) return readEnum(place);
  switch (value["type"]) {
    case "object":
      if (isRecord(value["additionalProperties"])) return readMap(place);
      place.only([...ANNOTATIONS, "type", "additionalProperties", "required", "properties"]);
      return readObject(place);
    case "array":
      return readList(place);
    case "number":
    case "integer":
      return readNumber(place, value["type"] === "integer");
    case "string":
      return readString(place);
    case "boolean":
      place.only([...ANNOTATIONS, "type"]);
      return { type: "switch", allowed: "true or false", description: place.description };
    default:
      return place.fail("type", "must be object, array, string, number, integer or boolean");
  }
}

function readObject(place: Place): ObjectRule {
  const { value } = place;
  if (value["additionalProperties"] !== false)
    place.fail("additionalProperties", "must be false or, for keys of the user's own, a schema");
  const properties = place.child("properties");
  const keys = Object.keys(properties.value);
  const required = value["required"] ?? [];
  if (!Array.isArray(required)) place.fail("required", "must be a list");
  for (const key of required) if (!keys.includes(key)) place.fail("required", `no such property: ${key}`);
  if (keys.length === 0 || keys.length > 64) place.fail("properties", "must be 1 to 64 properties");
  const fields = keys.map((key): Field => {
    const child = properties.child(key);
    if (!/^[A-Za-z][A-Za-z0-9]*$/.test(key)) child.fail("", "a property's name is letters and digits");
    child.string("description");
    const rule = readRule(child);
    const isRequired = required.includes(key);
    const given = child.value["default"];
    if (given !== undefined && isRequired) child.fail("default", "a required property has no default");
    if (given !== undefined && !accepts(rule, given)) child.fail("default", `is not allowed: ${rule.allowed}`);
    return { key, rule, required: isRequired, default: given ?? (isRequired ? undefined : impliedDefault(rule)) };
  });
  return { type: "object", fields, allowed: "an object", description: place.description };
}

/** An absent object whose fields have defaults is an empty one: so its defaults are filled in too. */
function impliedDefault(rule: Rule): unknown {
  if (rule.type !== "object" || rule.fields.some((field) => field.required)) return undefined;
  return rule.fields.some((field) => field.default !== undefined) ? {} : undefined;
}

function readMap(place: Place): MapRule {
  place.only([...ANNOTATIONS, "type", "additionalProperties", "minProperties", "maxProperties"]);
  const least = place.number("minProperties", 0, 65535, 0);
  const most = place.number("maxProperties", least, 65535);
  const items = readRule(place.child("additionalProperties"));
  const allowed = `an object of ${least} to ${most} fields`;
  return { type: "map", least, most, items, allowed, description: place.description };
}

function readList(place: Place): ListRule {
  place.only([...ANNOTATIONS, "type", "items", "minItems", "maxItems"]);
  const least = place.number("minItems", 0, 65535, 0);
  const most = place.number("maxItems", least, 65535);
  const allowed = `a list of ${least} to ${most} items`;
  const items = readRule(place.child("items"));
  return { type: "list", least, most, items, allowed, description: place.description };
}

function readNumber(place: Place, whole: boolean): NumberRule {
  place.only([...ANNOTATIONS, "type", "minimum", "maximum", "multipleOf"]);
  const least = place.number("minimum", -LARGEST, LARGEST);
  const greatest = place.number("maximum", least, LARGEST);
  const step = place.number("multipleOf", whole ? 1 : 0.001, LARGEST, whole ? 1 : 0.001);
  if (whole && !Number.isInteger(step)) place.fail("multipleOf", "must be an integer");
  const kind = Number.isInteger(step) ? "a whole number" : "a number";
  const decimals = [1, 0.1, 0.01, 0.001].indexOf(step);
  let detail = ` that is a multiple of ${step}`;
  if (decimals === 0) detail = "";
  else if (decimals > 0) detail = ` with at most ${decimals} decimal${decimals > 1 ? "s" : ""}`;
  const allowed = `${kind} from ${least} to ${greatest}${detail}`;
  return { type: "number", whole, least, greatest, step, detail, allowed, description: place.description };
}

function readString(place: Place): Rule {
  const { description } = place;
  switch (place.value["format"]) {
    case undefined: {
      place.only([...ANNOTATIONS, "type", "minLength", "maxLength"]);
      const least = place.number("minLength", 0, 1048576, 0);
      const most = place.number("maxLength", least, 1048576);
      return { type: "text", least, most, allowed: `a string of ${least} to ${most} bytes`, description };
    }
    case "name": {
      place.only([...ANNOTATIONS, "type", "format"]);
      const allowed = '1 to 63 characters of a-z, 0-9, "-" and ".", the first and the last a letter or digit';
      return { type: "name", allowed, description };
    }
    case "duration": {
      place.only([...ANNOTATIONS, "type", "format", "minimum", "maximum"]);
      const minimum = place.string("minimum");
      const maximum = place.string("maximum");
      const least = parseDuration(minimum) ?? place.fail("minimum", "must be a duration");
      const greatest = parseDuration(maximum) ?? place.fail("maximum", "must be a duration");
      if (greatest < least) place.fail("maximum", "must not be below minimum");
      const allowed = `a duration from ${minimum} to ${maximum} in h, m, s and ms, such as 1m30s`;
      return { type: "period", minimum, maximum, least, greatest, allowed, description };
    }
    default:
      return place.fail("format", "must be name or duration");
  }
}

/** An enum of strings or whole numbers, or a oneOf of such enums. A text that occurs as both is one value. */
function readEnum(place: Place): EnumRule {
  const values: EnumValue[] = [];
  const { description } = place;
  if ("oneOf" in place.value) {
    place.only([...ANNOTATIONS, "oneOf"]);
    const parts = place.value["oneOf"];
    if (!Array.isArray(parts) || parts.length === 0) place.fail("oneOf", "must be a list that is not empty");
    for (let i = 0; i < parts.length; i++) {
      const part = place.child("oneOf", i);
      part.only(["type", "enum"]);
      addValues(part, values);
    }
  } else {
    place.only([...ANNOTATIONS, "type", "enum"]);
    addValues(place, values);
  }
  if (values.length > 255) place.fail("enum", "must be at most 255 values");
  return { type: "enum", values, allowed: values.map((value) => value.text).join(", "), description };
}

function addValues(place: Place, values: EnumValue[]): void {
  const given = place.value["enum"];
  const type = place.value["type"];
  if (type !== "string" && type !== "integer") place.fail("type", "must be string or integer beside an enum");
  if (!Array.isArray(given) || given.length === 0) place.fail("enum", "must be a list that is not empty");
  for (const value of given) {
    const good =
      type === "string" ? typeof value === "string" : Number.isSafeInteger(value) && Math.abs(value) < LARGEST;
    if (!good || !/^[ -~]{1,255}$/.test(String(value)))
      place.fail("enum", `${JSON.stringify(value)} is not of type ${type}`);
    const text = String(value);
    let entry = values.find((other) => other.text === text);
    if (entry === undefined) values.push((entry = { text, asString: false, asNumber: false }));
    if (type === "string") entry.asString = true;
    else entry.asNumber = true;
  }
}

/** Whether a default of the schema keeps the rule that it stands for. */
export function accepts(rule: Rule, value: unknown): boolean {
  switch (rule.type) {
    case "object":
      return (
        isRecord(value) &&
        Object.keys(value).every((key) => acceptsField(rule, key, value[key])) &&
        complete(rule, value)
      );
    case "map": {
      if (!isRecord(value)) return false;
      const items = Object.values(value);
      return (
        items.length >= rule.least && items.length <= rule.most && items.every((item) => accepts(rule.items, item))
      );
    }
    case "list":
      if (!Array.isArray(value) || value.length < rule.least || value.length > rule.most) return false;
      return value.every((item) => accepts(rule.items, item));
    case "number": {
      if (typeof value !== "number" || !isThousandths(value)) return false;
      const inRange = value >= rule.least && value <= rule.greatest;
      return inRange && Math.round(value * 1000) % Math.round(rule.step * 1000) === 0;
    }
    case "enum":
      return rule.values.some(
        ({ text, asString, asNumber }) => (asString && value === text) || (asNumber && value === Number(text)),
      );
    case "period": {
      const millis = typeof value === "string" ? parseDuration(value) : undefined;
      return millis !== undefined && millis >= rule.least && millis <= rule.greatest;
    }
    case "text": {
      const bytes = typeof value === "string" ? Buffer.byteLength(value) : -1;
      return bytes >= rule.least && bytes <= rule.most;
    }
    case "name":
      return typeof value === "string" && value.length <= 63 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(value);
    case "switch":
      return typeof value === "boolean";
  }
}

function acceptsField(rule: ObjectRule, key: string, value: unknown): boolean {
  const field = rule.fields.find((other) => other.key === key);
  return field !== undefined && accepts(field.rule, value);
}

function complete(rule: ObjectRule, value: Json): boolean {
  return rule.fields.every((field) => !field.required || Object.hasOwn(value, field.key));
}
