/** Plays events against one policy of a filter that sees attempts (an upstream filter), and says what it decided. */
import { DownstreamRequest, OfflineProxy, bytes, text } from "../host/index.ts";
import type { LoadedPlugin, Stream } from "../host/index.ts";
import { rootId, vmId, type Modules } from "../policy/module.ts";
import type { Policy } from "../policy/types.ts";
import { CounterWatch, type Moved } from "./counters.ts";
import type { Event } from "./events.ts";

/** `shadow-...`: what mode enforce would have done; the traffic was left alone. */
export type Verdict = "pass" | "grant" | "deny" | "hold" | "shadow-deny" | "shadow-hold";

export interface Decision {
  readonly id: string | number;
  readonly filter: string;
  readonly policy: string;
  readonly t: number;
  readonly stream: string;
  readonly attempt: number;
  readonly op: "request" | "response";
  readonly verdict: Verdict;
  readonly status?: number;
  readonly details?: string;
  /** The retry was denied before: this attempt comes from a recording that was made without the policy. */
  readonly moot?: true;
  readonly responseHeaders?: Readonly<Record<string, string>>;
  /** The filter's counters that this event moved, and what they are now. */
  readonly counters?: Moved;
}

/** The part of a decision that the filter is asked for. */
type Answer = Pick<Decision, "verdict" | "status" | "details" | "responseHeaders" | "moot">;

const REQUEST: [string, string][] = [
  [":method", "GET"],
  [":scheme", "http"],
  [":authority", "backend"],
  [":path", "/"],
];
const RATELIMITED = "x-envoy-ratelimited";

interface Attempt {
  readonly number: number;
  readonly event: Event;
  readonly stream: Stream;
  held: boolean;
}

interface Request {
  readonly request: DownstreamRequest;
  readonly worker: number;
  /** Attempts started. */
  started: number;
  readonly running: Map<number, Attempt>;
  /** Why the request goes on no further: what a recording has beyond that would not have happened under this policy. */
  over: "denied" | "answered" | undefined;
}

/** One policy in a proxy of its own. */
export class AttemptPlayer {
  readonly #policy: Policy;
  readonly #proxy: OfflineProxy;
  readonly #plugin: LoadedPlugin;
  readonly #outcomeKey: string;
  readonly #watch: CounterWatch | undefined;
  readonly #startNs: bigint;
  #lastMs = 0;
  readonly #requests = new Map<string, Request>();
  /** Responses and resets of attempts that the policy kept from being sent. */
  skipped = 0;
  #decisions: Decision[] = [];

