/** What the module tests of header-routing share: the built module in an offline proxy, and short words for it. */
import { readFileSync } from "node:fs";
import { DownstreamRequest, FACTS_KEY, factsDocument, OfflineProxy, text, utf8 } from "../../cli/host/index.ts";
import type { HeaderMap, KnownFacts, LoadedPlugin, PropertyMap, Stream } from "../../cli/host/index.ts";

export const CODE = readFileSync(new URL("../../build/header-routing.wasm", import.meta.url));

export interface Setup {
  readonly proxy: OfflineProxy;
  readonly plugin: LoadedPlugin;
}

/** A proxy with a policy whose name is `x`. */
export function setup(policy: object, options: ConstructorParameters<typeof OfflineProxy>[0] = {}): Setup {
  return load(new OfflineProxy(options), policy);
}

export function load(proxy: OfflineProxy, policy: object): Setup {
  const plugin = proxy.load({
    code: CODE,
    vmId: "pointduty.header-routing",
    rootId: "header_routing",
    name: "x",
    configuration: JSON.stringify({ name: "x", ...policy }),
  });
  if (!plugin.accepted) throw new Error(proxy.logs.at(-1)?.message ?? plugin.reason);
  return { proxy, plugin };
}

export interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly authority?: string;
  readonly headers?: readonly (readonly [string, string])[];
  /** null: there is no document. */
  readonly facts?: KnownFacts | string | null;
  readonly properties?: PropertyMap;
  readonly worker?: number;
}

/** Sends a request. */
export function send({ proxy, plugin }: Setup, sent: Sent = {}): Stream {
  const {
    path = "/",
    method = "GET",
    authority = "shop",
    headers = [],
    facts = {},
    properties = {},
    worker = 0,
  } = sent;
  const request = new DownstreamRequest({ properties });
  if (facts !== null)
    request.setNativeFilterState(FACTS_KEY, utf8(typeof facts === "string" ? facts : factsDocument(facts)));
  const stream = proxy.worker(worker).stream(plugin, { request });
  stream.requestHeaders(
    [
      [":method", method],
      [":scheme", "http"],
      [":authority", authority],
      [":path", path],
      ...headers.map(([name, value]): [string, string] => [name, value]),
    ],
    { endOfStream: true },
  );
  return stream;
}

/** The backend answers, and the stream ends. */
export function answer(
  stream: Stream,
  status: number,
  headers: readonly (readonly [string, string])[] = [],
  trailers?: readonly (readonly [string, string])[],
): void {
  const list = [[":status", String(status)] as [string, string], ...headers.map(([a, b]): [string, string] => [a, b])];
  stream.responseHeaders(list, { endOfStream: trailers === undefined });
  if (trailers) stream.responseTrailers(trailers.map(([a, b]): [string, string] => [a, b]));
  stream.end();
}

/** Values of a header, in order. */
export function valuesOf(map: HeaderMap | undefined, name: string): string[] {
  return (map?.list() ?? []).filter(([key]) => text(key) === name).map(([, value]) => text(value));
}

/** The arm that a request goes to, "" without one. */
export function armOf(stream: Stream): string {
  return valuesOf(stream.requestHeaderMap, "x-pd-arm").join();
}

/** What the access log would show under a key of the filter's. */
export function state(stream: Stream, key: string): string {
  return text(stream.request.filterState(`pointduty.header_routing.x.${key}`) ?? new Uint8Array());
}

/** Value of a metric of policy `x`. @param tags between the policy's and the name, such as `key=.=v2;.;` */
export function metric({ proxy }: Setup, event: string, tags = ""): number {
  return Number(proxy.metric(`policy=.=x;.;${tags}pointduty_header_routing_${event}`) ?? 0n);
}
