/** shared/vectors/routing.json: Gateway API routes as policies, and the requests to them. */
import { isObject, type Json, type JsonObject } from "../policy/types.ts";

/** Categories that are the native router's work, and not the filter's. */
export const NATIVE: readonly string[] = ["rewrite", "redirect", "mirror", "cors"];
/** Requests of vectors that say no number are sent once. */
const ONCE = 1;

/** A request and what must come of it. */
export interface RoutingCase {
  readonly id: string;
  readonly category: string;
  readonly method: string;
  readonly authority: string;
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Headers of the backend's answer. */
  readonly answer: readonly (readonly [name: string, value: string])[];
  readonly repeat: number;
  readonly expect: {
    readonly status: readonly number[];
    /** Undefined: whichever. */
    readonly backend: string | undefined;
    readonly grpcStatus: number | undefined;
    readonly upstream: HeaderWishes;
    readonly response: HeaderWishes;
    /** The request header `backend` says which one was chosen, once. */
    readonly namesBackend: boolean;
  };
}

interface HeaderWishes {
  /** Lines of one header are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly absent: readonly string[];
}

/** Cases with one set of routes. */
export interface RoutingVectors {
  readonly ruleset: string;
  readonly configuration: JsonObject;
  /** The mesh's own route picks a destination by this header, modulo the sum of these weights: Envoy's header_name. */
  readonly weighted:
    { readonly header: string; readonly weights: readonly [name: string, weight: number][] } | undefined;
  readonly cases: readonly RoutingCase[];
}

/** @param name of the policy */
export function readRoutingVectors(file: JsonObject, name: string): RoutingVectors[] {
  const all = objects(file["vectors"]);
  const groups = new Map<string, JsonObject[]>();
  for (const vector of all) {
    const key = String(vector["ruleset"]);
    groups.set(key, [...(groups.get(key) ?? []), vector]);
  }
  return [...groups].map(([ruleset, vectors]) => {
    const routes = objects(object(object(file["rulesets"])[ruleset])["routes"]);
    const header = String(vectors[0]?.["algorithm"] ?? "").match(/^u64\(([^)]+)\)/)?.[1];
    return {
      ruleset,
      configuration: configurationOf(name, routes, header !== undefined),
      weighted: header === undefined ? undefined : { header, weights: weightsOf(routes) },
      cases: vectors.map(caseOf),
    };
  });
}

function caseOf(vector: JsonObject): RoutingCase {
  const request = object(vector["request"]);
  const expect = object(vector["expect"]);
  const upstream = object(expect["upstream"]);
  const response = object(expect["response"]);
  const { grpcStatus, backend } = expect;
  return {
    id: String(vector["id"]),
    category: String(vector["category"]),
    method: String(request["method"] ?? "GET"),
    authority: String(request["host"]),
    path: String(request["path"]),
    headers: pairs(request["headers"]),
    answer: pairs(vector["backendResponseHeaders"]),
    repeat: Number(vector["repeat"] ?? ONCE),
    expect: {
      status: (expect["status"] as readonly number[] | undefined) ?? [200],
      backend: typeof backend === "string" ? backend : undefined,
      grpcStatus: grpcStatus === undefined ? undefined : Number(grpcStatus),
      upstream: { headers: texts(upstream["headers"]), absent: strings(upstream["absentHeaders"]) },
      response: { headers: texts(response["headers"]), absent: strings(response["absentHeaders"]) },
      namesBackend: expect["invariant"] !== undefined,
    },
  };
}

/** Routes as rules: the backends are the arms. @param native the mesh's own route chooses; there is nothing for rules to do */
function configurationOf(name: string, routes: readonly JsonObject[], native: boolean): JsonObject {
  const refs = routes.flatMap((route) => objects(route["rules"]).flatMap((rule) => objects(rule["backendRefs"])));
  const arms = new Map<string, JsonObject>();
  for (const ref of refs) {
    const filters = ref["filters"];
    arms.set(String(ref["name"]), { name: String(ref["name"]), ...(filters !== undefined && { filters }) });
  }
  const rules = routes.flatMap((route, r) =>
    objects(route["rules"]).map((rule, index) => ruleOf(`r${r}.${index}`, route, rule)),
  );
  return { name, arms: [...arms.values()], rules: native ? [] : rules.filter((rule) => rule !== undefined) };
}

