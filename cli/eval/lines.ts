/** Files of one JSON object a line. */
import { isObject, type JsonObject } from "../policy/types.ts";

/** A line that can't be used. */
export interface BadLine {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** Reads the lines of a file; empty ones are left out. @param read makes something of an object, or says what is wrong */
export function readLines<T>(
  text: string,
  fields: readonly string[],
  read: (value: JsonObject, line: number) => T | string,
): (T | BadLine)[] {
  const out: (T | BadLine)[] = [];
  for (const [index, content] of text.split("\n").entries()) {
    if (content.trim() === "") continue;
    const line = index + 1;
    const value = objectOf(content, fields);
    const made = typeof value === "string" ? value : read(value, line);
    out.push(typeof made === "string" ? { line, message: made } : made);
  }
  return out;
}

function objectOf(content: string, fields: readonly string[]): JsonObject | string {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return "no JSON; allowed: one JSON object a line";
  }
  if (!isObject(value)) return "no JSON object; allowed: one JSON object a line";
  const unknown = Object.keys(value).find((key) => !fields.includes(key));
  return unknown === undefined ? value : `${unknown}: unknown field; allowed: ${fields.join(", ")}`;
}

/** A value in a message. */
export function shown(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value);
}
