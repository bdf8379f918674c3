/** shared/vectors/authz.json: its vectors as policies for one workload and requests. */
import { isObject, type Json, type JsonObject } from "../policy/types.ts";
import type { Surroundings } from "./authz-facts.ts";

/** What `$DESTIP` in a policy stands for. */
const LOCAL = "$DESTIP";

/** Policies of one workload, and requests to it. */
export interface Vector {
  readonly id: string;
  readonly profile: "compat" | "strict";
  readonly around: Surroundings;
  readonly cases: readonly Case[];
  /** The filter's configuration. @param name the policy's; @param local the listener's address */
  configuration(name: string, local: string): JsonObject;
}

export interface Case {
  readonly id: string;
  readonly request: JsonObject;
  /** Statuses that are right. */
  readonly expected: readonly number[];
  /** What a stock Envoy 1.40.0 with native filters made of it. */
  readonly observed: { readonly status: number; readonly details: string };
  /** The path as filters see it, after normalization. */
  readonly path: string;
}

/** All vectors of a file, in order: first those of `compat`, then the hardening of `strict`. */
export function readVectors(file: JsonObject): Vector[] {
  const hardening = objects(file["hardening"]).map((vector) => {
    const { id, request, expect, envoy_1_40_observed: observed, policy, jwtRules } = vector;
    const namespace = "foo";
    const native = (name: string, spec: JsonObject): JsonObject => ({ metadata: { name, namespace }, spec });
    const around = {
      workload: { namespace, labels: {} },
      mesh: {},
      policies: [native("p", object(policy))],
      requestAuthentications: jwtRules === undefined ? [] : [native("jwt", { jwtRules })],
      ...vector,
    };
    const statuses = object(expect)["status"] as readonly number[];
    return vectorOf(around, "strict", [caseOf(String(id), object(request), statuses, object(observed))]);
  });
  return [...objects(file["vectors"]).map(compatVector), ...hardening];
}

function compatVector(vector: JsonObject): Vector {
  const cases = objects(vector["cases"]).map(({ name, request, expect, observed }, index) => {
    const status = Number(object(expect)["status"]);
    const id = `${String(vector["id"])}/${index} (${String(name)})`;
    return caseOf(id, object(request), [status], { status, ...object(observed) });
  });
  return vectorOf(vector, "compat", cases);
}

function caseOf(id: string, request: JsonObject, expected: readonly number[], observed: JsonObject): Case {
  return {
    id,
    request,
    expected,
    observed: {
      status: Number(observed["status"]),
      details: String(observed["responseCodeDetails"] ?? observed["details"] ?? ""),
    },
    path: String(observed["pathSeenByFilters"] ?? request["path"]),
  };
}

function vectorOf(vector: JsonObject, profile: Vector["profile"], cases: readonly Case[]): Vector {
  const { numTrustedProxies } = object(vector["mesh"]);
  return {
    id: String(vector["id"]),
    profile,
    around: {
      tokens: objects(vector["requestAuthentications"]).length > 0,
      ...(numTrustedProxies !== undefined && { trustedProxies: Number(numTrustedProxies) }),
      pathNormalization: normalization(object(vector["mesh"])["pathNormalization"]),
    },
    cases,
    configuration: (name, local) => {
      const text = JSON.stringify({ name, profile, ...configurationOf(vector) });
      return JSON.parse(text.replaceAll(LOCAL, local)) as JsonObject;
    },
  };
}

/** The resources that Istio would apply to the workload, and its description. */
function configurationOf(vector: JsonObject): JsonObject {
  const mesh = object(vector["mesh"]);
  const workload = object(vector["workload"]);
  const root = String(mesh["rootNamespace"] ?? "istio-system");
  const chosen = (list: Json | undefined): JsonObject[] =>
    objects(list).filter((resource) => applies(resource, workload, root));
  return {
    workload: {
      namespace: String(workload["namespace"]),
      labels: object(workload["labels"]),
      trustDomain: mesh["trustDomain"] ?? "cluster.local",
      trustDomainAliases: mesh["trustDomainAliases"] ?? [],
      rootNamespace: root,
      pathNormalization: normalization(mesh["pathNormalization"]),
    },
    policies: chosen(vector["policies"]).map((policy) => {
      const dryRun = object(object(policy["metadata"])["annotations"])["istio.io/dry-run"] === "true";
      return { ...itemOf(policy), dryRun };
    }),
    requestAuthentications: chosen(vector["requestAuthentications"]).map(itemOf),
  };
}

function itemOf({ metadata, spec = {} }: JsonObject): JsonObject {
  const { namespace = "", name = "" } = object(metadata);
  return { namespace, name, spec };
}

function normalization(given: Json | undefined): string {
  return given === undefined || given === "DEFAULT" ? "BASE" : String(given);
}

/** Resources of the root namespace and of the workload's own whose selector asks for no other labels. */
function applies(resource: JsonObject, workload: JsonObject, root: string): boolean {
  const namespace = object(resource["metadata"])["namespace"];
  if (namespace !== root && namespace !== workload["namespace"]) return false;
  const wanted = object(object(object(resource["spec"])["selector"])["matchLabels"]);
  const labels = object(workload["labels"]);
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

function object(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as Json[]).filter(isObject) : [];
}
