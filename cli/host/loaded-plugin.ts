/** A filter configuration slot of the proxy, as an extension configuration (ECDS) resource is one: load, update, remove. */
import { utf8 } from "./bytes.ts";
import { type FailurePolicy, type Plugin, pluginKey, vmKey } from "./plugin.ts";
import type { OfflineProxy } from "./proxy.ts";

export interface PluginOptions {
  code: Uint8Array | WebAssembly.Module;
  name?: string;
  rootId?: string;
  vmId?: string;
  /** Text is UTF-8. */
  vmConfiguration?: string | Uint8Array;
  configuration?: string | Uint8Array;
  failurePolicy?: FailurePolicy;
  allowOnHeadersStopIteration?: boolean;
}

export class LoadedPlugin {
  readonly #proxy: OfflineProxy;
  #options: PluginOptions;
  #active: Plugin | undefined;
  /** Why the last load or update was refused; empty when it was accepted. */
  reason = "";
  /** Whether the last load or update was accepted. After a refused update the earlier configuration stays in force. */
  accepted = false;

  constructor(proxy: OfflineProxy, options: PluginOptions) {
    this.#proxy = proxy;
    this.#options = options;
    this.#install(options);
  }

  /** The configuration in force. */
  get active(): Plugin {
    if (!this.#active) throw new Error(`plugin ${this.#options.name ?? ""} was never accepted: ${this.reason}`);
    return this.#active;
  }

  /** True while some configuration is in force, also after a refused update. */
  get inForce(): boolean {
    return this.#active !== undefined;
  }

  update(change: Partial<PluginOptions>): { accepted: boolean; reason: string } {
    this.#install({ ...this.#options, ...change });
    return { accepted: this.accepted, reason: this.reason };
  }

  /** Takes the filter out: its root contexts end with their last streams. */
  remove(): void {
    if (this.#active) this.#proxy.retire(this.#active);
    this.#active = undefined;
    this.accepted = false;
    this.reason = "removed";
  }

  #install(options: PluginOptions): void {
    const outcome = this.#build(options);
    this.accepted = typeof outcome !== "string";
    this.reason = typeof outcome === "string" ? outcome : "";
    if (typeof outcome === "string") return;
    const old = this.#active;
    this.#options = options;
    this.#active = outcome;
    if (old && old !== outcome) this.#proxy.retire(old);
  }

  #build(options: PluginOptions): Plugin | string {
    let plugin: Plugin;
    try {
      plugin = {
        name: options.name ?? "",
        rootId: options.rootId ?? "",
        vmId: options.vmId ?? "",
        vmConfiguration: utf8(options.vmConfiguration ?? ""),
        configuration: utf8(options.configuration ?? ""),
        code: this.#proxy.moduleCode(options.code),
        failurePolicy: options.failurePolicy ?? "closed",
        allowOnHeadersStopIteration: options.allowOnHeadersStopIteration ?? false,
      };
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    const old = this.#active;
    if (old && pluginKey(old) === pluginKey(plugin) && vmKey(old) === vmKey(plugin) && old.code === plugin.code)
      return old;
    return this.#proxy.install(plugin) ?? plugin;
  }
}
