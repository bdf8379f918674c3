/** The configuration table of a filter's README, between two markers. */
import type { Model, ObjectRule, Rule } from "./model.ts";

const OPEN = "<!-- configuration -->";
const CLOSE = "<!-- /configuration -->";

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function values(rule: Rule): string {
  if (rule.type === "enum") return rule.values.map(({ text }) => `\`${text}\``).join(", ");
  return cell(rule.allowed);
}

function rows(object: ObjectRule, path: string): string[] {
  return object.fields.flatMap((field) => {
    const name = `${path}${field.key}`;
    const { rule } = field;
    let standard = field.required ? "required" : "";
    if (field.default !== undefined && rule.type !== "object") standard = `\`${shown(field.default)}\``;
    const inner = rule.type === "list" || rule.type === "map" ? rule.items : rule;
    const own = `| \`${name}\` | ${values(rule)} | ${standard} | ${cell(rule.description)} |`;
    if (inner.type !== "object") return [own];
    return [own, ...rows(inner, `${name}${rule.type === "list" ? "[]" : rule.type === "map" ? ".*" : ""}.`)];
  });
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** `text` with a fresh table between its markers and all else untouched; undefined: it has no markers. */
export function withTable(text: string, model: Model): string | undefined {
  const from = text.indexOf(OPEN);
  const to = text.indexOf(CLOSE);
  if (from < 0 || to < from) return undefined;
  const head = ["| Field | Values | Default | Meaning |", "| --- | --- | --- | --- |"];
  const table = [...head, ...rows(model.root, "")].join("\n");
  return `${text.slice(0, from)}${OPEN}\n\n${table}\n\n${text.slice(to)}`;
}

/** The README of a filter that has none yet. */
export function emptyReadme(filter: string): string {
  return `# ${filter}\n\n## Configuration\n\n${OPEN}\n${CLOSE}\n`;
}
