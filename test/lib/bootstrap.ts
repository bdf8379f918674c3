/**
 * Bootstraps for tests: the operator's template of envoy/plain, rendered, with the parts changed that a test needs to
 * be otherwise. So every test through Envoy is also a test of the template.
 */
import { parse } from "yaml";
import { findFilter } from "../../cli/cases/filter.ts";
import type { Companion } from "../../cli/policy/types.ts";
import { renderBootstrap } from "../../cli/render/plain.ts";
import type { Backend } from "./backend.ts";
import type { Authority, Certificate } from "./certificates.ts";
import type { PolicyFile } from "./policy.ts";

/** A message of Envoy's API as parsed YAML. Envoy itself is the judge of it. */
export type Message = Record<string, unknown>;

export interface RetryOptions {
  /** Default `5xx,reset,connect-failure,refused-stream`. */
  on?: string;
  /** num_retries, default 5. */
  max?: number;
  /** Base and maximum backoff, default 1 ms both. */
  backoffMs?: number;
  perTryTimeoutMs?: number;
  /** More fields of route.v3.RetryPolicy. */
  more?: Message;
}

export interface ClusterOptions {
  /** Cluster name. The route goes to the first of the list. */
  name: string;
  /** Where it goes: backends, or ports (of nobody, say). */
  to: readonly (Backend | number)[];
  /** HTTP/2 to the backend. Default: by the first backend's kind. */
  http2?: boolean;
  /** Native `retry_budget` message. Default: none, and limits raised as in the template. */
  retryBudget?: Message;
  /** More fields of cluster.v3.Cluster. */
  more?: Message;
}

export interface BootstrapOptions {
  /** The policies, in order, all of them of filters of one half. None: plain Envoy. */
  policies?: readonly PolicyFile[];
  clusters: readonly ClusterOptions[];
  /** `false`: no retry policy. */
  retry?: RetryOptions | false;
  /** Route timeout, default 15 s (Envoy's own). */
  timeoutMs?: number;
  /** More fields of the route's action (`hedge_policy`, `request_mirror_policies`, ...). */
  action?: Message;
  /** Routes instead of the one to the first cluster; then `retry` and `action` are not used. */
  routes?: Message[];
  /** More fields of the virtual host. */
  virtualHost?: Message;
  /** More fields of the HTTP connection manager. */
  hcm?: Message;
  /** HTTP filters before the router, the first of all. */
  httpFilters?: Message[];
  /** The facts filter in front of the policies, as the template has it. Default false. */
  facts?: boolean;
  /** What the policies need in front of them and of the facts. */
  companion?: Companion | undefined;
  /** Keep the block that hides `x-envoy-ratelimited` from clients. Default false. */
  edge?: boolean;
  /** Format of an access log on Envoy's standard output, that is in `envoy.log()`. A newline is added. */
  accessLog?: string;
  /** The same with a line for each attempt. */
  attemptLog?: string;
  /** More fields of the bootstrap. */
  more?: Message;
}

const API = "type.googleapis.com/envoy";

/** The part of a parsed template at a path. Throws if the template has no such part. */
function at(tree: unknown, ...path: (string | number)[]): Message {
  let node: unknown = tree;
  for (const step of path) node = (node as Message | undefined)?.[step];
  if (typeof node !== "object" || node === null) throw new Error(`envoy/plain/bootstrap.yaml has no ${path.join(".")}`);
  return node as Message;
}

function seconds(ms: number): string {
  return `${ms / 1000}s`;
}

/** A route.v3.RetryPolicy. */
export function retryPolicy(retry: RetryOptions = {}): Message {
  const backoff = seconds(retry.backoffMs ?? 1);
  return {
    retry_on: retry.on ?? "5xx,reset,connect-failure,refused-stream",
    num_retries: retry.max ?? 5,
    retry_back_off: { base_interval: backoff, max_interval: backoff },
    ...(retry.perTryTimeoutMs === undefined ? {} : { per_try_timeout: seconds(retry.perTryTimeoutMs) }),
    ...retry.more,
  };
}

function cluster(template: Message, options: ClusterOptions): Message {
  const address = (to: Backend | number): Message => ({
    endpoint: {
      address: { socket_address: { address: "127.0.0.1", port_value: typeof to === "number" ? to : to.port } },
    },
  });
  const [first] = options.to;
  const http2 = options.http2 ?? (first !== undefined && typeof first !== "number" && first.kind !== "h1");
  const made: Message = {
    ...structuredClone(template),
    name: options.name,
    type: "STATIC",
    load_assignment: { cluster_name: options.name, endpoints: [{ lb_endpoints: options.to.map(address) }] },
  };
  if (http2) {
    made["typed_extension_protocol_options"] = {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": `${API}.extensions.upstreams.http.v3.HttpProtocolOptions`,
        explicit_http_config: { http2_protocol_options: {} },
      },
    };
  }
  if (options.retryBudget) {
    Object.assign(at(made, "circuit_breakers", "thresholds", 0), { retry_budget: options.retryBudget });
  }
  return { ...made, ...options.more };
}

function stdoutLog(format: string): Message {
  return {
    name: "envoy.access_loggers.stdout",
    typed_config: {
      "@type": `${API}.extensions.access_loggers.stream.v3.StdoutAccessLog`,
      log_format: { text_format_source: { inline_string: `${format}\n` } },
    },
  };
}

