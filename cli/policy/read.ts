/** Policy files -> policies that the built modules accept, or every problem with its place. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileError, UsageError } from "./errors.ts";
import { kindsOf, knownFilters, type Kind } from "./filters.ts";
import { Modules } from "./module.ts";
import { convertOwn, ownMessage, targetText } from "./own.ts";
import { readYaml, type YamlDocument } from "./yaml.ts";
import { isObject, placeText } from "./types.ts";
import type { Conversion, Json, Policy, Problem, Remark, Resource } from "./types.ts";

export interface PolicySet {
  readonly policies: Policy[];
  /** In the order of the files. A document with a problem is not among the policies. */
  readonly problems: Problem[];
  readonly remarks: Problem[];
}

/** Fields of a document besides those of its kind. */
const FRAME = ["apiVersion", "kind", "metadata", "spec", "status"];
/** Most bytes of a policy file. */
const FILE_LIMIT = 16 << 20;

/** Reads files and checks every policy in them. Throws a UsageError for a file that can't be read. */
export async function readPolicies(files: readonly string[], modules: Modules = new Modules()): Promise<PolicySet> {
  const kinds = kindsOf(await knownFilters());
  const set: PolicySet = { policies: [], problems: [], remarks: [] };
  for (const file of files) {
    const { documents, problems } = readYaml(file, readBytes(file));
    set.problems.push(...problems);
    if (documents.length === 0 && problems.length === 0) {
      set.problems.push({ file, line: 1, column: 1, pointer: "", message: "the file holds no policy" });
    }
    for (const document of documents) readDocument(document, { kinds, modules, set });
  }
  reportCollisions(set);
  const order = ({ file, line, column }: Problem): number[] => [files.indexOf(file), line, column];
  set.problems.sort(
    (a, b) =>
      order(a)
        .map((n, i) => n - (order(b)[i] ?? 0))
        .find((n) => n !== 0) ?? 0,
  );
  return set;
}

/** A file named on the command line, relative to where the user called from. */
export function userPath(file: string): string {
  return resolve(process.env["INIT_CWD"] ?? process.cwd(), file);
}

function readBytes(file: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(userPath(file));
  } catch (error) {
    throw new UsageError(`${file}: ${fileError(error)}`);
  }
  if (bytes.length > FILE_LIMIT) throw new UsageError(`${file}: ${bytes.length} bytes; allowed: at most ${FILE_LIMIT}`);
  return bytes;
}

interface Context {
  readonly kinds: readonly Kind[];
  readonly modules: Modules;
  readonly set: PolicySet;
}

function readDocument(document: YamlDocument, { kinds, modules, set }: Context): void {
  const report = ({ pointer, message }: Remark, key = /^(unknown field|missing)/.test(message)): void => {
    set.problems.push({ ...document.placeOf(pointer, key), pointer, message });
  };
  const kind = kindOf(document.value, kinds, report);
  const resource = kind && resourceOf(document.value, kind, report);
  if (!kind || !resource) return;
  const { filter, converter } = kind.known;
  const conversion = kind.own ? convertOwn(resource, filter.named) : converter.convert(resource);
  if ("problems" in conversion) {
    for (const problem of conversion.problems) report(problem);
    return;
  }
  const text = JSON.stringify(conversion.configuration, null, 2);
  const verdict = modules.configure(filter.name, resource.name, text);
  if (!verdict.accepted) {
    const at = verdict.pointer ?? "";
    report({
      pointer: sourceOf(conversion, at),
      message: kind.own ? ownMessage(at, verdict.message) : verdict.message,
    });
    return;
  }
  for (const { pointer, message } of conversion.remarks) {
    set.remarks.push({ ...document.placeOf(pointer), pointer, message });
  }
  const placeOf = (pointer: string) => document.placeOf(pointer);
  set.policies.push({ filter, resource, conversion, text, hash: verdict.hash, place: document.place, placeOf });
}

type Report = (remark: Remark) => void;

