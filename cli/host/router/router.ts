/** A small model of Envoy's router for upstream filters: attempts, retries, per-try timeouts, hedging, mirrors, on virtual time. */
import type { HeaderInput } from "../headers.ts";
import type { LoadedPlugin } from "../loaded-plugin.ts";
import type { OfflineProxy } from "../proxy.ts";
import { DownstreamRequest } from "../request.ts";
import type { Thread } from "../thread.ts";
import type { OutcomeInput } from "./outcome.ts";
import { type ClientResponse, RoutedRequest } from "./request.ts";
import { parseRetryOn } from "./retry.ts";

export interface RouterOptions {
  /** Upstream filters in chain order. */
  plugins: readonly LoadedPlugin[];
  /** As in a route: "5xx,reset,connect-failure". Default "": no retries. */
  retryOn?: string;
  /** Default 1, as in Envoy. */
  numRetries?: number;
  retriableStatusCodes?: readonly number[];
  /** Wait before the nth retry (1-based) in milliseconds. Envoy draws it at random below 25 * 2^n - 25. Default 1. */
  backoffMs?: number | ((retry: number) => number);
  perTryTimeoutMs?: number;
  hedgeOnPerTryTimeout?: boolean;
  /** Route timeout; 0: none. Default 15000. */
  timeoutMs?: number;
  /** Virtual host's include_is_timeout_retry_header. */
  isTimeoutRetryHeader?: boolean;
  /** Virtual host's include_request_attempt_count. */
  attemptCountHeader?: boolean;
  cluster?: string;
  route?: string;
  virtualHost?: string;
}

export interface SendOptions {
  /** Over the default GET / of authority "host"; names given here replace the default ones. */
  headers?: HeaderInput;
  body?: string | Uint8Array;
  trailers?: HeaderInput;
  /** One per attempt, the last one repeats; or a function of the attempt (1-based). */
  outcomes: readonly OutcomeInput[] | ((attempt: number) => OutcomeInput);
  /** A shadow request of this one: no downstream connection, no virtual host, never retried. */
  mirror?: boolean;
  /** An internal peer: the request carries `x-envoy-internal: true`. A mirror always does. */
  internal?: boolean;
  /** The downstream request, to give it properties or earlier filter state. */
  request?: DownstreamRequest;
  /** Told once, when the request is done. Undefined: it ended without a response. */
  finished?: (response: ClientResponse | undefined) => void;
}

export class Router {
  readonly proxy: OfflineProxy;
  readonly options: RouterOptions;
  readonly retryOn: ReadonlySet<string>;
  /** Requests sent, mirrors not counted. */
  originals = 0;
  /** Attempts of all requests, mirrors too, that reached the backend. */
  backendHits = 0;

  constructor(proxy: OfflineProxy, options: RouterOptions) {
    this.proxy = proxy;
    this.options = options;
    this.retryOn = parseRetryOn(options.retryOn ?? "");
  }

  /** Starts a request on a worker. Its first attempt runs at once, answers come as virtual time moves. */
  send(worker: Thread, options: SendOptions): RoutedRequest {
    const { cluster, route, virtualHost } = this.options;
    const request =
      options.request ??
      (options.mirror
        ? DownstreamRequest.mirrorOf(cluster)
        : new DownstreamRequest({
            ...(cluster !== undefined && { cluster }),
            ...(route !== undefined && { route }),
            ...(virtualHost !== undefined && { virtualHost }),
          }));
    if (!options.mirror) this.originals++;
    const routed = new RoutedRequest(this, worker, request, options);
    routed.start();
    this.proxy.clock.flush();
    return routed;
  }
}
