/** The bootstrap of one Envoy that runs cases: a listener for each slot, made from the operator's template. */
import { findFilter } from "../../cli/cases/filter.ts";
import type { Env, Route } from "../../cli/cases/types.ts";
import { FACTS_KEY } from "../../cli/host/index.ts";
import { PORT_OF_NOBODY } from "../lib/backend.ts";
import { bootstrap, retryPolicy, type Message } from "../lib/bootstrap.ts";
import type { PolicyFile } from "../lib/policy.ts";
import type { Process, Slot } from "./plan.ts";

/** Response headers in which Envoy tells what a case asks for; requests with REFUSED meet a port of nobody. */
export const DETAILS = "x-pd-test-details";
export const OUTCOME = "x-pd-test-outcome";
export const CLUSTER = "x-pd-test-cluster";
export const REFUSED = "x-test-refused";
/** Request header with the facts document, for filters that read it. */
export const FACTS = "x-test-facts";

const API = "type.googleapis.com/envoy";
const HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
const HOST = "127.0.0.1";
/** Metadata of endpoints: whether there is a backend behind the port. */
const SUBSET = "answers";

interface Tree extends Message {
  static_resources: { listeners: Listener[]; clusters: Message[] };
}
interface Listener {
  name: string;
  filter_chains: { filters: { typed_config: Message }[] }[];
}

/** @param policies one per slot, in the same order */
export function bootstrapOf(process: Process, policies: readonly PolicyFile[], port: number): Message {
  const listeners: Listener[] = [];
  const clusters = new Map<string, Message>();
  let base: Tree | undefined;
  for (const [index, slot] of process.slots.entries()) {
    const policy = policies[index];
    if (!policy) continue;
    const tree = treeOf(slot, policy, port, process.http2);
    base ??= tree;
    listeners.push(...tree.static_resources.listeners);
    for (const cluster of tree.static_resources.clusters) clusters.set(String(cluster["name"]), cluster);
  }
  return { ...base, static_resources: { ...base?.static_resources, listeners, clusters: [...clusters.values()] } };
}

function treeOf(slot: Slot, policy: PolicyFile, port: number, http2: boolean): Tree {
  const { env } = slot;
  const tree = bootstrap({
    policies: [policy],
    clusters: [...new Set(env.routes.map(({ cluster }) => cluster))].map((name) => ({
      name,
      to: [port],
      http2,
      more: withNobody(name, port),
    })),
    hcm: { stat_prefix: slot.name, route_config: routeConfig(env) },
    httpFilters: [telling(slot), ...(findFilter(slot.filter)?.facts ? givenFacts() : [])],
  }) as Tree;
  const [listener] = tree.static_resources.listeners;
  if (!listener) throw new Error("the template has no listener");
  listener.name = slot.name;
  if (env.mirror) moveIntoClusters(tree, listener);
  return tree;
}

/** A cluster of two endpoints, of which a route names one by its metadata: connect failures happen to the same cluster. */
function withNobody(name: string, port: number): Message {
  const endpoint = (to: number, answers: string): Message => ({
    endpoint: { address: { socket_address: { address: HOST, port_value: to } } },
    metadata: { filter_metadata: { "envoy.lb": { [SUBSET]: answers } } },
  });
  return {
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [endpoint(port, "yes"), endpoint(PORT_OF_NOBODY, "no")] }],
    },
    lb_subset_config: {
      fallback_policy: "DEFAULT_SUBSET",
      default_subset: { [SUBSET]: "yes" },
      subset_selectors: [{ keys: [SUBSET] }],
    },
  };
}

function routeConfig(env: Env): Message {
  const hosts = new Map<string, Route[]>();
  for (const route of env.routes) hosts.set(route.virtualHost, [...(hosts.get(route.virtualHost) ?? []), route]);
  return {
    name: "cases",
    virtual_hosts: [...hosts].map(([name, routes]) => ({
      name,
      domains: [...new Set(routes.map(({ authority }) => authority ?? "*"))],
      include_is_timeout_retry_header: env.timeoutRetryHeader,
      routes: routes.flatMap((route) => [
        routeOf(route, env, [{ name: REFUSED, present_match: true }], "no"),
        routeOf(route, env, [], "yes"),
      ]),
    })),
  };
}

