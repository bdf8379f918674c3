/**
 * Istio's AuthorizationPolicy (security.istio.io/v1 and v1beta1) as it is: which of those in the files apply to a workload,
 * by Istio's rules (istio.io/istio pilot/pkg/model/policyattachment.go), and the policy that they make together. Their
 * specs stand verbatim in the configuration; the module judges them.
 *
 * The workload is what a document of kind Authorization says in spec.workload. Without one there must be no doubt: all
 * resources are for the same workloads, which are those that they select.
 */
import { convertOwn, targetText } from "../../cli/policy/own.ts";
import {
  isObject,
  type Assembled,
  type Assembly,
  type Conversion,
  type Json,
  type JsonObject,
  type Piece,
  type Remark,
  type Resource,
  type Source,
  type Target,
} from "../../cli/policy/types.ts";

const VERSIONS = ["security.istio.io/v1", "security.istio.io/v1beta1"];
const POLICY = "AuthorizationPolicy";
const AUTHENTICATION = "RequestAuthentication";
/** Istio's annotation for a policy that is only to be tried. */
const DRY_RUN = "istio.io/dry-run";

export const kinds = [POLICY, AUTHENTICATION].flatMap((kind) => VERSIONS.map((apiVersion) => ({ apiVersion, kind })));

/** A native resource that was read, and where. */
interface Native {
  readonly piece: number;
  readonly resource: Resource;
  /** At least one. */
  readonly targets: Conversion["targets"];
}

/** What a policy of our own kind says of the workloads that it is for. */
interface Workload {
  readonly namespace: string;
  readonly rootNamespace: string;
  readonly labels: JsonObject;
  readonly targets: Conversion["targets"];
}

/** A policy for each Authorization, or one of native resources alone; see above. */
export function assemble(pieces: readonly Piece[]): Assembly {
  const problems: (Source & { message: string })[] = [];
  const wholes: { piece: number; conversion: Conversion }[] = [];
  const natives: Native[] = [];
  for (const [piece, { resource, own }] of pieces.entries()) {
    const found: Remark[] = [];
    if (own) {
      const conversion = convertOwn(resource, true);
      if ("problems" in conversion) found.push(...conversion.problems);
      else wholes.push({ piece, conversion });
    } else {
      const targets = readNative(resource, found);
      if (targets) natives.push({ piece, resource, targets });
    }
    problems.push(...found.map((problem) => ({ piece, ...problem })));
  }
  if (wholes.length === 0) {
    const [first, ...others] = natives;
    for (const other of others) {
      if (first === undefined || sameWorkloads(first, other)) continue;
      const message = `for other workloads than ${POLICY} "${first.resource.name}" (${wordsOf(first)}); allowed: a document of kind Authorization beside them, which names the workload in spec.workload`;
      problems.push({ piece: other.piece, pointer: pointerOf(other), message });
    }
    const alike = natives.filter((native) => first !== undefined && sameWorkloads(first, native));
    const policies = first === undefined ? [] : [alone(first, alike)];
    return { policies, problems, remarks: [] };
  }
  const used = new Set<Native>();
  const policies = wholes.map(({ piece, conversion }) => {
    const chosen = natives.filter((native) => appliesTo(native, workloadOf(conversion)));
    for (const native of chosen) used.add(native);
    return withNatives(piece, conversion, chosen);
  });
  const unused = natives.filter((native) => !used.has(native));
  const remarks = unused.map((native) => ({
    piece: native.piece,
    pointer: pointerOf(native),
    message: `left out: it is for ${wordsOf(native)}, and no Authorization here is for one of them`,
  }));
  return { policies: [...policies, ...unused.map((native) => leftOut(native))], problems, remarks };
}

