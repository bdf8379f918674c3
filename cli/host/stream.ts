/** One HTTP stream through one filter: callbacks in Envoy's order, what is visible to the module in each, what it decided. */
import { type Action, dataAction, headersAction, HeaderMapType, StreamType, trailersAction } from "./abi.ts";
import { Body } from "./body.ts";
import { type Bytes, bytes, joinBytes } from "./bytes.ts";
import { CallCount } from "./calls.ts";
import { Context } from "./context.ts";
import { refuseDeadlyReply } from "./crash.ts";
import { type HeaderInput, HeaderMap } from "./headers.ts";
import { FAIL_STREAM, type LocalReply, localReplyResponse } from "./local-reply.ts";
import type { PluginHandle } from "./plugin.ts";
import { DownstreamRequest } from "./request.ts";
import { newSide, type Side } from "./side.ts";
import type { Thread } from "./thread.ts";

export type StreamKind = "downstream" | "upstream";

export interface StreamOptions {
  /** The request this stream belongs to; attempts of one request share it. Default: a request of its own. */
  request?: DownstreamRequest;
  /** "upstream": on_log is never called and the filter does not see its own local reply. Default "downstream". */
  kind?: StreamKind;
  /** Told after the callback that did it. */
  listener?: StreamListener;
}

export interface StreamListener {
  localReply?(reply: LocalReply): void;
  continued?(side: "request" | "response"): void;
  closed?(): void;
}

export interface PhaseResult {
  readonly action: Action;
  /** Host calls of this callback. */
  readonly calls: CallCount;
  /** The VM is dead or died in this callback, and the stream was failed for it. */
  readonly failed: boolean;
}

export class Stream {
  readonly thread: Thread;
  readonly request: DownstreamRequest;
  readonly kind: StreamKind;
  /** Context id in the VM; undefined when the VM was dead when the stream began. */
  readonly id: number | undefined;
  /** Host calls of all callbacks of this stream. */
  readonly calls = new CallCount();
  /** Headers as they are after the filter, also when the module can't see them any more. */
  requestHeaderMap = new HeaderMap("request");
  requestTrailerMap: HeaderMap | undefined;
  responseHeaderMap: HeaderMap | undefined;
  responseTrailerMap: HeaderMap | undefined;
  /** The reply that ended the stream: the module's, or Envoy's own for a dead VM. */
  localReply: LocalReply | undefined;
  /** How often continue_stream took effect. */
  readonly continued = { request: 0, response: 0 };
  closed = false;
  ended = false;
  /** A downstream filter's reply came after the response's headers had gone: the client's stream was reset instead. */
  reset = false;
  readonly #handle: PluginHandle;
  readonly #context: Context;
  readonly #listener: StreamListener;
  readonly #phases = new Map<string, CallCount>();
  readonly #request: Side = newSide();
  readonly #response: Side = newSide();
  readonly #bypassed: boolean;
  #logging = false;
  #endOfStream = false;
  /** How far the response's headers have come. */
  #answer: "none" | "seen" | "sent" = "none";
  /** A reply of a downstream filter from proxy_on_context_create: it waits for the callback that is next. */
  #early: LocalReply | undefined;
  #prepared: LocalReply | undefined;
  /** Envoy loses a stream that an upstream filter answered from proxy_on_context_create: no done, no delete. */
  #lost = false;

