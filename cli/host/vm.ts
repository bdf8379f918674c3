/** One instance of a module: its memory, its contexts, the rules for calls in both directions. */
import { Context } from "./context.ts";
import { EnvoyCrash } from "./crash.ts";
import { CallCount } from "./calls.ts";
import { Memory } from "./memory.ts";
import { VmMetrics } from "./metrics.ts";
import { hostImports } from "./imports/index.ts";
import type { Thread } from "./thread.ts";
import type { ModuleCode } from "./module.ts";
import { msToNs, type Timer } from "./clock.ts";

/** Host functions that may be called while the host is inside the module's malloc (WasmBase::allocMemory). */
const ALLOWED_IN_MALLOC = new Set(["env.proxy_log"]);
/** Host functions that may be called while `_initialize` runs (WasmBase::startVm). */
const ALLOWED_IN_INITIALIZE = new Set(["env.proxy_log"]);
const ALLOWED_WASI_IN_MALLOC = new Set(["fd_write", "clock_time_get"]);

type Restriction = "none" | "malloc" | "initialize" | "unlinked";

export class Vm {
  readonly thread: Thread;
  readonly vmId: string;
  readonly vmConfiguration: Uint8Array;
  readonly code: ModuleCode;
  readonly contexts = new Map<number, Context>();
  readonly vmContext: Context;
  readonly metrics: VmMetrics;
  /** Root contexts whose on_done answered 0: they live until the module calls proxy_done. */
  readonly pendingDone = new Set<Context>();
  /** Host calls of the callback that runs now; calls made outside any callback count nowhere but in the process. */
  calls = new CallCount();
  /** Set by send_local_response: the callback's return value no longer counts. */
  nextIterationStopped = false;
  readonly #afterCall: (() => void)[] = [];
  readonly #timers = new Map<number, { periodNs: bigint; timer: Timer | undefined }>();
  #memory: Memory | undefined;
  #exports: Record<string, unknown> = {};
  #restriction: Restriction = "unlinked";
  #nextContextId = 1;
  #current: Context;
  #effectiveId = 0;
  #callback = "";
  #trap: string | undefined;
  /** What a host function threw: it must reach the test, whatever the module's frames do with it. */
  #hostError: { readonly error: unknown } | undefined;
  #gone = false;

  constructor(thread: Thread, options: { vmId: string; vmConfiguration: Uint8Array; code: ModuleCode }) {
    this.thread = thread;
    this.vmId = options.vmId;
    this.vmConfiguration = options.vmConfiguration;
    this.code = options.code;
    this.vmContext = new Context(this, { id: 0 });
    this.contexts.set(0, this.vmContext);
    this.#current = this.vmContext;
    this.metrics = new VmMetrics(thread.proxy.stats);
  }

  /** Why the VM is dead for good; undefined while it lives. */
  get trap(): string | undefined {
    return this.#trap;
  }

  get dead(): boolean {
    return this.#trap !== undefined;
  }

  /** Size of linear memory; it never shrinks. */
  get memoryBytes(): number {
    return this.#memory?.bytes ?? 0;
  }

  /** Ids of the contexts that exist now, without the VM's own 0. */
  get liveContexts(): number[] {
    return [...this.contexts.keys()].filter((id) => id !== 0);
  }

  /** Values of the module's exported globals by name. */
  globals(): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(this.#exports))
      if (value instanceof WebAssembly.Global) out[name] = value.value;
    return out;
  }

