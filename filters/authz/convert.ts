/**
 * Istio's AuthorizationPolicy and RequestAuthentication (security.istio.io/v1 and v1beta1) as they are: which of those in
 * the files apply to a workload, by Istio's rules (istio.io/istio pilot/pkg/model/policyattachment.go), and the policy that
 * they make together. Their specs stand in the configuration as they were written; the module judges them.
 *
 * The workload is what a document of kind Authorization says in spec.workload. Without one there must be no doubt: all
 * resources are for the same workloads, which are those that they select.
 */
import { convertOwn } from "../../cli/policy/own.ts";
import {
  isObject,
  type Assembled,
  type Assembly,
  type Conversion,
  type Json,
  type JsonObject,
  type Piece,
  type Remark,
  type Source,
} from "../../cli/policy/types.ts";
import { rulesOf } from "./convert-jwt.ts";
import {
  appliesTo,
  partsOf,
  pointerOf,
  readNative,
  sameWorkloads,
  wordsOf,
  workloadOf,
  type Native,
} from "./convert-native.ts";

export { companion } from "./convert-jwt.ts";
export { kinds } from "./convert-native.ts";

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
      const native = readNative(piece, resource, found);
      if (native) natives.push(native);
    }
    problems.push(...found.map((problem) => ({ piece, ...problem })));
  }
  if (wholes.length === 0) {
    const [first, ...others] = natives;
    for (const other of others) {
      if (first === undefined || sameWorkloads(first, other)) continue;
      const message = `for other workloads than ${first.resource.kind} "${first.resource.name}" (${wordsOf(first)}); allowed: a document of kind Authorization beside them, which names the workload in spec.workload`;
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

/** A policy of native resources alone: for the workloads that they select, and as Istio decides. */
function alone(first: Native, all: readonly Native[]): Assembled {
  const { targets, resource, piece } = first;
  const target = targets[0]?.target;
  const labels = target?.type === "selector" ? target.labels : {};
  const { fields, elsewhere } = partsOf(all, {});
  return {
    main: piece,
    conversion: {
      configuration: {
        name: resource.name,
        profile: "compat",
        workload: { namespace: resource.namespace, labels },
        policies: [],
        ...fields,
      },
      sources: { "": "/spec", "/name": "/metadata/name", "/workload": pointerOf(first) },
      targets,
      remarks: [],
    },
    elsewhere,
  };
}

/** For nobody here: it is checked as if it were for those whom it selects. */
function leftOut(native: Native): Assembled {
  return { ...alone(native, [native]), leftOut: true };
}

/** The native resources after those that stand in the document itself. */
function withNatives(main: number, conversion: Conversion, chosen: readonly Native[]): Assembled {
  if (chosen.length === 0) return { main, conversion, elsewhere: {} };
  const { fields, elsewhere } = partsOf(chosen, conversion.configuration);
  const configuration = { ...conversion.configuration, ...fields };
  return { main, conversion: { ...conversion, configuration }, elsewhere };
}

/** As a waypoint has it. An identity that the policy names stays. */
export function withProperties(configuration: JsonObject, peer: string): JsonObject {
  return { identity: { filterState: peer }, ...configuration, facts: "properties" };
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
  changes.push(...tokenChanges(before, after));
  return changes;
}

/** By issuer, for that is whom users have their tokens from. */
function tokenChanges(before: JsonObject, after: JsonObject): string[] {
  const changes: string[] = [];
  const [old, now] = [issuers(before), issuers(after)];
  for (const [issuer, rules] of now) {
    const was = old.get(issuer);
    if (was === undefined) changes.push(`issuer ${issuer}: new, its tokens are accepted`);
    else if (was !== rules) changes.push(`issuer ${issuer}: its keys, audiences or places of tokens change`);
  }
  for (const issuer of old.keys()) {
    if (!now.has(issuer)) changes.push(`issuer ${issuer}: removed, its tokens are no longer accepted`);
  }
  for (const field of ["token", "tokenTypes"]) {
    const [a, b] = [before, after].map((configuration) => JSON.stringify(configuration[field]));
    if (a !== b) changes.push(`${field} ${a} -> ${b}`);
  }
  return changes;
}

/** Each issuer's rules, as text. */
function issuers({ requestAuthentications = [] }: JsonObject): Map<string, string> {
  const found = new Map<string, string>();
  for (const { issuer, rule } of rulesOf(requestAuthentications)) {
    found.set(issuer, (found.get(issuer) ?? "") + JSON.stringify(rule));
  }
  return found;
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
