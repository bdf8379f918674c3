/** The built modules as validators: `proxy_on_configure` in the offline host says what Envoy would say. */
import { createHash } from "node:crypto";
import { OfflineProxy } from "../host/index.ts";
import { moduleOf } from "../cases/filter.ts";
import { Failure } from "./errors.ts";

export type Verdict =
  | { readonly accepted: true; readonly hash: bigint }
  /** `pointer` is of the configuration; undefined: the configuration as a whole. */
  | { readonly accepted: false; readonly pointer: string | undefined; readonly message: string };

/** Name of the root context, and prefix of metrics. */
export function rootId(filter: string): string {
  return filter.replaceAll("-", "_");
}

export function vmId(filter: string): string {
  return `pointduty.${filter}`;
}

/** The modules of `build/`, each read and compiled once. */
export class Modules {
  readonly #read: (filter: string) => Uint8Array;
  readonly #loaded = new Map<string, { bytes: Uint8Array; compiled: WebAssembly.Module }>();
  /** No workers: configuring in a canary and on the main thread is all that a verdict takes. */
  readonly #proxy = new OfflineProxy({ workers: 0 });

  constructor(read: (filter: string) => Uint8Array = moduleOf) {
    this.#read = read;
  }

  bytes(filter: string): Uint8Array {
    return this.#load(filter).bytes;
  }

  compiled(filter: string): WebAssembly.Module {
    return this.#load(filter).compiled;
  }

  sha256(filter: string): string {
    return createHash("sha256").update(this.bytes(filter)).digest("hex");
  }

  /** Throws a Failure when the module can't be used at all. */
  #load(filter: string): { bytes: Uint8Array; compiled: WebAssembly.Module } {
    let known = this.#loaded.get(filter);
    if (known) return known;
    const what = `build/${filter}.wasm`;
    let bytes: Uint8Array;
    try {
      bytes = this.#read(filter);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Failure(message.startsWith(what) ? message : `${what}: ${message}`);
    }
    try {
      known = { bytes, compiled: new WebAssembly.Module(new Uint8Array(bytes)) };
      this.#proxy.moduleCode(known.compiled);
    } catch (error) {
      throw new Failure(`${what} is no module for Envoy: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#loaded.set(filter, known);
    return known;
  }

  /** What the module says to a configuration. `policy`: the name in it. */
  configure(filter: string, policy: string, configuration: string): Verdict {
    const proxy = this.#proxy;
    proxy.logs.length = 0;
    const root = rootId(filter);
    const plugin = proxy.load({
      code: this.compiled(filter),
      vmId: vmId(filter),
      rootId: root,
      name: policy,
      configuration,
    });
    if (plugin.accepted) {
      const hash = proxy.metric(`policy=.=${policy};.;pointduty_${root}_policy_hash`);
      plugin.remove();
      if (hash === undefined) throw new Failure(`build/${filter}.wasm publishes no policy_hash`);
      return { accepted: true, hash };
    }
    const said = proxy.logs.find(({ level, message }) => level === "error" && message.includes(REFUSED))?.message;
    if (said === undefined) return { accepted: false, pointer: undefined, message: plugin.reason };
    const text = said.slice(said.indexOf(REFUSED) + REFUSED.length);
    const [, pointer, message] = /^(configuration|\/.*?): (.*)$/s.exec(text) ?? [];
    if (pointer === undefined || message === undefined) return { accepted: false, pointer: undefined, message: text };
    return { accepted: false, pointer: pointer === "configuration" ? "" : pointer, message };
  }
}

const REFUSED = "configuration refused: ";
