// What a module may do while the host asks it for memory, and while it initialises. The request header x-mode chooses; the answer of the host call is logged.
import * as raw from "@solo-io/proxy-runtime/assembly/imports";
import { abortProbe, bytesAt, Bytes, log, out, poison } from "../kit";

export { abortProbe };
export function proxy_abi_version_0_2_1(): void {}

let mode = "";
const inMalloc = new Bytes("in malloc");

export function malloc(size: usize): usize {
  if (mode == "log") raw.proxy_log(2, inMalloc.pointer, inMalloc.size);
  if (mode == "time") raw.proxy_get_current_time_nanoseconds(out);
  if (mode == "null") return 0;
  if (mode == "far") return 0x7fffff00;
  if (mode == "edge") return ((<usize>memory.size()) << 16) - size + 1;
  if (mode == "grow") memory.grow(1);
  return heap.alloc(size);
}

log("initialize");

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): u32 {
  mode = "";
  const key = new Bytes("x-mode");
  poison();
  raw.proxy_get_header_map_value(0, key.pointer, key.size, out, out + 4);
  const wanted = bytesAt(out);
  const path = new Bytes(":path");
  poison();
  mode = wanted;
  const status = raw.proxy_get_header_map_value(0, path.pointer, path.size, out, out + 4);
  mode = "";
  log(wanted + "|" + status.toString() + "|" + bytesAt(out));
  const none = new Bytes("x-none");
  mode = "time";
  const absent = raw.proxy_get_header_map_value(0, none.pointer, none.size, out, out + 4);
  mode = "";
  log("nothing to return needs no memory|" + absent.toString() + "|");
  return 0;
}
