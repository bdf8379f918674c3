// What all groups of calls share: which callback runs, and how an answer becomes a line.
import * as raw from "@solo-io/proxy-runtime/assembly/imports";
import { bytesAt, Bytes, log, number, out, poison } from "../kit";

/** The callback that runs, and what it calls itself in the lines. */
export class Now {
  phase: string = "";
  root: u32 = 0;
  /** The first stream of this VM that has ended. */
  ended: u32 = 0;
}
export const now = new Now();

export function line(call: string, status: u32, value: string): void {
  log(now.phase + "|" + call + "|" + status.toString() + "|" + value);
}

/** Values that differ from run to run are shown by size only. */
export function property(path: string, sizeOnly: bool = false): void {
  const key = new Bytes(path);
  poison();
  const status = raw.proxy_get_property(key.pointer, key.size, out, out + 4);
  const shown = sizeOnly && status == 0 ? number(out + 4) + " bytes" : bytesAt(out);
  line("get_property " + path.replaceAll("\0", "/"), status, shown);
}

export function setProperty(path: string, value: string): void {
  const key = new Bytes(path);
  const data = new Bytes(value);
  line(
    "set_property " + path + " " + value,
    raw.proxy_set_property(key.pointer, key.size, data.pointer, data.size),
    "",
  );
}

export function headers(type: i32, name: string): void {
  const label = type.toString() + " " + name;
  const key = new Bytes(name);
  poison();
  const status = raw.proxy_get_header_map_value(type, key.pointer, key.size, out, out + 4);
  line("get_header " + label, status, bytesAt(out));
}

export function define(type: i32, name: string): u32 {
  const key = new Bytes(name);
  poison();
  const status = raw.proxy_define_metric(type, key.pointer, key.size, out);
  line("define_metric " + type.toString() + " " + name, status, number(out));
  return load<u32>(out);
}

export function getMetric(label: string, id: u32): void {
  poison();
  const status = raw.proxy_get_metric(id, out);
  line("get_metric " + label, status, status == 0 ? load<u64>(out).toString() : number(out));
}

export function effective(label: string, id: u32): void {
  line("set_effective " + label, raw.proxy_set_effective_context(id), "");
}
