/** Policy files -> policies that the built modules accept, or every problem with its place. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileError, UsageError } from "./errors.ts";
import { kindsOf, knownFilters, type Kind } from "./filters.ts";
import { Modules } from "./module.ts";
import { convertOwn, ownMessage, targetText } from "./own.ts";
import { readYaml, type YamlDocument } from "./yaml.ts";
import { isObject, placeText } from "./types.ts";
import type { Assembled, Converter, Json, Place, Policy, Problem, Remark, Resource, Source } from "./types.ts";

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
  const read: Framed[] = [];
  for (const file of files) {
    const { documents, problems } = readYaml(file, readBytes(file));
    set.problems.push(...problems);
    if (documents.length === 0 && problems.length === 0) {
      set.problems.push({ file, line: 1, column: 1, pointer: "", message: "the file holds no policy" });
    }
    for (const document of documents) {
      const framed = frame(document, kinds, set);
      if (framed) read.push(framed);
    }
  }
  const filters = new Set(read.map(({ kind }) => kind.known));
  for (const known of filters) {
    const pieces = read.filter(({ kind }) => kind.known === known);
    if (known.converter.assemble) assemble(known.converter.assemble, pieces, { modules, set });
    else for (const piece of pieces) convertOne(piece, { modules, set });
  }
  const order = (a: Place, b: Place): number =>
    files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column;
  set.policies.sort((a, b) => order(a.place, b.place));
  reportCollisions(set);
  set.problems.sort(order);
  set.remarks.sort(order);
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
  readonly modules: Modules;
  readonly set: PolicySet;
}

/** A document whose frame is right. */
interface Framed {
  readonly document: YamlDocument;
  readonly kind: Kind;
  readonly resource: Resource;
}

function frame(document: YamlDocument, kinds: readonly Kind[], set: PolicySet): Framed | undefined {
  const report = (problem: Remark): void => reportIn(document, problem, set);
  const kind = kindOf(document.value, kinds, report);
  const resource = kind && resourceOf(document.value, kind, report);
  return kind && resource && { document, kind, resource };
}

function reportIn(document: YamlDocument, problem: Remark, set: PolicySet): void {
  set.problems.push(problemIn(document, problem));
}

function problemIn(document: YamlDocument, { pointer, message }: Remark): Problem {
  const key = /^(unknown field|missing)/.test(message);
  return { ...document.placeOf(pointer, key), pointer, message };
}

/** A document that is a policy for itself. */
function convertOne(piece: Framed, context: Context): void {
  const { kind, resource, document } = piece;
  const { filter, converter } = kind.known;
  const conversion = kind.own ? convertOwn(resource, filter.named) : converter.convert?.(resource);
  if (conversion === undefined) throw new Error(`filters/${filter.name}/convert.ts has kinds, and no convert for them`);
  if ("problems" in conversion) for (const problem of conversion.problems) reportIn(document, problem, context.set);
  else accept({ main: 0, conversion, elsewhere: {} }, [piece], context);
}

/** Documents that make policies together. */
function assemble(by: NonNullable<Converter["assemble"]>, pieces: readonly Framed[], context: Context): void {
  const { policies, problems, remarks } = by(pieces.map(({ resource, kind: { own } }) => ({ resource, own })));
  for (const { piece, ...problem } of problems) {
    const document = pieces[piece]?.document;
    if (document) reportIn(document, problem, context.set);
  }
  for (const { piece, pointer, message } of remarks) {
    const document = pieces[piece]?.document;
    if (document) context.set.remarks.push({ ...document.placeOf(pointer), pointer, message });
  }
  for (const assembled of policies) accept(assembled, pieces, context);
}

/** Lets the module judge a policy: it becomes one of the set, or a problem. */
function accept(assembled: Assembled, pieces: readonly Framed[], { modules, set }: Context): void {
  const main = pieces[assembled.main];
  if (main === undefined) return;
  const { conversion, leftOut } = assembled;
  const { document, resource } = main;
  const { filter } = main.kind.known;
  const text = JSON.stringify(conversion.configuration, null, 2);
  const verdict = modules.configure(filter.name, resource.name, text);
  const problemOf = (remark: Remark): Problem => {
    const { piece, pointer } = sourceOf(assembled, remark.pointer);
    const source = pieces[piece] ?? main;
    const message = source.kind.own ? ownMessage(remark.pointer, remark.message) : remark.message;
    return problemIn(source.document, { pointer, message });
  };
  if (!verdict.accepted) {
    const at = verdict.pointer ?? "";
    set.problems.push(problemOf({ pointer: at, message: verdict.message }));
    return;
  }
  if (leftOut) return;
  for (const { pointer, message } of conversion.remarks) {
    set.remarks.push({ ...document.placeOf(pointer), pointer, message });
  }
  const { converter } = main.kind.known;
  const { configuration } = conversion;
  set.policies.push({
    filter,
    resource,
    conversion,
    text,
    hash: verdict.hash,
    place: document.place,
    placeOf: (pointer) => document.placeOf(pointer),
    companion: converter.companion?.(configuration),
    withProperties: (peer) => (filter.facts ? converter.withProperties?.(configuration, peer) : configuration),
    routes: (given) => converter.routes?.(configuration, given),
    problemOf,
  });
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
  const { name, namespace = "", annotations = {} } = isObject(metadata) ? metadata : {};
  if (typeof name !== "string") {
    const said = name === undefined ? "missing, but required: the policy's name" : "allowed: a text";
    problems.push({ pointer: "/metadata/name", message: said });
  }
  if (typeof namespace !== "string") problems.push({ pointer: "/metadata/namespace", message: "allowed: a text" });
  if (!isTexts(annotations)) {
    problems.push({ pointer: "/metadata/annotations", message: "allowed: an object with texts; quote them" });
  }
  if (!isObject(spec)) {
    const said = spec === undefined ? "missing, but required: an object" : "allowed: an object";
    problems.push({ pointer: "/spec", message: said });
  }
  for (const problem of problems) report(problem);
  if (typeof name !== "string" || typeof namespace !== "string" || !isTexts(annotations)) return undefined;
  if (!isObject(spec) || problems.length > 0) return undefined;
  return { apiVersion, kind, name, namespace, annotations, spec };
}

function isTexts(value: Json): value is Readonly<Record<string, string>> {
  return isObject(value) && Object.values(value).every((text) => typeof text === "string");
}

/** The place that a pointer in the configuration came from. */
function sourceOf({ main, conversion, elsewhere }: Assembled, pointer: string): Source {
  const own = Object.entries(conversion.sources).map(([from, to]) => ({ from, piece: main, pointer: to }));
  const others = Object.entries(elsewhere).map(([from, to]) => ({ from, ...to }));
  const nearest = [...own, ...others]
    .filter(({ from }) => pointer === from || pointer.startsWith(`${from}/`))
    .reduce((best, entry) => (entry.from.length >= best.from.length ? entry : best), {
      from: "",
      piece: main,
      pointer: "",
    });
  return { piece: nearest.piece, pointer: nearest.pointer + pointer.slice(nearest.from.length) };
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
