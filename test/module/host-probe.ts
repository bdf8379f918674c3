/** Makes the modules of the host's tests: probes compiled in memory, and tiny ones from text. */
import { readFileSync } from "node:fs";
import { main as asc } from "assemblyscript/dist/asc.js";
import binaryen from "assemblyscript/binaryen";

/** The bytes of test/module/probes/<name>/index.ts. Throws with the compiler's words. */
export async function compileProbe(name: string): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc(
    [
      `test/module/probes/${name}/index.ts`,
      "--outFile",
      "probe.wasm",
      "--runtime",
      "stub",
      "--exportStart",
      "_initialize",
      "--use",
      "abort=test/module/probes/kit/abortProbe",
      "-O2",
      "--debug",
    ],
    {
      readFile: (path: string) => {
        // The project's own options (runtime, abort) are the filters', not the probes'.
        if (path.endsWith("asconfig.json")) return null;
        try {
          return readFileSync(path, "utf8");
        } catch {
          return null;
        }
      },
      writeFile: (path: string, contents: string | Uint8Array) => {
        if (path.endsWith(".wasm") && typeof contents !== "string") binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !binary) throw new Error(`probe ${name} does not compile: ${stderr.toString()}`);
  return binary;
}

const SIGNATURES: Record<string, string> = {
  proxy_log: "(param i32 i32 i32) (result i32)",
  proxy_get_property: "(param i32 i32 i32 i32) (result i32)",
  proxy_set_header_map_pairs: "(param i32 i32 i32) (result i32)",
  proxy_get_header_map_size: "(param i32 i32) (result i32)",
  proxy_set_buffer_bytes: "(param i32 i32 i32 i32 i32) (result i32)",
  proxy_add_header_map_value: "(param i32 i32 i32 i32 i32) (result i32)",
  proxy_set_shared_data: "(param i32 i32 i32 i32 i32) (result i32)",
  proxy_set_tick_period_milliseconds: "(param i32) (result i32)",
  proxy_close_stream: "(param i32) (result i32)",
  proxy_grpc_call: "(param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)",
  proxy_grpc_stream: "(param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)",
  proxy_grpc_send: "(param i32 i32 i32 i32) (result i32)",
  proxy_register_shared_queue: "(param i32 i32 i32) (result i32)",
  proxy_resolve_shared_queue: "(param i32 i32 i32 i32 i32) (result i32)",
  proxy_enqueue_shared_queue: "(param i32 i32 i32) (result i32)",
  proxy_set_effective_context: "(param i32) (result i32)",
  proxy_send_local_response: "(param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)",
  proxy_http_call: "(param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)",
  proxy_call_foreign_function: "(param i32 i32 i32 i32 i32 i32) (result i32)",
  proxy_continue_stream: "(param i32) (result i32)",
};

/** A module from text: marker, one page of memory, a malloc that always gives 32768, the host functions that `body` calls as `$name`, and `body`. */
export function tinyModule(
  body: string,
  parts: { marker?: string; malloc?: string; memory?: string } = {},
): Uint8Array {
  const imports = Object.entries(SIGNATURES)
    .filter(([name]) => body.includes(`$${name}`))
    .map(([name, signature]) => `(import "env" "${name}" (func $${name} ${signature}))`);
  const module = binaryen.parseText(`(module ${imports.join(" ")}
    ${parts.memory ?? '(memory (export "memory") 1)'}
    ${parts.marker ?? '(func (export "proxy_abi_version_0_2_1"))'}
    ${parts.malloc ?? '(func (export "malloc") (param i32) (result i32) (i32.const 32768))'}
    ${body})`);
  const binary = module.emitBinary();
  module.dispose();
  return binary;
}
