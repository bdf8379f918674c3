/** Sends requests through one policy of a filter that runs before the router, and says what it decided. */
import {
  factsDocument,
  FrontRequest,
  OfflineProxy,
  Router,
  text,
  utf8,
  type Bytes,
  type HeaderMap,
  type LoadedPlugin,
} from "../host/index.ts";
import { rootId, vmId, type Modules } from "../policy/module.ts";
import type { Policy } from "../policy/types.ts";
import { CounterWatch, movedText, type Moved } from "./counters.ts";
import type { RequestLine } from "./requests.ts";

/** `shadow-deny`: mode enforce would have denied it, it was left alone. `error`: the module trapped. */
export type RequestVerdict = "allow" | "deny" | "route" | "pass" | "shadow-deny" | "error";

/** Value of a header, or the values where it comes more than once. */
type Values = Readonly<Record<string, string | readonly string[]>>;

export interface RequestDecision {
  readonly id: string | number;
  readonly filter: string;
  readonly policy: string;
  readonly verdict: RequestVerdict;
  /** What the filter names as the reason of its decision. */
  readonly rule?: string;
  /** Of the filter's own answer, as `details`. */
  readonly status?: number;
  readonly details?: string;
  /** All headers with which the request goes on; absent when it does not. */
  readonly requestHeaders?: Values;
  /** Those of the filter's own answer, or those that it adds to the backend's. Absent: none. */
  readonly responseHeaders?: Values;
  /** As the request goes on. */
  readonly path?: string;
  readonly authority?: string;
  /** Where the filter steers it, or would: to an arm of a route, or to a cluster. */
  readonly arm?: string;
  readonly cluster?: string;
  /** The filter's counters that the request moved, and what they are now. */
  readonly counters?: Moved;
}

/** The word that a filter leaves for the access log, and what it means for a request that went on. */
const OUTCOMES: Readonly<Record<string, RequestVerdict>> = {
  allowed: "allow",
  routed: "route",
  denied: "shadow-deny",
};

/** One policy in a proxy of its own, before a backend that answers 200 without headers. */
export class RequestPlayer {
  readonly #policy: Policy;
  readonly #proxy = new OfflineProxy();
  readonly #plugin: LoadedPlugin;
  readonly #router: Router;
  readonly #outcomeKey: string;
  readonly #ruleKey: string;
  readonly #armKey: string;
  readonly #clusterKey: string;
  readonly #watch: CounterWatch | undefined;

  constructor(policy: Policy, modules: Modules, explain: boolean) {
    const { filter, resource, text: configuration } = policy;
    this.#policy = policy;
    this.#plugin = this.#proxy.load({
      code: modules.compiled(filter.name),
      vmId: vmId(filter.name),
      rootId: rootId(filter.name),
      name: resource.name,
      configuration,
      failurePolicy: "reload",
    });
    this.#router = new Router(this.#proxy, { plugins: [], cluster: "main", route: "main", virtualHost: "main" });
    const state = `pointduty.${rootId(filter.name)}.${resource.name}`;
    this.#outcomeKey = `${state}.outcome`;
    this.#ruleKey = `${state}.rule`;
    this.#armKey = `${state}.arm`;
    this.#clusterKey = `${state}.cluster`;
    this.#watch = explain ? new CounterWatch(this.#proxy, policy) : undefined;
  }

  play(line: RequestLine): RequestDecision {
    const pairs: [string, Bytes][] = [
      [":method", line.method],
      [":scheme", line.scheme],
      [":authority", utf8(line.authority)],
      [":path", utf8(line.path)],
      ...line.headers.map(([name, value]): [string, Bytes] => [name, utf8(value)]),
    ];
    const sent = new FrontRequest(this.#proxy, this.#proxy.worker(0), {
      plugin: this.#plugin,
      headers: pairs,
      body: utf8(line.body),
      outcomes: [200],
      ...(this.#policy.filter.facts && { facts: factsDocument(line.facts) }),
      route: () => this.#router,
    });
    while (!sent.done) this.#proxy.clock.step();
    const { filter, resource } = this.#policy;
    const counters = this.#watch && { counters: this.#watch.moved() };
    return { id: line.id, filter: filter.name, policy: resource.name, ...this.#judge(sent), ...counters };
  }

  #judge({ response, routed, request, stream }: FrontRequest): Omit<RequestDecision, "id" | "filter" | "policy"> {
    const named = request.filterState(this.#ruleKey);
    const rule = named && { rule: text(named) };
    const headers = response && valuesOf(response.headers);
    const answer = headers && Object.keys(headers).length > 0 ? { responseHeaders: headers } : {};
    const reply = stream.localReply;
    if (!response || reply) {
      const verdict = response && reply?.details !== TRAPPED ? "deny" : "error";
      const status = response && { status: Number(response.headers.getText(":status")), details: response.details };
      return { verdict, ...rule, ...status, ...answer };
    }
    const outcome = request.filterState(this.#outcomeKey);
    const [arm, cluster] = [request.filterState(this.#armKey), request.filterState(this.#clusterKey)];
    const sent = routed?.headers;
    return {
      verdict: (outcome && OUTCOMES[text(outcome)]) ?? "pass",
      ...rule,
      ...(arm && { arm: text(arm) }),
      ...(cluster && { cluster: text(cluster) }),
      ...(sent && { requestHeaders: valuesOf(sent), path: one(sent, ":path"), authority: one(sent, ":authority") }),
      ...answer,
    };
  }
}

/** Details of Envoy's answer for a VM that has trapped. */
const TRAPPED = "wasm_fail_stream";

function valuesOf(headers: HeaderMap): Values {
  const values: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  for (const [name, bytes] of headers.list()) {
    const [key, value] = [text(name), words(bytes)];
    if (key.startsWith(":")) continue;
    const before = values[key];
    values[key] = before === undefined ? value : [before, value].flat();
  }
  return values;
}

function one(headers: HeaderMap, name: string): string {
  const value = headers.get(name);
  return value ? words(value) : "";
}

function words(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** A decision in words: what the filter changed, too. */
export function requestText(line: RequestLine, decision: RequestDecision): string {
  const { id, policy, verdict, rule, status, details, requestHeaders = {}, responseHeaders = {}, counters } = decision;
  const { path = line.path, authority = line.authority } = decision;
  const given = valuesGiven(line);
  const set = Object.entries(requestHeaders).filter(([name, value]) => String(given.get(name)) !== String(value));
  const gone = [...given.keys()].filter((name) => decision.requestHeaders && !(name in requestHeaders));
  const target = `${line.method} ${line.authority}${line.path}`;
  const changed = path === line.path && authority === line.authority ? [] : [`sent to ${authority}${path}`];
  const parts = [
    `${id}: ${policy}: ${target}: ${verdict}${rule === undefined ? "" : ` by ${rule}`}`,
    ...(status === undefined ? [] : [`${status} ${details ?? ""}`.trimEnd()]),
    ...changed,
    ...set.map(([name, value]) => `request ${name}: ${String(value)}`),
    ...gone.map((name) => `request without ${name}`),
    ...(status === undefined
      ? Object.entries(responseHeaders).map(([name, value]) => `response ${name}: ${String(value)}`)
      : []),
    ...movedText(counters),
  ];
  return parts.join("; ");
}

function valuesGiven({ headers }: RequestLine): Map<string, string[]> {
  const given = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    given.set(key, [...(given.get(key) ?? []), value]);
  }
  return given;
}
