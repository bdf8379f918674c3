// Groups of calls: each goes through one family of host functions, right and wrong uses alike.
import * as raw from "@solo-io/proxy-runtime/assembly/imports";
import { bytesAt, Bytes, encodePairs, number, out, pairsAt, poison } from "../kit";
import { define, getMetric, headers, line, property } from "./shared";

// @ts-ignore: decorator
@external("env", "proxy_get_log_level")
declare function proxy_get_log_level(level: usize): u32;

let gauge: u32 = 0;

export function properties(): void {
  property("plugin_name");
  property("plugin_root_id");
  property("plugin_vm_id");
  property("connection_id", true);
  property("connection\0id", true);
  property("connection\0mtls");
  property("xds\0virtual_host_name");
  property("xds\0virtual_host_metadata");
  property("xds\0route_name");
  property("xds\0route_metadata");
  property("xds\0cluster_name");
  property("xds\0cluster_metadata");
  property("xds\0listener_metadata");
  property("xds\0listener_direction");
  property("xds\0filter_chain_name");
  property("xds\0node\0id");
  property("xds");
  property("upstream\0request_attempt_count");
  property("request\0path");
  property("request\0url_path");
  property("request\0query");
  property("request\0method");
  property("request\0headers\0x-twice");
  property("request\0headers\0x-none");
  property("response\0code");
  property("response\0headers\0x-back");
  property("route_name");
  property("cluster_name");
  property("filter_state");
  property("filter_state\0wasm.probe.state");
  property("probe.state");
  property("probe.state\0more");
  property("probe.state\0");
  property("probe.none");
  property("");
}

export function maps(): void {
  for (let type = 0; type <= 8; type++) {
    headers(type, type == 2 ? ":status" : ":path");
    poison();
    let status = raw.proxy_get_header_map_pairs(type, out, out + 4);
    // Requests carry an id and addresses that differ: for a map that is there only the fact is shown.
    line("get_pairs " + type.toString(), status, load<u32>(out + 4) > 100 && status == 0 ? "many" : pairsAt(out));
    poison();
    status = raw.proxy_get_header_map_size(type, out);
    line("get_size " + type.toString(), status, status == 0 && load<u32>(out) > 0 ? "some" : number(out));
    const key = new Bytes("x-none");
    line("remove " + type.toString(), raw.proxy_remove_header_map_value(type, key.pointer, key.size), "");
  }
}

export function buffers(): void {
  for (let type = 0; type <= 9; type++) {
    poison();
    let status = raw.proxy_get_buffer_bytes(type, 0, 1000, out, out + 4);
    line("get_buffer " + type.toString(), status, bytesAt(out));
    poison();
    status = raw.proxy_get_buffer_status(type, out, out + 4);
    line("buffer_status " + type.toString(), status, number(out) + " " + number(out + 4));
  }
  poison();
  line("get_buffer 7 from 3", raw.proxy_get_buffer_bytes(7, 3, 2, out, out + 4), bytesAt(out));
  poison();
  line("get_buffer 7 overflow", raw.proxy_get_buffer_bytes(7, 3, 0xffffffff, out, out + 4), bytesAt(out));
  poison();
  line("get_buffer 7 past the end", raw.proxy_get_buffer_bytes(7, 5000, 2, out, out + 4), bytesAt(out));
}

function getShared(key: string): void {
  const name = new Bytes(key);
  poison();
  const status = raw.proxy_get_shared_data(name.pointer, name.size, out, out + 4, out + 8);
  line("get_shared " + key, status, bytesAt(out) + " cas " + number(out + 8));
}

function setShared(key: string, value: string, cas: u32): void {
  const name = new Bytes(key);
  const data = new Bytes(value);
  line(
    "set_shared " + key + " cas " + cas.toString(),
    raw.proxy_set_shared_data(name.pointer, name.size, data.pointer, data.size, cas),
    "",
  );
}

export function sharedData(): void {
  getShared("a");
  setShared("a", "one", 0);
  getShared("a");
  setShared("a", "two", 0);
  getShared("a");
  const cas = load<u32>(out + 8);
  setShared("a", "three", cas + 77);
  setShared("a", "", cas);
  getShared("a");
  setShared("fresh", "x", 4711);
  getShared("fresh");
}

export function metrics(): void {
  const counter = define(0, "probe_counter");
  const again = define(0, "probe_counter");
  gauge = define(1, "probe_gauge");
  const histogram = define(2, "probe_histogram");
  define(3, "probe_bad");
  line("increment counter 2", raw.proxy_increment_metric(counter, 2), "");
  line("increment counter 0", raw.proxy_increment_metric(counter, 0), "");
  line("increment counter -1", raw.proxy_increment_metric(counter, -1), "");
  line("increment counter by second id", raw.proxy_increment_metric(again, 1), "");
  line("increment gauge 5", raw.proxy_increment_metric(gauge, 5), "");
  line("increment gauge -2", raw.proxy_increment_metric(gauge, -2), "");
  line("increment gauge 0", raw.proxy_increment_metric(gauge, 0), "");
  line("increment histogram", raw.proxy_increment_metric(histogram, 1), "");
  line("increment unknown counter", raw.proxy_increment_metric(4000, 1), "");
  line("increment unknown gauge", raw.proxy_increment_metric(4001, 1), "");
  line("increment type 3", raw.proxy_increment_metric(4003, 1), "");
  line("record histogram", raw.proxy_record_metric(histogram, 7), "");
  line("record unknown", raw.proxy_record_metric(4002, 7), "");
  line("record type 3", raw.proxy_record_metric(4003, 7), "");
  getMetric("histogram", histogram);
  getMetric("unknown counter", 4000);
  getMetric("type 3", 4003);
}

