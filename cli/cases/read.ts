/** Reads case files: YAML text -> cases, or every problem with its line and column. */
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { isAlias, isMap, isNode, LineCounter, parseAllDocuments, visit, type Document, type YAMLMap } from "yaml";
import { buildCase } from "./build.ts";
import { UsageError } from "../policy/errors.ts";
import { readPolicies } from "../policy/read.ts";
import { isObject, problemLine } from "../policy/types.ts";
import { Checker, nameOf, offsetOf, type Problem, type Schema } from "./check.ts";
import { filterNames, findFilter, type Filter } from "./filter.ts";
import { checkMeaning } from "./meaning.ts";
import type { Case } from "./types.ts";

export interface ReadResult {
  readonly cases: Case[];
  /** `file:line:column: pointer: message` each, in the order of the text. A case with a problem is not among the cases. */
  readonly problems: string[];
}

const SCHEMA = JSON.parse(readFileSync(new URL("../../test/schemas/case.json", import.meta.url), "utf8")) as Schema;

/** Reads the cases of a file. `shown`: the file's name in messages. Rejects when the file can't be read. */
export async function readCaseFile(file: string, shown: string = file): Promise<ReadResult> {
  return readCases(readFileSync(file, "utf8"), shown, dirname(file));
}

/** Reads the cases of a text. @param folder where policy files are looked for */
export async function readCases(text: string, shown: string, folder: string): Promise<ReadResult> {
  const lines = new LineCounter();
  const cases: Case[] = [];
  const problems: string[] = [];
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  };
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  const documents = "empty" in parsed ? [] : parsed;
  if (documents.length > 0 && documents.every(isResource)) return { cases, problems };
  if (documents.length === 0) problems.push(`${shown}:1:1: the file holds no case`);
  for (const document of documents) {
    const found = syntaxOf(document);
    const policy = found.length === 0 ? await check(document, folder, found) : undefined;
    for (const { offset, pointer, message } of found.sort((a, b) => a.offset - b.offset)) {
      problems.push(`${shown}:${place(offset)}: ${pointer === "" ? "" : `${pointer}: `}${message}`);
    }
    const root = document.contents;
    if (policy && isMap(root)) cases.push(buildCase(root, { file: shown, lines, policy }));
  }
  return { cases, problems };
}

/** A policy file may lie beside the cases that name it. */
function isResource({ contents }: Document.Parsed): boolean {
  return isMap(contents) && contents.has("apiVersion") && contents.has("kind");
}

/** What is no YAML, or YAML that is not wanted: what an alias stands for is not seen by who reads the place. */
function syntaxOf(document: Document.Parsed): Problem[] {
  // What comes after the first error of a text is often its consequence.
  const errors = [...document.errors, ...document.warnings].slice(0, 1);
  const problems: Problem[] = errors.map(({ pos, message }) => ({
    offset: pos[0],
    pointer: "",
    message: message.split("\n")[0] ?? "",
  }));
  visit(document, (_key, node) => {
    const anchored = typeof node === "object" && node !== null && "anchor" in node && node.anchor !== undefined;
    if (!anchored && !isAlias(node)) return;
    problems.push({
      offset: offsetOf(node),
      pointer: "",
      message: "anchors and aliases are not allowed; write it out",
    });
    if (isAlias(node)) return visit.SKIP;
  });
  return problems;
}

/** Adds all problems of a case. Returns its policy when there is none. */
async function check(document: Document.Parsed, folder: string, problems: Problem[]): Promise<Policy | undefined> {
  const checker = new Checker(SCHEMA);
  const root = document.contents;
  checker.check(root, SCHEMA, "");
  if (checker.problems.length === 0 && isMap(root)) {
    const filter = filterOf(root, checker);
    if (filter) {
      const policy = await policyOf(document, root, filter, folder, checker);
      checkMeaning(root, filter, checker);
      if (checker.problems.length === 0) return policy;
    }
  }
  problems.push(...checker.problems);
  return undefined;
}

type Policy = Readonly<Record<string, unknown>>;

function filterOf(root: YAMLMap, checker: Checker): Filter | undefined {
  const node = root.get("filter", true);
  const name = nameOf(node);
  const filter = findFilter(name);
  if (!filter) checker.report(node, "/filter", `there is no filter ${name}; allowed: ${filterNames().join(", ")}`);
  return filter;
}

/** The configuration, from the case itself or from the policy file that it names. */
async function policyOf(
  document: Document.Parsed,
  root: YAMLMap,
  filter: Filter,
  folder: string,
  checker: Checker,
): Promise<Policy | undefined> {
  const own = root.get("policy", true);
  const file = root.get("policyFile", true);
  if ((own === undefined) === (file === undefined)) {
    checker.report(file ?? root, "/policy", "exactly one of policy and policyFile is required");
    return undefined;
  }
  if (isNode(own)) return own.toJS(document) as Policy;
  const policy = await policyFile(join(folder, nameOf(file)), filter);
  if (typeof policy === "object") return policy;
  checker.report(file, "/policyFile", policy);
  return undefined;
}

/** The one policy for `filter` of a policy file, or what is wrong in words. */
async function policyFile(file: string, filter: Filter): Promise<Policy | string> {
  try {
    const { policies, problems } = await readPolicies([file]);
    const [problem] = problems;
    if (problem) return problemLine({ ...problem, file: relative(folderOfUser(), file) });
    const found = policies.filter((policy) => policy.filter.name === filter.name);
    const configuration = found[0]?.conversion.configuration;
    if (found.length === 1 && isObject(configuration)) return configuration;
    return `the file has ${found.length} policies for ${filter.name}; allowed: 1`;
  } catch (error) {
    if (error instanceof UsageError) return "the file can't be read";
    throw error;
  }
}

/** Folder from which the user called: npm goes to the checkout's before it runs a script. */
export function folderOfUser(): string {
  return process.env["INIT_CWD"] ?? process.cwd();
}
