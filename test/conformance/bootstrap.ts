/**
 * Bootstraps for the probes: static, with modules inline, so that the configuration of a module is a cell, too. (The
 * operator's template of envoy/plain is what the filters' own tests go through.)
 */

/** A message of Envoy's API. Envoy itself is the judge of it. */
export type Message = Record<string, unknown>;

function any(type: string, value: Message): Message {
  return { "@type": `type.googleapis.com/${type}`, ...value };
}

function text(value: string): Message {
  return any("google.protobuf.StringValue", { value });
}

const CODEC: Message = {
  name: "codec",
  typed_config: any("envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec", {}),
};

const TRAILERS: Message = { enable_trailers: true };

export interface WasmOptions {
  code: Uint8Array;
  name: string;
  rootId: string;
  vmId: string;
  configuration?: string;
  vmConfiguration?: string;
}

/** The Wasm filter with a module inline. */
export function wasmFilter({ code, name, rootId, vmId, configuration, vmConfiguration }: WasmOptions): Message {
  const config = {
    name,
    root_id: rootId,
    ...(configuration !== undefined && { configuration: text(configuration) }),
    vm_config: {
      vm_id: vmId,
      runtime: "envoy.wasm.runtime.v8",
      ...(vmConfiguration !== undefined && { configuration: text(vmConfiguration) }),
      code: { local: { inline_bytes: Buffer.from(code).toString("base64") } },
    },
  };
  return { name: "wasm", typed_config: any("envoy.extensions.filters.http.wasm.v3.Wasm", { config }) };
}

export interface ListenerOptions {
  name: string;
  /** Filters before the router. */
  filters?: Message[];
  /** Upstream filters of the router. */
  upstream?: Message[];
  virtualHost?: Message;
  routes: Message[];
  /** Format of the access log on standard output. */
  accessLog: string;
}

/** A listener on a free port. */
export function listener({ name, filters = [], upstream, virtualHost, routes, accessLog }: ListenerOptions): Message {
  const router = upstream === undefined ? {} : { upstream_http_filters: [...upstream, CODEC] };
  const hcm = {
    stat_prefix: name,
    codec_type: "AUTO",
    http_protocol_options: TRAILERS,
    internal_address_config: { cidr_ranges: [{ address_prefix: "127.0.0.0", prefix_len: 8 }] },
    access_log: [
      {
        name: "log",
        typed_config: any("envoy.extensions.access_loggers.stream.v3.StdoutAccessLog", {
          log_format: { text_format_source: { inline_string: `${accessLog}\n` } },
        }),
      },
    ],
    route_config: { name: "rc", virtual_hosts: [{ name: "vh", domains: ["*"], routes, ...virtualHost }] },
    http_filters: [
      ...filters,
      { name: "router", typed_config: any("envoy.extensions.filters.http.router.v3.Router", router) },
    ],
  };
  const type = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
  return {
    name,
    address: { socket_address: { address: "127.0.0.1", port_value: 0 } },
    filter_chains: [{ filters: [{ name: "hcm", typed_config: any(type, hcm) }] }],
  };
}

/** A cluster of one backend; without circuit breaking of retries, which would be chance. */
export function cluster(name: string, port: number, filters: Message[] = []): Message {
  const address = { socket_address: { address: "127.0.0.1", port_value: port } };
  const options = {
    explicit_http_config: { http_protocol_options: TRAILERS },
    ...(filters.length > 0 && { http_filters: [...filters, CODEC] }),
  };
  const type = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  return {
    name,
    type: "STATIC",
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
    circuit_breakers: { thresholds: [{ max_retries: 1000 }] },
    typed_extension_protocol_options: { [type]: any(type, options) },
  };
}

export function bootstrap(nodeId: string, listeners: Message[], clusters: Message[]): Message {
  return {
    node: { id: nodeId, cluster: "c" },
    admin: { address: { socket_address: { address: "127.0.0.1", port_value: 0 } } },
    static_resources: { listeners, clusters },
  };
}
