/**
 * Renders one policy for Istio's waypoints: a WasmPlugin, or the TrafficExtension that supersedes it. The templates are in
 * envoy/istio/; why they look as they do is said there.
 */
import { readFileSync } from "node:fs";
import { targetText } from "../policy/own.ts";
import { rootId } from "../policy/module.ts";
import type { JsonObject, Policy, Problem } from "../policy/types.ts";
import { resourceName } from "./plain.ts";
import { block, fill } from "./template.ts";

const TEMPLATES = {
  WasmPlugin: new URL("../../envoy/istio/wasm-plugin.yaml", import.meta.url),
  TrafficExtension: new URL("../../envoy/istio/traffic-extension.yaml", import.meta.url),
};

export type WaypointKind = keyof typeof TEMPLATES;

/** Filter state in which Istio's waypoints have the peer's identity. */
export const PEER_PRINCIPAL = "io.istio.peer_principal";

/** What a waypoint, or a policy for one, can be attached to (istio/api extensions/v1alpha1/traffic_extension.proto). */
const TARGETS = [
  { group: "gateway.networking.k8s.io", kind: "Gateway" },
  { group: "gateway.networking.k8s.io", kind: "GatewayClass" },
  { group: "", kind: "Service" },
  { group: "core", kind: "Service" },
  { group: "networking.istio.io", kind: "ServiceEntry" },
];

export interface WaypointPolicy {
  readonly kind: WaypointKind;
  readonly filter: string;
  readonly policy: string;
  readonly order: number;
  readonly configuration: JsonObject;
  readonly hash: string;
  /** "": the object names none, kubectl's current one is used. */
  readonly namespace: string;
  readonly targets: readonly JsonObject[];
  readonly url: string;
  /** None: a file on the proxy's machine, which nobody checks. */
  readonly sha256: string | undefined;
}

/** The object as YAML text. Throws TemplateError if template and values do not fit. */
export function renderWaypoint(policy: WaypointPolicy): string {
  let template = readFileSync(TEMPLATES[policy.kind], "utf8");
  template = block(template, "namespace", policy.namespace !== "");
  template = block(template, "checked", policy.sha256 !== undefined);
  return fill(template, {
    RESOURCE: resourceName(policy.filter, policy.policy),
    HASH: policy.hash,
    TARGET: policy.targets,
    URL: policy.url,
    ROOT_ID: rootId(policy.filter),
    PRIORITY: -policy.order,
    CONFIGURATION: policy.configuration,
    ...(policy.namespace === "" ? {} : { NAMESPACE: policy.namespace }),
    ...(policy.sha256 === undefined ? {} : { CHECKSUM: policy.sha256 }),
  });
}

/** The targetRefs of a policy, or why a waypoint can't have it. */
export function waypointTargets(policy: Policy): readonly JsonObject[] | Problem {
  const { filter, conversion, resource, companion, problemOf } = policy;
  const refuse = (pointer: string, message: string): Problem => ({ ...policy.placeOf(pointer), pointer, message });
  if (filter.half === "upstream") return refuse("/kind", "a waypoint takes no filters behind the router");
  if (companion) {
    const message = `it takes a native filter in front, which a waypoint does not get from us; allowed: ${companion.instead}`;
    return problemOf({ pointer: companion.pointer, message });
  }
  const targets: JsonObject[] = [];
  for (const { target, pointer } of conversion.targets) {
    const known =
      target.type === "ref" && TARGETS.some(({ group, kind }) => group === target.group && kind === target.kind);
    if (target.type !== "ref" || !known || target.section !== "") {
      const words = targetText(target, resource.namespace);
      const message = `a waypoint can't be told of ${words}; allowed: targetRefs with a Gateway, GatewayClass, Service or ServiceEntry`;
      return refuse(pointer, message);
    }
    targets.push({ group: target.group, kind: target.kind, name: target.name });
  }
  return targets;
}