  constructor(thread: Thread, handle: PluginHandle, options: StreamOptions) {
    this.thread = thread;
    this.#handle = handle;
    this.request = options.request ?? new DownstreamRequest();
    this.kind = options.kind ?? "downstream";
    this.#listener = options.listener ?? {};
    const { vm, root, plugin } = handle;
    this.#bypassed = vm.dead && plugin.failurePolicy === "open";
    // Envoy takes the id when it builds the filter chain; the module hears of it only before the first callback.
    const id = vm.dead ? 0 : vm.allocateContextId();
    this.#context = new Context(vm, { id, parent: root, plugin, stream: this });
    if (!vm.dead) vm.contexts.set(id, this.#context);
    this.id = vm.dead ? undefined : id;
    handle.streams++;
  }

  /** Host calls of one callback of this stream, by export name (all its invocations). */
  callsOf(callback: string): CallCount {
    return this.#phases.get(callback) ?? new CallCount();
  }

  requestHeaders(headers: HeaderInput | HeaderMap, options: { endOfStream?: boolean } = {}): PhaseResult {
    if (this.#bypassed) return this.#nothing();
    this.#create();
    this.requestHeaderMap = headers instanceof HeaderMap ? headers : new HeaderMap("request", headers);
    const { endOfStream = false } = options;
    const result = this.#headers(this.#request, "proxy_on_request_headers", this.requestHeaderMap, endOfStream);
    if (this.#early) this.#applyLocalReply(this.#early);
    return result;
  }

  responseHeaders(headers: HeaderInput | HeaderMap, options: { endOfStream?: boolean } = {}): PhaseResult {
    this.responseHeaderMap = headers instanceof HeaderMap ? headers : new HeaderMap("response", headers);
    if (!this.#sees()) return this.#nothing();
    this.#answer = "seen";
    const { endOfStream = false } = options;
    const result = this.#headers(this.#response, "proxy_on_response_headers", this.responseHeaderMap, endOfStream);
    if (result.action === "Continue") this.#answer = "sent";
    return result;
  }

  requestBody(data: Bytes, options: { endOfStream?: boolean } = {}): PhaseResult {
    return this.#body(this.#request, "proxy_on_request_body", bytes(data), options.endOfStream ?? false);
  }

  responseBody(data: Bytes, options: { endOfStream?: boolean } = {}): PhaseResult {
    return this.#body(this.#response, "proxy_on_response_body", bytes(data), options.endOfStream ?? false);
  }

  requestTrailers(trailers: HeaderInput): PhaseResult {
    this.requestTrailerMap = new HeaderMap("trailers", trailers);
    return this.#trailers(this.#request, "proxy_on_request_trailers", this.requestTrailerMap);
  }

  responseTrailers(trailers: HeaderInput): PhaseResult {
    this.responseTrailerMap = new HeaderMap("trailers", trailers);
    return this.#trailers(this.#response, "proxy_on_response_trailers", this.responseTrailerMap);
  }

  /** Ends the stream: log (downstream only), done, delete. Safe to call twice. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    const vm = this.#context.vm;
    if (!this.#bypassed) {
      if (this.kind === "downstream") {
        this.#create();
        this.#logging = true;
        this.#call("proxy_on_log", [], () => undefined);
        this.#logging = false;
      }
      if (this.#context.createdInVm && !this.#lost) {
        this.#call("proxy_on_done", [], () => undefined);
        this.#call("proxy_on_delete", [], () => undefined);
      }
    }
    if (this.id !== undefined) vm.contexts.delete(this.id);
    this.#handle.streams--;
    this.thread.endIfUnused(this.#handle);
  }

  // ---- what host functions ask

  /** The map that a write acts on (Context::getMap). Undefined: BadArgument. */
  mapForWrite(type: number): HeaderMap | undefined {
    const side =
      type === HeaderMapType.RequestHeaders || type === HeaderMapType.RequestTrailers ? this.#request : this.#response;
    if (type === HeaderMapType.RequestHeaders || type === HeaderMapType.ResponseHeaders) return side.headers;
    if (type !== HeaderMapType.RequestTrailers && type !== HeaderMapType.ResponseTrailers) return undefined;
    if (!side.trailers && side.body && this.#endOfStream) {
      // Asking for trailers in the last body callback adds them.
      side.trailers = new HeaderMap("trailers");
      if (side === this.#request) this.requestTrailerMap = side.trailers;
      else this.responseTrailerMap = side.trailers;
    }
    return side.trailers;
  }

  /** The map that a read acts on (Context::getConstMap). */
  mapForRead(type: number): HeaderMap | undefined {
    if (this.#logging) {
      if (type === HeaderMapType.RequestHeaders) return this.requestHeaderMap;
      if (type === HeaderMapType.ResponseHeaders) return this.responseHeaderMap;
      return type === HeaderMapType.ResponseTrailers ? this.responseTrailerMap : undefined;
    }
    if (type === HeaderMapType.RequestHeaders) return this.#request.headers;
    if (type === HeaderMapType.RequestTrailers) return this.#request.trailers;
    if (type === HeaderMapType.ResponseHeaders) return this.#response.headers;
    return type === HeaderMapType.ResponseTrailers ? this.#response.trailers : undefined;
  }

  /** True while on_log runs: a map that is not there is NotFound then, not BadArgument. */
  get logging(): boolean {
    return this.#logging;
  }

  body(side: "request" | "response"): Body | undefined {
    return (side === "request" ? this.#request : this.#response).body;
  }

  /** The body as the filter let it pass; what it holds back is missing. */
  passedBody(side: "request" | "response"): Uint8Array {
    return (side === "request" ? this.#request : this.#response).passed;
  }

  /** proxy_send_local_response: takes effect when the callback has returned. */
  deferLocalReply(reply: LocalReply): void {
    const { vm } = this.#context;
    const detached = this.request.connectionId === null;
    refuseDeadlyReply(vm.callbackName, { kind: this.kind, own: vm.current === this.#context, detached });
    // Of two replies to a first attempt the later one counts (Envoy prepares it and sends it when the filters are done).
    const prepared = this.kind === "upstream" && this.request.attemptCount === 1 && !this.localReply;
    if (!prepared) vm.afterCall(() => this.#applyLocalReply(reply));
    else if (this.#prepared) this.#prepared = reply;
    else {
      this.#prepared = reply;
      vm.afterCall(() => this.#applyLocalReply(this.#prepared ?? reply));
    }
  }

  /** proxy_continue_stream. Either side hides the request from the module, as in Envoy. */
  continueStream(type: number): void {
    const side = type === StreamType.Request ? "request" : "response";
    this.#context.vm.afterCall(() => this.#continue(side));
    this.#request.headers = this.#request.trailers = this.#request.body = undefined;
  }

  /** proxy_close_stream: the stream is reset. */
  closeStream(): void {
    this.#context.vm.afterCall(() => {
      if (this.closed || this.ended) return;
      this.closed = true;
      this.#listener.closed?.();
    });
  }

  // ---- inside

  #create(): void {
    const { vm } = this.#context;
    if (this.#context.createdInVm) return;
    if (!vm.dead && vm.has("proxy_on_context_create")) {
      const { calls } = vm.call(
        this.#context,
        "proxy_on_context_create",
        [this.#context.id, this.#handle.root.id],
        () => undefined,
      );
      this.#count("proxy_on_context_create", calls);
    }
    this.#context.createdInVm = true;
    this.#lost = this.kind === "upstream" && this.localReply !== undefined;
  }

  /** Response and body callbacks need a created context and a stream that was not failed. */
  #sees(): boolean {
    return !this.#bypassed && this.#context.createdInVm && this.localReply !== FAIL_STREAM;
  }

  #nothing(): PhaseResult {
    return { action: "Continue", calls: new CallCount(), failed: false };
  }

  #headers(side: Side, callback: string, map: HeaderMap, endOfStream: boolean): PhaseResult {
    side.headers = map;
    this.#endOfStream = endOfStream;
    const { allowOnHeadersStopIteration } = this.#handle.plugin;
    const result = this.#phase(
      callback,
      [map.size, endOfStream ? 1 : 0],
      "StopAllIterationAndWatermark",
      (value, stopped) => headersAction(value, stopped, allowOnHeadersStopIteration),
    );
    if (result.action === "Continue") side.headers = undefined;
    else side.stopped ||= result.action !== "StopIteration";
    return result;
  }

  #body(side: Side, callback: string, data: Uint8Array, endOfStream: boolean): PhaseResult {
    if (!this.#sees()) {
      side.passed = joinBytes(side.passed, data);
      return this.#nothing();
    }
    if (side.stopped) {
      side.waiting.push(() => this.#body(side, callback, data, endOfStream));
      return { ...this.#nothing(), action: "StopIterationAndWatermark" };
    }
    const body = side.buffering && side.body ? side.body : new Body(new Uint8Array());
    body.data = joinBytes(body.data, data);
    side.body = body;
    side.buffering = false;
    this.#endOfStream = endOfStream;
    const result = this.#phase(callback, [body.data.length, endOfStream ? 1 : 0], "StopIterationNoBuffer", dataAction);
    if (result.action === "Continue") {
      side.body = undefined;
      side.passed = joinBytes(side.passed, body.data);
    }
    side.buffering = result.action === "StopIterationAndBuffer";
    return result;
  }

  #trailers(side: Side, callback: string, map: HeaderMap): PhaseResult {
    if (!this.#sees()) return this.#nothing();
    if (side.stopped) {
      side.waiting.push(() => this.#trailers(side, callback, map));
      return { ...this.#nothing(), action: "StopIteration" };
    }
    side.trailers = map;
    const result = this.#phase(callback, [map.size], "StopIteration", trailersAction);
    if (result.action === "Continue") side.trailers = undefined;
    return result;
  }

  #phase(
    callback: string,
    args: number[],
    failedAction: Action,
    convert: (value: number, stopped: boolean) => Action,
  ): PhaseResult {
    const { vm } = this.#context;
    if (vm.dead) return this.#failed(failedAction);
    if (!vm.has(callback)) return this.#nothing();
    const action = this.#call(callback, args, (value) =>
      vm.dead ? undefined : convert(value ?? 0, vm.nextIterationStopped),
    );
    if (action.result === undefined) return { ...this.#failed(failedAction), calls: action.calls };
    return { action: action.result, calls: action.calls, failed: false };
  }

  #failed(action: Action): PhaseResult {
    this.#applyLocalReply(FAIL_STREAM);
    return { action, calls: new CallCount(), failed: true };
  }

  #call<T>(
    callback: string,
    args: number[],
    convert: (value: number | undefined) => T,
  ): { result: T; calls: CallCount } {
    const { vm, id } = this.#context;
    const outcome = vm.call(this.#context, callback, [id, ...args], convert);
    this.#count(callback, outcome.calls);
    return outcome;
  }

  #count(callback: string, calls: CallCount): void {
    this.calls.add(calls);
    const phase = this.#phases.get(callback) ?? new CallCount();
    phase.add(calls);
    this.#phases.set(callback, phase);
  }

  #applyLocalReply(reply: LocalReply): void {
    if (this.localReply || this.ended) return;
    if (this.kind === "downstream" && !this.#context.createdInVm) {
      this.#early = reply;
      return;
    }
    this.localReply = reply;
    if (this.kind === "downstream" && reply !== FAIL_STREAM) this.#answerWith(reply);
    this.#listener.localReply?.(reply);
  }

  /** A downstream filter is in the path of its own reply's response, unless it has seen a response; an upstream filter is not. */
  #answerWith(reply: LocalReply): void {
    if (this.#answer === "sent") {
      this.reset = true;
      return;
    }
    const { headers, body } = localReplyResponse(this.requestHeaderMap, reply);
    if (this.#answer === "seen") this.responseHeaderMap = headers;
    else {
      this.responseHeaders(headers, { endOfStream: body.length === 0 });
      if (body.length > 0) this.responseBody(body, { endOfStream: true });
    }
    this.request.responseCode = Number(headers.getText(":status"));
  }

  #continue(name: "request" | "response"): void {
    if (this.ended) return;
    const side = name === "request" ? this.#request : this.#response;
    this.continued[name]++;
    side.stopped = false;
    while (!side.stopped && side.waiting.length > 0) side.waiting.shift()?.();
    this.#listener.continued?.(name);
  }
}
