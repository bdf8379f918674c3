/** What the module tests of the retry budget share: the built module in an offline proxy, and short words for it. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DownstreamRequest, OfflineProxy, Router, text } from "../../cli/host/index.ts";
import type { LoadedPlugin, Stream, Thread } from "../../cli/host/index.ts";

const CODE = readFileSync(fileURLToPath(new URL("../../build/retry-budget.wasm", import.meta.url)));

export const REQUEST: [string, string][] = [
  [":method", "GET"],
  [":path", "/cart"],
  [":authority", "shop"],
];

/** A policy as configuration text. */
export function policyText(policy: object): string {
  return JSON.stringify({ name: "shop", ...policy });
}

export interface Setup {
  proxy: OfflineProxy;
  plugin: LoadedPlugin;
  worker: Thread;
}

/** A proxy with one policy. */
export function setup(policy: object = {}, options: ConstructorParameters<typeof OfflineProxy>[0] = {}): Setup {
  const proxy = new OfflineProxy(options);
  const plugin = load(proxy, policy);
  return { proxy, plugin, worker: proxy.workers[0]! };
}

export function load(proxy: OfflineProxy, policy: object = {}): LoadedPlugin {
  const configuration = policyText(policy);
  return proxy.load({
    code: CODE,
    vmId: "pointduty.retry-budget",
    rootId: "retry_budget",
    name: "shop",
    configuration,
  });
}

/** A router in front of the policy, whose backend is `c` on route `r` of virtual host `v`. */
export function router(s: Setup, options: Partial<ConstructorParameters<typeof Router>[1]> = {}): Router {
  return new Router(s.proxy, {
    plugins: [s.plugin],
    retryOn: "5xx,reset,connect-failure",
    numRetries: 5,
    backoffMs: 1,
    cluster: "c",
    route: "r",
    virtualHost: "v",
    ...options,
  });
}

const stopped = new WeakSet<Stream>();

/** One attempt of a request by hand. */
export function attempt(s: Setup, request: DownstreamRequest, headers: [string, string][] = []): Stream {
  const stream = s.worker.stream(s.plugin, { request, kind: "upstream" });
  const { action } = stream.requestHeaders([...REQUEST, ...headers], { endOfStream: true });
  if (action !== "Continue") stopped.add(stream);
  return stream;
}

/**
 * Shows the filter that the route retries this failure: one request fails and its retry comes. Costs a retry if there is
 * one, else a denial; adds an original.
 */
export function prove(s: Setup, status = "503", more: [string, string][] = [], cluster = "c"): void {
  const request = newRequest(cluster);
  const first = attempt(s, request);
  first.responseHeaders([[":status", status], ...more], { endOfStream: true });
  first.end();
  attempt(s, request).end();
}

/** Whether the filter stopped an attempt without answering it. */
export function held(stream: Stream): boolean {
  return stopped.has(stream) && stream.localReply === undefined;
}

/** Whether the filter marked the response of an attempt as denied. */
export function marked(stream: Stream): boolean {
  return stream.responseHeaderMap?.getText("x-envoy-ratelimited") === "true";
}

/** A request to cluster `c` on route `r`. */
export function newRequest(cluster = "c", route = "r"): DownstreamRequest {
  return new DownstreamRequest({ cluster, route, virtualHost: "v" });
}

/** A metric's value, 0 when it was never defined. `event` may carry a reason: `retries_denied.budget`. */
export function event(s: Setup, name: string, key: string | null = "c", policy = "shop"): number {
  const [base, reason] = name.split(".");
  const tags = [
    `policy=.=${policy}`,
    ...(key === null ? [] : [`key=.=${key}`]),
    ...(reason === undefined ? [] : [`reason=.=${reason}`]),
  ];
  return Number(s.proxy.metric(`${tags.join(";.;")};.;pointduty_retry_budget_${base}`) ?? 0n);
}

/** What the access log would show. */
export function outcome(request: DownstreamRequest, policy = "shop"): string | undefined {
  const value = request.filterState(`pointduty.retry_budget.${policy}.outcome`);
  return value === undefined ? undefined : text(value);
}
