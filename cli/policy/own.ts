/** Our own kinds: the filter's configuration in the frame of a Kubernetes resource. */
import { pointer } from "./yaml.ts";
import { isObject, type Conversion, type Json, type Remark, type Resource, type Target } from "./types.ts";

export const API_VERSION = "pointduty.dev/v1alpha1";

/** Fields of `spec` that say where a policy applies, and are not the filter's. */
const TARGETS = ["targetRefs", "selector"];

/** Reads a resource of our own kind. @param named the filter's configuration carries the policy's name */
export function convertOwn(resource: Resource, named: boolean): Conversion | { readonly problems: readonly Remark[] } {
  const { spec } = resource;
  const problems: Remark[] = [];
  if (named && "name" in spec) {
    problems.push({ pointer: "/spec/name", message: "unknown field; the policy's name is metadata.name" });
  }
  const targets = readTargets(spec, problems);
  if (problems.length > 0) return { problems };
  const fields = Object.entries(spec).filter(([key]) => !TARGETS.includes(key));
  return {
    configuration: Object.fromEntries([...(named ? [["name", resource.name] as const] : []), ...fields]),
    sources: { "": "/spec", ...(named ? { "/name": "/metadata/name" } : {}) },
    targets,
    remarks: [],
  };
}

/** The module knows nothing of what is around its configuration. Returns its message as it is true of a document. */
export function ownMessage(pointerInConfiguration: string, message: string): string {
  if (pointerInConfiguration.lastIndexOf("/") > 0) return message;
  return message.replace(
    /^unknown field; allowed: (?:name, )?(.*)$/,
    `unknown field; allowed: $1, ${TARGETS.join(", ")}`,
  );
}

/** Reads `targetRefs` or `selector`, as Gateway API and Istio spell them. */
export function readTargets(spec: Readonly<Record<string, Json>>, problems: Remark[]): Conversion["targets"] {
  const { targetRefs, selector } = spec;
  if (targetRefs !== undefined && selector !== undefined) {
    problems.push({ pointer: "/spec/selector", message: "targetRefs are given too; allowed: one of the two" });
    return [];
  }
  if (targetRefs !== undefined) return readRefs(targetRefs, problems);
  if (selector !== undefined) return readSelector(selector, problems);
  return [{ target: { type: "all" }, pointer: "/spec" }];
}

const REF_FIELDS = ["group", "kind", "name", "sectionName"];
const REFS = "a list of 1 to 16 objects with group, kind and name";

function readRefs(refs: Json, problems: Remark[]): Conversion["targets"] {
  const at = "/spec/targetRefs";
  if (!Array.isArray(refs) || refs.length < 1 || refs.length > 16) {
    problems.push({ pointer: at, message: `allowed: ${REFS}` });
    return [];
  }
  return (refs as Json[]).flatMap((ref, index) => {
    const place = at + pointer(index);
    const target = readRef(ref, place, problems);
    return target ? [{ target, pointer: place }] : [];
  });
}

function readRef(ref: Json, at: string, problems: Remark[]): Target | undefined {
  const before = problems.length;
  if (!isObject(ref)) {
    problems.push({ pointer: at, message: "allowed: an object with group, kind and name" });
    return undefined;
  }
  for (const key of Object.keys(ref)) {
    if (REF_FIELDS.includes(key)) continue;
    problems.push({ pointer: at + pointer(key), message: `unknown field; allowed: ${REF_FIELDS.join(", ")}` });
  }
  const text = (key: string, needed: boolean, empty: boolean): string => {
    const value = ref[key];
    if (value === undefined && !needed) return "";
    if (typeof value === "string" && (value !== "" || empty)) return value;
    const said = value === undefined ? "missing, but required: " : "allowed: ";
    problems.push({ pointer: at + pointer(key), message: said + (empty ? "a text, which may be empty" : "a text") });
    return "";
  };
  const target: Target = {
    type: "ref",
    group: text("group", true, true),
    kind: text("kind", true, false),
    name: text("name", true, false),
    section: text("sectionName", false, false),
    namespace: "",
  };
  return problems.length === before ? target : undefined;
}

function readSelector(selector: Json, problems: Remark[]): Conversion["targets"] {
  const at = "/spec/selector";
  const labels = isObject(selector) ? selector["matchLabels"] : undefined;
  const others = isObject(selector) ? Object.keys(selector).filter((key) => key !== "matchLabels") : [];
  for (const key of others) {
    problems.push({ pointer: at + pointer(key), message: "unknown field; allowed: matchLabels" });
  }
  if (others.length > 0) return [];
  if (!isObject(labels) || Object.keys(labels).length === 0) {
    problems.push({ pointer: `${at}/matchLabels`, message: "missing, but required: at least one label and its value" });
    return [];
  }
  for (const [key, value] of Object.entries(labels)) {
    if (typeof value === "string") continue;
    problems.push({ pointer: `${at}/matchLabels${pointer(key)}`, message: "allowed: a text; quote it" });
  }
  return [{ target: { type: "selector", labels: labels as Record<string, string> }, pointer: at }];
}

/** A target in words. */
export function targetText(target: Target, namespace: string): string {
  const where = target.type === "ref" && target.namespace !== "" ? target.namespace : namespace;
  const inNamespace = where === "" ? "" : ` of namespace ${where}`;
  switch (target.type) {
    case "ref": {
      const section = target.section === "" ? "" : ` (${target.section})`;
      return `${target.kind} ${target.name}${section}${inNamespace}`;
    }
    case "selector": {
      const labels = Object.entries(target.labels).sort(([a], [b]) => (a < b ? -1 : 1));
      return `workloads with ${labels.map(([key, value]) => `${key}=${value}`).join(", ")}${inNamespace}`;
    }
    case "all":
      return `all workloads${inNamespace}`;
  }
}
