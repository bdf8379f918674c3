/** Checked YAML nodes -> a case, with every default filled in. */
import { isMap, isScalar, isSeq, type LineCounter, type YAMLMap } from "yaml";
import type { KnownFacts } from "../host/index.ts";
import { nameOf, offsetOf } from "./check.ts";
import type {
  Answer,
  Bounds,
  Case,
  CaseRequest,
  Env,
  Expectation,
  Fault,
  HeaderExpectation,
  Pairs,
  Retry,
  Route,
  Step,
  UpstreamExpectation,
} from "./types.ts";

const MAIN: Route = { path: "/", authority: undefined, name: "main", cluster: "main", virtualHost: "main" };
const REQUEST = { method: "GET", scheme: "http", authority: "shop", path: "/", body: "" };
const ANSWER: Answer = { fault: undefined, status: 200, headers: [], body: "", trailers: undefined, delayMs: 0 };
const FAULTS: readonly string[] = ["reset", "timeout", "connect-failure"] satisfies Fault[];

/** Where a case comes from, and its policy. */
export interface Source {
  readonly file: string;
  readonly lines: LineCounter;
  readonly policy: Readonly<Record<string, unknown>>;
}

/** `root` has passed all checks. */
export function buildCase(root: YAMLMap, { file, lines, policy }: Source): Case {
  const lineOf = (node: unknown): number => lines.linePos(offsetOf(node)).line;
  const line = lineOf(root);
  const steps = list(root, "steps").map((node) => buildStep(asMap(node), lineOf(node)));
  const name = text(root, "name") ?? steps.find((step) => step.name !== undefined)?.name ?? `case of line ${line}`;
  return {
    file,
    line,
    name,
    filter: text(root, "filter") ?? "",
    policy,
    env: buildEnv(asMap(root.get("env", true))),
    steps,
    onlyModule: root.has("only") ? text(root, "why") : undefined,
    place: (pointer, key) => {
      const { line: row, col } = lines.linePos(offsetOf(nodeAt(root, pointer, key)));
      return `${row}:${col}`;
    },
  };
}

/** The node of the policy that a JSON pointer names (the name of the field, with `key`), or the nearest one above it. */
function nodeAt(root: YAMLMap, pointer: string, key: boolean): unknown {
  let node: unknown = root.get("policy", true) ?? root.get("policyFile", true);
  let name: unknown = node;
  for (const part of pointer.split("/").slice(1)) {
    const wanted = part.replaceAll("~1", "/").replaceAll("~0", "~");
    const pair = isMap(node) ? node.items.find(({ key: known }) => nameOf(known) === wanted) : undefined;
    const next: unknown = pair?.value ?? (isSeq(node) ? node.items[Number(wanted)] : undefined);
    if (next === undefined || next === null) return node;
    node = next;
    name = pair?.key ?? next;
  }
  return key ? name : node;
}

function asMap(node: unknown): YAMLMap | undefined {
  return isMap(node) ? node : undefined;
}

function list(map: YAMLMap | undefined, name: string): readonly unknown[] {
  const node = map?.get(name, true);
  return isSeq(node) ? node.items : [];
}

/** A scalar as it is written. */
function written(node: unknown): string {
  if (!isScalar(node)) return "";
  return typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
}

function text(map: YAMLMap | undefined, name: string): string | undefined {
  const node = map?.get(name, true);
  return node === undefined ? undefined : written(node);
}

function number(map: YAMLMap | undefined, name: string): number | undefined {
  const value = map?.get(name);
  return typeof value === "number" ? value : undefined;
}

function numbers(map: YAMLMap | undefined, name: string): number[] {
  return list(map, name).map((node) => (isScalar(node) ? Number(node.value) : 0));
}

function pairs(map: YAMLMap | undefined, name: string): Pairs {
  return list(map, name).map((pair) => {
    const [header, value] = isSeq(pair) ? pair.items : [];
    return [written(header), written(value)];
  });
}

/** The fields of a map by name. */
function entries(map: YAMLMap | undefined): [string, unknown][] {
  return (map?.items ?? []).map(({ key, value }) => [nameOf(key), value]);
}

function buildEnv(env: YAMLMap | undefined): Env {
  const workers = numbers(env, "workers");
  const routes = list(env, "routes").map((node) => buildRoute(asMap(node)));
  const retry = asMap(env?.get("retry", true));
  return {
    workers: workers.length === 0 ? [1] : workers,
    retry: retry && buildRetry(retry),
    timeoutMs: number(env, "timeoutMs"),
    timeoutRetryHeader: env?.get("timeoutRetryHeader") === true,
    mirror: env?.get("mirror") === true,
    routes: routes.length === 0 ? [MAIN] : routes,
  };
}

