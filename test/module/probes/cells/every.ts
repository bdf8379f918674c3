// One call of every host function that the filters use, with arguments that disturb nothing: what runs in every callback.
import * as raw from "@solo-io/proxy-runtime/assembly/imports";
import { bytesAt, Bytes, encodePairs, out, pairsAt, poison } from "../kit";
import { logLevel } from "./groups";
import { define, effective, getMetric, headers, line, now, property, setProperty } from "./shared";

/** @param id the context whose callback runs; a root context has no stream that a local reply could end */
export function every(id: u32): void {
  general(id);
  for (let type = 0; type <= 1; type++) buffer(type);
  buffer(6);
  buffer(7);
  property("plugin_name");
  property("xds\0cluster_name");
  property("xds\0virtual_host_name");
  property("xds\0virtual_host_metadata");
  property("xds\0route_name");
  property("upstream\0request_attempt_count");
  property("probe.every");
  setProperty("probe.every", now.phase);
  property("probe.every");
  for (let type = 0; type <= 3; type++) map(type);
  metrics();
  shared();
  if (id == now.root) localReply();
}

function general(id: u32): void {
  const text = new Bytes("logged");
  line("log", raw.proxy_log(2, text.pointer, text.size), "");
  logLevel();
  store<u64>(out, 0);
  const status = raw.proxy_get_current_time_nanoseconds(out);
  line("get_time", status, load<u64>(out) > 1_600_000_000_000_000_000 ? "a time" : "none");
  effective("unknown", 9999);
  effective("root", now.root);
  property("xds\0route_name");
  effective("self", id);
  property("xds\0route_name");
  line("set_tick 0", raw.proxy_set_tick_period_milliseconds(0), "");
}

function buffer(type: i32): void {
  poison();
  line("get_buffer " + type.toString(), raw.proxy_get_buffer_bytes(type, 0, 1000, out, out + 4), bytesAt(out));
}

function map(type: i32): void {
  headers(type, type == 2 ? ":status" : ":path");
  headers(type, "x-none");
  poison();
  const status = raw.proxy_get_header_map_pairs(type, out, out + 4);
  line("get_pairs " + type.toString(), status, load<u32>(out + 4) > 100 && status == 0 ? "many" : pairsAt(out));
  // Asking for trailers that may be written adds them in some callbacks.
  if (type == 1 || type == 3) return;
  const name = new Bytes("x-every");
  const value = new Bytes("v");
  const label = " " + type.toString();
  line("replace" + label, raw.proxy_replace_header_map_value(type, name.pointer, name.size, value.pointer, 1), "");
  line("add" + label, raw.proxy_add_header_map_value(type, name.pointer, name.size, value.pointer, 1), "");
  headers(type, "x-every");
  line("remove" + label, raw.proxy_remove_header_map_value(type, name.pointer, name.size), "");
  headers(type, "x-every");
}

function metrics(): void {
  const counter = define(0, "every");
  line("increment counter", raw.proxy_increment_metric(counter, 1), "");
  const gauge = define(1, "every");
  line("record gauge 7", raw.proxy_record_metric(gauge, 7), "");
  line("increment gauge 2", raw.proxy_increment_metric(gauge, 2), "");
  getMetric("gauge", gauge);
}

function shared(): void {
  const key = new Bytes("every");
  const none = new Bytes("never set");
  const value = new Bytes(now.phase);
  poison();
  line("get_shared absent", raw.proxy_get_shared_data(none.pointer, none.size, out, out + 4, out + 8), bytesAt(out));
  line("set_shared cas 0", raw.proxy_set_shared_data(key.pointer, key.size, value.pointer, value.size, 0), "");
  poison();
  line("get_shared", raw.proxy_get_shared_data(key.pointer, key.size, out, out + 4, out + 8), bytesAt(out));
  const cas = load<u32>(out + 8);
  line("set_shared other cas", raw.proxy_set_shared_data(key.pointer, key.size, 0, 0, cas + 77), "");
  line("set_shared same cas", raw.proxy_set_shared_data(key.pointer, key.size, value.pointer, 2, cas), "");
}

/** A reply of this name in the response code details: it tells which callback it came from. */
export function localReply(): void {
  const details = new Bytes("reply of " + now.phase);
  const body = new Bytes("body");
  const pairs = encodePairs(["x-reply", "yes"]);
  line(
    "local_response",
    raw.proxy_send_local_response(
      403,
      details.pointer,
      details.size,
      body.pointer,
      body.size,
      changetype<usize>(pairs),
      pairs.byteLength,
      -1,
    ),
    "",
  );
}
