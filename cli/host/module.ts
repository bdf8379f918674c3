/** A compiled module with what the proxy checks before it makes VMs of it (WasmBase::load, getFunctions). */
import { sameBytes } from "./bytes.ts";

/** Parameter counts of the callbacks that Envoy looks up; another count is refused at load. Results can't be seen from JavaScript. */
const CALLBACK_PARAMETERS: Record<string, number> = {
  _initialize: 0,
  _start: 0,
  malloc: 1,
  proxy_on_memory_allocate: 1,
  proxy_on_context_create: 2,
  proxy_on_vm_start: 2,
  proxy_validate_configuration: 2,
  proxy_on_configure: 2,
  proxy_on_tick: 1,
  proxy_on_request_headers: 3,
  proxy_on_request_body: 3,
  proxy_on_request_trailers: 2,
  proxy_on_request_metadata: 2,
  proxy_on_response_headers: 3,
  proxy_on_response_body: 3,
  proxy_on_response_trailers: 2,
  proxy_on_response_metadata: 2,
  proxy_on_done: 1,
  proxy_on_log: 1,
  proxy_on_delete: 1,
};

export class ModuleCode {
  readonly module: WebAssembly.Module;
  readonly abiVersion: "0.2.0" | "0.2.1";
  readonly #source: Uint8Array | undefined;

  /** Throws an Error with Envoy's words when the code can't be a proxy-wasm module. */
  constructor(code: Uint8Array | WebAssembly.Module) {
    if (code instanceof WebAssembly.Module) {
      this.module = code;
    } else {
      this.#source = code;
      try {
        this.module = new WebAssembly.Module(code);
      } catch (error) {
        throw new Error(`Failed to load Wasm bytecode: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    const names = new Set(WebAssembly.Module.exports(this.module).map((entry) => entry.name));
    if (names.has("proxy_abi_version_0_2_1")) this.abiVersion = "0.2.1";
    else if (names.has("proxy_abi_version_0_2_0")) this.abiVersion = "0.2.0";
    else throw new Error("Missing or unknown Proxy-Wasm ABI version");
  }

  /** True when this is the code given: the same object, or the same bytes. */
  is(code: Uint8Array | WebAssembly.Module): boolean {
    if (code === this.module || code === this.#source) return true;
    return code instanceof Uint8Array && this.#source !== undefined && sameBytes(code, this.#source);
  }

  /** The first callback with a wrong number of parameters, as a message; undefined when all fit. */
  badSignature(exports: Record<string, unknown>): string | undefined {
    for (const [name, parameters] of Object.entries(CALLBACK_PARAMETERS)) {
      const target = exports[name];
      if (typeof target === "function" && target.length !== parameters) {
        return `Bad function signature for: ${name}, want ${parameters} parameters, but the module exports ${target.length}`;
      }
    }
    return undefined;
  }
}
