/** The proxy process: what all threads share, the virtual clock, the threads and the plugins. */
import { type LogLevel, MetricType } from "./abi.ts";
import { bytes } from "./bytes.ts";
import { CallCount } from "./calls.ts";
import { Clock, msToNs } from "./clock.ts";
import { LoadedPlugin, type PluginOptions } from "./loaded-plugin.ts";
import { type LogEntry, LogSink } from "./logs.ts";
import { StatStore } from "./metrics.ts";
import { ModuleCode } from "./module.ts";
import { type Plugin, pluginKey, vmKey } from "./plugin.ts";
import type { PropertyMap } from "./properties.ts";
import { SharedData, type SharedEntry } from "./shared-data.ts";
import { SharedQueues } from "./shared-queue.ts";
import { startPlugin, Thread } from "./thread.ts";
import { Vm } from "./vm.ts";

export interface ProxyOptions {
  /** Worker threads (`--concurrency`). Default 1. */
  workers?: number;
  /** Virtual time at the start, milliseconds since 1970. */
  startMs?: number;
  /** Lines below it are dropped, and proxy_get_log_level gives it. Default "info". */
  logLevel?: LogLevel;
  /** Stats matcher: false for a metric name that the proxy drops. Default: all are kept. */
  statsMatcher?: (name: string) => boolean;
  /** Clusters that exist besides those of streams, for http_call and grpc_call. */
  clusters?: readonly string[];
  /** `xds.node` properties. Default: an empty node. */
  node?: PropertyMap;
  /** Seed of the bytes that random_get gives: runs are repeatable. Default 1. */
  seed?: number;
}

const START_MS = 1_700_000_000_000;
/** `run` gives up when requests are in flight for longer than this in virtual time: a test that hangs must fail. */
const RUN_LIMIT_MS = 3_600_000;

export class OfflineProxy {
  readonly clock: Clock;
  readonly sink: LogSink;
  readonly stats: StatStore;
  readonly data = new SharedData();
  readonly queues = new SharedQueues();
  /** Host calls of all VMs since the start or the last `reset()`. */
  readonly calls = new CallCount();
  readonly clusters: ReadonlySet<string>;
  readonly node: PropertyMap;
  /** The main thread: its VM is configured and ticks, and serves nothing. */
  readonly main: Thread;
  readonly workers: readonly Thread[];
  /** How often proxy_on_configure ran, canaries included. */
  configureCalls = 0;
  /** Requests of router models that are not finished. */
  inFlight = 0;
  readonly #codes: ModuleCode[] = [];
  /** Verdicts of canaries by VM key and code; they live as long as some plugin uses that VM. */
  #bases: { readonly code: ModuleCode; readonly vmKey: string; readonly verdicts: Map<string, string> }[] = [];
  readonly #plugins: Plugin[] = [];
  #random: number;

  constructor(options: ProxyOptions = {}) {
    this.clock = new Clock(msToNs(options.startMs ?? START_MS));
    this.sink = new LogSink(options.logLevel ?? "info");
    this.stats = new StatStore(options.statsMatcher ?? (() => true));
    this.clusters = new Set(options.clusters ?? []);
    this.node = options.node ?? {};
    this.#random = options.seed ?? 1;
    this.main = new Thread(this, "main");
    this.workers = Array.from({ length: options.workers ?? 1 }, (_, index) => new Thread(this, `worker ${index}`));
  }

  /** Puts a filter in force, as a new extension configuration does. Look at `accepted`. */
  load(options: PluginOptions): LoadedPlugin {
    return new LoadedPlugin(this, options);
  }

  /** A worker by index; throws when there is none. */
  worker(index: number): Thread {
    const worker = this.workers[index];
    if (!worker) throw new RangeError(`no worker ${index}: there are ${this.workers.length}`);
    return worker;
  }

  get nowMs(): number {
    return Number(this.clock.nowNs) / 1e6;
  }

  /** Moves virtual time and runs everything that is due on the way: ticks, answers, back-offs. */
  advance(ms: number): void {
    this.clock.advance(msToNs(ms));
  }

