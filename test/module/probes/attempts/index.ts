// An upstream filter that logs what it sees of each attempt, and does to it what the request header x-do says.
import * as raw from "@solo-io/proxy-runtime/assembly/imports";
import { abortProbe, bytesAt, Bytes, encodePairs, log, out, poison } from "../kit";

export { abortProbe };
export function proxy_abi_version_0_2_1(): void {}
export function malloc(size: usize): usize {
  return heap.alloc(size);
}

const attempts = new Map<u32, string>();
let held: u32 = 0;
let released = "";

function header(type: i32, name: string): string {
  const key = new Bytes(name);
  poison();
  return raw.proxy_get_header_map_value(type, key.pointer, key.size, out, out + 4) == 0 ? bytesAt(out) : "-";
}

function attemptCount(): u32 {
  const key = new Bytes("upstream\0request_attempt_count");
  poison();
  if (raw.proxy_get_property(key.pointer, key.size, out, out + 4) != 0) return 0;
  return load<u32>(load<u32>(out));
}

function attempt(id: u32): string {
  return attempts.has(id) ? attempts.get(id) : "?";
}

function reply(): void {
  const details = new Bytes("denied");
  const body = new Bytes("denied by the probe");
  const pairs = encodePairs(["x-envoy-ratelimited", "true"]);
  raw.proxy_send_local_response(
    503,
    details.pointer,
    details.size,
    body.pointer,
    body.size,
    changetype<usize>(pairs),
    pairs.byteLength,
    -1,
  );
}

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): u32 {
  const number = attemptCount();
  const what = header(0, "x-do");
  attempts.set(id, number.toString());
  log(
    "request|" +
      number.toString() +
      "|count " +
      header(0, "x-envoy-attempt-count") +
      " timeout " +
      header(0, "x-envoy-is-timeout-retry") +
      " added " +
      header(0, "x-added"),
  );
  const added = new Bytes("x-added");
  const value = new Bytes(number.toString());
  raw.proxy_add_header_map_value(0, added.pointer, added.size, value.pointer, value.size);
  if (number < 2) return 0;
  if (what == "reply") reply();
  if (what == "close") raw.proxy_close_stream(0);
  if (what.startsWith("hold")) {
    released = what;
    held = id;
    if (what != "hold") raw.proxy_set_tick_period_milliseconds(20);
    return 1;
  }
  return 0;
}

export function proxy_on_tick(id: u32): void {
  raw.proxy_set_tick_period_milliseconds(0);
  const status = raw.proxy_set_effective_context(held);
  log("release|" + attempt(held) + "|" + status.toString());
  if (status != 0) return;
  if (released == "hold-continue") raw.proxy_continue_stream(0);
  if (released == "hold-reply") reply();
}

export function proxy_on_response_headers(id: u32, count: u32, endOfStream: u32): u32 {
  log("response|" + attempt(id) + "|" + header(2, ":status") + " now " + attemptCount().toString());
  // The request's headers are out of reach here, so what to do is in the backend's answer.
  if (header(2, "x-deny") != "-") {
    const name = new Bytes("x-envoy-ratelimited");
    const value = new Bytes("true");
    raw.proxy_add_header_map_value(2, name.pointer, name.size, value.pointer, value.size);
  }
  return 0;
}

export function proxy_on_done(id: u32): u32 {
  log("done|" + attempt(id) + "|");
  return 1;
}

export function proxy_on_delete(id: u32): void {
  log("delete|" + attempt(id) + "|");
}