function kindOf(value: Json, kinds: readonly Kind[], report: Report): Kind | undefined {
  if (!isObject(value)) {
    report({ pointer: "", message: "no policy; allowed: an object with apiVersion, kind, metadata and spec" });
    return undefined;
  }
  const { apiVersion, kind } = value;
  const named = kinds.filter((known) => known.kind === kind);
  if (named.length === 0) {
    const allowed = [...new Set(kinds.map((known) => known.kind))].join(", ");
    const said =
      kind === undefined ? "missing, but required: one of" : `${JSON.stringify(kind)} is not allowed; one of:`;
    report({ pointer: "/kind", message: `${said} ${allowed}` });
    return undefined;
  }
  const found = named.find((known) => known.apiVersion === apiVersion);
  if (found) return found;
  const allowed = named.map((known) => known.apiVersion).join(", ");
  const said =
    apiVersion === undefined ? "missing, but required:" : `${JSON.stringify(apiVersion)} is not allowed; allowed:`;
  report({ pointer: "/apiVersion", message: `${said} ${allowed}` });
  return undefined;
}

function resourceOf(value: Json, { apiVersion, kind, own }: Kind, report: Report): Resource | undefined {
  if (!isObject(value)) return undefined;
  const problems: Remark[] = [];
  for (const key of Object.keys(value)) {
    if (FRAME.includes(key) && !(own && key === "status")) continue;
    const allowed = FRAME.filter((name) => !own || name !== "status").join(", ");
    problems.push({ pointer: `/${key}`, message: `unknown field; allowed: ${allowed}` });
  }
  const { metadata, spec } = value;
  const { name, namespace = "" } = isObject(metadata) ? metadata : {};
  if (typeof name !== "string") {
    const said = name === undefined ? "missing, but required: the policy's name" : "allowed: a text";
    problems.push({ pointer: "/metadata/name", message: said });
  }
  if (typeof namespace !== "string") problems.push({ pointer: "/metadata/namespace", message: "allowed: a text" });
  if (!isObject(spec)) {
    const said = spec === undefined ? "missing, but required: an object" : "allowed: an object";
    problems.push({ pointer: "/spec", message: said });
  }
  for (const problem of problems) report(problem);
  if (typeof name !== "string" || typeof namespace !== "string" || !isObject(spec) || problems.length > 0)
    return undefined;
  return { apiVersion, kind, name, namespace, spec };
}

/** The pointer in the document that a pointer in the configuration came from. */
function sourceOf({ sources }: Conversion, pointer: string): string {
  const [from, to] = Object.entries(sources)
    .filter(([start]) => pointer === start || pointer.startsWith(`${start}/`))
    .reduce((best, entry) => (entry[0].length >= best[0].length ? entry : best), ["", ""]);
  return to + pointer.slice(from.length);
}

/** Two policies of one filter must not share a name, which is their state's, nor a target. */
function reportCollisions(set: PolicySet): void {
  const names = new Map<string, Policy>();
  const targets = new Map<string, Policy>();
  for (const policy of [...set.policies]) {
    const { filter, resource, conversion } = policy;
    const collide = (other: Policy, pointer: string, what: string): void => {
      const message = `${title(policy)} and ${title(other)} (${placeText(other.place)}) ${what}`;
      set.problems.push({ ...policy.placeOf(pointer), pointer, message });
      const at = set.policies.indexOf(policy);
      if (at >= 0) set.policies.splice(at, 1);
    };
    const name = JSON.stringify([filter.name, resource.namespace, resource.name]);
    const namesake = names.get(name);
    if (namesake) {
      collide(namesake, "/metadata/name", "have one name; their counts would be mixed");
      continue;
    }
    names.set(name, policy);
    for (const { target, pointer } of conversion.targets) {
      const words = targetText(target, resource.namespace);
      const key = JSON.stringify([filter.name, target.type === "ref" ? target.group : "", words]);
      const other = targets.get(key);
      if (other === undefined) targets.set(key, policy);
      else if (other === policy) collide(other, pointer, `name ${words} twice`);
      else collide(other, pointer, `apply to the same target: ${words}`);
    }
  }
}

function title({ resource }: Policy): string {
  return `${resource.kind} "${resource.name}"`;
}
