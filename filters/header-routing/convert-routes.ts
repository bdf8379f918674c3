/** What a policy asks of the platform's routes: the other half of each binding. Pure. */
import {
  isObject,
  pointerStep,
  type Json,
  type JsonObject,
  type Remark,
  type RoutePlan,
} from "../../cli/policy/types.ts";

/** Headers by which a decision reaches a route. */
const ARM = "x-pd-arm";
const PICK = "x-pd-pick";
const CLUSTER = "x-pd-cluster";
/** Envoy keeps what a Wasm filter writes under this prefix. */
const FILTER_STATE = "wasm.pd";

/** @param given documents of `--routes`; undefined: the option was not given */
export function routesOf(configuration: JsonObject, given: readonly JsonObject[] | undefined): RoutePlan {
  const services = (given ?? []).filter(({ kind }) => kind === "VirtualService");
  const nothing: RoutePlan = { documents: [], problems: [], remarks: [] };
  if (given !== undefined && services.length === 0)
    return { ...nothing, problems: [{ pointer: "", message: "--routes holds no VirtualService" }] };
  switch (configuration["binding"]) {
    case "cluster":
      return { ...nothing, inserted: guardedRoute(configuration), remarks: [WITHOUT] };
    case "arms":
      return { ...nothing, ...mergedRoute(configuration, given === undefined ? undefined : services) };
    default:
      if (given === undefined) return { ...nothing, remarks: [YOURS] };
      return { ...nothing, documents: services.map((service) => withArms(service, armNames(configuration))) };
  }
}

const YOURS = `the route that matches ${ARM} and removes it is yours to write; render --target istio --routes FILE makes it from a VirtualService`;
const WITHOUT =
  "requests that are steered leave the platform's route: of its settings they have the timeout, the retries and the hash that spec.route names, and nothing else (no mirrors, faults, CORS, header changes, filters or metadata of a route)";

/** Opens for requests only that the filter has marked itself: no client can write filter state. */
function guardedRoute(configuration: JsonObject): JsonObject {
  const settings = isObject(configuration["route"]) ? configuration["route"] : {};
  const { timeout = "15s", retryOn, numRetries = 1, perTryTimeout, hashHeader } = settings;
  return {
    name: "pointduty.header-routing",
    match: {
      prefix: "/",
      headers: [{ name: CLUSTER, present_match: true }],
      filter_state: [{ key: FILTER_STATE, string_match: { exact: "1" } }],
    },
    route: {
      cluster_header: CLUSTER,
      timeout: seconds(timeout),
      ...(retryOn !== undefined && {
        retry_policy: {
          retry_on: retryOn,
          num_retries: numRetries,
          ...(perTryTimeout !== undefined && { per_try_timeout: seconds(perTryTimeout) }),
        },
      }),
      ...(hashHeader !== undefined && { hash_policy: [{ header: { header_name: hashHeader } }] }),
    },
    request_headers_to_remove: [CLUSTER],
  };
}

