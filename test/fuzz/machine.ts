/**
 * A module in a host that answers as its tape says: sanely as long as the tape gives 0, else with any status and with
 * garbage in the out-parameters. It checks what the module does, call by call.
 */
import { anyBytes, anyU32, below, chance, pick, type Choices } from "./choices.ts";
import type { Filter } from "./filters.ts";
import { Finding, isTrap, type Trace } from "./target.ts";

/** Most host calls that one callback may make: a full ring of leases, each with all tries of its compare-and-swap. */
const MOST_CALLS = 2_000_000;
/** Most memory (bytes) that a module may have taken. */
const MOST_MEMORY = 64 << 20;
const OK = 0;
const NOT_FOUND = 1;
const BAD_ARGUMENT = 2;
const CAS_MISMATCH = 8;
const UNIMPLEMENTED = 12;

/** Results that Envoy knows, by callback; those that are missing give none. */
const RESULTS: Readonly<Record<string, number>> = {
  proxy_on_vm_start: 1,
  proxy_on_configure: 1,
  proxy_on_request_headers: 4,
  proxy_on_request_body: 3,
  proxy_on_request_trailers: 1,
  proxy_on_response_headers: 4,
  proxy_on_response_body: 3,
  proxy_on_response_trailers: 1,
  proxy_on_done: 1,
};

/** First values of headers. */
const VALUES = ["503", "200", "504", "429", "14", "0", "true", "false", "", "grpc", "999999999999", "-1"] as const;
const NAMES = ["c", "r", "", "a\nb\0", "x".repeat(300)] as const;

type Arguments = readonly (number | bigint)[];

export class Machine {
  /** Lines that the module logged at level error or above, since the last call. */
  readonly complaints: string[] = [];
  /** The request whose stream is called: attempts of one request share its filter state. */
  request = 0;
  configuration: Uint8Array = new Uint8Array();
  /** Of 256 host calls, how many are answered by chance. */
  rate = 0;
  readonly contexts = new Set<number>();
  private readonly filter: Filter;
  private readonly tape: Choices;
  private readonly trace: Trace | undefined;
  private readonly exports: Record<string, unknown>;
  private readonly memory: WebAssembly.Memory;
  private readonly state = new Map<string, Uint8Array>();
  private readonly shared = new Map<string, { value: Uint8Array; cas: number }>();
  private readonly metrics = new Map<number, bigint>();
  private now = 1_700_000_000_000_000_000n;
  private calls = 0;
  private inMalloc = false;

  constructor(filter: Filter, tape: Choices, trace?: Trace) {
    this.filter = filter;
    this.tape = tape;
    this.trace = trace;
    const imports: Record<string, Record<string, unknown>> = {};
    for (const { module, name } of WebAssembly.Module.imports(filter.module)) {
      (imports[module] ??= {})[name] = (...args: Arguments) => this.hostCall(name, args);
    }
    const instance = new WebAssembly.Instance(filter.module, imports);
    this.exports = instance.exports;
    this.memory = instance.exports["memory"] as WebAssembly.Memory;
    if (this.has("_initialize")) this.call("_initialize");
  }

  has(name: string): boolean {
    return typeof this.exports[name] === "function";
  }

  /** Calls an export and judges what it did. */
  call(name: string, ...args: number[]): number {
    this.calls = 0;
    this.complaints.length = 0;
    this.trace?.(`${name}(${args.join(", ")})`);
    let result: unknown;
    try {
      result = (this.exports[name] as (...args: number[]) => unknown)(...args);
    } catch (error) {
      if (!isTrap(error)) throw error;
      throw new Finding(
        `trap in ${name}: ${error.message}`,
        `${name} trapped: ${error.message} ${this.complaints.join(" ")}`,
      );
    }
    const most = RESULTS[name];
    if (most !== undefined && !(typeof result === "number" && result >= 0 && result <= most)) {
      throw new Finding(`result of ${name}`, `${name} returned ${String(result)}; Envoy knows 0 to ${most}`);
    }
    const { byteLength } = this.memory.buffer;
    if (byteLength > MOST_MEMORY) throw new Finding("memory", `${name} left ${byteLength} bytes of memory`);
    this.trace?.(`  = ${String(result)}`);
    return Number(result ?? 0);
  }

  // ---- host functions

  private hostCall(name: string, args: Arguments): number {
    if (++this.calls > MOST_CALLS) throw new Finding("endless", `a callback made more than ${MOST_CALLS} host calls`);
    if (this.inMalloc && name !== "proxy_log") throw new Finding("malloc", `malloc called ${name}`);
    const numbers = args.map(Number);
    this.judge(name, numbers);
    const hostile = this.rate > 0 && chance(this.tape, this.rate);
    const status = hostile ? this.lie(name, numbers) : this.answer(name, args, numbers);
    this.trace?.(`  ${name} -> ${status}${hostile ? " (by chance)" : ""}`);
    return status;
  }