/** Values that depend on how many VMs ran before: shown once, in the stream, relative to what configure left. */
export function metricValues(): void {
  const shared = define(1, "probe_values");
  line("record gauge 40", raw.proxy_record_metric(shared, 40), "");
  line("increment gauge 2", raw.proxy_increment_metric(shared, 2), "");
  getMetric("probe_values", shared);
  line("increment gauge -50", raw.proxy_increment_metric(shared, -50), "");
  getMetric("probe_values below zero", shared);
  line("record gauge 0", raw.proxy_record_metric(shared, 0), "");
  const counter = define(0, "probe_values");
  line("record counter 3", raw.proxy_record_metric(counter, 3), "");
  getMetric("counter of the same name", counter);
  getMetric("gauge of the same name", shared);
}

export function memoryErrors(): void {
  const far: u32 = 0x7fffff00;
  const key = new Bytes("plugin_name");
  line("log outside", raw.proxy_log(2, far, 10), "");
  line("log level 6", raw.proxy_log(6, key.pointer, key.size), "");
  line("log wraps", raw.proxy_log(2, 0xfffffff0, 0x20), "");
  line("get_property path outside", raw.proxy_get_property(far, 3, out, out + 4), "");
  line("get_property out outside", raw.proxy_get_property(key.pointer, key.size, far, out), "");
  line("get_property size out outside", raw.proxy_get_property(key.pointer, key.size, out, far), "");
  line("set_property value outside", raw.proxy_set_property(key.pointer, key.size, far, 1), "");
  line("get_shared out outside", raw.proxy_get_shared_data(key.pointer, key.size, far, far, far), "");
  line("set_shared value outside", raw.proxy_set_shared_data(key.pointer, key.size, far, 4, 0), "");
  line("define_metric name outside", raw.proxy_define_metric(0, far, 4, out), "");
  line("define_metric out outside", raw.proxy_define_metric(0, key.pointer, key.size, far), "");
  line("get_metric out outside", raw.proxy_get_metric(gauge, far), "");
  line("get_time out outside", raw.proxy_get_current_time_nanoseconds(far), "");
  line("get_log_level out outside", proxy_get_log_level(far), "");
  line("get_header name outside", raw.proxy_get_header_map_value(0, far, 4, out, out + 4), "");
  line("get_pairs out outside", raw.proxy_get_header_map_pairs(0, far, far), "");
  line("add_header value outside", raw.proxy_add_header_map_value(0, key.pointer, key.size, far, 4), "");
  line("local_response body outside", raw.proxy_send_local_response(503, 0, 0, far, 4, 0, 0, -1), "");
  line("get_buffer out outside", raw.proxy_get_buffer_bytes(7, 0, 0, far, far), "");
  line("zero bytes at the end of memory", raw.proxy_log(2, (<usize>memory.size()) << 16, 0), "");
}

export function calls(): void {
  const nowhere = new Bytes("nowhere");
  const wanted = changetype<usize>(encodePairs([":method", "GET", ":path", "/", ":authority", "a"]));
  const none = changetype<usize>(encodePairs([]));
  poison();
  let status = raw.proxy_http_call(nowhere.pointer, nowhere.size, wanted, 61, 0, 0, none, 4, 1000, out);
  line("http_call unknown cluster", status, number(out));
  const known = new Bytes("backend");
  poison();
  status = raw.proxy_http_call(known.pointer, known.size, none, 4, 0, 0, none, 4, 1000, out);
  line("http_call without headers", status, number(out));
  line("grpc_cancel 1", raw.proxy_grpc_cancel(1), "");
  line("grpc_cancel 4", raw.proxy_grpc_cancel(4), "");
  line("grpc_cancel 2", raw.proxy_grpc_cancel(2), "");
  line("grpc_cancel 3", raw.proxy_grpc_cancel(3), "");
  line("grpc_close 5", raw.proxy_grpc_close(5), "");
  line("grpc_close 6", raw.proxy_grpc_close(6), "");
  line("grpc_close 3", raw.proxy_grpc_close(3), "");
  line("grpc_send 2", raw.proxy_grpc_send(2, 0, 0, 1), "");
  line("grpc_send 1", raw.proxy_grpc_send(1, 0, 0, 1), "");
  poison();
  line(
    "foreign unknown",
    raw.proxy_call_foreign_function(nowhere.pointer, nowhere.size, 0, 0, out, out + 4),
    bytesAt(out),
  );
  poison();
  line("get_status", raw.proxy_get_status(out, out + 4, out + 8), number(out) + " " + bytesAt(out + 4));
  const queue = new Bytes("queue");
  poison();
  line("resolve_queue unknown", raw.proxy_resolve_shared_queue(0, 0, nowhere.pointer, nowhere.size, out), number(out));
  line("enqueue unknown", raw.proxy_enqueue_shared_queue(4711, queue.pointer, queue.size), "");
  poison();
  line("dequeue unknown", raw.proxy_dequeue_shared_queue(4711, out, out + 4), bytesAt(out));
  line("done", raw.proxy_done(), "");
  line("continue_stream 2", raw.proxy_continue_stream(2), "");
  line("continue_stream 3", raw.proxy_continue_stream(3), "");
  line("continue_stream 4", raw.proxy_continue_stream(4), "");
  line("close_stream 2", raw.proxy_close_stream(2), "");
  line("close_stream 4", raw.proxy_close_stream(4), "");
  logLevel();
}

export function logLevel(): void {
  poison();
  line("get_log_level", proxy_get_log_level(out), number(out));
}