/** Whom a native resource is for; undefined, with complaints, when it can't be used. */
function readNative(
  { kind, namespace, annotations, spec }: Resource,
  problems: Remark[],
): Native["targets"] | undefined {
  const before = problems.length;
  if (kind === AUTHENTICATION) {
    const message =
      "RequestAuthentication is not read: a native jwt_authn, such as Istio's own, verifies tokens before this filter; allowed: leave it out of these files, and apply it as it is";
    problems.push({ pointer: "/kind", message });
    return undefined;
  }
  if (namespace === "") {
    const message = "missing, but required: it decides which workloads the policy is for";
    problems.push({ pointer: "/metadata/namespace", message });
  }
  const dryRun = annotations[DRY_RUN];
  if (dryRun !== undefined && !BOOLEANS.includes(dryRun)) {
    const message = `${JSON.stringify(dryRun)} is not allowed; allowed: "true", "false"`;
    problems.push({ pointer: `/metadata/annotations/${DRY_RUN.replace("/", "~1")}`, message });
  }
  if (problems.length > before) return undefined;
  return targetsOf(spec);
}

const BOOLEANS = ["true", "false"];

/** Whom a policy names. The module says what is wrong with a selector or a target, when it sees the spec. */
function targetsOf({ selector, targetRef, targetRefs }: JsonObject): Native["targets"] {
  if (targetRef !== undefined) return [{ target: refOf(targetRef), pointer: "/spec/targetRef" }];
  if (Array.isArray(targetRefs) && targetRefs.length > 0) {
    return (targetRefs as Json[]).map((ref, index) => ({ target: refOf(ref), pointer: `/spec/targetRefs/${index}` }));
  }
  const labels = isObject(selector) && isObject(selector["matchLabels"]) ? selector["matchLabels"] : {};
  const texts = Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  if (texts.length === 0) return [{ target: { type: "all" }, pointer: "/spec" }];
  return [{ target: { type: "selector", labels: Object.fromEntries(texts) }, pointer: "/spec/selector" }];
}

function refOf(ref: Json): Target {
  const { group = "", kind = "", name = "" } = isObject(ref) ? ref : {};
  return { type: "ref", group: String(group), kind: String(kind), name: String(name), section: "", namespace: "" };
}

function pointerOf({ targets }: Native): string {
  return targets[0]?.pointer ?? "/spec";
}

function sameWorkloads(a: Native, b: Native): boolean {
  return a.resource.namespace === b.resource.namespace && wordsOf(a) === wordsOf(b);
}

function wordsOf({ targets, resource }: Native): string {
  return targets.map(({ target }) => targetText(target, resource.namespace)).join(", ");
}

/** A policy of native resources alone: for the workloads that they select, and as Istio decides. */
function alone(first: Native, all: readonly Native[]): Assembled {
  const { targets, resource, piece } = first;
  const target = targets[0]?.target;
  const labels = target?.type === "selector" ? target.labels : {};
  return {
    main: piece,
    conversion: {
      configuration: {
        name: resource.name,
        profile: "compat",
        workload: { namespace: resource.namespace, labels },
        policies: all.map(policyOf),
      },
      sources: { "": "/spec", "/name": "/metadata/name", "/workload": pointerOf(first) },
      targets,
      remarks: [],
    },
    elsewhere: elsewhere(all, 0),
  };
}

/** For nobody here: it is checked as if it were for those whom it selects. */
function leftOut(native: Native): Assembled {
  return { ...alone(native, [native]), leftOut: true };
}

/** The native resources after the policies that stand in the document itself. */
function withNatives(main: number, conversion: Conversion, chosen: readonly Native[]): Assembled {
  if (chosen.length === 0) return { main, conversion, elsewhere: {} };
  const { policies = [] } = conversion.configuration;
  // What is no list is left for the module to refuse.
  if (!Array.isArray(policies)) return { main, conversion, elsewhere: {} };
  const own = policies as Json[];
  const configuration = { ...conversion.configuration, policies: [...own, ...chosen.map(policyOf)] };
  return { main, conversion: { ...conversion, configuration }, elsewhere: elsewhere(chosen, own.length) };
}