  /** What may be said of a call whatever the answer is. */
  private judge(name: string, args: readonly number[]): void {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0] = args;
    if (name === "proxy_log") {
      const message = this.text(b, c);
      if (a >= 4) this.complaints.push(message);
      this.trace?.(`  log ${a} ${JSON.stringify(message)}`);
    }
    if (name !== "proxy_send_local_response") return;
    const details = this.text(b, c);
    const { statuses, details: allowed } = this.filter.replies;
    if (!statuses.includes(a)) throw new Finding("reply status", `a local reply has status ${a}`);
    if (!allowed.test(details))
      throw new Finding("reply details", `a local reply has the details ${JSON.stringify(details)}`);
    this.read(d, e);
    if (!wellFormed(this.read(f, g))) throw new Finding("reply headers", "a local reply's headers are malformed");
  }

  /** Any status; the out-parameters hold garbage, or random bytes of the module's own memory where the status is Ok. */
  private lie(name: string, args: readonly number[]): number {
    const status = pick(this.tape, [NOT_FOUND, BAD_ARGUMENT, OK, CAS_MISMATCH, 6, 7, 10, 12, 255, 0xffffffff]);
    const outs = outParameters(name, args);
    if (outs === undefined) return status;
    if (status === OK && outs.length >= 2) {
      const large = chance(this.tape, 4) ? 70_000 : 300;
      this.give(anyBytes(this.tape, Math.min(below(this.tape, large), 2000)), outs[0] ?? 0, outs[1] ?? 0);
      if (outs[2] !== undefined) this.u32(outs[2], anyU32(this.tape));
    } else {
      for (const out of outs) this.u32(out, anyU32(this.tape));
    }
    return status;
  }

  /** What a host of good will answers. */
  private answer(name: string, args: Arguments, numbers: readonly number[]): number {
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = numbers;
    switch (name) {
      case "proxy_get_property":
        return this.property(this.text(a, b), c, d);
      case "proxy_set_property":
        this.state.set(`${this.request} ${this.text(a, b)}`, this.read(c, d));
        return OK;
      case "proxy_get_header_map_value":
        return this.header(d, e);
      case "proxy_get_buffer_bytes":
        return this.give(this.configuration.subarray(b, b + (c >>> 0)), d, e);
      case "proxy_get_shared_data":
        return this.getShared(this.text(a, b), c, d, e);
      case "proxy_set_shared_data":
        return this.setShared(this.text(a, b), this.read(c, d), e >>> 0);
      case "proxy_define_metric":
        this.read(b, c);
        this.metrics.set(this.metrics.size * 4 + a, 0n);
        return this.u32(d, (this.metrics.size - 1) * 4 + a);
      case "proxy_increment_metric":
        return this.setMetric(a, (value) => value + BigInt(args[1] ?? 0));
      case "proxy_record_metric":
        return this.setMetric(a, () => BigInt(args[1] ?? 0));
      case "proxy_get_metric":
        return this.u64(b, this.metrics.get(a >>> 0) ?? 0n);
      case "proxy_get_current_time_nanoseconds":
        return this.u64(a, this.tick());
      case "proxy_get_log_level":
        return this.u32(a, below(this.tape, 8));
      case "proxy_set_effective_context":
        return this.contexts.has(a >>> 0) ? OK : BAD_ARGUMENT;
      case "proxy_get_header_map_pairs":
        return this.give(new Uint8Array(), b, c);
      case "proxy_log":
      case "proxy_send_local_response":
      case "proxy_set_tick_period_milliseconds":
      case "proxy_add_header_map_value":
      case "proxy_replace_header_map_value":
      case "proxy_remove_header_map_value":
        return OK;
      default:
        return UNIMPLEMENTED;
    }
  }

  private property(path: string, pointerOut: number, sizeOut: number): number {
    const value = this.state.get(`${this.request} ${path}`);
    if (value !== undefined) {
      const given = value.slice();
      // A mark with a few other bytes in it: what another module may have left there.
      if (chance(this.tape, this.rate) && given.length > 0) given[below(this.tape, given.length)] = this.tape.byte();
      return this.give(given, pointerOut, sizeOut);
    }
    if (!path.startsWith("xds\0") || chance(this.tape, 64)) return NOT_FOUND;
    return this.give(Buffer.from(pick(this.tape, NAMES)), pointerOut, sizeOut);
  }

  private header(pointerOut: number, sizeOut: number): number {
    if (chance(this.tape, 96)) return NOT_FOUND;
    return this.give(Buffer.from(pick(this.tape, VALUES)), pointerOut, sizeOut);
  }

  private getShared(key: string, pointerOut: number, sizeOut: number, casOut: number): number {
    const entry = this.shared.get(key);
    if (entry === undefined) return NOT_FOUND;
    const value = entry.value.slice();
    if (chance(this.tape, this.rate) && value.length > 0) value[below(this.tape, value.length)] = this.tape.byte();
    this.u32(casOut, entry.cas);
    return this.give(value, pointerOut, sizeOut);
  }

  private setShared(key: string, value: Uint8Array, cas: number): number {
    const old = this.shared.get(key);
    if (old !== undefined && cas !== 0 && cas !== old.cas) return CAS_MISMATCH;
    this.shared.set(key, { value, cas: (old?.cas ?? 0) + 1 });
    return OK;
  }

  private setMetric(id: number, change: (value: bigint) => bigint): number {
    const value = this.metrics.get(id >>> 0);
    if (value === undefined) return NOT_FOUND;
    this.metrics.set(id >>> 0, BigInt.asUintN(64, change(value)));
    return OK;
  }

  /** Time goes on, mostly by little; sometimes far, sometimes back. */
  private tick(): bigint {
    const step = this.tape.byte();
    if (step < 200) this.now += BigInt(step) * 100_000n;
    else if (step < 250) this.now += BigInt(step - 199) * 100_000_000n;
    else if (step < 253) this.now = BigInt.asUintN(64, this.now - BigInt(below(this.tape, 4096)) * 1_000_000_000n);
    else this.now = BigInt(anyU32(this.tape)) * BigInt(anyU32(this.tape));
    return this.now;
  }

  // ---- memory of the module

  private read(pointer: number, size: number): Uint8Array {
    const [at, length] = [pointer >>> 0, size >>> 0];
    if (at + length > this.memory.buffer.byteLength) {
      throw new Finding("pointer", `a host call points outside the memory: ${at} + ${length}`);
    }
    return new Uint8Array(this.memory.buffer, at, length).slice();
  }

  private text(pointer: number, size: number): string {
    return Buffer.from(this.read(pointer, size)).toString("latin1");
  }

  private u32(out: number, value: number): number {
    new DataView(this.memory.buffer).setUint32(out >>> 0, value, true);
    return OK;
  }

  private u64(out: number, value: bigint): number {
    new DataView(this.memory.buffer).setBigUint64(out >>> 0, value, true);
    return OK;
  }

  private give(data: Uint8Array, pointerOut: number, sizeOut: number): number {
    const at = data.length === 0 ? 0 : this.allocate(data.length);
    new Uint8Array(this.memory.buffer).set(data, at);
    this.u32(pointerOut, at);
    return this.u32(sizeOut, data.length);
  }

  private allocate(size: number): number {
    this.inMalloc = true;
    const at = (this.exports["malloc"] as (size: number) => number)(size) >>> 0;
    this.inMalloc = false;
    const { byteLength } = this.memory.buffer;
    if (at === 0 || at + size > byteLength) throw new Finding("malloc", `malloc(${size}) gave ${at} of ${byteLength}`);
    return at;
  }
}

