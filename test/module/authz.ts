/** What the module tests of authz share: the built module in an offline proxy, and short words for it. */
import { readFileSync } from "node:fs";
import { DownstreamRequest, FACTS_KEY, factsDocument, OfflineProxy, text } from "../../cli/host/index.ts";
import type { KnownFacts, LoadedPlugin, PropertyMap, Stream } from "../../cli/host/index.ts";

export const CODE = readFileSync(new URL("../../build/authz.wasm", import.meta.url));

export const REQUEST: readonly [string, string][] = [
  [":method", "GET"],
  [":scheme", "http"],
  [":authority", "shop"],
  [":path", "/cart"],
];

export interface Setup {
  readonly proxy: OfflineProxy;
  readonly plugin: LoadedPlugin;
}

/** A proxy with a configuration, whose name is `x` and whose only policy is `spec`. */
export function setup(spec: object, more: object = {}): Setup {
  const policies = [{ namespace: "default", name: "p", spec }];
  return load(new OfflineProxy(), { name: "x", policies, ...more });
}

/** @param configuration an object, or its JSON text */
export function load(proxy: OfflineProxy, configuration: object | string): Setup {
  const plugin = proxy.load({
    code: CODE,
    vmId: "pointduty.authz",
    rootId: "authz",
    name: "x",
    configuration: typeof configuration === "string" ? configuration : JSON.stringify(configuration),
  });
  if (!plugin.accepted) throw new Error(proxy.logs.at(-1)?.message ?? plugin.reason);
  return { proxy, plugin };
}

export interface Sent {
  readonly headers?: readonly [string, string][];
  /** null: there is no document. */
  readonly facts?: KnownFacts | string | null;
  readonly properties?: PropertyMap;
}

/** Sends a request. */
export function send({ proxy, plugin }: Setup, { headers = REQUEST, facts = {}, properties = {} }: Sent = {}): Stream {
  const request = new DownstreamRequest({ properties });
  if (facts !== null) {
    request.setNativeFilterState(FACTS_KEY, typeof facts === "string" ? facts : factsDocument(facts));
  }
  const stream = proxy.worker(0).stream(plugin, { request });
  stream.requestHeaders([...headers], { endOfStream: true });
  return stream;
}

/** Details of the answer; "": the request went on. */
export function details(stream: Stream): string {
  return stream.localReply?.details ?? "";
}

/** What the access log would show under a key of the filter's. */
export function state(stream: Stream, key: string): string {
  return text(stream.request.filterState(`pointduty.authz.x.${key}`) ?? new Uint8Array());
}

/** Value of a counter of policy `x`. @param tags between the policy's and the name, such as `reason=.=none;.;` */
export function counter({ proxy }: Setup, event: string, tags = ""): number {
  return Number(proxy.metric(`policy=.=x;.;${tags}pointduty_authz_${event}`) ?? 0n);
}
