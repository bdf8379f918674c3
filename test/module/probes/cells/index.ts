// Calls host functions in every callback and logs `phase|call|status|value`. What it does in a stream is chosen by the request header x-mode.
import * as raw from "@solo-io/proxy-runtime/assembly/imports";
import { abortProbe, bytesAt, Bytes, number, out, pairsAt, poison } from "../kit";
import { every, localReply } from "./every";
import { buffers, calls, maps, memoryErrors, metrics, metricValues, properties, sharedData } from "./groups";
import { replies } from "./replies";
import { effective, headers, line, now, property, setProperty } from "./shared";
import { bodyWrites, queues, writes } from "./writes";

export { abortProbe };

export function proxy_abi_version_0_2_1(): void {}
export function malloc(size: usize): usize {
  return heap.alloc(size);
}

let mode = "";
/** What the callback that makes the next stream does. */
let armed = "";

/** What a stream does in every callback when the request asks for it. */
function asked(id: u32): void {
  if (mode == "every") every(id);
  if (mode == "reply at " + now.phase) localReply();
}

export function proxy_on_context_create(id: u32, parent: u32): void {
  now.phase = parent == 0 ? "root_create" : "stream_create";
  if (parent == 0) now.root = id;
  line("ids", 0, id.toString() + " " + parent.toString());
  if (parent == 0 || armed == "arm every") every(id);
  if (armed == "arm reply") localReply();
  armed = "";
}

export function proxy_on_vm_start(id: u32, size: u32): u32 {
  now.phase = "vm_start";
  line("sizes", id, size.toString());
  property("plugin_name");
  property("plugin_root_id");
  poison();
  line("get_buffer 6", raw.proxy_get_buffer_bytes(6, 0, 100, out, out + 4), bytesAt(out));
  poison();
  line("get_buffer 7", raw.proxy_get_buffer_bytes(7, 0, 100, out, out + 4), bytesAt(out));
  every(id);
  return 1;
}

export function proxy_on_configure(id: u32, size: u32): u32 {
  now.phase = "configure";
  line("sizes", id, size.toString());
  properties();
  setProperty("probe.state", "configure");
  maps();
  buffers();
  metrics();
  // A filter inside a static cluster is configured before there is a cluster manager: http_call and grpc_call crash Envoy there.
  if (size != 8) calls();
  effective("unknown", 9999);
  effective("zero", 0);
  effective("root", id);
  memoryErrors();
  every(id);
  return 1;
}

export function proxy_on_tick(id: u32): void {
  now.phase = "tick";
  line("root", id, "");
  effective("ended stream", now.ended);
  property("plugin_name");
  property("xds\0route_name");
  line("set_tick 0", raw.proxy_set_tick_period_milliseconds(0), "");
  every(id);
}

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): u32 {
  now.phase = "request_headers";
  const key = new Bytes("x-mode");
  poison();
  mode = raw.proxy_get_header_map_value(0, key.pointer, key.size, out, out + 4) == 0 ? bytesAt(out) : "";
  line("mode " + mode, id, endOfStream.toString());
  if (mode == "all") {
    properties();
    maps();
    buffers();
    sharedData();
    metricValues();
    calls();
    effective("unknown", 9999);
    effective("ended stream", now.ended);
    effective("root", now.root);
    property("xds\0route_name");
    property("plugin_name");
    setProperty("probe.state", "from root");
    effective("self", id);
    effective("zero", 0);
    setProperty("probe.state", "request");
    properties();
    setProperty("probe.empty", "");
    property("probe.empty");
    setProperty("request", "hidden");
    property("request");
    setProperty("plugin_name", "hidden");
    property("plugin_name");
    memoryErrors();
  }
  if (mode == "memory") memoryErrors();
  if (mode == "write") writes(0);
  if (mode == "state") {
    property("upstream\0request_attempt_count");
    property("probe.state");
    setProperty("probe.state", "attempt of " + id.toString());
    property("probe.state");
  }
  if (mode == "tick") line("set_tick 20", raw.proxy_set_tick_period_milliseconds(20), "");
  if (mode == "queues") queues();
  replies(mode);
  if (mode.startsWith("arm")) armed = mode;
  asked(id);
  if (mode == "trap") unreachable();
  return mode == "hold" ? 1 : 0;
}

export function proxy_on_request_body(id: u32, size: u32, endOfStream: u32): u32 {
  now.phase = "request_body";
  line("sizes", size, endOfStream.toString());
  headers(0, ":path");
  poison();
  line("get_buffer 0", raw.proxy_get_buffer_bytes(0, 0, 1000, out, out + 4), bytesAt(out));
  if (mode == "write" && size > 0) bodyWrites(0);
  asked(id);
  return 0;
}

export function proxy_on_request_trailers(id: u32, count: u32): u32 {
  now.phase = "request_trailers";
  line("count", count, "");
  headers(1, "x-trail");
  asked(id);
  return 0;
}

export function proxy_on_response_headers(id: u32, count: u32, endOfStream: u32): u32 {
  now.phase = "response_headers";
  line("mode " + mode, id, endOfStream.toString());
  if (mode == "all") {
    properties();
    maps();
    buffers();
    calls();
  }
  if (mode == "write") writes(2);
  if (mode.startsWith("reply") && !mode.startsWith("reply at")) {
    poison();
    line("get_pairs 2", raw.proxy_get_header_map_pairs(2, out, out + 4), pairsAt(out));
    headers(0, ":path");
  }
  asked(id);
  return 0;
}

export function proxy_on_response_body(id: u32, size: u32, endOfStream: u32): u32 {
  now.phase = "response_body";
  line("sizes", size, endOfStream.toString());
  headers(2, ":status");
  poison();
  line("get_buffer 1", raw.proxy_get_buffer_bytes(1, 0, 1000, out, out + 4), bytesAt(out));
  if (mode == "write" && size > 0) bodyWrites(1);
  asked(id);
  return 0;
}

export function proxy_on_response_trailers(id: u32, count: u32): u32 {
  now.phase = "response_trailers";
  line("count", count, "");
  headers(3, "x-trail");
  asked(id);
  return 0;
}

export function proxy_on_log(id: u32): void {
  now.phase = "log";
  line("id", id, "");
  headers(0, ":path");
  headers(1, ":path");
  headers(2, ":status");
  headers(3, "x-none");
  poison();
  line("get_size 0", raw.proxy_get_header_map_size(0, out), number(out) == "-" ? "-" : "some");
  property("request\0path");
  property("response\0code");
  property("probe.state");
  asked(id);
}

export function proxy_on_done(id: u32): u32 {
  now.phase = "done";
  line("id", id, "");
  headers(0, ":path");
  property("probe.state");
  property("xds\0route_name");
  effective("self", id);
  asked(id);
  return 1;
}

export function proxy_on_delete(id: u32): void {
  now.phase = "delete";
  line("id", id, "");
  property("probe.state");
  effective("self", id);
  asked(id);
  if (now.ended == 0 && id != now.root) now.ended = id;
}
