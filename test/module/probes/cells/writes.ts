// What a module changes: headers, bodies, queues.
import * as raw from "@solo-io/proxy-runtime/assembly/imports";
import { bytesAt, Bytes, encodePairs, number, out, pairsAt, poison } from "../kit";
import { headers, line } from "./shared";

// @ts-ignore: decorator
@external("env", "proxy_set_buffer_bytes")
declare function proxy_set_buffer_bytes(type: i32, start: u32, length: u32, data: usize, size: usize): u32;

/** Writes to the request headers and what the map then holds of the names that matter. */
export function writes(type: i32): void {
  const twice = new Bytes("X-Twice");
  const added = new Bytes("X-Added");
  const value = new Bytes("c");
  const inline = new Bytes(type == 0 ? "x-envoy-original-path" : "x-envoy-ratelimited");
  line(
    "replace repeated",
    raw.proxy_replace_header_map_value(type, twice.pointer, twice.size, value.pointer, value.size),
    "",
  );
  line(
    "replace absent",
    raw.proxy_replace_header_map_value(type, added.pointer, added.size, value.pointer, value.size),
    "",
  );
  line("add again", raw.proxy_add_header_map_value(type, added.pointer, added.size, value.pointer, value.size), "");
  line("add inline", raw.proxy_add_header_map_value(type, inline.pointer, inline.size, value.pointer, value.size), "");
  line(
    "add inline again",
    raw.proxy_add_header_map_value(type, inline.pointer, inline.size, value.pointer, value.size),
    "",
  );
  line("add empty", raw.proxy_add_header_map_value(type, value.pointer, value.size, 0, 0), "");
  poison();
  raw.proxy_get_header_map_pairs(type, out, out + 4);
  const all = pairsAt(out).split(";");
  let shown = "";
  const wanted = ["x-twice=", "x-added=", "x-envoy-original-path=", "x-envoy-ratelimited=", "c="];
  for (let i = 0; i < all.length; i++) {
    for (let j = 0; j < wanted.length; j++) if (all[i].startsWith(wanted[j])) shown += all[i] + ";";
  }
  line("pairs after", 0, shown);
  headers(type, "X-ADDED");
  raw.proxy_remove_header_map_value(type, added.pointer, added.size);
  headers(type, "x-added");
  raw.proxy_remove_header_map_value(type, inline.pointer, inline.size);
  raw.proxy_remove_header_map_value(type, value.pointer, value.size);
}

function setBuffer(type: i32, start: u32, length: u32, text: string): void {
  const data = new Bytes(text);
  const status = proxy_set_buffer_bytes(type, start, length, data.pointer, data.size);
  const call = "set_buffer " + start.toString() + " " + length.toString() + " " + text;
  line(call, status, "");
  poison();
  line("get_buffer after", raw.proxy_get_buffer_bytes(type, 0, 1000, out, out + 4), bytesAt(out));
}

/** What a body is after writes to its front, its end, past it and into the middle. */
export function bodyWrites(type: i32): void {
  setBuffer(type, 0, 0, "front ");
  setBuffer(type, 0, 3, "F");
  setBuffer(type, 1000, 0, " end");
  setBuffer(type, 1000, 5, "!");
  setBuffer(type, 3, 2, "middle");
  setBuffer(type, 0, 0xffffffff, "whole");
  setBuffer(type, 5, 0, "+");
  setBuffer(type, 6, 1, "");
  setBuffer(6, 0, 0, "vm");
  setBuffer(7, 0, 0, "plugin");
  setBuffer(9, 0, 0, "none");
  poison();
  line("get_buffer part", raw.proxy_get_buffer_bytes(type, 1, 3, out, out + 4), bytesAt(out));
}

function dequeue(token: u32): void {
  poison();
  line("dequeue", raw.proxy_dequeue_shared_queue(token, out, out + 4), bytesAt(out));
}

export function queues(): void {
  const name = new Bytes("a queue");
  poison();
  line("register_queue", raw.proxy_register_shared_queue(name.pointer, name.size, out), number(out));
  const token = load<u32>(out);
  poison();
  line("register_queue again", raw.proxy_register_shared_queue(name.pointer, name.size, out), number(out));
  const other = new Bytes("another queue");
  poison();
  line("register_queue other", raw.proxy_register_shared_queue(other.pointer, other.size, out), number(out));
  const none = new Bytes("");
  poison();
  line("resolve_queue own", raw.proxy_resolve_shared_queue(none.pointer, 0, name.pointer, name.size, out), number(out));
  const elsewhere = new Bytes("elsewhere");
  poison();
  line(
    "resolve_queue of another vm",
    raw.proxy_resolve_shared_queue(elsewhere.pointer, elsewhere.size, name.pointer, name.size, out),
    number(out),
  );
  dequeue(token);
  line("enqueue one", raw.proxy_enqueue_shared_queue(token, name.pointer, name.size), "");
  line("enqueue two", raw.proxy_enqueue_shared_queue(token, other.pointer, other.size), "");
  line("enqueue nothing", raw.proxy_enqueue_shared_queue(token, 0, 0), "");
  dequeue(token);
  dequeue(token);
  dequeue(token);
  dequeue(token);
}
