/** One request in the router model: its attempts, its retries, what the client got (source/common/router/router.cc). */
import { bytes } from "../bytes.ts";
import { msToNs, type Timer } from "../clock.ts";
import { type HeaderInput, HeaderMap } from "../headers.ts";
import { type LocalReply, localReplyResponse } from "../local-reply.ts";
import type { DownstreamRequest } from "../request.ts";
import type { Stream } from "../stream.ts";
import type { Thread } from "../thread.ts";
import { Attempt, type AttemptOwner } from "./attempt.ts";
import { parseOutcome } from "./outcome.ts";
import { RetryState, type RetryVerdict } from "./retry.ts";
import type { Router, SendOptions } from "./router.ts";

const DEFAULT_TIMEOUT_MS = 15_000;

export interface ClientResponse {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly body: Uint8Array;
  readonly trailers: HeaderInput | undefined;
  /** A filter replied after the headers had gone to the client: its stream was reset in the middle. */
  readonly broken: boolean;
  /** upstream: the backend's response. local: a filter's reply. router: the router's own (timeout, reset). */
  readonly source: "upstream" | "local" | "router";
  readonly details: string;
  /** Response flags, as in access logs: URX, UT, UC, UF. */
  readonly flags: readonly string[];
}

export class RoutedRequest implements AttemptOwner {
  readonly request: DownstreamRequest;
  /** Request headers as the filters left them: all attempts share them. */
  readonly headers: HeaderMap;
  readonly startedMs: number;
  endedMs: number | undefined;
  /** What the client got; undefined while it waits, and for good when it went away or a filter closed the stream. */
  response: ClientResponse | undefined;
  done = false;
  /** Attempts whose request reached the backend. */
  backendHits = 0;
  /** Every attempt that was started, in order. */
  readonly attemptList: Attempt[] = [];
  readonly #router: Router;
  readonly #worker: Thread;
  readonly #options: SendOptions;
  readonly #retryState: RetryState | undefined;
  readonly #flags: string[] = [];
  #live: Attempt[] = [];
  #pendingRetries = 0;
  #backoff: Timer | undefined;
  #timeout: Timer | undefined;
  /** The headers that went to the client. */
  #started: HeaderMap | undefined;