function policyOf({ resource: { namespace, name, annotations, spec } }: Native): JsonObject {
  const policy = { namespace, name, spec };
  return annotations[DRY_RUN] === "true" ? { ...policy, dryRun: true } : policy;
}

function elsewhere(natives: readonly Native[], from: number): Record<string, Source> {
  const sources: Record<string, Source> = {};
  for (const [index, { piece }] of natives.entries()) {
    const at = `/policies/${from + index}`;
    sources[at] = { piece, pointer: "" };
    for (const field of ["namespace", "name"]) sources[`${at}/${field}`] = { piece, pointer: `/metadata/${field}` };
  }
  return sources;
}

/** The defaults are the schema's. */
function workloadOf({ configuration: { workload }, targets }: Conversion): Workload {
  const { namespace = "default", rootNamespace = "istio-system", labels = {} } = isObject(workload) ? workload : {};
  return {
    namespace: String(namespace),
    rootNamespace: String(rootNamespace),
    labels: isObject(labels) ? labels : {},
    targets,
  };
}

/** Istio's rule: the root namespace is for all; labels are a subset; a target is one that the workload is named by. */
function appliesTo({ resource: { namespace }, targets }: Native, workload: Workload): boolean {
  if (namespace !== workload.namespace && namespace !== workload.rootNamespace) return false;
  return targets.some(({ target }) => {
    switch (target.type) {
      case "all":
        return true;
      case "selector":
        return Object.entries(target.labels).every(([label, value]) => workload.labels[label] === value);
      case "ref":
        return workload.targets.some(({ target: named }) => named.type === "ref" && sameRef(named, target));
    }
  });
}

type Ref = Extract<Target, { readonly type: "ref" }>;

function sameRef(a: Ref, b: Ref): boolean {
  return a.group === b.group && a.kind === b.kind && a.name === b.name;
}

export function compare(before: JsonObject, after: JsonObject): string[] {
  const changes: string[] = [];
  const MEANINGS: Readonly<Record<string, string>> = {
    enforce: "requests are now denied",
    shadow: "nothing is denied any more",
    compat: "requests are judged as Istio judges them, ways around the rules included",
    strict: "ways around the rules are closed",
  };
  for (const field of ["mode", "profile"]) {
    const [a, b] = [String(before[field]), String(after[field])];
    if (a !== b) changes.push(`${field} ${a} -> ${b}: ${MEANINGS[b]}`);
  }
  const [old, now] = [namedPolicies(before), namedPolicies(after)];
  for (const [name, policy] of now) {
    const was = old.get(name);
    const action = actionOf(policy);
    if (was === undefined) changes.push(`policy ${name}: new, ${action}`);
    else if (actionOf(was) !== action) changes.push(`policy ${name}: ${actionOf(was)} -> ${action}`);
    else if (JSON.stringify(was) !== JSON.stringify(policy)) changes.push(`policy ${name}: its rules change`);
  }
  for (const [name, policy] of old)
    if (!now.has(name)) changes.push(`policy ${name}: removed, was ${actionOf(policy)}`);
  const allows = (policies: ReadonlyMap<string, JsonObject>): boolean =>
    [...policies.values()].some((policy) => actionOf(policy) === "ALLOW");
  if (allows(old) && !allows(now))
    changes.push("wider: without an ALLOW policy all that no DENY rule matches is allowed");
  if (!allows(old) && allows(now)) changes.push("narrower: with an ALLOW policy only what it matches is allowed");
  return changes;
}

function namedPolicies({ policies }: JsonObject): Map<string, JsonObject> {
  const all = (Array.isArray(policies) ? (policies as Json[]) : []).filter(isObject);
  return new Map(all.map((policy) => [`${String(policy["namespace"])}/${String(policy["name"])}`, policy]));
}

function actionOf({ spec, dryRun }: JsonObject): string {
  const action = isObject(spec) ? String(spec["action"] ?? "ALLOW") : "ALLOW";
  return dryRun === true ? `${action} in a dry run` : action;
}

export function remarks(): string[] {
  return [];
}
