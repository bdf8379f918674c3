/** What the built filters use: every function that they import, in every callback that they export. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../setup/common.ts";
import { decodeModule } from "../setup/wasm-decode.ts";
import type { Section } from "./sections.ts";

/** Host function -> what its calls begin with in the probe's lines. */
const CALLS: Readonly<Record<string, string>> = {
  proxy_add_header_map_value: "add",
  proxy_call_foreign_function: "foreign",
  proxy_define_metric: "define_metric",
  proxy_done: "done",
  proxy_get_buffer_bytes: "get_buffer",
  proxy_get_current_time_nanoseconds: "get_time",
  proxy_get_header_map_pairs: "get_pairs",
  proxy_get_header_map_value: "get_header",
  proxy_get_log_level: "get_log_level",
  proxy_get_metric: "get_metric",
  proxy_get_property: "get_property",
  proxy_get_shared_data: "get_shared",
  proxy_http_call: "http_call",
  proxy_increment_metric: "increment",
  proxy_log: "log",
  proxy_record_metric: "record",
  proxy_remove_header_map_value: "remove",
  proxy_replace_header_map_value: "replace",
  proxy_send_local_response: "local_response",
  proxy_set_effective_context: "set_effective",
  proxy_set_property: "set_property",
  proxy_set_shared_data: "set_shared",
  proxy_set_tick_period_milliseconds: "set_tick",
};

/** Callback -> its names in the probe's lines. */
const PHASES: Readonly<Record<string, readonly string[]>> = {
  proxy_on_context_create: ["root_create", "stream_create"],
  proxy_on_vm_start: ["vm_start"],
  proxy_on_configure: ["configure"],
  proxy_on_tick: ["tick"],
  proxy_on_request_headers: ["request_headers"],
  proxy_on_request_body: ["request_body"],
  proxy_on_request_trailers: ["request_trailers"],
  proxy_on_response_headers: ["response_headers"],
  proxy_on_response_body: ["response_body"],
  proxy_on_response_trailers: ["response_trailers"],
  proxy_on_log: ["log"],
  proxy_on_done: ["done"],
  proxy_on_delete: ["delete"],
};

/** A local reply in these callbacks ends Envoy wherever there is a client: the cells are in `DEADLY_REQUESTS`. */
const DEADLY = new Set(["log", "done", "delete"]);

export interface Use {
  module: string;
  function: string;
  phase: string;
}

/** Every function x phase of the modules in build/, and the names of those that this file does not know. */
export function usesOfFilters(): { uses: Use[]; unknown: string[] } {
  const uses: Use[] = [];
  const unknown: string[] = [];
  for (const module of readdirSync(join(ROOT, "build")).filter((name) => name.endsWith(".wasm"))) {
    const { imports, exports } = decodeModule(readFileSync(join(ROOT, "build", module)));
    const callbacks = exports.map(({ name }) => name).filter((name) => name.startsWith("proxy_on_"));
    const functions = imports.filter(({ module: from }) => from === "env").map(({ name }) => name);
    unknown.push(...callbacks.filter((name) => !(name in PHASES)), ...functions.filter((name) => !(name in CALLS)));
    for (const name of functions) {
      for (const callback of callbacks) {
        for (const phase of PHASES[callback] ?? []) uses.push({ module, function: name, phase });
      }
    }
  }
  return { uses, unknown };
}

/** Whether some cell calls this function in this phase. */
export function isCovered(sections: readonly Section[], use: Use): boolean {
  if (use.function === "proxy_send_local_response" && DEADLY.has(use.phase)) return true;
  const call = CALLS[use.function] ?? "";
  return sections.some(({ lines }) =>
    lines.some((line) => {
      const [phase, what = ""] = line.split("|");
      return phase === use.phase && (what === call || what.startsWith(`${call} `));
    }),
  );
}
