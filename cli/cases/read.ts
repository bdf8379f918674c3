/** Reads case files: YAML text -> cases, or every problem with its line and column. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isAlias, isMap, LineCounter, parseAllDocuments, visit, type Document, type YAMLMap } from "yaml";
import { buildCase } from "./build.ts";
import { Checker, nameOf, offsetOf, step, type Problem, type Schema } from "./check.ts";
import { filterNames, findFilter } from "./filter.ts";
import { checkMeaning } from "./meaning.ts";
import type { Case } from "./types.ts";

export interface ReadResult {
  readonly cases: Case[];
  /** `file:line:column: pointer: message` each, in the order of the text. A case with a problem is not among the cases. */
  readonly problems: string[];
}

const SCHEMA = JSON.parse(
  readFileSync(new URL("../../test/schemas/case.json", import.meta.url), "utf8"),
) as Schema;

/** Reads the cases of a file. `shown`: the file's name in messages. Throws when the file can't be read. */
export function readCaseFile(file: string, shown: string = file): ReadResult {
  return readCases(readFileSync(file, "utf8"), shown, dirname(file));
}

/** Reads the cases of a text. @param folder where policy files are looked for */
export function readCases(text: string, shown: string, folder: string): ReadResult {
  const lines = new LineCounter();
  const cases: Case[] = [];
  const problems: string[] = [];
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  };
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  const documents = "empty" in parsed ? [] : parsed;
  if (documents.length === 0) problems.push(`${shown}:1:1: the file holds no case`);
  for (const document of documents) {
    const found = syntaxOf(document);
    const policy = found.length === 0 ? check(document, folder, found) : undefined;
    for (const { offset, pointer, message } of found.sort((a, b) => a.offset - b.offset)) {
      problems.push(`${shown}:${place(offset)}: ${pointer === "" ? "" : `${pointer}: `}${message}`);
    }
    const root = document.contents;
    if (policy && isMap(root)) cases.push(buildCase(root, { file: shown, lines, policy }));
  }
  return { cases, problems };
}

/** What is no YAML, or YAML that is not wanted: what an alias stands for is not seen by who reads the place. */
function syntaxOf(document: Document.Parsed): Problem[] {
  const problems: Problem[] = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    offset: pos[0],
    pointer: "",
    message: message.split("\n")[0] ?? "",
  }));
  visit(document, (_key, node) => {
    const anchored = typeof node === "object" && node !== null && "anchor" in node && node.anchor !== undefined;
    if (!anchored && !isAlias(node)) return;
    problems.push({ offset: offsetOf(node), pointer: "", message: "anchors and aliases are not allowed; write it out" });
    if (isAlias(node)) return visit.SKIP;
  });
  return problems;
}

/** Adds all problems of a case. Returns its policy when there is none. */
function check(document: Document.Parsed, folder: string, problems: Problem[]): Policy | undefined {
  const checker = new Checker(SCHEMA);
  const root = document.contents;
  checker.check(root, SCHEMA, "");
  if (checker.problems.length === 0 && isMap(root)) {
    const policy = policyOf(root, folder, checker);
    const filter = filterOf(root, checker);
    if (filter) checkMeaning(root, filter, checker);
    if (checker.problems.length === 0) return policy;
  }
  problems.push(...checker.problems);
  return undefined;
}

type Policy = Readonly<Record<string, unknown>>;

function filterOf(root: YAMLMap, checker: Checker): ReturnType<typeof findFilter> {
  const node = root.get("filter", true);
  const name = nameOf(node);
  const filter = findFilter(name);
  if (!filter) checker.report(node, "/filter", `there is no filter ${name}; allowed: ${filterNames().join(", ")}`);
  return filter;
}

/** The configuration, from the case itself or from the policy file that it names. */
function policyOf(root: YAMLMap, folder: string, checker: Checker): Policy | undefined {
  const file = root.get("policyFile", true);
  if (root.has("policy") === root.has("policyFile")) {
    const node = file ?? root.get("filter", true);
    checker.report(node, step("", "policy"), "exactly one of policy and policyFile is required");
    return undefined;
  }
  if (!file) return (root.get("policy", true) as YAMLMap).toJS(new NoDocument()) as Policy;
  return policyFile(nameOf(file), folder, (message) => checker.report(file, "/policyFile", message));
}