  constructor(router: Router, worker: Thread, request: DownstreamRequest, options: SendOptions) {
    this.#router = router;
    this.#worker = worker;
    this.#options = options;
    this.request = request;
    this.startedMs = router.proxy.nowMs;
    this.headers = new HeaderMap("request", [
      [":method", "GET"],
      [":scheme", "http"],
      [":authority", "host"],
      [":path", "/"],
    ]);
    for (const [name, value] of options.headers ?? []) {
      if (bytes(name)[0] === 0x3a) this.headers.replace(name, value);
      else this.headers.add(name, value);
    }
    if (options.mirror || options.internal) this.headers.replace("x-envoy-internal", "true");
    if (options.mirror) this.headers.replace(":authority", `${this.headers.getText(":authority") ?? ""}-shadow`);
    const { numRetries, retriableStatusCodes } = router.options;
    // Shadow requests have no retry policy.
    if (router.retryOn.size > 0 && !options.mirror) {
      this.#retryState = new RetryState({
        retryOn: router.retryOn,
        numRetries: numRetries ?? 1,
        retriableStatusCodes: retriableStatusCodes ?? [],
      });
    }
  }

  /** Attempts started: the number of times that a filter saw the request. */
  get attempts(): number {
    return this.attemptList.length;
  }

  /** The streams of all attempts in order, one per plugin and attempt. */
  get streams(): Stream[] {
    return this.attemptList.flatMap((attempt) => attempt.streams);
  }

  start(): void {
    this.#router.proxy.inFlight++;
    const timeoutMs = this.#router.options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    if (timeoutMs > 0) {
      this.#timeout = this.#after(timeoutMs, () =>
        this.#abort(504, "upstream request timeout", "response_timeout", "UT"),
      );
    }
    this.#startAttempt(undefined);
  }

  /** The client goes away: every attempt ends. */
  cancel(): void {
    if (this.done) return;
    this.#finish(undefined);
    this.#router.proxy.clock.flush();
  }

  // ---- AttemptOwner

  requestSent(attempt: Attempt): void {
    const { outcome } = attempt;
    if (outcome.kind === "connect-failure") return;
    this.backendHits++;
    this.#router.backendHits++;
    if (outcome.kind === "response") {
      attempt.timers.push(
        this.#after(outcome.afterMs, () => attempt.receive(outcome.headers, outcome.body, outcome.trailers)),
      );
    } else if (outcome.kind === "reset") {
      attempt.timers.push(this.#after(outcome.afterMs, () => this.#upstreamReset(attempt, "reset")));
    }
  }

  /** Filter::onUpstreamHeaders. */
  responseHeaders(attempt: Attempt, headers: HeaderMap): void {
    let couldNotRetry = false;
    if (this.#retryState) {
      const wanted = this.#retryState.wouldRetryHeaders(headers);
      if (attempt.retried) couldNotRetry = wanted;
      else {
        const verdict = this.#shouldRetry(wanted, false);
        if (verdict === "retry") {
          this.#remove(attempt);
          return;
        }
        couldNotRetry = verdict === "limit";
      }
    }
    // A bad response while others are under way: they get their chance.
    if (couldNotRetry && this.#othersUnderWay()) {
      this.#remove(attempt);
      return;
    }
    this.#started = headers;
    this.request.responseCode = Number(headers.getText(":status"));
    for (const other of [...this.#live]) if (other !== attempt) this.#remove(other);
  }

  responseComplete(headers: HeaderMap, body: Uint8Array, trailers: HeaderInput | undefined): void {
    this.#finish({
      status: Number(headers.getText(":status")),
      headers,
      body,
      trailers,
      broken: false,
      source: "upstream",
      details: "via_upstream",
      flags: this.#flags,
    });
  }

  /** UpstreamFilterManager::sendLocalReply: straight to the client, past the retry logic, whatever else is under way. */
  localReply(attempt: Attempt, reply: LocalReply): void {
    if (this.done || attempt.removed) return;
    if (this.#started === undefined) this.#reply(reply, "local");
    else this.#break(this.#started, reply.details);
  }

  closed(): void {
    if (!this.done) this.#finish(undefined);
  }

  // ---- inside

  /** `timeoutRetry` is undefined for the original. */
  #startAttempt(timeoutRetry: boolean | undefined): void {
    const { options } = this.#router;
    const number = this.attemptList.length + 1;
    this.request.attemptCount = number;
    if (options.attemptCountHeader) this.headers.replace("x-envoy-attempt-count", String(number));
    if (options.isTimeoutRetryHeader && timeoutRetry !== undefined) {
      this.headers.replace("x-envoy-is-timeout-retry", String(timeoutRetry));
    }
    const attempt = new Attempt(this, {
      number,
      outcome: this.#outcome(number),
      worker: this.#worker,
      plugins: options.plugins,
      request: this.request,
      headers: this.headers,
      body: bytes(this.#options.body ?? ""),
      trailers: this.#options.trailers,
    });
    this.attemptList.push(attempt);
    this.#live.push(attempt);
    // The connection pool is asked before the filters run, so both of these also happen to an attempt that a filter holds.
    if (attempt.outcome.kind === "connect-failure") {
      attempt.timers.push(this.#after(attempt.outcome.afterMs, () => this.#upstreamReset(attempt, "connect-failure")));
    } else if (options.perTryTimeoutMs) {
      attempt.timers.push(this.#after(options.perTryTimeoutMs, () => this.#perTryTimeout(attempt)));
    }
    attempt.passRequest();
  }

  #outcome(number: number) {
    const { outcomes } = this.#options;
    const input =
      typeof outcomes === "function" ? outcomes(number) : (outcomes[number - 1] ?? outcomes[outcomes.length - 1]);
    if (input === undefined) throw new Error("outcomes must not be empty");
    return parseOutcome(input);
  }

  #perTryTimeout(attempt: Attempt): void {
    if (this.#router.options.hedgeOnPerTryTimeout) {
      // Always wanted, whatever retry_on says; the attempt runs on.
      if (this.#retryState && this.#shouldRetry(true, true) === "retry") attempt.retried = true;
      return;
    }
    const wanted = this.#retryState?.wouldRetryReset("per-try-timeout", attempt.sent) ?? false;
    const verdict = this.#shouldRetry(wanted, true);
    this.#remove(attempt);
    if (verdict !== "retry") this.#abort(504, "upstream request timeout", "upstream_per_try_timeout", "UT");
  }

  /** Filter::onUpstreamReset. */
  #upstreamReset(attempt: Attempt, reason: "reset" | "connect-failure"): void {
    if (attempt.removed) return;
    attempt.awaitingHeaders = false;
    const retryable = !attempt.retried && (this.#retryState?.wouldRetryReset(reason, attempt.sent) ?? false);
    const verdict = attempt.retried ? "no" : this.#shouldRetry(retryable, false);
    this.#remove(attempt);
    if (verdict === "retry" || this.#othersUnderWay()) return;
    const words = reason === "reset" ? "connection termination" : "remote connection failure";
    const cause = reason === "reset" ? words : `${words}|delayed connect error: Connection refused`;
    const retried = this.attemptList.length > 1 ? "retried and the latest " : "";
    this.#abort(
      503,
      `upstream connect error or disconnect/reset before headers. ${retried}reset reason: ${words}`,
      `upstream_reset_before_response_started{${cause.replaceAll(" ", "_")}}`,
      reason === "reset" ? "UC" : "UF",
    );
  }

  /** RetryStateImpl::shouldRetry: any decision drops a retry that is waiting; "retry" schedules the next attempt. */
  #shouldRetry(wanted: boolean, timeoutRetry: boolean): RetryVerdict {
    if (!this.#retryState) return "no";
    this.#backoff?.cancel();
    const verdict = this.#retryState.decide(wanted);
    if (verdict === "limit" && !this.#flags.includes("URX")) this.#flags.push("URX");
    if (verdict !== "retry") return verdict;
    this.#pendingRetries++;
    const { backoffMs } = this.#router.options;
    const wait = typeof backoffMs === "function" ? backoffMs(this.attemptList.length) : (backoffMs ?? 1);
    this.#backoff = this.#after(wait, () => {
      this.#backoff = undefined;
      this.#pendingRetries--;
      this.#startAttempt(timeoutRetry);
    });
    return verdict;
  }

  #othersUnderWay(): boolean {
    return this.#pendingRetries > 0 || this.#live.some((attempt) => attempt.awaitingHeaders);
  }

  /** Out of the list; its filters end when the current event is over (deferred deletion). */
  #remove(attempt: Attempt): void {
    if (attempt.removed) return;
    attempt.removed = true;
    for (const timer of attempt.timers) timer.cancel();
    this.#live = this.#live.filter((other) => other !== attempt);
    this.#router.proxy.clock.defer(() => attempt.end());
  }

  #abort(status: number, body: string, details: string, flag: string): void {
    if (this.done) return;
    if (!this.#flags.includes(flag)) this.#flags.push(flag);
    this.#reply({ status, body: bytes(body), headers: [], details, grpcStatus: undefined }, "router");
  }

  #reply(reply: LocalReply, source: "local" | "router"): void {
    const { headers, body } = localReplyResponse(this.headers, reply);
    this.request.responseCode = Number(headers.getText(":status"));
    this.#finish({
      status: this.request.responseCode,
      headers,
      body,
      trailers: undefined,
      broken: false,
      source,
      details: reply.details,
      flags: this.#flags,
    });
  }

  /** A reply that comes after the response's headers: nothing is left but to reset the client's stream. */
  #break(headers: HeaderMap, details: string): void {
    this.#finish({
      status: Number(headers.getText(":status")),
      headers,
      body: new Uint8Array(),
      trailers: undefined,
      broken: true,
      source: "local",
      details,
      flags: this.#flags,
    });
  }

  #finish(response: ClientResponse | undefined): void {
    if (this.done) return;
    this.done = true;
    this.response = response;
    this.endedMs = this.#router.proxy.nowMs;
    for (const timer of [this.#timeout, this.#backoff]) timer?.cancel();
    for (const attempt of [...this.#live]) this.#remove(attempt);
    this.#router.proxy.inFlight--;
    this.#options.finished?.(response);
  }

  #after(ms: number, run: () => void): Timer {
    return this.#router.proxy.clock.schedule(msToNs(ms), run);
  }
}