function buildRetry(retry: YAMLMap): Retry {
  return {
    on: text(retry, "on") ?? "",
    max: number(retry, "max") ?? 0,
    statusCodes: numbers(retry, "statusCodes"),
    perTryTimeoutMs: number(retry, "perTryTimeoutMs"),
    hedge: retry.get("hedge") === true,
  };
}

function buildRoute(route: YAMLMap | undefined): Route {
  return {
    path: text(route, "path") ?? MAIN.path,
    authority: text(route, "authority"),
    name: text(route, "name") ?? "",
    cluster: text(route, "cluster") ?? MAIN.cluster,
    virtualHost: text(route, "virtualHost") ?? MAIN.virtualHost,
  };
}

function buildStep(step: YAMLMap | undefined, line: number): Step {
  const sends = step?.has("request") === true || step?.has("upstream") === true;
  const upstream = list(step, "upstream").map(buildAnswer);
  return {
    name: text(step, "name"),
    line,
    at: number(step, "at"),
    repeat: sends ? (number(step, "repeat") ?? 1) : 0,
    clients: number(step, "clients") ?? 1,
    request: buildRequest(asMap(step?.get("request", true))),
    upstream: upstream.length === 0 ? [ANSWER] : upstream,
    expect: buildExpectation(asMap(step?.get("expect", true))),
  };
}

function buildRequest(request: YAMLMap | undefined): CaseRequest {
  return {
    method: text(request, "method") ?? REQUEST.method,
    scheme: text(request, "scheme") ?? REQUEST.scheme,
    authority: text(request, "authority") ?? REQUEST.authority,
    path: text(request, "path") ?? REQUEST.path,
    headers: pairs(request, "headers"),
    body: text(request, "body") ?? REQUEST.body,
    facts: buildFacts(request),
  };
}

function buildFacts(request: YAMLMap | undefined): KnownFacts {
  const peer = asMap(request?.get("peer", true));
  const claims = asMap(request?.get("claims", true));
  const given = peer?.get("uriSans", true);
  const uris: unknown = isSeq(given) ? given.toJSON() : undefined;
  const ip = text(peer, "ip");
  return {
    ...(Array.isArray(uris) && { certificate: { uris: uris.map(String) } }),
    ...(ip !== undefined && { direct: ip }),
    ...(claims && { payload: claims.toJSON() as unknown }),
  };
}

function buildAnswer(node: unknown): Answer {
  if (isScalar(node)) {
    if (typeof node.value === "number") return { ...ANSWER, status: node.value };
    return { ...ANSWER, fault: faultOf(node.value) };
  }
  const answer = asMap(node);
  return {
    fault: faultOf(answer?.get("fault")),
    status: number(answer, "status") ?? ANSWER.status,
    headers: pairs(answer, "headers"),
    body: text(answer, "body") ?? ANSWER.body,
    trailers: answer?.has("trailers") ? pairs(answer, "trailers") : undefined,
    delayMs: number(answer, "delayMs") ?? ANSWER.delayMs,
  };
}

function faultOf(value: unknown): Fault | undefined {
  return FAULTS.includes(String(value)) ? (value as Fault) : undefined;
}

function buildHeaders(map: YAMLMap | undefined): HeaderExpectation {
  const headers = entries(asMap(map?.get("headers", true))).map(([name, value]) => {
    const values = isSeq(value) ? value.items.map(written) : [written(value)];
    return [name.toLowerCase(), values] as const;
  });
  return { headers: new Map(headers), absent: list(map, "absent").map((node) => written(node).toLowerCase()) };
}

function buildExpectation(expect: YAMLMap | undefined): Expectation {
  const upstream = asMap(expect?.get("upstream", true));
  return {
    status: number(expect, "status"),
    ...buildHeaders(expect),
    body: text(expect, "body"),
    details: text(expect, "details"),
    outcome: text(expect, "outcome"),
    upstream: upstream && buildUpstream(upstream),
    attempts: expect?.has("attempts") ? bounds(expect.get("attempts", true)) : undefined,
    counters: counts(expect?.get("counters", true)),
    keys: new Map(entries(asMap(expect?.get("keys", true))).map(([key, value]) => [key, counts(value)])),
  };
}

function buildUpstream(upstream: YAMLMap): UpstreamExpectation {
  return {
    cluster: text(upstream, "cluster"),
    method: text(upstream, "method"),
    authority: text(upstream, "authority"),
    path: text(upstream, "path"),
    ...buildHeaders(upstream),
  };
}

function counts(node: unknown): ReadonlyMap<string, Bounds> {
  return new Map(entries(asMap(node)).map(([event, value]) => [event, bounds(value)]));
}

function bounds(node: unknown): Bounds {
  if (isMap(node)) return { min: number(node, "min") ?? -Infinity, max: number(node, "max") ?? Infinity };
  const value = isScalar(node) ? Number(node.value) : 0;
  return { min: value, max: value };
}
