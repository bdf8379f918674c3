/**
 * The shape of an EnvoyFilter as Istio's CRD and its webhook have it (istio/api networking/v1alpha3/envoy_filter.proto,
 * istio/istio pkg/config/validation/envoyfilter), and what we never want in one.
 */
import { isObject, type Json, type JsonObject } from "../policy/types.ts";

/** Most bytes of an object: etcd takes 1.5 MiB, with room for what the API server adds. */
export const OBJECT_LIMIT = 1 << 20;

const APPLY_TO = [
  ...["LISTENER", "FILTER_CHAIN", "NETWORK_FILTER", "HTTP_FILTER", "ROUTE_CONFIGURATION", "VIRTUAL_HOST"],
  ...["HTTP_ROUTE", "CLUSTER", "EXTENSION_CONFIG", "BOOTSTRAP", "LISTENER_FILTER"],
];
const CONTEXTS = ["ANY", "SIDECAR_INBOUND", "SIDECAR_OUTBOUND", "GATEWAY", "WAYPOINT"];
const OPERATIONS = ["MERGE", "ADD", "REMOVE", "INSERT_BEFORE", "INSERT_AFTER", "INSERT_FIRST", "REPLACE"];
const OBJECT_TYPES = ["listener", "routeConfiguration", "cluster", "waypoint"];
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * What is wrong with an EnvoyFilter, a line each that begins with its JSON pointer; none: it can be applied.
 * @param bytes size of its text
 * @param allWorkloads whether an object without a selector is meant
 */
export function checkEnvoyFilter(object: unknown, bytes: number, allWorkloads: boolean): string[] {
  const problems: string[] = [];
  if (bytes > OBJECT_LIMIT) {
    const way = "give the code as file:PATH, http:URL or oci:REF";
    problems.push(`the object has ${bytes} bytes; allowed: at most ${OBJECT_LIMIT}; ${way}`);
  }
  const check = new Shape(problems);
  const top = check.object(object, "", ["apiVersion", "kind", "metadata", "spec"]);
  check.oneOf(top["apiVersion"], "/apiVersion", ["networking.istio.io/v1alpha3"]);
  check.oneOf(top["kind"], "/kind", ["EnvoyFilter"]);
  const metadata = check.object(top["metadata"], "/metadata", ["name", "namespace", "labels", "annotations"]);
  for (const key of ["name", ...("namespace" in metadata ? ["namespace"] : [])]) {
    const name = metadata[key];
    if (typeof name !== "string" || name.length > 253 || !NAME.test(name)) {
      problems.push(`/metadata/${key}: ${JSON.stringify(name)} is no name for Kubernetes`);
    }
  }
  const spec = check.object(top["spec"], "/spec", ["workloadSelector", "targetRefs", "configPatches", "priority"]);
  if (spec["workloadSelector"] !== undefined) {
    const selector = check.object(spec["workloadSelector"], "/spec/workloadSelector", ["labels"]);
    const labels = check.object(selector["labels"], "/spec/workloadSelector/labels");
    if (!Object.values(labels).every((value) => typeof value === "string")) {
      problems.push("/spec/workloadSelector/labels: values must be texts");
    }
  } else if (spec["targetRefs"] === undefined && !allWorkloads) {
    problems.push(
      "/spec: it would apply to all workloads; add a selector to the policy, or render with --all-workloads",
    );
  }
  const patches = spec["configPatches"];
  if (!Array.isArray(patches) || patches.length === 0) problems.push("/spec/configPatches: missing");
  else patches.forEach((patch: Json, index) => checkPatch(patch, `/spec/configPatches/${index}`, check));
  return problems;
}

function checkPatch(value: Json, at: string, check: Shape): void {
  const { applyTo, match, patch } = check.object(value, at, ["applyTo", "match", "patch"]);
  check.oneOf(applyTo, `${at}/applyTo`, APPLY_TO);
  if (applyTo === "CLUSTER") {
    check.problems.push(
      `${at}/applyTo: CLUSTER is refused: Istio replaces a cluster's protocol options, and HTTP/2, connection-pool settings and the check of the server's name are lost; patch the router`,
    );
  }
  if (match !== undefined) {
    const { context } = check.object(match, `${at}/match`, ["context", "proxy", ...OBJECT_TYPES]);
    if (context !== undefined) check.oneOf(context, `${at}/match/context`, CONTEXTS);
    const types = OBJECT_TYPES.filter((type) => isObject(match) && type in match);
    if (types.length > 1) check.problems.push(`${at}/match: ${types.join(" and ")}; allowed: one of them`);
    if (isObject(match)) checkListener(match["listener"], `${at}/match/listener`, check);
  }
  const change = check.object(patch, `${at}/patch`, ["operation", "value", "filterClass"]);
  check.oneOf(change["operation"], `${at}/patch/operation`, OPERATIONS);
  if (change["operation"] !== "REMOVE" && !isObject(change["value"])) {
    check.problems.push(`${at}/patch/value: missing, but required`);
  }
  if (applyTo === "EXTENSION_CONFIG" && change["operation"] !== "ADD") {
    check.problems.push(`${at}/patch/operation: EXTENSION_CONFIG takes ADD only`);
  }
}

function checkListener(listener: Json | undefined, at: string, check: Shape): void {
  if (listener === undefined) return;
  const { filterChain } = check.object(listener, at, [
    "portNumber",
    "portName",
    "filterChain",
    "name",
    "listenerFilter",
  ]);
  if (filterChain === undefined) return;
  const chain = ["name", "sni", "transportProtocol", "applicationProtocols", "filter", "destinationPort"];
  const { filter } = check.object(filterChain, `${at}/filterChain`, chain);
  if (filter === undefined) return;
  const { subFilter } = check.object(filter, `${at}/filterChain/filter`, ["name", "subFilter"]);
  if (subFilter !== undefined) check.object(subFilter, `${at}/filterChain/filter/subFilter`, ["name"]);
}

/** Collects complaints about the shape of values. */
class Shape {
  readonly problems: string[];

  constructor(problems: string[]) {
    this.problems = problems;
  }

  /** The object, or an empty one after a complaint. */
  object(value: unknown, at: string, allowed?: readonly string[]): JsonObject {
    if (!isObject(value)) {
      this.problems.push(`${at || "/"}: an object is needed`);
      return {};
    }
    for (const key of Object.keys(value)) {
      if (allowed && !allowed.includes(key))
        this.problems.push(`${at}/${key}: unknown field; allowed: ${allowed.join(", ")}`);
    }
    return value;
  }

  oneOf(value: Json | undefined, at: string, allowed: readonly string[]): void {
    if (typeof value === "string" && allowed.includes(value)) return;
    this.problems.push(`${at}: ${JSON.stringify(value)} is not allowed; one of: ${allowed.join(", ")}`);
  }
}
