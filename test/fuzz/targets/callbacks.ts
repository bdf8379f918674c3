/** Callbacks in any order, with any ids, in a host that may answer anything. */
import { anyBytes, anyU32, below, chance, pick, Tape } from "../choices.ts";
import type { Filter } from "../filters.ts";
import { value } from "../grammar.ts";
import { Machine } from "../machine.ts";
import { drawn } from "../mutate.ts";
import { hex, type Target, type Trace } from "../target.ts";

/** Longest tape (bytes), and most callbacks of a run. */
const LONGEST = 4000;
const MOST_CALLBACKS = 600;
/** Requests that streams belong to. */
const REQUESTS = 8;
const ROOTS = [1, 1, 1, 2] as const;

/** Parameters of the stream callbacks after the id. */
const STREAM_CALLBACKS: Readonly<Record<string, number>> = {
  proxy_on_request_headers: 2,
  proxy_on_request_body: 2,
  proxy_on_request_trailers: 1,
  proxy_on_response_headers: 2,
  proxy_on_response_body: 2,
  proxy_on_response_trailers: 1,
  proxy_on_log: 0,
  proxy_on_done: 0,
  proxy_on_delete: 0,
};

export function callbacksTarget(filter: Filter, corpus: readonly Uint8Array[]): Target {
  return {
    name: `${filter.name}/callbacks`,
    unit: "callback",
    weight: 4,
    generate: (from) => drawn(from, corpus, LONGEST),
    run: (input, trace) => new Run(filter, new Tape(input), trace).play(),
    show: hex,
  };
}

class Run {
  private readonly filter: Filter;
  private readonly tape: Tape;
  private readonly machine: Machine;
  private readonly live: number[] = [];
  private readonly callbacks: string[];
  private nextStream = 16;
  private count = 0;

  constructor(filter: Filter, tape: Tape, trace?: Trace) {
    this.filter = filter;
    this.tape = tape;
    this.machine = new Machine(filter, tape, trace);
    this.callbacks = Object.keys(STREAM_CALLBACKS).filter((name) => this.machine.has(name));
  }

  play(): number {
    this.root(1);
    this.machine.rate = pick(this.tape, [0, 2, 16, 128, 255]);
    while (!this.tape.ended && this.count < MOST_CALLBACKS) this.step(below(this.tape, 16));
    return this.count;
  }

  private step(what: number): void {
    if (what === 15) this.root(this.anyRoot());
    else if (what === 14) this.call("proxy_on_tick", this.anyRoot());
    else if (what === 13) this.call("proxy_on_delete", this.anyRoot());
    else if (what === 12) this.configure(this.anyRoot());
    else if (what >= 7) this.begin();
    else this.stream(pick(this.tape, this.callbacks as [string, ...string[]]), this.anyStream());
  }

  private call(name: string, ...args: number[]): void {
    if (!this.machine.has(name)) return;
    this.count++;
    this.machine.call(name, ...args);
  }

  private root(id: number): void {
    this.machine.contexts.add(id);
    this.call("proxy_on_context_create", id, 0);
    this.configure(id);
  }

  private configure(id: number): void {
    const { machine, tape } = this;
    machine.configuration = chance(tape, 16)
      ? anyBytes(tape, below(tape, 100))
      : Buffer.from(JSON.stringify(value(this.filter.schema, tape)));
    this.call("proxy_on_configure", id, chance(tape, 8) ? anyU32(tape) : machine.configuration.length);
  }

  /** A new stream and its first callback. */
  private begin(): void {
    const id = chance(this.tape, 8) ? anyU32(this.tape) : this.nextStream++;
    this.live.push(id);
    this.machine.contexts.add(id);
    this.call("proxy_on_context_create", id, this.anyRoot());
    this.stream("proxy_on_request_headers", id);
  }

  private stream(name: string, id: number): void {
    const { machine, tape } = this;
    machine.request = id % REQUESTS;
    const args = Array.from({ length: STREAM_CALLBACKS[name] ?? 0 }, () => below(tape, 4));
    this.call(name, id, ...args);
    if (name !== "proxy_on_delete") return;
    machine.contexts.delete(id);
    const at = this.live.indexOf(id);
    if (at >= 0) this.live.splice(at, 1);
  }

  private anyRoot(): number {
    return chance(this.tape, 8) ? anyU32(this.tape) : pick(this.tape, ROOTS);
  }

  private anyStream(): number {
    if (this.live.length === 0 || chance(this.tape, 8)) return anyU32(this.tape);
    return this.live[below(this.tape, this.live.length)] ?? 0;
  }
}