  get memory(): Memory {
    if (!this.#memory)
      throw new EnvoyCrash("a host call in the module's start section (build with --exportStart _initialize)");
    return this.#memory;
  }

  /** The context that host calls act on: the effective one if it is set and still there. */
  get context(): Context {
    return (this.#effectiveId !== 0 && this.contexts.get(this.#effectiveId)) || this.#current;
  }

  /** The context whose callback runs, whatever the effective one is. */
  get current(): Context {
    return this.#current;
  }

  /** Name of the callback that runs now; empty outside. */
  get callbackName(): string {
    return this.#callback;
  }

  /** proxy_set_effective_context: false for an id that does not exist (any more). Holds until the current callback returns. */
  setEffectiveContext(id: number): boolean {
    if (!this.contexts.has(id)) return false;
    this.#effectiveId = id;
    return true;
  }

  allocateContextId(): number {
    return this.#nextContextId++;
  }

  /** Instantiates the module and runs its initialisation. False: the VM is dead, `trap` says why. */
  initialize(): boolean {
    const imports = hostImports(this);
    const missing = WebAssembly.Module.imports(this.code.module).find(({ module, name }) => !imports[module]?.[name]);
    if (missing)
      return this.#fail(`Failed to load Wasm module due to a missing import: ${missing.module}.${missing.name}`);
    try {
      const instance = new WebAssembly.Instance(this.code.module, imports);
      this.#exports = instance.exports;
      const memory = instance.exports["memory"];
      if (!(memory instanceof WebAssembly.Memory))
        return this.#fail("Failed to load Wasm bytecode: no exported memory");
      this.#memory = new Memory(memory);
      const bad = this.code.badSignature(this.#exports);
      if (bad) return this.#fail(bad);
    } catch (error) {
      if (this.#hostError) throw this.#hostError.error;
      return this.#fail(`Failed to load Wasm module: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (!this.has("malloc") && !this.has("proxy_on_memory_allocate"))
      return this.#fail("Wasm module is missing malloc function.");
    this.#restriction = "initialize";
    if (this.has("_initialize")) {
      this.#invoke(this.vmContext, "_initialize", []);
      if (!this.dead && this.has("main")) this.#invoke(this.vmContext, "main", [0, 0]);
    } else if (this.has("_start")) this.#invoke(this.vmContext, "_start", []);
    this.#restriction = "none";
    return !this.dead;
  }

  has(name: string): boolean {
    return typeof this.#exports[name] === "function";
  }

  /**
   * Calls a callback with its after-call actions (DeferAfterCallActions). The result's value is undefined when the module does not export it or trapped.
   * `convert` sees the value while a local reply of this callback still counts, as the action conversions do.
   */
  call<T>(
    context: Context,
    name: string,
    args: number[],
    convert: (value: number | undefined) => T,
  ): { result: T; calls: CallCount } {
    const outer = this.calls;
    const calls = (this.calls = new CallCount());
    const outerName = this.#callback;
    this.#callback = name;
    let result: T;
    try {
      result = convert(this.#invoke(context, name, args));
    } finally {
      this.calls = outer;
      this.#callback = outerName;
    }
    this.nextIterationStopped = false;
    for (let action = this.#afterCall.shift(); action; action = this.#afterCall.shift()) action();
    return { result, calls };
  }

  afterCall(action: () => void): void {
    this.#afterCall.push(action);
  }

  /** Wraps a host function: restriction, counting, coercion. */
  hostFunction(
    module: string,
    name: string,
    run: (...args: never[]) => number | void,
  ): (...args: never[]) => number | void {
    const full = `${module}.${name}`;
    return (...args) => {
      if (this.#restriction !== "none") this.#checkRestriction(full, name);
      this.calls.call(name);
      this.thread.proxy.calls.call(name);
      try {
        return run(...args);
      } catch (error) {
        this.#hostError ??= { error };
        throw error;
      }
    };
  }

  #checkRestriction(full: string, name: string): void {
    if (this.#restriction === "unlinked") {
      const error = new EnvoyCrash("a host call in the module's start section (build with --exportStart _initialize)");
      this.#hostError = { error };
      throw error;
    }
    const wasi = full.startsWith("wasi_");
    const allowed =
      this.#restriction === "malloc"
        ? ALLOWED_IN_MALLOC.has(full) || (wasi && ALLOWED_WASI_IN_MALLOC.has(name))
        : ALLOWED_IN_INITIALIZE.has(full) || wasi;
    if (!allowed) throw new Error("restricted_callback");
  }

  /** Room for a result in the module (WasmBase::allocMemory): its address, or undefined when malloc gave none. */
  allocate(size: number): number | undefined {
    const outer = this.#restriction;
    this.#restriction = "malloc";
    const name = this.has("malloc") ? "malloc" : "proxy_on_memory_allocate";
    const pointer = this.#invoke(this.vmContext, name, [size]);
    this.#restriction = outer === "malloc" ? "malloc" : "none";
    this.calls.allocation(size);
    this.thread.proxy.calls.allocation(size);
    return pointer ? pointer >>> 0 : undefined;
  }

  /** Gives bytes to the module (copyToPointerSize). Nothing is allocated for no bytes: pointer 0, size 0. */
  give(data: Uint8Array, pointerOut: number, sizeOut: number): boolean {
    let pointer = 0;
    if (data.length > 0) {
      const at = this.allocate(data.length);
      if (at === undefined || !this.memory.write(at, data)) return false;
      pointer = at;
    }
    return this.memory.writeU32(pointerOut, pointer) && this.memory.writeU32(sizeOut, data.length);
  }

  /** Wasm::setTimerPeriod: a new period starts now; 0 stops. */
  setTickPeriod(rootId: number, ms: number): void {
    const old = this.#timers.get(rootId);
    old?.timer?.cancel();
    const entry = { periodNs: msToNs(ms), timer: undefined as Timer | undefined };
    this.#timers.set(rootId, entry);
    if (ms > 0) this.#arm(rootId);
  }

  /** The period in force for a root context in milliseconds, 0 when it does not tick. */
  tickPeriodMs(rootId: number): number {
    return Number(this.#timers.get(rootId)?.periodNs ?? 0n) / 1e6;
  }

  #arm(rootId: number): void {
    const entry = this.#timers.get(rootId);
    if (!entry) return;
    entry.timer = this.thread.proxy.clock.schedule(entry.periodNs, () => {
      if (this.#gone) return;
      const context = this.contexts.get(rootId);
      if (context && !this.dead && this.has("proxy_on_tick"))
        this.call(context, "proxy_on_tick", [rootId], () => undefined);
      // The handler arms again whatever happened, unless the callback set a new period (then that one runs).
      const now = this.#timers.get(rootId);
      if (now && now.periodNs > 0n) {
        now.timer?.cancel();
        this.#arm(rootId);
      }
    });
  }

  /** The proxy let go of this VM: its timers stop. */
  release(): void {
    this.#gone = true;
    for (const { timer } of this.#timers.values()) timer?.cancel();
  }

  /** Ends this VM as a trap in the module would, with a line in the log; nothing happens to a dead one. What tests of FAIL_RELOAD start from. */
  kill(reason: string): void {
    if (!this.dead) this.#fail(reason);
  }

  #fail(reason: string): false {
    this.#trap ??= reason;
    this.thread.log("critical", `Wasm VM failed ${reason}`);
    return false;
  }

  #invoke(context: Context, name: string, args: number[]): number | undefined {
    const target = this.#exports[name];
    if (typeof target !== "function" || this.dead) return undefined;
    const saved = { current: this.#current, effective: this.#effectiveId };
    this.#current = context;
    this.#effectiveId = 0;
    try {
      const value: unknown = target(...args);
      return typeof value === "number" ? value >>> 0 : undefined;
    } catch (error) {
      if (this.#hostError) throw this.#hostError.error;
      // Whatever unwinds the module (a trap, a restricted call, exhausted stack) kills this VM for good.
      this.#fail(`Function: ${name} failed: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    } finally {
      this.#current = saved.current;
      this.#effectiveId = saved.effective;
    }
  }
}