/** Where a function writes what it returns: pointer and size, or single values. */
function outParameters(name: string, args: readonly number[]): readonly number[] | undefined {
  switch (name) {
    case "proxy_get_property":
      return args.slice(2, 4);
    case "proxy_get_header_map_value":
    case "proxy_get_buffer_bytes":
      return args.slice(3, 5);
    case "proxy_get_header_map_pairs":
      return args.slice(1, 3);
    case "proxy_get_shared_data":
      return args.slice(2, 5);
    case "proxy_define_metric":
      return args.slice(3, 4);
    case "proxy_get_metric":
      return args.slice(1, 2);
    case "proxy_get_current_time_nanoseconds":
    case "proxy_get_log_level":
      return args.slice(0, 1);
    default:
      return undefined;
  }
}

/** Header pairs in wire form that Envoy takes; nothing at all is well-formed, too. */
export function wellFormed(data: Uint8Array): boolean {
  if (data.length === 0) return true;
  if (data.length < 4) return false;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const count = view.getUint32(0, true);
  let at = 4 + count * 8;
  if (at > data.length) return false;
  for (let i = 0; i < 2 * count; i++) {
    at += view.getUint32(4 + i * 4, true) + 1;
    if (at > data.length || data[at - 1] !== 0) return false;
  }
  return at === data.length;
}
