/** A thread of the proxy (the main thread or a worker) and the VMs in it. */
import type { LogLevel } from "./abi.ts";
import { Context } from "./context.ts";
import { type Plugin, type PluginHandle, pluginKey, vmKey } from "./plugin.ts";
import type { OfflineProxy } from "./proxy.ts";
import { Stream, type StreamOptions } from "./stream.ts";
import { Vm } from "./vm.ts";
import type { LoadedPlugin } from "./loaded-plugin.ts";

export class Thread {
  readonly proxy: OfflineProxy;
  readonly name: string;
  readonly #handles = new Map<Plugin, PluginHandle>();

  constructor(proxy: OfflineProxy, name: string) {
    this.proxy = proxy;
    this.name = name;
  }

  /** A line of the host or of a module in the proxy's log. */
  log(level: LogLevel, message: string, plugin?: Plugin): void {
    this.proxy.sink.write({
      ms: this.proxy.nowMs,
      thread: this.name,
      level,
      plugin: plugin?.name ?? "",
      rootId: plugin?.rootId ?? "",
      message,
    });
  }

  /** The VM in which this plugin runs here; a dead one stays visible until it is reloaded. */
  vm(plugin: LoadedPlugin): Vm {
    return this.handle(plugin).vm;
  }

  handle(plugin: LoadedPlugin): PluginHandle {
    const handle = this.#handles.get(plugin.active);
    if (!handle)
      throw new Error(`plugin ${plugin.active.name} is not in force in ${this.name}: ${plugin.reason || "removed"}`);
    return handle;
  }

  /** A new HTTP stream with this plugin's filter in its chain. Its context is created in the VM before the first callback. */
  stream(plugin: LoadedPlugin, options: StreamOptions = {}): Stream {
    return new Stream(this, this.handle(plugin), options);
  }

  /**
   * A trap and what FAIL_RELOAD does after its back-off: the VM dies if it has not yet, and the plugin gets a new one (or the one that another plugin of
   * the same VM got already). Shared data and metrics survive, the module's memory does not, and streams that were in the old VM are failed at their next
   * callback. False: the new VM failed, too.
   */
  reload(plugin: LoadedPlugin): boolean {
    const old = this.handle(plugin);
    old.vm.kill("ended by reload");
    return this.start(old.plugin) === undefined;
  }

  /** Gets or makes the VM, the root context, and configures it. Returns the reason for a failure. */
  start(plugin: Plugin): string | undefined {
    const key = pluginKey(plugin);
    let shared: Vm | undefined;
    for (const handle of this.#handles.values()) {
      if (handle.vm.dead || vmKey(handle.plugin) !== vmKey(plugin) || handle.plugin.code !== plugin.code) continue;
      if (pluginKey(handle.plugin) === key) {
        this.#handles.set(plugin, { plugin, vm: handle.vm, root: handle.root, streams: 0, retired: false });
        return undefined;
      }
      shared = handle.vm;
    }
    const vm = shared ?? new Vm(this, plugin);
    if (!shared && !vm.initialize()) return vm.trap;
    const started = startPlugin(vm, plugin);
    // A failed root context stays registered in a shared VM, as in Envoy; the plugin is just not served from here.
    if ("reason" in started) {
      if (!shared) vm.release();
      return started.reason;
    }
    this.#handles.set(plugin, { plugin, vm, root: started.root, streams: 0, retired: false });
    return undefined;
  }

  /** Another configuration took this one's place (or nothing did): it ends now or with its last stream. */
  retire(plugin: Plugin): void {
    const handle = this.#handles.get(plugin);
    if (!handle) return;
    handle.retired = true;
    this.endIfUnused(handle);
  }

  endIfUnused(handle: PluginHandle): void {
    if (!handle.retired || handle.streams > 0 || this.#handles.get(handle.plugin) !== handle) return;
    this.#handles.delete(handle.plugin);
    const others = [...this.#handles.values()].filter((other) => other.vm === handle.vm);
    if (!others.some((other) => other.root === handle.root)) shutDown(handle.root);
    if (others.length === 0) handle.vm.release();
  }
}

/** WasmBase::start and configure: create, vm_start and configure of a new root context. */
export function startPlugin(vm: Vm, plugin: Plugin): { root: Context } | { reason: string } {
  const root = new Context(vm, { id: vm.allocateContextId(), plugin, parent: vm.vmContext });
  vm.contexts.set(root.id, root);
  if (vm.has("proxy_on_context_create")) {
    root.configuration = plugin.configuration;
    vm.call(root, "proxy_on_context_create", [root.id, 0], () => undefined);
    root.configuration = undefined;
  }
  if (vm.has("proxy_on_vm_start")) {
    const { result } = vm.call(root, "proxy_on_vm_start", [root.id, vm.vmConfiguration.length], (value) => value);
    if (vm.dead) return { reason: vm.trap ?? "" };
    if (!result) return { reason: "Failed to start thread-local Wasm" };
  }
  if (vm.has("proxy_on_configure")) {
    root.configuration = plugin.configuration;
    vm.thread.proxy.configureCalls++;
    const { result } = vm.call(root, "proxy_on_configure", [root.id, plugin.configuration.length], (value) => value);
    root.configuration = undefined;
    if (vm.dead) return { reason: vm.trap ?? "" };
    if (!result) return { reason: "Failed to configure thread-local Wasm plugin" };
  }
  return vm.dead ? { reason: vm.trap ?? "" } : { root };
}

/** WasmBase::startShutdown: done and delete; a module that answers 0 to done is asked no further and keeps the context until proxy_done. */
function shutDown(root: Context): void {
  const vm = root.vm;
  if (vm.dead) return;
  const done = !vm.has("proxy_on_done") || vm.call(root, "proxy_on_done", [root.id], (value) => value !== 0).result;
  if (done) deleteRoot(root);
  else vm.pendingDone.add(root);
}

/** Ends a root context in the VM. */
export function deleteRoot(root: Context): void {
  if (!root.vm.dead && root.vm.has("proxy_on_delete")) {
    root.vm.call(root, "proxy_on_delete", [root.id], () => undefined);
  }
  root.vm.contexts.delete(root.id);
}
