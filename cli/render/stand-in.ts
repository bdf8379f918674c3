/** The native filters that stand in while no valid policy was ever received (`default` in a schema's x-pointduty). */
import type { Half } from "../cases/filter.ts";
import { block, TemplateError } from "./template.ts";

interface StandIn {
  readonly type: string;
  /** Whether it denies everything; else it lets everything pass. */
  readonly denies: boolean;
}

const STAND_INS: ReadonlyMap<string, StandIn> = new Map([
  [
    "envoy.filters.http.header_mutation",
    {
      type: "type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
      denies: false,
    },
  ],
  ["envoy.filters.http.rbac", { type: "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC", denies: true }],
]);

/** Names that `default` may have. */
export const STAND_IN_NAMES: readonly string[] = [...STAND_INS.keys()];

/** What becomes of traffic while the native filter stands in. Throws TemplateError for one that is not known here. */
export function standInEffect(name: string): string {
  return find(name).denies ? "every request is denied" : "traffic passes without the policy";
}

/**
 * Returns `template` with what the native filter needs. Throws TemplateError for a filter that is not known here.
 * @param half in the router it is too late to remove headers that steer
 */
export function withStandIn(template: string, name: string, half: Half, steers = false): string {
  const text = block(template, "deny", find(name).denies);
  return half === "downstream" ? block(text, "strip", steers) : text;
}

/** The slots that say what stands in. */
export function standInSlots(name: string): { STAND_IN: string; EFFECT: string } {
  return { STAND_IN: find(name).type, EFFECT: standInEffect(name) };
}

function find(name: string): StandIn {
  const found = STAND_INS.get(name);
  if (!found) throw new TemplateError(`no default ${name}; allowed: ${STAND_IN_NAMES.join(", ")}`);
  return found;
}
