/** Reads /config_dump: which filters the chains have, what was received for them, what was refused. */
import { isObject, type Json, type JsonObject } from "../policy/types.ts";

/** One HTTP connection manager. */
export interface Chain {
  readonly listener: string;
  /** A sidecar's, for the requests that its workload receives. */
  readonly inbound: boolean;
  /** Names of the HTTP filters before the router, and of the router's upstream filters. */
  readonly downstream: readonly string[];
  readonly upstream: readonly string[];
}

/** The extension configuration that was received last, whether it was accepted or not. */
export interface Received {
  readonly name: string;
  readonly version: string;
  /** Milliseconds since 1970; NaN: not known. */
  readonly updatedMs: number;
  /** Text of the configuration; undefined when it is no StringValue. */
  readonly configuration: string | undefined;
}

/** A cluster that names upstream filters of its own: they replace the router's. */
export interface OwnFilters {
  readonly cluster: string;
  readonly filters: readonly string[];
}

/** A resource that was refused, in Envoy's words. */
export interface Refused {
  readonly what: string;
  readonly details: string;
}

export interface Dump {
  readonly chains: readonly Chain[];
  readonly received: readonly Received[];
  readonly ownFilters: readonly OwnFilters[];
  readonly refused: readonly Refused[];
  /** Whether the bootstrap has a Wasm service: V8 then starts before the workers. */
  readonly startsV8: boolean;
}

const HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

export function readDump(configs: readonly unknown[]): Dump {
  const sections = configs.filter(isObject);
  const of = (type: string): JsonObject =>
    sections.find((section) => String(section["@type"]).endsWith(`.${type}`)) ?? {};
  const listeners = of("ListenersConfigDump");
  const dynamic = objects(listeners["dynamic_listeners"]);
  const active = dynamic.map((entry) => object(object(entry["active_state"])["listener"]));
  const fixed = objects(listeners["static_listeners"]).map((entry) => object(entry["listener"]));
  const clusters = of("ClustersConfigDump");
  const groups = ["static_clusters", "dynamic_active_clusters", "dynamic_warming_clusters"];
  return {
    // The static listeners of a proxy that has a control plane are its own (health checks, metrics).
    chains: (dynamic.length > 0 ? active : fixed).flatMap(chainsOf),
    received: objects(of("EcdsConfigDump")["ecds_filters"]).map(receivedOf),
    ownFilters: groups.flatMap((group) =>
      objects(clusters[group]).flatMap((entry) => ownFiltersOf(object(entry["cluster"]))),
    ),
    refused: [
      ...refusedOf("listener", dynamic),
      ...refusedOf("route configuration", objects(of("RoutesConfigDump")["dynamic_route_configs"])),
      ...refusedOf(
        "cluster",
        groups.flatMap((group) => objects(clusters[group])),
      ),
      ...refusedOf("extension configuration", objects(of("EcdsConfigDump")["ecds_filters"])),
    ],
    startsV8: objects(object(of("BootstrapConfigDump")["bootstrap"])["bootstrap_extensions"]).some((extension) =>
      text(object(extension["typed_config"])["@type"]).endsWith(".WasmService"),
    ),
  };
}

function object(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as Json[]).filter(isObject) : [];
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function chainsOf(listener: JsonObject): Chain[] {
  const filterChains = [...objects(listener["filter_chains"]), object(listener["default_filter_chain"])];
  return filterChains
    .flatMap((chain) => objects(chain["filters"]))
    .map((filter) => objects(object(filter["typed_config"])["http_filters"]))
    .flatMap((filters) => {
      const router = filters.find((filter) =>
        text(object(filter["typed_config"])["@type"]).endsWith(".router.v3.Router"),
      );
      if (!router) return [];
      const upstream = objects(object(router["typed_config"])["upstream_http_filters"]);
      const inbound = listener["traffic_direction"] === "INBOUND";
      const [name, downstream] = [text(listener["name"]), filters.map(nameOf)];
      return [{ listener: name, inbound, downstream, upstream: upstream.map(nameOf) }];
    });
}

function nameOf(filter: JsonObject): string {
  return text(filter["name"]);
}

function receivedOf(entry: JsonObject): Received {
  const filter = object(entry["ecds_filter"]);
  const configuration = object(object(object(filter["typed_config"])["config"])["configuration"]);
  const value = configuration["value"];
  const isText = text(configuration["@type"]).endsWith(".StringValue") && typeof value === "string";
  return {
    name: nameOf(filter),
    version: text(entry["version_info"]),
    updatedMs: Date.parse(text(entry["last_updated"])),
    configuration: isText ? value : undefined,
  };
}

function ownFiltersOf(cluster: JsonObject): OwnFilters[] {
  const options = object(object(cluster["typed_extension_protocol_options"])[HTTP_OPTIONS]);
  const filters = objects(options["http_filters"]).map(nameOf);
  return filters.length === 0 ? [] : [{ cluster: nameOf(cluster), filters }];
}

/** Envoy lists a refused listener twice, once without its name. */
function refusedOf(kind: string, entries: readonly JsonObject[]): Refused[] {
  const found = new Map<string, Refused>();
  for (const entry of entries) {
    const error = object(entry["error_state"]);
    const details = text(error["details"]).replaceAll(/\s+/g, " ");
    const named = [
      entry,
      object(entry["cluster"]),
      object(entry["ecds_filter"]),
      object(error["failed_configuration"]),
    ];
    const what = `${kind} ${named.map(nameOf).find((name) => name !== "") ?? ""}`.trim();
    if (details !== "") found.set(`${what}: ${details}`, { what, details });
  }
  return [...found.values()];
}
