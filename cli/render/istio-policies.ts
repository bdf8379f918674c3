/** Which workloads an EnvoyFilter of a policy selects, and what Istio can't do with it. */
import { targetText } from "../policy/own.ts";
import { placeText, type Policy, type Problem } from "../policy/types.ts";
import type { PatchContext } from "./istio.ts";

/** Istio's root namespace unless the mesh configuration names another: an EnvoyFilter there applies to the whole mesh. */
const ROOT_NAMESPACE = "istio-system";
/** The label that Istio puts on the workloads of a Gateway API Gateway. */
const GATEWAY_LABEL = "gateway.networking.k8s.io/gateway-name";

export interface Selection {
  readonly namespace: string;
  /** None: all workloads. */
  readonly labels: Readonly<Record<string, string>>;
  readonly contexts: readonly PatchContext[];
}

/** The workloads of a policy, or why Istio can't apply it to what it names. */
export function selectionOf(policy: Policy, allWorkloads: boolean): Selection | Problem {
  const { conversion, resource } = policy;
  const [first, second] = conversion.targets;
  const inbound = policy.filter.traffic === "inbound";
  const contexts: readonly PatchContext[] = [inbound ? "SIDECAR_INBOUND" : "SIDECAR_OUTBOUND", "GATEWAY"];
  const refuse = (pointer: string, message: string): Problem => ({ ...policy.placeOf(pointer), pointer, message });
  if (first && first.target.type === "selector") {
    return { namespace: resource.namespace, labels: first.target.labels, contexts };
  }
  if (first && first.target.type === "ref" && first.target.kind === "Gateway") {
    if (second) return refuse(second.pointer, "Istio takes one Gateway for each policy; allowed: a policy for each");
    if (first.target.section !== "") {
      return refuse(
        first.pointer,
        "Istio can't narrow the router to one listener; allowed: the Gateway without sectionName",
      );
    }
    const labels = { [GATEWAY_LABEL]: first.target.name };
    return { namespace: resource.namespace, labels, contexts: ["GATEWAY"] };
  }
  if (!allWorkloads) {
    const words = first && first.target.type === "ref" ? targetText(first.target, resource.namespace) : "";
    const why =
      words === ""
        ? "it names no workloads and would apply to all of them; add spec.selector, or render with --all-workloads"
        : `Istio can't narrow the router to ${words}; give spec.selector (the workloads ${inbound ? "behind it" : "that call it"}) in its place, or render with --all-workloads: then it holds for all that they ${inbound ? "receive" : "call"}${inbound ? "; for a waypoint, render with --kind" : ""}`;
    return refuse(first?.pointer ?? "/spec", why);
  }
  const namespace = resource.namespace === "" ? ROOT_NAMESPACE : resource.namespace;
  return { namespace, labels: {}, contexts };
}

/**
 * Two policies of which some workload could get both: of upstream filters Istio would append both to its router, which
 * takes one; of downstream filters those of one kind would both judge.
 */
export function overlaps(chosen: readonly { readonly policy: Policy; readonly selection: Selection }[]): Problem[] {
  const problems: Problem[] = [];
  for (const [index, one] of chosen.entries()) {
    for (const other of chosen.slice(0, index)) {
      if (!clash(one.policy, other.policy) || !meet(one.selection, other.selection)) continue;
      const pointer = one.policy.conversion.targets[0]?.pointer ?? "/spec";
      const [a, b] = [one, other].map(({ policy: { resource } }) => `${resource.kind} "${resource.name}"`);
      const takes =
        one.policy.filter.half === "upstream" ? "whose router takes one of them" : "which takes one of a kind";
      const message = `${a} and ${b} (${placeText(other.policy.place)}) can select the same workload, ${takes}; give them different values of one label`;
      problems.push({ ...one.policy.placeOf(pointer), pointer, message });
    }
  }
  return problems;
}

function clash({ filter: a }: Policy, { filter: b }: Policy): boolean {
  return a.half === b.half && (a.half === "upstream" || a.name === b.name);
}

function meet(a: Selection, b: Selection): boolean {
  const everywhere = [a, b].some(({ namespace }) => namespace === ROOT_NAMESPACE);
  if (!everywhere && a.namespace !== b.namespace) return false;
  if (!a.contexts.some((context) => b.contexts.includes(context))) return false;
  return Object.entries(a.labels).every(([key, value]) => b.labels[key] === undefined || b.labels[key] === value);
}
