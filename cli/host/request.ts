/** One downstream request: what all attempts of it, and all filters on it, share. */
import { bytes } from "./bytes.ts";
import type { PropertyMap } from "./properties.ts";

export interface DownstreamRequestOptions {
  /** Name of the chosen cluster; absent before routing. */
  cluster?: string;
  /** Name of the route; `null`: no route was found. Default "": a route without a name. */
  route?: string | null;
  /** Name of the virtual host; `null`: none (no route, or a request made by Envoy itself). */
  virtualHost?: string | null;
  /** Connection id; `null`: no downstream connection (mirrored requests, Wasm http calls). */
  connectionId?: bigint | null;
  /** Further properties by top-level name, merged over the ones above member by member: {source: {address: "10.0.0.7:4711"}}. */
  properties?: PropertyMap;
}

export class DownstreamRequest {
  #cluster: string | undefined;
  #route: string | null;
  #virtualHost: string | null;
  readonly connectionId: bigint | null;
  readonly properties: PropertyMap;
  /** Starts at 1 with the first attempt; a running attempt sees it change (hedging). 0 before the router runs. */
  attemptCount = 0;
  /** Set by the router model when a response goes to the client. */
  responseCode: number | undefined;
  /** Filter state by full key; what a module sets under `k` is `wasm.k`. */
  readonly #filterState = new Map<string, Uint8Array>();

  constructor(options: DownstreamRequestOptions = {}) {
    this.#cluster = options.cluster;
    this.#route = options.route === undefined ? "" : options.route;
    this.#virtualHost = options.virtualHost === undefined ? "" : options.virtualHost;
    this.connectionId = options.connectionId === undefined ? 1n : options.connectionId;
    this.properties = options.properties ?? {};
  }

  get cluster(): string | undefined {
    return this.#cluster;
  }

  get route(): string | null {
    return this.#route;
  }

  get virtualHost(): string | null {
    return this.#virtualHost;
  }

  /** The route was chosen anew, after a filter had changed the request's headers. */
  reroute({
    cluster,
    route,
    virtualHost,
  }: {
    cluster?: string;
    route: string | null;
    virtualHost: string | null;
  }): void {
    this.#cluster = cluster;
    this.#route = route;
    this.#virtualHost = virtualHost;
  }

  /** A mirrored (shadow) request as its cluster's filters see it: no downstream connection, no virtual host, route name empty. */
  static mirrorOf(cluster: string | undefined): DownstreamRequest {
    return new DownstreamRequest({
      ...(cluster === undefined ? {} : { cluster }),
      route: "",
      virtualHost: null,
      connectionId: null,
    });
  }

  /** What modules stored with set_property under this key; undefined when nothing did. */
  filterState(key: string): Uint8Array | undefined {
    return this.#filterState.get(`wasm.${key}`);
  }

  setFilterState(key: string, value: Uint8Array): void {
    this.#filterState.set(`wasm.${key}`, value);
  }

  /** Filter state of native filters, under its own key (set_filter_state: `pointduty.facts`). */
  setNativeFilterState(key: string, value: string | Uint8Array): void {
    this.#filterState.set(key, bytes(value));
  }

  /** By full key, as `filter_state` properties and access logs name it. */
  filterStateByFullKey(key: string): Uint8Array | undefined {
    return this.#filterState.get(key);
  }
}
