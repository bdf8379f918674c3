/**
 * Checks YAML nodes against a JSON Schema, of which it knows what test/schemas/case.json uses. Every problem has its
 * place in the text. `anyOf` chooses the branch by the node's type, so that the message is about that branch.
 */
import { isMap, isScalar, isSeq, type Node, type Scalar } from "yaml";

/** A JSON Schema, as far as it is understood here. */
export interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
}

/** Something wrong at an offset of the text. */
export interface Problem {
  /** JSON pointer within the document; "" is the document. */
  readonly pointer: string;
  readonly offset: number;
  readonly message: string;
}

/** Words for the types of a schema. */
const TYPES: Readonly<Record<string, string>> = {
  object: "a map",
  array: "a list",
  string: "a text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
};

/** A step of a JSON pointer. */
export function step(pointer: string, name: string | number): string {
  return `${pointer}/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** Where a node begins. */
export function offsetOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}

/** The name of a map's field, as text: `503:` has the name "503". */
export function nameOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : "";
}

/** Checks `node` and all below it against `schema`, a part of `root`. */
export class Checker {
  readonly problems: Problem[] = [];
  private readonly root: Schema;

  constructor(root: Schema) {
    this.root = root;
  }

  /** Adds what is wrong to `problems`. */
  check(node: unknown, given: Schema, pointer: string): void {
    const schema = this.resolve(given);
    const type = typeOf(node);
    const branch = schema.anyOf
      ?.map((option) => this.resolve(option))
      .find((option) => typesOf(option).some((wanted) => fits(type, wanted)));
    if (branch) return this.check(node, branch, pointer);
    if (schema.anyOf || !typesOf(schema).some((wanted) => fits(type, wanted))) {
      return this.report(node, pointer, `${shown(node)} is not allowed; allowed: ${this.allowed(schema)}`);
    }
    if (isMap(node)) this.map(node, schema, pointer);
    else if (isSeq(node)) this.list(node, schema, pointer);
    else if (isScalar(node)) this.scalar(node, schema, pointer);
  }

  /** Adds a problem with a place. */
  report(node: unknown, pointer: string, message: string): void {
    this.problems.push({ pointer, offset: offsetOf(node), message });
  }

  private map(node: { items: readonly { key: unknown; value: unknown }[] }, schema: Schema, pointer: string): void {
    const names = new Set<string>();
    for (const { key, value } of node.items) {
      const name = nameOf(key);
      names.add(name);
      const known = Object.hasOwn(schema.properties ?? {}, name) ? schema.properties?.[name] : undefined;
      const other = schema.additionalProperties ?? true;
      const place = step(pointer, name);
      if (known) this.check(value, known, place);
      else if (typeof other === "object") this.check(value, other, place);
      else if (!other) {
        this.report(key, place, `unknown field; allowed: ${Object.keys(schema.properties ?? {}).join(", ")}`);
      }
    }
    for (const name of schema.required ?? []) {
      const property = schema.properties?.[name];
      const allowed = property ? `: ${this.allowed(this.resolve(property))}` : "";
      if (!names.has(name)) this.report(node, step(pointer, name), `missing, but required${allowed}`);
    }
  }

  private list(node: { items: readonly unknown[] }, schema: Schema, pointer: string): void {
    const { minItems = 0, maxItems = Infinity } = schema;
    const { length } = node.items;
    if (length < minItems || length > maxItems) {
      const wanted = minItems === maxItems ? `${minItems}` : `at least ${minItems}`;
      this.report(node, pointer, `a list of ${length} is not allowed; allowed: ${wanted}`);
      return;
    }
    const { items } = schema;
    if (items) node.items.forEach((item, index) => this.check(item, items, step(pointer, index)));
  }

  private scalar(node: Scalar, schema: Schema, pointer: string): void {
    const { value } = node;
    const { minimum = -Infinity, maximum = Infinity, minLength = 0, pattern } = schema;
    const good =
      typeof value === "number"
        ? value >= minimum && value <= maximum
        : typeof value !== "string" ||
          (schema.enum?.includes(value) ?? (value.length >= minLength && new RegExp(pattern ?? "").test(value)));
    if (!good) this.report(node, pointer, `${shown(node)} is not allowed; allowed: ${this.allowed(schema)}`);
  }

  private resolve(schema: Schema): Schema {
    const { $ref } = schema;
    if ($ref === undefined) return schema;
    const found = this.root.$defs?.[$ref.replace("#/$defs/", "")];
    if (!found) throw new Error(`the schema has no ${$ref}`);
    return this.resolve(found);
  }

  /** What a schema allows, in words. */
  private allowed(schema: Schema): string {
    if (schema.anyOf) return schema.anyOf.map((option) => this.allowed(this.resolve(option))).join(", or ");
    if (schema.enum) return schema.enum.join(", ");
    const { minimum, maximum, minLength, pattern } = schema;
    const words = typesOf(schema).map((type) => TYPES[type] ?? type);
    const what = words.join(" or ");
    if (minimum !== undefined) return `${what} from ${minimum}${maximum === undefined ? "" : ` to ${maximum}`}`;
    if (pattern === "^/") return `${what} that begins with /`;
    return minLength ? `${what} that is not empty` : what;
  }
}

function typesOf(schema: Schema): readonly string[] {
  const { type = [] } = schema;
  return typeof type === "string" ? [type] : type;
}

function typeOf(node: unknown): string {
  if (isMap(node)) return "object";
  if (isSeq(node)) return "array";
  const value = isScalar(node) ? node.value : null;
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return value === null ? "null" : typeof value;
}

function fits(type: string, wanted: string): boolean {
  return type === wanted || (wanted === "number" && type === "integer");
}

/** A node in a message. */
function shown(node: unknown): string {
  if (isMap(node)) return "a map";
  if (isSeq(node)) return "a list";
  const value = isScalar(node) ? node.value : null;
  if (value === null || value === undefined) return "nothing";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 56)}...` : text;
}
