/**
 * What Envoy offers to a proxy-wasm module of ABI 0.2.1 and what it calls, with exact signatures. A wrong one makes Envoy
 * refuse the module at load. Source: proxy-wasm-cpp-host include/proxy-wasm/exports.h and src/exports.cc, as Envoy 1.36
 * to 1.40 register them.
 */
import type { Signature } from "./wasm-decode.ts";

/** The export that tells Envoy which ABI the module speaks. */
export const ABI_MARKER = "proxy_abi_version_0_2_1";

/** The names under which Envoy looks for an allocator; the first wins, so a module has exactly one. */
export const ALLOCATORS: readonly string[] = ["malloc", "proxy_on_memory_allocate"];

export const ALLOCATOR_SIGNATURE: Signature = "i:i";

const I32 = (count: number): Signature => `${"i".repeat(count)}:i`;

/** Host functions of module `env` that a module may import. */
export const HOST_FUNCTIONS: ReadonlyMap<string, Signature> = new Map([
  ["proxy_log", I32(3)],
  ["proxy_get_log_level", I32(1)],
  ["proxy_get_status", I32(3)],
  ["proxy_set_property", I32(4)],
  ["proxy_get_property", I32(4)],
  ["proxy_continue_stream", I32(1)],
  ["proxy_close_stream", I32(1)],
  ["proxy_send_local_response", I32(8)],
  ["proxy_get_shared_data", I32(5)],
  ["proxy_set_shared_data", I32(5)],
  ["proxy_register_shared_queue", I32(3)],
  ["proxy_resolve_shared_queue", I32(5)],
  ["proxy_dequeue_shared_queue", I32(3)],
  ["proxy_enqueue_shared_queue", I32(3)],
  ["proxy_get_header_map_value", I32(5)],
  ["proxy_add_header_map_value", I32(5)],
  ["proxy_replace_header_map_value", I32(5)],
  ["proxy_remove_header_map_value", I32(3)],
  ["proxy_get_header_map_pairs", I32(3)],
  ["proxy_set_header_map_pairs", I32(3)],
  ["proxy_get_header_map_size", I32(2)],
  ["proxy_get_buffer_status", I32(3)],
  ["proxy_get_buffer_bytes", I32(5)],
  ["proxy_set_buffer_bytes", I32(5)],
  ["proxy_http_call", I32(10)],
  ["proxy_grpc_call", I32(12)],
  ["proxy_grpc_stream", I32(9)],
  ["proxy_grpc_send", I32(4)],
  ["proxy_grpc_close", I32(1)],
  ["proxy_grpc_cancel", I32(1)],
  ["proxy_set_tick_period_milliseconds", I32(1)],
  ["proxy_get_current_time_nanoseconds", I32(1)],
  ["proxy_define_metric", I32(4)],
  ["proxy_increment_metric", "iI:i"],
  ["proxy_record_metric", "iI:i"],
  ["proxy_get_metric", I32(2)],
  ["proxy_set_effective_context", I32(1)],
  ["proxy_done", I32(0)],
  ["proxy_call_foreign_function", I32(6)],
]);

/** WASI functions that a module may import, from either of the two module names that Envoy knows. */
export const WASI_FUNCTIONS: ReadonlyMap<string, Signature> = new Map([["random_get", I32(2)]]);

export const WASI_MODULES: readonly string[] = ["wasi_snapshot_preview1", "wasi_unstable"];

/** Functions that Envoy calls if a module exports them. */
export const CALLBACKS: ReadonlyMap<string, Signature> = new Map([
  ["_initialize", ":"],
  [ABI_MARKER, ":"],
  ["proxy_on_context_create", "ii:"],
  ["proxy_on_vm_start", I32(2)],
  ["proxy_on_configure", I32(2)],
  ["proxy_validate_configuration", I32(2)],
  ["proxy_on_tick", "i:"],
  ["proxy_on_queue_ready", "ii:"],
  ["proxy_on_foreign_function", "iii:"],
  ["proxy_on_new_connection", I32(1)],
  ["proxy_on_downstream_data", I32(3)],
  ["proxy_on_upstream_data", I32(3)],
  ["proxy_on_downstream_connection_close", "ii:"],
  ["proxy_on_upstream_connection_close", "ii:"],
  ["proxy_on_request_headers", I32(3)],
  ["proxy_on_request_body", I32(3)],
  ["proxy_on_request_trailers", I32(2)],
  ["proxy_on_request_metadata", I32(2)],
  ["proxy_on_response_headers", I32(3)],
  ["proxy_on_response_body", I32(3)],
  ["proxy_on_response_trailers", I32(2)],
  ["proxy_on_response_metadata", I32(2)],
  ["proxy_on_http_call_response", "iiiii:"],
  ["proxy_on_grpc_receive_initial_metadata", "iii:"],
  ["proxy_on_grpc_receive", "iii:"],
  ["proxy_on_grpc_receive_trailing_metadata", "iii:"],
  ["proxy_on_grpc_close", "iii:"],
  ["proxy_on_done", I32(1)],
  ["proxy_on_log", "i:"],
  ["proxy_on_delete", "i:"],
]);