/** The bootstrap for `startEnvoy`. Its listener is `main`. */
export function bootstrap(options: BootstrapOptions): Message {
  const policies = options.policies ?? [];
  const [first] = policies;
  // Policies of test modules are the retry budget's neighbours.
  const {
    half = "upstream",
    standIn = "envoy.filters.http.header_mutation",
    steers = false,
  } = findFilter(first?.filter ?? "") ?? {};
  const tree = parse(
    renderBootstrap({
      filter: first?.filter ?? "none",
      policy: first?.policy ?? "none",
      half,
      standIn,
      steers,
      nodeId: "test",
      nodeCluster: "test",
      adminPort: 0,
      listenAddress: "127.0.0.1",
      listenPort: 0,
      backendAddress: "127.0.0.1",
      backendPort: 0,
      ecdsFile: first?.path ?? "none",
      edge: options.edge ?? false,
      facts: options.facts ?? false,
      before: options.companion?.filter,
    }),
  ) as Message;
  const hcm = at(tree, "static_resources", "listeners", 0, "filter_chains", 0, "filters", 0, "typed_config");
  const filters = hcm["http_filters"] as Message[];
  const router = at(filters, filters.length - 1, "typed_config");
  // The template names one policy, as the last filter but one.
  const chain = half === "upstream" ? (router["upstream_http_filters"] as Message[]) : filters;
  const discovery = at(chain, chain.length - 2);
  chain.splice(
    chain.length - 2,
    1,
    ...policies.map((policy) => {
      const filter = structuredClone(discovery);
      filter["name"] = policy.resource;
      at(filter, "config_discovery", "config_source", "path_config_source")["path"] = policy.path;
      return filter;
    }),
  );
  filters.unshift(...(options.httpFilters ?? []));

  const host = at(hcm, "route_config", "virtual_hosts", 0);
  if (options.routes) host["routes"] = options.routes;
  else {
    const action = at(host, "routes", 0, "route");
    action["cluster"] = options.clusters[0]?.name;
    if (options.retry === false) delete action["retry_policy"];
    else action["retry_policy"] = retryPolicy(options.retry);
    if (options.timeoutMs !== undefined) action["timeout"] = seconds(options.timeoutMs);
    Object.assign(action, options.action);
  }
  Object.assign(host, options.virtualHost);
  if (options.accessLog !== undefined) hcm["access_log"] = [stdoutLog(options.accessLog)];
  if (options.attemptLog !== undefined) router["upstream_log"] = [stdoutLog(options.attemptLog)];
  Object.assign(hcm, options.hcm);

  const resources = at(tree, "static_resources");
  const template = at(resources, "clusters", 0);
  const called = options.companion?.clusters.map((needed) => needed.cluster) ?? [];
  resources["clusters"] = [...options.clusters.map((c) => cluster(template, c)), ...called];
  return { ...tree, ...options.more };
}

/** The one listener of a bootstrap that `bootstrap` has made. */
export function listenerOf(tree: object): Message {
  return at(tree, "static_resources", "listeners", 0);
}

/** Fields of the HTTP connection manager for a mode of meshConfig.pathNormalization, as Istio sets them. */
export function normalization(mode: string): Message {
  return {
    normalize_path: mode !== "NONE",
    merge_slashes: mode.endsWith("MERGE_SLASHES"),
    path_with_escaped_slashes_action: mode.startsWith("DECODE") ? "UNESCAPE_AND_FORWARD" : "KEEP_UNCHANGED",
  };
}

/** Lets a listener speak TLS, ask clients for a certificate of `authority`, and take those that have none. */
export function serveTls(listener: Message, server: Certificate, authority: Authority): void {
  // Without it Envoy knows no server name.
  listener["listener_filters"] = [
    {
      name: "tls_inspector",
      typed_config: { "@type": `${API}.extensions.filters.listener.tls_inspector.v3.TlsInspector` },
    },
  ];
  at(listener, "filter_chains", 0)["transport_socket"] = {
    name: "envoy.transport_sockets.tls",
    typed_config: {
      "@type": `${API}.extensions.transport_sockets.tls.v3.DownstreamTlsContext`,
      common_tls_context: {
        tls_certificates: [
          { certificate_chain: { inline_string: server.cert }, private_key: { inline_string: server.key } },
        ],
        validation_context: { trusted_ca: { inline_string: authority.certificate.cert } },
      },
    },
  };
}

/** One bootstrap with the listener of each, under its name, and the clusters of all; everything else is the first one's. */
export function sideBySide(trees: readonly (readonly [name: string, tree: object])[]): Message {
  const [first] = trees;
  if (first === undefined) throw new Error("no listener");
  const listeners = trees.map(([name, tree]) => ({ ...listenerOf(tree), name }));
  const all = trees.flatMap(([, tree]) => at(tree, "static_resources")["clusters"] as Message[]);
  const clusters = [...new Map(all.map((one) => [one["name"], one])).values()];
  const [, base] = first as readonly [string, Message];
  return { ...base, static_resources: { ...at(base, "static_resources"), listeners, clusters } };
}
