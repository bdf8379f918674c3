/** YAML text -> documents whose every value knows its line. What policies don't need and readers overlook is refused. */
import { isAlias, isMap, isPair, isScalar, isSeq, Lexer, LineCounter, parseAllDocuments, visit } from "yaml";
import type { Document, Node, Pair, YAMLError } from "yaml";
import { pointerStep, type Json, type Place, type Problem } from "./types.ts";

/** A document without problems. */
export interface YamlDocument {
  readonly value: Json;
  /** Where the document's first key stands. */
  readonly place: Place;
  /** Place of a JSON pointer, or of what is nearest above it. `key`: of its key rather than of its value. */
  placeOf(pointer: string, key?: boolean): Place;
}

export interface YamlFile {
  readonly documents: readonly YamlDocument[];
  /** At most one for each document. */
  readonly problems: readonly Problem[];
}

/** Levels of a policy file: a filter's own reader allows 32. */
const DEEPEST = 64;
/** Words of YAML 1.1, which kubectl reads as true and false and YAML 1.2 as text. */
const OLD_BOOLEAN = /^(y|n|yes|no|on|off)$/i;
/** What YAML 1.1 reads as an octal number and YAML 1.2 as a decimal one. */
const OLD_OCTAL = /^[-+]?0[0-9]+$/;

/** Parses a file's bytes. Empty documents are left out. @param file its name in messages */
export function readYaml(file: string, bytes: Uint8Array): YamlFile {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { documents: [], problems: [{ file, line: 1, column: 1, pointer: "", message: "the file is not UTF-8" }] };
  }
  const lines = new LineCounter();
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (isDeep(text)) {
    const message = `nested deeper than ${DEEPEST} levels`;
    return { documents: [], problems: [{ file, line: 1, column: 1, pointer: "", message }] };
  }
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const documents: YamlDocument[] = [];
  const problems: Problem[] = [];
  for (const document of "empty" in parsed ? [] : parsed) {
    const problem = problemOf(document);
    if (problem) problems.push({ ...at(problem.offset), pointer: "", message: problem.message });
    else if (document.contents !== null && !isNull(document.contents)) documents.push(located(document, at));
  }
  return { documents, problems };
}

/** The parser recurses, and a stack that is used up can end the process: so the levels are counted first. */
function isDeep(text: string): boolean {
  let flow = 0;
  let inLine = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === "[" || token === "{") flow++;
    else if (token === "]" || token === "}") flow--;
    else if (token.startsWith("\n") || token.startsWith("\r\n")) inLine = 0;
    else if (token === "-" || token === "?") inLine++;
    else if (inLine === 0 && token.length > DEEPEST * 4 && token.trim() === "") return true;
    if (flow > DEEPEST || inLine > DEEPEST) return true;
  }
  return false;
}

function isNull(node: unknown): boolean {
  return isScalar(node) && node.value === null;
}

interface Found {
  readonly offset: number;
  readonly message: string;
}

/** The first thing of a document that can't be accepted. */
function problemOf(document: Document.Parsed): Found | undefined {
  const [error] = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  if (error) return { offset: error.pos[0], message: words(error) };
  let found: Found | undefined;
  visit(document, (_key, node) => {
    const message = refusal(node);
    if (message === undefined) return undefined;
    found = { offset: offsetOf(node), message };
    return visit.BREAK;
  });
  return found;
}

function words(error: YAMLError): string {
  switch (error.code) {
    case "TAB_AS_INDENT":
      return "a tab; allowed: spaces";
    case "DUPLICATE_KEY":
      return "the same key is given twice";
    case "BAD_ALIAS":
      return "anchors and aliases are not allowed; write it out";
    default:
      return `no YAML: ${error.message.split("\n")[0] ?? ""}`;
  }
}

function refusal(node: unknown): string | undefined {
  if (isPair(node)) return undefined;
  if (isAlias(node) || (isNode(node) && node.anchor !== undefined)) {
    return "anchors and aliases are not allowed; write it out";
  }
  if (!isScalar(node)) return undefined;
  const { source = "", value, type } = node;
  if (type === "PLAIN" && typeof value === "string" && OLD_BOOLEAN.test(source)) {
    return `kubectl reads ${source} as true or false; allowed: true, false, or the word in quotes`;
  }
  if (typeof value === "number" && OLD_OCTAL.test(source)) {
    return `kubectl reads ${source} as an octal number; allowed: a number without leading zero`;
  }
  if (typeof value === "number" && !Number.isFinite(value)) return `${source} is no number that JSON knows`;
  return undefined;
}

function isNode(node: unknown): node is Node & { anchor?: string } {
  return typeof node === "object" && node !== null && "range" in node;
}

function offsetOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

function located(document: Document.Parsed, at: (offset: number) => Place): YamlDocument {
  const root = document.contents;
  return {
    value: document.toJS({ maxAliasCount: 0 }) as Json,
    place: at(offsetOf(root)),
    placeOf: (pointer, key = false) => at(offsetAt(root, pointer, key)),
  };
}

function offsetAt(root: unknown, pointer: string, ofKey: boolean): number {
  let node = root;
  let offset = offsetOf(root);
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find(({ key }) => isScalar(key) && String(key.value) === name);
      if (!pair) break;
      node = pair.value;
      // A collection may begin a line below its key, and what is wrong with it is seen at the key.
      offset = offsetOf(ofKey || !isScalar(node) ? pair.key : node);
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(name)];
      if (item === undefined) break;
      node = item;
      offset = offsetOf(node);
    } else break;
  }
  return offset;
}

/** Joins steps to a JSON pointer. */
export function pointer(...steps: (string | number)[]): string {
  return steps.map(pointerStep).join("");
}
