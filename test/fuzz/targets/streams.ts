/** Attempts in the offline host, which keeps Envoy's rules, with garbage where other parties may leave some: marks and shared data. */
import { DownstreamRequest, type LoadedPlugin, OfflineProxy, type Stream } from "../../../cli/host/index.ts";
import { anyBytes, anyU32, below, chance, pick, Tape } from "../choices.ts";
import type { Filter } from "../filters.ts";
import { value } from "../grammar.ts";
import { drawn } from "../mutate.ts";
import { Finding, hex, type Target, type Trace } from "../target.ts";

const LONGEST = 12_000;
const REQUESTS = 6;
const MOST_MEMORY = 32 << 20;
const VM_ID = "fuzz.vm";
const STATUSES = ["503", "200", "500", "429", "", "x", "504", "99999999999"] as const;
const CLUSTERS = ["c", "d", ""] as const;

export function streamsTarget(filter: Filter, corpus: readonly Uint8Array[]): Target {
  return {
    name: `${filter.name}/streams`,
    unit: "callback",
    weight: 3,
    generate: (from) => drawn(from, corpus, LONGEST),
    run: (input, trace) => new Run(filter, new Tape(input), trace).play(),
    show: hex,
  };
}

class Run {
  private readonly filter: Filter;
  private readonly tape: Tape;
  private readonly trace: Trace | undefined;
  private readonly proxy = new OfflineProxy({ workers: 1 });
  private readonly requests: DownstreamRequest[];
  private readonly plugin: LoadedPlugin;
  private live: Stream[] = [];
  private count = 0;
  /** Keys of filter state and of shared data that the module has used, to write to. */
  private readonly marks = new Set<string>();

  constructor(filter: Filter, tape: Tape, trace?: Trace) {
    this.filter = filter;
    this.tape = tape;
    this.trace = trace;
    this.requests = Array.from({ length: REQUESTS }, () => this.request());
    const { module: code, name } = filter;
    this.plugin = this.proxy.load({ code, vmId: VM_ID, rootId: name, name: "p", configuration: this.text() });
    if (!this.plugin.inForce) this.plugin.update({ configuration: '{"name":"shop"}' });
  }

  play(): number {
    while (!this.tape.ended) {
      this.step(below(this.tape, 16));
      this.judge();
    }
    for (const stream of this.live) stream.end();
    return this.count;
  }

  private step(what: number): void {
    if (what < 6) this.attempt();
    else if (what < 10) this.answer();
    else if (what < 12) this.end();
    else if (what === 12) this.advance();
    else if (what === 13) this.spoilMark();
    else if (what === 14) this.spoilShared();
    else this.change();
  }

  private say(line: string, act: () => void): void {
    this.trace?.(line);
    this.count++;
    act();
  }

  /** Mostly so little that few ticks run, sometimes past the end of leases and windows. */
  private advance(): void {
    const ms = below(this.tape, 256) * (chance(this.tape, 16) ? 60 : 1);
    this.say(`advance ${ms} ms`, () => this.proxy.advance(ms));
  }

  private request(): DownstreamRequest {
    const detached = chance(this.tape, 16);
    return new DownstreamRequest({
      cluster: pick(this.tape, CLUSTERS),
      route: "r",
      virtualHost: detached ? null : "v",
      // A local reply to a stream without a client ends Envoy; a filter can't tell such a stream from a mark that lies.
      connectionId: 1n,
    });
  }

  private text(): string {
    return JSON.stringify(value(this.filter.schema, this.tape));
  }

  private attempt(): void {
    const at = below(this.tape, REQUESTS);
    if (chance(this.tape, 32)) this.requests[at] = this.request();
    const request = this.requests[at] ?? this.request();
    request.attemptCount++;
    const stream = this.proxy.worker(0).stream(this.plugin, { request, kind: "upstream" });
    this.live.push(stream);
    const internal: [string, string][] = chance(this.tape, 16) ? [["x-envoy-internal", "true"]] : [];
    const timeout: [string, string][] = chance(this.tape, 32) ? [["x-envoy-is-timeout-retry", "true"]] : [];
    this.say(`request headers of stream ${stream.id}, request ${at}`, () => {
      const { action } = stream.requestHeaders([[":path", "/"], ...internal, ...timeout], { endOfStream: true });
      this.trace?.(`  = ${action}`);
    });
  }

  private answer(): void {
    const stream = this.live[below(this.tape, this.live.length)];
    if (stream === undefined || stream.localReply) return;
    const status = pick(this.tape, STATUSES);
    const grpc: [string, string][] = chance(this.tape, 48) ? [["grpc-status", pick(this.tape, ["14", "0", "x"])]] : [];
    this.say(`response headers ${status} of stream ${stream.id}`, () =>
      stream.responseHeaders([[":status", status], ...grpc], { endOfStream: below(this.tape, 2) === 0 }),
    );
  }

  private end(): void {
    const at = below(this.tape, this.live.length);
    const [stream] = this.live.splice(at, 1);
    if (stream !== undefined) this.say(`end of stream ${stream.id}`, () => stream.end());
  }

  /** Another party writes into the request's filter state. */
  private spoilMark(): void {
    const request = this.requests[below(this.tape, REQUESTS)];
    for (const policy of ["shop", "a", "a-b.c"])
      this.marks.add(`pointduty.${this.filter.name.replaceAll("-", "_")}.${policy}`);
    for (const key of this.marks) request?.setFilterState(key, this.spoil(request.filterState(key)));
    this.trace?.("marks changed");
  }

  private spoilShared(): void {
    for (const key of this.proxy.data.keys(VM_ID)) {
      this.proxy.setSharedData(VM_ID, key, this.spoil(this.proxy.sharedData(VM_ID, key)?.value));
    }
    this.trace?.("shared data changed");
  }

  /** Bytes near what was there, or any. */
  private spoil(old: Uint8Array | undefined): Uint8Array {
    if (old === undefined || chance(this.tape, 64)) return anyBytes(this.tape, below(this.tape, 64));
    const bytes = old.slice();
    for (let left = 1 + below(this.tape, 3); left > 0 && bytes.length >= 4; left--) {
      const at = below(this.tape, bytes.length >> 2) << 2;
      new DataView(bytes.buffer).setUint32(at, anyU32(this.tape), true);
    }
    return bytes;
  }

  /** Another configuration, or a new VM. */
  private change(): void {
    const what = below(this.tape, 16);
    // Both make VMs, which takes as long as hundreds of callbacks.
    if (what > 2) this.attempt();
    else if (what > 0) this.say("update", () => this.plugin.update({ configuration: this.text() }));
    else this.say("reload", () => this.proxy.worker(0).reload(this.plugin));
  }

  private judge(): void {
    for (const thread of [this.proxy.main, this.proxy.worker(0)]) {
      const vm = thread.vm(this.plugin);
      if (vm.dead && vm.trap !== "ended by reload") throw new Finding(`trap: ${vm.trap}`, `${thread.name}: ${vm.trap}`);
      if (vm.memoryBytes > MOST_MEMORY) throw new Finding("memory", `${vm.memoryBytes} bytes of memory`);
    }
    const { statuses, details } = this.filter.replies;
    for (const { localReply: reply } of this.live) {
      if (reply === undefined || reply.details === "wasm_fail_stream") continue;
      if (statuses.includes(reply.status) && details.test(reply.details)) continue;
      throw new Finding("reply", `a local reply of status ${reply.status} with details ${reply.details}`);
    }
    if (this.proxy.logs.length > 1000) this.proxy.logs.length = 0;
  }
}
