/** Istio's resources, one by one: what is wrong with them, whom they are for, and what they are in a configuration. */
import { targetText } from "../../cli/policy/own.ts";
import {
  isObject,
  type Conversion,
  type Json,
  type JsonObject,
  type Remark,
  type Resource,
  type Source,
  type Target,
} from "../../cli/policy/types.ts";

const VERSIONS = ["security.istio.io/v1", "security.istio.io/v1beta1"];
const POLICY = "AuthorizationPolicy";
/** What it says of tokens is part of the policy: see convert-jwt.ts. */
const AUTHENTICATION = "RequestAuthentication";
/** Istio's annotation for a policy that is only to be tried. */
const DRY_RUN = "istio.io/dry-run";

export const kinds = [POLICY, AUTHENTICATION].flatMap((kind) => VERSIONS.map((apiVersion) => ({ apiVersion, kind })));

/** A native resource that was read, and where. */
export interface Native {
  readonly piece: number;
  readonly resource: Resource;
  /** At least one. */
  readonly targets: Conversion["targets"];
}

/** What a policy of our own kind says of the workloads that it is for. */
export interface Workload {
  readonly namespace: string;
  readonly rootNamespace: string;
  readonly labels: JsonObject;
  readonly targets: Conversion["targets"];
}

/** A native resource with whom it is for; undefined, with complaints, when it can't be used. */
export function readNative(piece: number, resource: Resource, problems: Remark[]): Native | undefined {
  const { kind, namespace, annotations, spec } = resource;
  const before = problems.length;
  if (namespace === "") {
    const message = "missing, but required: it decides which workloads the policy is for";
    problems.push({ pointer: "/metadata/namespace", message });
  }
  const dryRun = annotations[DRY_RUN];
  if (kind === POLICY && dryRun !== undefined && !BOOLEANS.includes(dryRun)) {
    const message = `${JSON.stringify(dryRun)} is not allowed; allowed: "true", "false"`;
    problems.push({ pointer: `/metadata/annotations/${DRY_RUN.replace("/", "~1")}`, message });
  }
  if (problems.length > before) return undefined;
  return { piece, resource, targets: targetsOf(spec) };
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

export function pointerOf({ targets }: Native): string {
  return targets[0]?.pointer ?? "/spec";
}

export function sameWorkloads(a: Native, b: Native): boolean {
  return a.resource.namespace === b.resource.namespace && wordsOf(a) === wordsOf(b);
}

export function wordsOf({ targets, resource }: Native): string {
  return targets.map(({ target }) => targetText(target, resource.namespace)).join(", ");
}

/** The defaults are the schema's. */
export function workloadOf({ configuration: { workload }, targets }: Conversion): Workload {
  const { namespace = "default", rootNamespace = "istio-system", labels = {} } = isObject(workload) ? workload : {};
  return {
    namespace: String(namespace),
    rootNamespace: String(rootNamespace),
    labels: isObject(labels) ? labels : {},
    targets,
  };
}

/** Istio's rule: the root namespace is for all; labels are a subset; a target is one that the workload is named by. */
export function appliesTo({ resource: { namespace }, targets }: Native, workload: Workload): boolean {
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

/**
 * The lists of a configuration that resources are in, behind what `own` has in them, and where the items came from. A list
 * of `own` that is none is left for the module to refuse.
 */
export function partsOf(
  natives: readonly Native[],
  own: JsonObject,
): { readonly fields: JsonObject; readonly elsewhere: Readonly<Record<string, Source>> } {
  const fields: Record<string, Json> = {};
  const elsewhere: Record<string, Source> = {};
  const lists = [
    { field: "policies", chosen: natives.filter(({ resource }) => resource.kind === POLICY) },
    { field: "requestAuthentications", chosen: natives.filter(({ resource }) => resource.kind === AUTHENTICATION) },
  ];
  for (const { field, chosen } of lists) {
    const there = own[field] ?? [];
    if (chosen.length === 0 || !Array.isArray(there)) continue;
    const before = there as readonly Json[];
    fields[field] = [...before, ...chosen.map(({ resource }) => itemOf(resource))];
    for (const [index, { piece, resource }] of chosen.entries()) {
      const at = `/${field}/${before.length + index}`;
      elsewhere[at] = { piece, pointer: "" };
      for (const key of ["namespace", "name"]) elsewhere[`${at}/${key}`] = { piece, pointer: `/metadata/${key}` };
      for (const [to, from] of Object.entries(renamed(resource))) elsewhere[at + to] = { piece, pointer: from };
    }
  }
  return { fields, elsewhere };
}

function itemOf(resource: Resource): JsonObject {
  const { kind, namespace, name, annotations, spec } = resource;
  if (kind === AUTHENTICATION) return { namespace, name, spec: withOneSpelling(spec) };
  const policy = { namespace, name, spec };
  return annotations[DRY_RUN] === "true" ? { ...policy, dryRun: true } : policy;
}

/** Istio's CRD knows jwksUri by its first name, too. Where both are given the module complains about the old one. */
function withOneSpelling(spec: JsonObject): JsonObject {
  const { jwtRules } = spec;
  if (!Array.isArray(jwtRules)) return spec;
  const rules = (jwtRules as readonly Json[]).map((rule) => {
    if (!hasOldName(rule)) return rule;
    const { [OLD_NAME]: jwksUri = null, ...others } = rule;
    return { ...others, jwksUri };
  });
  return { ...spec, jwtRules: rules };
}

/** Pointers that `withOneSpelling` changed, and what they were in the resource. */
function renamed({ kind, spec: { jwtRules } }: Resource): Record<string, string> {
  if (kind !== AUTHENTICATION || !Array.isArray(jwtRules)) return {};
  const rules = [...(jwtRules as readonly Json[]).entries()].filter(([, rule]) => hasOldName(rule));
  return Object.fromEntries(
    rules.map(([index]) => [`/spec/jwtRules/${index}/jwksUri`, `/spec/jwtRules/${index}/${OLD_NAME}`]),
  );
}

const OLD_NAME = "jwks_uri";

function hasOldName(rule: Json): rule is JsonObject {
  return isObject(rule) && OLD_NAME in rule && !("jwksUri" in rule);
}
