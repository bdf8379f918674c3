/** Where a property's value comes from: Envoy's attributes, then the plugin's own names, then filter state that modules set. */
import { bytes } from "./bytes.ts";
import type { Context } from "./context.ts";
import { EnvoyCrash } from "./crash.ts";
import type { HeaderMap } from "./headers.ts";
import { HeaderMapType } from "./abi.ts";
import { descend, isPropertyMap, pathParts, type PropertyMap, type PropertyValue } from "./properties.ts";
import type { Stream } from "./stream.ts";

/** Undefined: NotFound. An empty path gives null, which can't be serialised. */
export function lookUpProperty(context: Context, path: string): PropertyValue | undefined {
  const [first, ...rest] = pathParts(path);
  if (first === undefined) return null;
  const stream = context.stream;
  // Filter state is looked up by key, not by listing: the key is the next part of the path.
  if (stream && first === "filter_state") {
    const key = rest[0];
    if (key === undefined) return {};
    const state = stream.request.filterStateByFullKey(key);
    return state && descend(state, rest.slice(1));
  }
  const top = attribute(context, stream, first, rest[0]);
  if (top !== undefined) return descend(top, rest);
  // A module's own state can't hide the plugin's names, only unknown ones reach it.
  const value = PLUGIN_PROPERTIES.has(first)
    ? pluginProperty(context, stream, first)
    : stream?.request.filterState(first);
  return value === undefined ? undefined : descend(value, rest);
}

const PLUGIN_PROPERTIES = new Set(["plugin_name", "plugin_root_id", "plugin_vm_id", "connection_id"]);

function attribute(
  context: Context,
  stream: Stream | undefined,
  name: string,
  member: string | undefined,
): PropertyValue | undefined {
  const node = context.vm.thread.proxy.node;
  if (!stream) return name === "xds" ? { node } : undefined;
  const { request } = stream;
  const given = request.properties[name];
  const merge = (base: PropertyMap): PropertyValue => (isPropertyMap(given) ? { ...base, ...given } : (given ?? base));
  switch (name) {
    case "xds":
      return merge({ node, ...xds(stream) });
    case "request":
      return merge(requestAttributes(stream.mapForRead(HeaderMapType.RequestHeaders)));
    case "response":
      return merge(responseAttributes(stream));
    case "connection":
      return merge({
        mtls: false,
        requested_server_name: "",
        ...(request.connectionId !== null && { id: request.connectionId }),
      });
    case "upstream":
      return merge({ request_attempt_count: BigInt(request.attemptCount) });
    case "source":
    case "destination":
      if (request.connectionId === null && member !== undefined) {
        throw new EnvoyCrash(
          `property ${name}.${member} on a stream without a downstream connection (mirrored request or Wasm http call)`,
        );
      }
      return merge({});
    default:
      return given;
  }
}

/** Metadata without entries is an empty message: Ok with no bytes. */
const EMPTY_MESSAGE = new Uint8Array();

function xds({ request }: Stream): PropertyMap {
  return {
    ...(request.cluster !== undefined && { cluster_name: request.cluster, cluster_metadata: EMPTY_MESSAGE }),
    ...(request.route !== null && { route_name: request.route, route_metadata: EMPTY_MESSAGE }),
    ...(request.virtualHost !== null && {
      virtual_host_name: request.virtualHost,
      virtual_host_metadata: EMPTY_MESSAGE,
    }),
    ...(request.connectionId !== null && { listener_metadata: EMPTY_MESSAGE, listener_direction: 0 }),
    filter_chain_name: "",
  };
}

function requestAttributes(headers: HeaderMap | undefined): PropertyMap {
  const out: PropertyMap = { headers: headers ? headerProperties(headers) : {} };
  if (!headers) return out;
  const path = headers.getText(":path");
  const named = {
    host: ":authority",
    method: ":method",
    scheme: ":scheme",
    referer: "referer",
    id: "x-request-id",
    useragent: "user-agent",
  };
  for (const [name, header] of Object.entries(named)) {
    const value = headers.get(header);
    if (value) out[name] = value;
  }
  if (path === undefined) return out;
  const query = path.indexOf("?");
  out["path"] = path;
  out["url_path"] = query < 0 ? path : path.slice(0, query);
  out["query"] = query < 0 ? "" : path.slice(query + 1).replace(/#.*$/s, "");
  return out;
}

function responseAttributes(stream: Stream): PropertyMap {
  const headers = stream.mapForRead(HeaderMapType.ResponseHeaders);
  const code = stream.request.responseCode;
  return { headers: headers ? headerProperties(headers) : {}, ...(code !== undefined && { code }) };
}

/** Repeated headers are joined with a comma here, unlike in the header functions. */
function headerProperties(headers: HeaderMap): PropertyMap {
  const out: PropertyMap = {};
  for (const [name, value] of headers.listText())
    out[name] = Object.hasOwn(out, name) ? `${String(out[name])},${value}` : value;
  return out;
}

function pluginProperty(context: Context, stream: Stream | undefined, name: string): PropertyValue | undefined {
  const plugin = context.plugin;
  switch (name) {
    case "plugin_name":
      return plugin?.name === undefined ? undefined : bytes(plugin.name);
    case "plugin_root_id":
      return plugin?.rootId ?? "";
    case "plugin_vm_id":
      return context.vm.vmId;
    case "connection_id":
      return stream?.request.connectionId ?? undefined;
    default:
      return undefined;
  }
}
