/** Where a property's value comes from: Envoy's attributes, then the plugin's own names, then filter state that modules set. */
import { HeaderMapType } from "./abi.ts";
import type { Context } from "./context.ts";
import { EnvoyCrash } from "./crash.ts";
import type { HeaderMap } from "./headers.ts";
import { descend, isPropertyMap, pathParts, type PropertyMap, type PropertyValue } from "./properties.ts";
import type { Stream } from "./stream.ts";

/** Gives one member of an attribute; undefined is NotFound. */
type Source = (stream: Stream, member: string) => PropertyValue | undefined;

/** Undefined: NotFound. An empty path gives null, which can't be serialised. */
export function lookUpProperty(context: Context, path: string): PropertyValue | undefined {
  const [first, member, ...rest] = pathParts(path);
  if (first === undefined) return null;
  const { stream } = context;
  if (first === "xds" && member === "node") return descend(context.vm.thread.proxy.node, rest);
  const source = SOURCES.get(first);
  if (source && (stream || first === "xds")) {
    // An attribute as a whole is a map that can't be serialised.
    if (member === undefined) return {};
    const value = stream && (givenMember(stream, first, member) ?? source(stream, member));
    return value === undefined ? undefined : descend(value, rest);
  }
  const value = plainProperty(context, first);
  return value === undefined ? undefined : descend(value, member === undefined ? [] : [member, ...rest]);
}

/** What the test gave for this member wins over what the host works out. */
function givenMember(stream: Stream, name: string, member: string): PropertyValue | undefined {
  const given = stream.request.properties[name];
  return isPropertyMap(given) && Object.hasOwn(given, member) ? given[member] : undefined;
}

const SOURCES: ReadonlyMap<string, Source> = new Map([
  ["xds", xds],
  ["request", requestAttribute],
  ["response", responseAttribute],
  ["connection", connectionAttribute],
  ["upstream", upstreamAttribute],
  ["source", peerAttribute],
  ["destination", peerAttribute],
  ["filter_state", ({ request }: Stream, key: string) => request.filterStateByFullKey(key)],
]);

/** Metadata without entries is an empty message: Ok with no bytes. */
const EMPTY_MESSAGE = new Uint8Array();

function xds({ request }: Stream, member: string): PropertyValue | undefined {
  switch (member) {
    case "cluster_name":
      return request.cluster;
    case "cluster_metadata":
      return request.cluster === undefined ? undefined : EMPTY_MESSAGE;
    case "route_name":
      return request.route ?? undefined;
    case "route_metadata":
      return request.route === null ? undefined : EMPTY_MESSAGE;
    case "virtual_host_name":
      return request.virtualHost ?? undefined;
    case "virtual_host_metadata":
      return request.virtualHost === null ? undefined : EMPTY_MESSAGE;
    case "listener_metadata":
      return request.connectionId === null ? undefined : EMPTY_MESSAGE;
    case "listener_direction":
      return request.connectionId === null ? undefined : 0;
    case "filter_chain_name":
      return "";
    default:
      return undefined;
  }
}

const REQUEST_HEADERS: ReadonlyMap<string, string> = new Map([
  ["path", ":path"],
  ["host", ":authority"],
  ["method", ":method"],
  ["scheme", ":scheme"],
  ["referer", "referer"],
  ["id", "x-request-id"],
  ["useragent", "user-agent"],
]);

function requestAttribute(stream: Stream, member: string): PropertyValue | undefined {
  const headers = stream.mapForRead(HeaderMapType.RequestHeaders);
  if (member === "headers") return headerProperties(headers);
  const name = REQUEST_HEADERS.get(member);
  if (name !== undefined) return headers?.get(name);
  const path = headers?.getText(":path");
  if (path === undefined) return undefined;
  const query = path.indexOf("?");
  if (member === "url_path") return query < 0 ? path : path.slice(0, query);
  if (member === "query") return query < 0 ? "" : path.slice(query + 1).replace(/#.*$/s, "");
  return undefined;
}

function responseAttribute(stream: Stream, member: string): PropertyValue | undefined {
  if (member === "headers") return headerProperties(stream.mapForRead(HeaderMapType.ResponseHeaders));
  return member === "code" ? stream.request.responseCode : undefined;
}

function connectionAttribute({ request }: Stream, member: string): PropertyValue | undefined {
  switch (member) {
    case "id":
      return request.connectionId ?? undefined;
    case "mtls":
      return false;
    case "requested_server_name":
      return "";
    default:
      return undefined;
  }
}

function upstreamAttribute({ request }: Stream, member: string): PropertyValue | undefined {
  return member === "request_attempt_count" ? BigInt(request.attemptCount) : undefined;
}

function peerAttribute({ request }: Stream, member: string): undefined {
  if (request.connectionId === null && (member === "address" || member === "port")) {
    throw new EnvoyCrash(
      `the ${member} of a peer is read on a stream without a downstream connection (mirror, Wasm http call)`,
    );
  }
}

/** Repeated headers are joined with a comma here, unlike in the header functions. */
function headerProperties(headers: HeaderMap | undefined): PropertyMap {
  const out: PropertyMap = {};
  for (const [name, value] of headers?.listText() ?? []) {
    out[name] = Object.hasOwn(out, name) ? `${String(out[name])},${value}` : value;
  }
  return out;
}

/** The plugin's names, which a module's own state can't hide; else what the test gave; else filter state under this name. */
function plainProperty({ plugin, stream, vm }: Context, name: string): PropertyValue | undefined {
  switch (name) {
    case "plugin_name":
      return plugin?.name;
    case "plugin_root_id":
      return plugin?.rootId ?? "";
    case "plugin_vm_id":
      return vm.vmId;
    case "connection_id":
      return stream?.request.connectionId ?? undefined;
    default:
      return stream?.request.properties[name] ?? stream?.request.filterState(name);
  }
}
