/**
 * Fills the slots of a template. Templates are YAML files that an operator can read as they are; a slot is written
 * `${NAME}`. Nothing else happens here: no conditions, no loops.
 */
import { parseDocument, stringify } from "yaml";
import type { JsonObject } from "../policy/types.ts";

/** A template that does not fit its values, or a result that is not YAML. The message names slot or line. */
export class TemplateError extends Error {}

const SLOT = /\$\{([A-Z_]+)\}/g;

/** What a slot takes. */
export type SlotValue = string | number | JsonObject | readonly JsonObject[];

/** One YAML scalar on one line, quoted only where YAML needs it. */
function scalar(value: SlotValue): string {
  if (typeof value === "object") throw new TemplateError("an object stands alone, as `key: ${NAME}` or as an item");
  return stringify(value, { lineWidth: 0, defaultStringType: "PLAIN", blockQuote: false }).trimEnd();
}

function yamlText(value: JsonObject | readonly JsonObject[]): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd();
}

function indented(text: string, indent: string): string {
  const lines = text.split("\n");
  return lines.map((line) => (line === "" ? "" : indent + line)).join("\n");
}

/**
 * Returns `template` with every slot filled. A slot alone on its line takes text of any number of lines, all indented
 * as the slot was, and not quoted; `key: ${NAME}` can take an object, `- ${NAME}` any number of them, an item each; a slot
 * elsewhere takes one scalar, quoted as needed.
 * Throws TemplateError for a slot without a value, a value without a slot, and a result that is not valid YAML.
 */
export function fill(template: string, values: Readonly<Record<string, SlotValue>>): string {
  const used = new Set<string>();
  const valueOf = (name: string): SlotValue => {
    const value = values[name];
    if (value === undefined) throw new TemplateError(`slot ${name} has no value`);
    used.add(name);
    return value;
  };
  const lines = template.split("\n").map((line) => {
    const whole = /^( *)\$\{([A-Z_]+)\}$/.exec(line);
    if (whole) {
      const [, indent = "", name = ""] = whole;
      const value = valueOf(name);
      return indented(typeof value === "object" ? scalar(value) : String(value), indent);
    }
    const [, indent = "", head = "", name = ""] = /^( *)(- |\w+: )\$\{([A-Z_]+)\}$/.exec(line) ?? [];
    const value = values[name];
    if (typeof value === "object") {
      used.add(name);
      if (head === "- ") return indented(yamlText(Array.isArray(value) ? value : [value]), indent);
      return `${indent}${head.trimEnd()}\n${indented(yamlText(value), `${indent}  `)}`;
    }
    return line.replace(SLOT, (_, name: string) => scalar(valueOf(name)));
  });
  for (const name of Object.keys(values)) {
    if (!used.has(name)) throw new TemplateError(`the template has no slot ${name}`);
  }
  const text = lines.join("\n");
  const [problem] = parseDocument(text, { uniqueKeys: true }).errors;
  if (problem) throw new TemplateError(`not valid YAML after filling in the slots: ${problem.message.split("\n")[0]}`);
  return text;
}

/**
 * Returns `template` without the lines from one with `# <name>: begin` to one with `# <name>: end`, or, with `keep`,
 * without these two lines only. Throws TemplateError when there is no such block.
 */
export function block(template: string, name: string, keep: boolean): string {
  const out: string[] = [];
  let state: "before" | "inside" | "after" = "before";
  for (const line of template.split("\n")) {
    const mark = line.trim();
    if (state === "before" && mark.startsWith(`# ${name}: begin`)) state = "inside";
    else if (state === "inside" && mark.startsWith(`# ${name}: end`)) state = "after";
    else if (state !== "inside" || keep) out.push(line);
  }
  if (state !== "after") throw new TemplateError(`the template has no complete block ${name}`);
  return out.join("\n");
}

/**
 * Returns `template` with the lines from one with `# <name>: begin` to one with `# <name>: end` once for each of
 * `values`, the slots in them filled. Other slots stay. Throws TemplateError when there is no such block.
 */
export function repeat(template: string, name: string, values: readonly Readonly<Record<string, string>>[]): string {
  const lines = template.split("\n");
  const begin = lines.findIndex((line) => line.trim().startsWith(`# ${name}: begin`));
  const end = lines.findIndex((line) => line.trim().startsWith(`# ${name}: end`));
  if (begin < 0 || end < begin) throw new TemplateError(`the template has no complete block ${name}`);
  const inside = lines.slice(begin + 1, end);
  const copies = values.flatMap((given) =>
    inside.map((line) =>
      line.replace(SLOT, (slot, key: string) => (given[key] === undefined ? slot : scalar(given[key]))),
    ),
  );
  return [...lines.slice(0, begin), ...copies, ...lines.slice(end + 1)].join("\n");
}