/** Undefined: all of it is the native router's work. */
function ruleOf(name: string, route: JsonObject, rule: JsonObject): JsonObject | undefined {
  const refs = objects(rule["backendRefs"]);
  const filters = objects(rule["filters"]).filter(({ type }) => String(type).endsWith("HeaderModifier"));
  const hostnames = route["hostnames"] as Json[] | undefined;
  const matches = objects(rule["matches"]).map((match) => {
    const { method, ...rest } = match;
    return isObject(method) ? { ...rest, grpc: method } : match;
  });
  const action = actionOf(refs);
  if (action === undefined && filters.length === 0) return undefined;
  return {
    name,
    ...(hostnames && hostnames.length > 0 && { hostnames }),
    ...(matches.length > 0 && { matches }),
    ...(filters.length > 0 && { filters }),
    ...action,
  };
}

/** Several destinations are a split by Envoy's own hash, the key as the vectors have it. */
function actionOf(refs: readonly JsonObject[]): JsonObject | undefined {
  const [first, second] = refs;
  if (!first) return undefined;
  if (!second) return { arm: String(first["name"]) };
  return {
    key: [{ header: "x-user" }, { generate: { cookie: "pd-vector" } }],
    split: {
      algorithm: "envoy",
      arms: refs.map((ref) => ({ arm: String(ref["name"]), weight: Number(ref["weight"] ?? 1) })),
    },
  };
}

function weightsOf(routes: readonly JsonObject[]): [string, number][] {
  const refs = routes.flatMap((route) => objects(route["rules"]).flatMap((rule) => objects(rule["backendRefs"])));
  return refs.map((ref) => [String(ref["name"]), Number(ref["weight"] ?? 1)]);
}

/** What is wrong with what came of a request; undefined: nothing. */
export function faultOf(
  { expect }: RoutingCase,
  got: {
    readonly status: number;
    readonly grpcStatus: number | undefined;
    readonly backend: string | undefined;
    readonly upstream: readonly (readonly [string, string])[];
    readonly response: readonly (readonly [string, string])[];
  },
): string | undefined {
  if (!expect.status.includes(got.status)) return `expected status ${expect.status.join(" or ")}, got ${got.status}`;
  if (expect.grpcStatus !== undefined && got.grpcStatus !== expect.grpcStatus)
    return `expected gRPC status ${expect.grpcStatus}, got ${got.grpcStatus ?? "none"}`;
  if (expect.backend !== undefined && got.backend !== expect.backend)
    return `expected ${expect.backend}, got ${got.backend ?? "no backend"}`;
  if (expect.namesBackend && valueOf(got.upstream, "backend") !== got.backend)
    return `expected the header backend: ${got.backend ?? "none"}, got ${valueOf(got.upstream, "backend") ?? "none"}`;
  return (
    headersFault("upstream", expect.upstream, got.upstream) ?? headersFault("response", expect.response, got.response)
  );
}

function headersFault(
  where: string,
  { headers, absent }: HeaderWishes,
  got: readonly (readonly [string, string])[],
): string | undefined {
  for (const [name, value] of Object.entries(headers)) {
    const found = valueOf(got, name.toLowerCase());
    if (found !== value) return `expected ${where} header ${name}: ${value}, got ${found ?? "none"}`;
  }
  const there = absent.find((name) => valueOf(got, name.toLowerCase()) !== undefined);
  return there === undefined ? undefined : `expected no ${where} header ${there}`;
}

function valueOf(list: readonly (readonly [string, string])[], name: string): string | undefined {
  const values = list.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(",");
}

function pairs(value: Json | undefined): [string, string][] {
  return Object.entries(texts(value)).map(([name, text]) => [name.toLowerCase(), text]);
}

function texts(value: Json | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(object(value)).map(([name, text]) => [name, String(text)]));
}

function strings(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function object(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as Json[]).filter(isObject) : [];
}