  constructor(policy: Policy, modules: Modules, options: { workers: number; explain: boolean }) {
    const root = rootId(policy.filter.name);
    this.#policy = policy;
    this.#proxy = new OfflineProxy({ workers: options.workers });
    this.#plugin = this.#proxy.load({
      code: modules.compiled(policy.filter.name),
      vmId: vmId(policy.filter.name),
      rootId: root,
      name: policy.resource.name,
      configuration: policy.text,
    });
    this.#outcomeKey = `pointduty.${root}.${policy.resource.name}.outcome`;
    this.#startNs = this.#proxy.clock.nowNs;
    this.#watch = options.explain ? new CounterWatch(this.#proxy, policy) : undefined;
  }

  /** Plays one event. Returns the decisions that it led to, or why it can't be played. */
  play(event: Event): readonly Decision[] | string {
    this.#decisions = [];
    this.#proxy.advance(event.t - this.#lastMs);
    this.#lastMs = event.t;
    const refused = this.#apply(event);
    return refused ?? this.#decisions;
  }

  #apply(event: Event): string | undefined {
    if (event.op === "tick") return undefined;
    if (event.op === "request") return this.#request(event);
    if (this.#requests.get(event.stream)?.over) return this.#skip();
    const found = this.#running(event);
    if (typeof found === "string") return found;
    if (event.op === "reset") this.#end(event.stream, found);
    // It waits in the proxy: what the backend answered in the recording, it was not asked.
    else if (found.held) return this.#skip();
    else this.#response(event, found);
    return undefined;
  }

  #request(event: Event): string | undefined {
    let known = this.#requests.get(event.stream);
    const number = event.attempt ?? (known ? known.started + 1 : 1);
    if (number === 1) {
      if (known && !known.over && known.running.size > 0)
        return `stream ${event.stream} still runs; attempt 1 begins a new one`;
      const { key } = event;
      const request = new DownstreamRequest({ cluster: key, route: key, virtualHost: key });
      known = { request, worker: event.worker, started: 0, running: new Map(), over: undefined };
      this.#requests.set(event.stream, known);
    }
    if (known?.over === "answered") return this.#skip();
    if (known?.over === "denied") {
      this.#decide(event, number, "request", { verdict: "deny", moot: true });
      return undefined;
    }
    if (!known || number !== known.started + 1) {
      return `attempt ${number} of stream ${event.stream} does not follow attempt ${known?.started ?? 0}`;
    }
    if (event.worker !== known.worker)
      return `stream ${event.stream} runs on worker ${known.worker}, not ${event.worker}`;
    const worker = this.#proxy.worker(known.worker);
    const listener = { localReply: () => this.#denied(event.stream, number) };
    const stream = worker.stream(this.#plugin, { request: known.request, kind: "upstream", listener });
    const attempt: Attempt = { number, event, stream, held: false };
    known.started = number;
    known.running.set(number, attempt);
    known.request.attemptCount = number;
    known.request.setFilterState(this.#outcomeKey, NONE);
    const { action } = stream.requestHeaders(REQUEST, { endOfStream: true });
    if (stream.localReply) return undefined;
    const outcome = this.#outcome(known.request);
    attempt.held = action !== "Continue";
    if (attempt.held) this.#decide(event, number, "request", { verdict: "hold" });
    else if (number === 1) this.#decide(event, number, "request", { verdict: "pass" });
    else this.#decide(event, number, "request", { verdict: outcome === "granted" ? "grant" : shadowed(outcome) });
    return undefined;
  }

  #response(event: Event, attempt: Attempt): void {
    const { request } = attempt.stream;
    request.setFilterState(this.#outcomeKey, NONE);
    attempt.stream.responseHeaders([[":status", String(event.status)]], { endOfStream: true });
    const headers = attempt.stream.responseHeaderMap;
    const status = Number(headers?.getText(":status") ?? event.status);
    const marked = headers?.getText(RATELIMITED);
    const verdict: Verdict = marked === undefined ? shadowed(this.#outcome(request)) : "deny";
    this.#decide(event, attempt.number, "response", {
      verdict,
      status,
      ...(marked === undefined ? {} : { responseHeaders: { [RATELIMITED]: marked } }),
    });
    this.#end(event.stream, attempt);
    const known = this.#requests.get(event.stream);
    if (!known) return;
    const waits = [...known.running.values()].some(({ held }) => !held);
    // A good answer is final, and so is a bad one that Envoy has no other attempt to wait for but held ones.
    if (verdict === "deny" || status < 400 || (known.running.size > 0 && !waits)) {
      known.over = verdict === "deny" ? "denied" : "answered";
      this.#endAll(event.stream, known);
    }
  }

  /** The filter answered an attempt itself: at once, or on a tick when it had been held back. */
  #denied(name: string, number: number): void {
    const known = this.#requests.get(name);
    const attempt = known?.running.get(number);
    if (!known || !attempt) return;
    const { status, details } = attempt.stream.localReply ?? {};
    this.#decide(attempt.event, number, "request", {
      verdict: "deny",
      ...(status === undefined ? {} : { status }),
      ...(details === undefined ? {} : { details }),
    });
    // Its client has its answer: nothing of the request goes on.
    known.over = "denied";
    this.#proxy.clock.defer(() => this.#endAll(name, known));
  }

  #running(event: Event): Attempt | string {
    const running = this.#requests.get(event.stream)?.running ?? new Map<number, Attempt>();
    if (event.attempt === undefined && running.size === 1) return [...running.values()][0] as Attempt;
    const attempt = running.get(event.attempt ?? 0);
    if (attempt) return attempt;
    if (event.attempt !== undefined) return `attempt ${event.attempt} of stream ${event.stream} does not run`;
    return `stream ${event.stream} has ${running.size} running attempts; attempt must say which`;
  }

  #skip(): undefined {
    this.skipped++;
  }

  #endAll(name: string, request: Request): void {
    for (const attempt of [...request.running.values()]) this.#end(name, attempt);
  }

  #end(name: string, attempt: Attempt): void {
    attempt.stream.end();
    this.#requests.get(name)?.running.delete(attempt.number);
  }

  #outcome(request: DownstreamRequest): string {
    return text(request.filterState(this.#outcomeKey) ?? NONE);
  }

  #decide(event: Event, attempt: number, op: "request" | "response", rest: Answer): void {
    const { id, stream } = event;
    const t = Number(this.#proxy.clock.nowNs - this.#startNs) / 1e6;
    const { filter, resource } = this.#policy;
    const head = { id, filter: filter.name, policy: resource.name, t, stream, attempt, op };
    this.#decisions.push({ ...head, ...rest, ...(this.#watch && { counters: this.#watch.moved() }) });
  }
}

const NONE = bytes("");

/** The verdict on traffic that went on: only a shadow policy says that it would have been denied. */
function shadowed(outcome: string): Verdict {
  if (outcome === "denied") return "shadow-deny";
  return outcome === "held" ? "shadow-hold" : "pass";
}
