/**
 * One client's request through a filter before the router: the filter's request phase, the choice of the route, the
 * router's attempts, the filter's response phase (Envoy, source/common/http/filter_manager.cc).
 */
import { type Bytes, bytes, utf8 } from "../bytes.ts";
import { msToNs, type Timer } from "../clock.ts";
import { FACTS_KEY } from "../facts.ts";
import { type HeaderInput, HeaderMap } from "../headers.ts";
import type { LoadedPlugin } from "../loaded-plugin.ts";
import { FAIL_STREAM, type LocalReply, localReplyResponse } from "../local-reply.ts";
import type { OfflineProxy } from "../proxy.ts";
import { DownstreamRequest } from "../request.ts";
import type { Stream } from "../stream.ts";
import type { Thread } from "../thread.ts";
import type { OutcomeInput } from "./outcome.ts";
import type { ClientResponse, RoutedRequest } from "./request.ts";
import type { Router } from "./router.ts";

/** A filter that holds a request or a response for longer than this has forgotten it: Envoy's stream_idle_timeout. */
const HELD_MS = 300_000;

export interface FrontOptions {
  readonly plugin: LoadedPlugin;
  readonly headers: HeaderInput;
  readonly body?: Bytes;
  /** The backend's answers, one per attempt, the last one repeats. */
  readonly outcomes: readonly OutcomeInput[];
  /** The facts document; undefined: there is none. */
  readonly facts?: string;
  /** The route of a request with these headers; undefined: there is none. */
  readonly route: (headers: HeaderMap) => Router | undefined;
}

/** What the client got. */
export interface FrontResponse {
  readonly headers: HeaderMap;
  readonly body: Uint8Array;
  readonly details: string;
}

const NOT_FOUND: LocalReply = {
  status: 404,
  body: new Uint8Array(),
  headers: [],
  details: "route_not_found",
  grpcStatus: undefined,
};

export class FrontRequest {
  readonly stream: Stream;
  readonly request: DownstreamRequest;
  /** The router's part; undefined until the request has passed the filter, and for good when it has not. */
  routed: RoutedRequest | undefined;
  /** Undefined while the client waits, and for good when its stream was closed without an answer. */
  response: FrontResponse | undefined;
  done = false;
  readonly #proxy: OfflineProxy;
  readonly #worker: Thread;
  readonly #options: FrontOptions;
  readonly #patience: Timer;
  /** Whether the request has passed the filter. */
  #passed = false;
  /** The router's answer, on its way back through the filter. */
  #answer: { readonly body: Uint8Array; readonly details: string } | undefined;

  constructor(proxy: OfflineProxy, worker: Thread, options: FrontOptions) {
    this.#proxy = proxy;
    this.#worker = worker;
    this.#options = options;
    const headers = new HeaderMap("request", options.headers);
    this.request = new DownstreamRequest(routeNames(options.route(headers)));
    if (options.facts !== undefined) this.request.setNativeFilterState(FACTS_KEY, utf8(options.facts));
    this.stream = worker.stream(options.plugin, {
      kind: "downstream",
      request: this.request,
      listener: {
        localReply: (reply) => this.#replied(reply),
        continued: (side) => (side === "request" ? this.#pass() : this.#answered()),
        closed: () => this.#finish(undefined),
      },
    });
    this.#patience = proxy.clock.schedule(msToNs(HELD_MS), () => this.#finish(undefined));
    this.#start(headers);
    proxy.clock.flush();
  }

  #start(headers: HeaderMap): void {
    const body = bytes(this.#options.body ?? "");
    const { action } = this.stream.requestHeaders(headers, { endOfStream: body.length === 0 });
    if (body.length > 0 && !this.done) this.stream.requestBody(body, { endOfStream: true });
    if (action === "Continue") this.#pass();
  }

  /** The request leaves the filter. What this did to the headers decides the route: Envoy drops the one it chose before. */
  #pass(): void {
    if (this.done || this.#passed) return;
    this.#passed = true;
    const { requestHeaderMap } = this.stream;
    const router = this.#options.route(requestHeaderMap);
    this.request.reroute(routeNames(router));
    if (!router) {
      this.#respond({ ...localReplyResponse(requestHeaderMap, NOT_FOUND), details: NOT_FOUND.details });
      return;
    }
    this.routed = router.send(this.#worker, {
      headers: requestHeaderMap.list(),
      body: this.stream.passedBody("request"),
      outcomes: this.#options.outcomes,
      request: this.request,
      finished: (response) => this.#proxy.clock.defer(() => this.#returned(response)),
    });
  }

  #returned(response: ClientResponse | undefined): void {
    if (response && !response.broken) this.#respond(response);
    else this.#finish(undefined);
  }

  /** The answer goes back through the filter. */
  #respond(response: FrontResponse & { readonly trailers?: HeaderInput | undefined }): void {
    if (this.done) return;
    const { headers, body, details, trailers } = response;
    this.#answer = { body, details };
    const { action } = this.stream.responseHeaders(headers, { endOfStream: body.length === 0 && !trailers });
    if (body.length > 0 && !this.done) this.stream.responseBody(body, { endOfStream: !trailers });
    if (trailers && !this.done) this.stream.responseTrailers(trailers);
    if (action === "Continue") this.#answered();
  }

  /** The answer leaves the filter. */
  #answered(): void {
    const { responseHeaderMap: headers } = this.stream;
    if (this.#answer && headers) this.#finish({ headers, ...this.#answer });
  }

  /** The filter, or Envoy for a dead VM, has answered by itself. */
  #replied(reply: LocalReply): void {
    if (this.stream.reset) {
      this.#finish(undefined);
      return;
    }
    const made = localReplyResponse(this.stream.requestHeaderMap, reply);
    // The filter's own response phase has seen the headers of its own reply and may have changed them.
    const headers = (reply !== FAIL_STREAM && this.stream.responseHeaderMap) || made.headers;
    this.#finish({ headers, body: made.body, details: reply.details });
  }

  #finish(response: FrontResponse | undefined): void {
    if (this.done) return;
    this.done = true;
    this.response = response;
    this.#patience.cancel();
    this.routed?.cancel();
    // Not inside the callback that led here.
    this.#proxy.clock.defer(() => this.stream.end());
  }
}

function routeNames(router: Router | undefined): {
  cluster?: string;
  route: string | null;
  virtualHost: string | null;
} {
  if (!router) return { route: null, virtualHost: null };
  const { cluster, route = "", virtualHost = "" } = router.options;
  return { ...(cluster !== undefined && { cluster }), route, virtualHost };
}