/** `1m30s` as Envoy writes it: seconds. */
function seconds(duration: Json): string {
  const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  const parts = [...String(duration).matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  const millis = parts.reduce((sum, [, number, unit = "s"]) => sum + Number(number) * (units[unit] ?? 0), 0);
  return `${millis / 1000}s`;
}

type Merge = Partial<Pick<RoutePlan, "merged" | "problems">>;

/** The platform's own weighted route, to which one header is added. All that the filter relies on must stand in the file. */
function mergedRoute(configuration: JsonObject, services: readonly JsonObject[] | undefined): Merge {
  const problem = (message: string, pointer = "/binding"): Merge => ({ problems: [{ pointer, message }] });
  if (services === undefined)
    return problem(
      "binding: arms leans on the weights of the platform's route; allowed: render --target istio --routes FILE, with the VirtualService",
    );
  const wanted = armNames(configuration);
  const rules = services.flatMap((service) => rulesOf(service)).filter((rule) => sameNames(subsetsOf(rule), wanted));
  const [rule, another] = rules;
  const destinations = wanted.join(", ");
  if (!rule)
    return problem(
      `no rule of the VirtualService has the destinations ${destinations} (subsets, two or more), and no others`,
      "/arms",
    );
  if (another) return problem(`more than one rule of the VirtualService has the destinations ${destinations}`, "/arms");
  const { name } = rule;
  if (typeof name !== "string" || name === "")
    return problem(
      "the rule of the VirtualService with these destinations has no name: without one no patch can be about it; give it a name",
      "/arms",
    );
  const problems = weightProblems(configuration, rule);
  if (problems.length > 0) return { problems };
  return {
    merged: {
      route: name,
      value: { request_headers_to_remove: [PICK], route: { weighted_clusters: { header_name: PICK } } },
    },
  };
}

/** Weights that are not those of the route, in its order: the filter would pick another arm than it says. */
function weightProblems(configuration: JsonObject, rule: JsonObject): Remark[] {
  const destinations = objects(rule["route"]);
  return objects(configuration["arms"]).flatMap((arm, index): Remark[] => {
    const pointer = `/arms${pointerStep(index)}`;
    const place = destinations[index];
    const weight = Number(place?.["weight"] ?? 0);
    if (!place || subsetOf(place) !== arm["name"])
      return [{ pointer: `${pointer}/name`, message: `the route's destination here is ${subsetOf(place ?? {})}` }];
    if (weight === 0) return [{ pointer, message: "the route gives it no weight; allowed: 1 or more" }];
    if (weight === arm["weight"]) return [];
    return [{ pointer: `${pointer}/weight`, message: `the route's weight is ${weight}` }];
  });
}

/**
 * A VirtualService whose rules come once more for each arm among their destinations, asking for the header: all else of a
 * rule stays as it is. Every rule removes the header.
 */
function withArms(service: JsonObject, arms: readonly string[]): JsonObject {
  const spec = isObject(service["spec"]) ? service["spec"] : {};
  const http = rulesOf(service).flatMap((rule): JsonObject[] => {
    const own = removing(rule);
    if (rule["route"] === undefined) return [own];
    const copies = arms.flatMap((arm): JsonObject[] => {
      const destination = objects(rule["route"]).find((one) => subsetOf(one) === arm);
      if (!destination) return [];
      const matches = objects(rule["match"]);
      const match = (matches.length > 0 ? matches : [{}]).map((one) => ({
        ...one,
        headers: { ...(isObject(one["headers"]) ? one["headers"] : {}), [ARM]: { exact: arm } },
      }));
      const whole = Object.fromEntries(Object.entries(destination).filter(([key]) => key !== "weight"));
      const name = rule["name"];
      return [{ ...own, ...(typeof name === "string" && { name: `${name}-${arm}` }), match, route: [whole] }];
    });
    return [...copies, own];
  });
  return { ...service, spec: { ...spec, http } };
}

function removing(rule: JsonObject): JsonObject {
  const headers = isObject(rule["headers"]) ? rule["headers"] : {};
  const request = isObject(headers["request"]) ? headers["request"] : {};
  const remove = Array.isArray(request["remove"]) ? (request["remove"] as Json[]) : [];
  return { ...rule, headers: { ...headers, request: { ...request, remove: [...remove, ARM] } } };
}

function armNames(configuration: JsonObject): string[] {
  return objects(configuration["arms"]).map(({ name }) => String(name));
}

function rulesOf(service: JsonObject): JsonObject[] {
  return isObject(service["spec"]) ? objects(service["spec"]["http"]) : [];
}

function subsetsOf(rule: JsonObject): string[] {
  return objects(rule["route"]).map(subsetOf);
}

function subsetOf({ destination }: JsonObject): string {
  return isObject(destination) && typeof destination["subset"] === "string" ? destination["subset"] : "";
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one.length > 1 && one.length === other.length && other.every((name) => one.includes(name));
}

function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as Json[]).filter(isObject) : [];
}