function routeOf(route: Route, env: Env, headers: Message[], answers: string): Message {
  const { retry, timeoutMs, mirror } = env;
  return {
    ...(route.name !== "" && { name: route.name }),
    match: { prefix: route.path, headers },
    route: {
      cluster: route.cluster,
      metadata_match: { filter_metadata: { "envoy.lb": { [SUBSET]: answers } } },
      ...(timeoutMs !== undefined && { timeout: `${timeoutMs / 1000}s` }),
      ...(mirror && { request_mirror_policies: [{ cluster: route.cluster }] }),
      ...(retry?.hedge && { hedge_policy: { hedge_on_per_try_timeout: true } }),
      ...(retry && {
        retry_policy: retryPolicy({
          on: retry.on,
          max: retry.max,
          ...(retry.perTryTimeoutMs !== undefined && { perTryTimeoutMs: retry.perTryTimeoutMs }),
          ...(retry.statusCodes.length > 0 && { more: { retriable_status_codes: retry.statusCodes } }),
        }),
      }),
    },
  };
}

/** Writes into every response what the access log would show. */
function telling({ filter, runs }: Slot): Message {
  const root = filter.replaceAll("-", "_");
  // The policy's name changes with each case, this filter does not: of all the names of the slot one has a word.
  const outcomes = runs.map(({ policy }) => `%FILTER_STATE(wasm.pointduty.${root}.${policy}.outcome:PLAIN)%`);
  const values = {
    [DETAILS]: "%RESPONSE_CODE_DETAILS%",
    [CLUSTER]: "%UPSTREAM_CLUSTER_RAW%",
    [OUTCOME]: outcomes.join(" "),
  };
  return {
    name: "pointduty.test.telling",
    typed_config: {
      "@type": `${API}.extensions.filters.http.header_mutation.v3.HeaderMutation`,
      mutations: {
        response_mutations: Object.entries(values).map(([key, value]) => ({
          append: { header: { key, value }, append_action: "OVERWRITE_IF_EXISTS_OR_ADD" },
        })),
      },
    },
  };
}

/**
 * Puts the facts document of the request's own header where set_filter_state would put what Envoy knows: cases say who the
 * peer is, and no client of theirs has a certificate. What Envoy itself writes there is test/envoy/authz-facts.test.ts.
 */
function givenFacts(): Message[] {
  const set = `${API}.extensions.filters.http.set_filter_state.v3.Config`;
  const mutate = `${API}.extensions.filters.http.header_mutation.v3.HeaderMutation`;
  const value = {
    object_key: FACTS_KEY,
    factory_key: "envoy.string",
    format_string: { text_format_source: { inline_string: `%REQ(${FACTS})%` } },
  };
  return [
    { name: "pointduty.test.facts", typed_config: { "@type": set, on_request_headers: [value] } },
    {
      name: "pointduty.test.hide-facts",
      typed_config: { "@type": mutate, mutations: { request_mutations: [{ remove: FACTS }] } },
    },
  ];
}

/** Moves the upstream filters from the router into each cluster's own, which copies of requests pass as well. */
function moveIntoClusters(tree: Tree, listener: Listener): void {
  const manager = listener.filter_chains[0]?.filters[0]?.typed_config;
  const filters = manager?.["http_filters"] as { typed_config: Message }[] | undefined;
  const router = filters?.at(-1)?.typed_config;
  if (!router) throw new Error("the template has no router");
  for (const cluster of tree.static_resources.clusters) {
    cluster["typed_extension_protocol_options"] = {
      [HTTP_OPTIONS]: {
        "@type": `type.googleapis.com/${HTTP_OPTIONS}`,
        explicit_http_config: { http_protocol_options: {} },
        http_filters: router["upstream_http_filters"],
      },
    };
  }
  delete router["upstream_http_filters"];
}