  /** Runs events until no router request is in flight. */
  run(): void {
    this.clock.flush();
    const limit = this.clock.nowNs + msToNs(RUN_LIMIT_MS);
    while (this.inFlight > 0) {
      if (!this.clock.step()) throw new Error(`${this.inFlight} requests in flight and nothing that could end them`);
      if (this.clock.nowNs > limit)
        throw new Error(`${this.inFlight} requests still in flight after ${RUN_LIMIT_MS / 1000} s of virtual time`);
    }
  }

  get logs(): LogEntry[] {
    return this.sink.entries;
  }

  /** A counter's or gauge's value by the name the module gave (without Envoy's prefixes); undefined when none defined it. */
  metric(name: string): bigint | undefined {
    return this.stats.find(name)?.value;
  }

  /** All counters and gauges by name. */
  metrics(): Map<string, bigint> {
    return new Map(
      this.stats
        .all()
        .filter((stat) => stat.type !== MetricType.Histogram)
        .map((stat) => [stat.name, stat.value]),
    );
  }

  sharedData(vmId: string, key: string): SharedEntry | undefined {
    return this.data.get(vmId, key);
  }

  /** Writes as another VM of this vm_id would. Returns the ABI status. */
  setSharedData(vmId: string, key: string, value: string | Uint8Array, cas = 0): number {
    return this.data.set(vmId, key, bytes(value), cas);
  }

  /** Compiles code once, however often it is loaded. Throws an Error for what is no proxy-wasm module. */
  moduleCode(code: Uint8Array | WebAssembly.Module): ModuleCode {
    let known = this.#codes.find((entry) => entry.is(code));
    if (!known) this.#codes.push((known = new ModuleCode(code)));
    return known;
  }

  /** Canary, then the main thread, then each worker. Returns the reason for a refusal. */
  install(plugin: Plugin): string | undefined {
    const reason = this.#canary(plugin);
    if (reason) return reason;
    this.#plugins.push(plugin);
    for (const thread of [this.main, ...this.workers]) {
      const failed = thread.start(plugin);
      if (failed) thread.log("error", `Failed to start plugin in ${thread.name}: ${failed}`, plugin);
    }
    return undefined;
  }

  retire(plugin: Plugin): void {
    for (const thread of [this.main, ...this.workers]) thread.retire(plugin);
    const at = this.#plugins.indexOf(plugin);
    if (at >= 0) this.#plugins.splice(at, 1);
    if (!this.#plugins.some((other) => other.vmId === plugin.vmId)) this.data.deleteVmId(plugin.vmId);
  }

  /** Repeatable bytes for random_get (xorshift32). */
  randomBytes(size: number): Uint8Array {
    const out = new Uint8Array(size);
    for (let i = 0; i < size; i++) {
      let x = this.#random | 0 || 1;
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      this.#random = x;
      out[i] = x >>> 8;
    }
    return out;
  }

  /**
   * A throw-away VM tries each configuration first; the verdict is remembered by plugin key as long as the base VM lives, also a refusal (WasmHandleBase::canary).
   */
  #canary(plugin: Plugin): string | undefined {
    const inUse = (base: { code: ModuleCode; vmKey: string }) =>
      this.#plugins.some((other) => other.code === base.code && vmKey(other) === base.vmKey);
    this.#bases = this.#bases.filter(inUse);
    let base = this.#bases.find((other) => other.code === plugin.code && other.vmKey === vmKey(plugin));
    if (!base) {
      // The base VM is the template of the others: it is initialised, and never started or configured.
      const template = new Vm(new Thread(this, "base"), plugin);
      if (!template.initialize()) return template.trap;
      this.#bases.push((base = { code: plugin.code, vmKey: vmKey(plugin), verdicts: new Map() }));
    }
    const key = pluginKey(plugin);
    const known = base.verdicts.get(key);
    if (known !== undefined) return known || undefined;
    const thread = new Thread(this, "canary");
    const vm = new Vm(thread, plugin);
    const started = vm.initialize() ? startPlugin(vm, plugin) : { reason: vm.trap ?? "" };
    vm.release();
    const reason = "reason" in started ? started.reason : "";
    base.verdicts.set(key, reason);
    return reason || undefined;
  }
}
