/** One upstream request: the upstream filter chain of one attempt (source/common/router/upstream_request.cc). */
import type { Timer } from "../clock.ts";
import type { HeaderInput, HeaderMap } from "../headers.ts";
import type { LoadedPlugin } from "../loaded-plugin.ts";
import type { LocalReply } from "../local-reply.ts";
import type { DownstreamRequest } from "../request.ts";
import type { Stream } from "../stream.ts";
import type { Thread } from "../thread.ts";
import type { Outcome } from "./outcome.ts";

/** The router filter, as an attempt sees it. */
export interface AttemptOwner {
  /** The request has passed all filters and goes out. */
  requestSent(attempt: Attempt): void;
  /** The response headers have passed all filters. */
  responseHeaders(attempt: Attempt, headers: HeaderMap): void;
  /** Headers, body and trailers have passed. */
  responseComplete(headers: HeaderMap, body: Uint8Array, trailers: HeaderInput | undefined): void;
  localReply(attempt: Attempt, reply: LocalReply): void;
  /** A filter closed the stream. */
  closed(): void;
}

interface Response {
  readonly headers: HeaderMap;
  readonly body: Uint8Array;
  readonly trailers: HeaderInput | undefined;
}

export class Attempt {
  /** 1 for the original. */
  readonly number: number;
  readonly outcome: Outcome;
  readonly streams: readonly Stream[];
  /** Timers that end with the attempt. */
  readonly timers: Timer[] = [];
  awaitingHeaders = true;
  /** Its request has left for the backend. */
  sent = false;
  /** With hedging: its per-try timeout has already started another attempt. */
  retried = false;
  /** Out of the router's list: it will end, and nothing it does counts any more. */
  removed = false;
  readonly #owner: AttemptOwner;
  readonly #requestHeaders: HeaderMap;
  readonly #requestBody: Uint8Array;
  readonly #requestTrailers: HeaderInput | undefined;
  #requestsDone = 0;
  #responsesDone = 0;
  #response: Response | undefined;

  constructor(
    owner: AttemptOwner,
    options: {
      number: number;
      outcome: Outcome;
      worker: Thread;
      plugins: readonly LoadedPlugin[];
      request: DownstreamRequest;
      headers: HeaderMap;
      body: Uint8Array;
      trailers: HeaderInput | undefined;
    },
  ) {
    this.#owner = owner;
    this.number = options.number;
    this.outcome = options.outcome;
    this.#requestHeaders = options.headers;
    this.#requestBody = options.body;
    this.#requestTrailers = options.trailers;
    this.streams = options.plugins.map((plugin) =>
      options.worker.stream(plugin, {
        kind: "upstream",
        request: options.request,
        listener: {
          localReply: (reply) => this.#owner.localReply(this, reply),
          continued: (side) => (side === "request" ? this.passRequest() : this.#passResponse()),
          closed: () => this.#owner.closed(),
        },
      }),
    );
  }

  /** True while a filter holds the request. */
  get held(): boolean {
    return !this.sent && !this.removed;
  }

  /** Takes the request through the filters that have not let it pass yet; a filter that stops holds it until continue_stream. */
  passRequest(): void {
    const body = this.#requestBody;
    const trailers = this.#requestTrailers;
    const endOfStream = body.length === 0 && trailers === undefined;
    while (!this.removed && this.#requestsDone < this.streams.length) {
      const stream = this.streams[this.#requestsDone++];
      if (stream?.requestHeaders(this.#requestHeaders, { endOfStream }).action !== "Continue") return;
    }
    if (this.removed || this.sent) return;
    this.sent = true;
    this.#passBody(this.streams, "request", body, trailers === undefined);
    if (trailers !== undefined) this.#pass(this.streams, (stream) => stream.requestTrailers(trailers));
    if (!this.removed) this.#owner.requestSent(this);
  }

  /** The body goes through the filters, each of which may change it. A filter that holds it back is not modelled. */
  #passBody(
    streams: readonly Stream[],
    side: "request" | "response",
    body: Uint8Array,
    endOfStream: boolean,
  ): Uint8Array {
    let data = body;
    if (body.length === 0) return data;
    this.#pass(streams, (stream) => {
      const act = side === "request" ? stream.requestBody : stream.responseBody;
      if (act.call(stream, data, { endOfStream }).action === "Continue") data = stream.passedBody(side);
    });
    return data;
  }

  /** Something goes through the filters, until one of them ends the attempt. */
  #pass(streams: readonly Stream[], act: (stream: Stream) => void): void {
    for (const stream of streams) if (!this.removed) act(stream);
  }

  /** The backend's response. */
  receive(headers: HeaderMap, body: Uint8Array, trailers: HeaderInput | undefined): void {
    if (this.removed) return;
    this.#response = { headers, body, trailers };
    this.#passResponse();
  }

  #passResponse(): void {
    const response = this.#response;
    if (!response) return;
    const { headers, body, trailers } = response;
    const endOfStream = body.length === 0 && trailers === undefined;
    const backwards = [...this.streams].reverse();
    while (!this.removed && this.#responsesDone < backwards.length) {
      const stream = backwards[this.#responsesDone++];
      if (stream?.responseHeaders(headers, { endOfStream }).action !== "Continue") return;
    }
    if (this.removed || !this.awaitingHeaders) return;
    this.awaitingHeaders = false;
    this.#owner.responseHeaders(this, headers);
    if (this.removed) return;
    const passed = this.#passBody(backwards, "response", body, trailers === undefined);
    if (trailers !== undefined) this.#pass(backwards, (stream) => stream.responseTrailers(trailers));
    this.#owner.responseComplete(headers, passed, trailers);
  }

  /** done and delete of every filter. */
  end(): void {
    for (const timer of this.timers) timer.cancel();
    for (const stream of this.streams) stream.end();
  }
}
