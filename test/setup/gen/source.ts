/** schema.gen.ts: slots, values of enums, size limit and table, as AssemblyScript. */
import { SchemaError } from "./model.ts";
import type { Model, ObjectRule, Rule } from "./model.ts";
import { ruleKey, tableBytes } from "./table.ts";

/** `minRetryRate` -> `MIN_RETRY_RATE`, `virtualHost` -> `VIRTUAL_HOST`, `original-answer` -> `ORIGINAL_ANSWER`. */
function upper(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toUpperCase();
}

interface Group {
  readonly comment: string;
  readonly constants: [string, number][];
  /** Of slots: the object that has them. */
  readonly object?: ObjectRule;
}

/** The object that a rule leads to, itself or by the items of a list or map. */
function objectIn(rule: Rule): ObjectRule | undefined {
  if (rule.type === "list" || rule.type === "map") return objectIn(rule.items);
  return rule.type === "object" ? rule : undefined;
}

function enumIn(rule: Rule): Rule {
  return rule.type === "list" || rule.type === "map" ? enumIn(rule.items) : rule;
}

function collect(object: ObjectRule, path: readonly string[], groups: Group[]): void {
  const name = (key: string, ...more: string[]): string => [...path, key, ...more].map(upper).join("_");
  const where = path.length === 0 ? "the configuration" : path.join(".");
  const slots = object.fields.map(({ key }, slot): [string, number] => [name(key), slot]);
  groups.push({ comment: `Slots of ${where}.`, constants: slots, object });
  for (const { key, rule } of object.fields) {
    const values = enumIn(rule);
    if (values.type === "enum") {
      const constants = values.values.map(({ text }, i): [string, number] => [name(key, text), i]);
      groups.push({ comment: `Values of ${[...path, key].join(".")}.`, constants });
    }
    const inner = objectIn(rule);
    if (inner !== undefined) collect(inner, [...path, key], groups);
  }
}

/**
 * Names of the slots of a schema: a list for each field of each object. Where the schema has equal objects (the table has
 * them once) a field has a name at each of their places: whoever reads one reads all.
 */
export function slotNames(model: Model): string[][] {
  const groups: Group[] = [];
  collect(model.root, [], groups);
  const fields = new Map<string, string[]>();
  for (const { constants, object } of groups) {
    if (!object) continue;
    for (const [name, slot] of constants) {
      const field = `${ruleKey(object)}/${slot}`;
      fields.set(field, [...(fields.get(field) ?? []), name]);
    }
  }
  return [...fields.values()];
}

/** The text of schema.gen.ts, before prettier. Throws SchemaError if two constants would have one name. */
export function generateSource(model: Model): string {
  const groups: Group[] = [];
  collect(model.root, [], groups);
  const names = groups.flatMap(({ constants }) => constants.map(([name]) => name));
  const twice = names.find((name, i) => names.indexOf(name) !== i || name === "TABLE" || name === "SIZE_LIMIT");
  if (twice !== undefined) throw new SchemaError(`/properties: two constants would be called ${twice}`);
  const lines = [
    "// Made from schema.json by `npm run gen`: change that file, not this one.",
    "",
    "/** Bytes of the longest configuration that is read. */",
    `export const SIZE_LIMIT: i32 = ${model.sizeLimit};`,
  ];
  for (const { comment, constants } of groups) {
    lines.push("", `// ${comment}`, ...constants.map(([name, value]) => `export const ${name}: i32 = ${value};`));
  }
  lines.push("", "/** What the checker walks; laid out as assembly/config/table.ts says. */");
  lines.push(`export const TABLE: usize = memory.data<u8>([${tableBytes(model.root).join(", ")}]);`);
  return `${lines.join("\n")}\n`;
}
