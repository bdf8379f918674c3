// What the probe modules of the offline host's tests share. A probe calls raw host functions and logs what they answered,
// one line a call, so that the same bytes can be run in Envoy and in the offline host and the lines compared.
import * as raw from "@solo-io/proxy-runtime/assembly/imports";

/** `--use abort=`: a probe that breaks is a trap. */
export function abortProbe(_message: usize, _file: usize, _line: u32, _column: u32): void {
  unreachable();
}

/** Out-parameters of host calls: pointer, size, third value. Poisoned before each call. */
export const out: usize = memory.data(32);
const POISON: u32 = 0xfefefefe;

export function poison(): void {
  for (let at: usize = 0; at < 32; at += 4) store<u32>(out + at, POISON);
}

export function log(text: string): void {
  const data = String.UTF8.encode(text);
  raw.proxy_log(2, changetype<usize>(data), data.byteLength);
}

/** A byte string that a host function reads. */
export class Bytes {
  data: ArrayBuffer;
  constructor(text: string) {
    this.data = String.UTF8.encode(text);
  }
  get pointer(): usize {
    return changetype<usize>(this.data);
  }
  get size(): usize {
    return this.data.byteLength;
  }
}

/** A number of the host, or a dash where the call left the poison. */
export function number(at: usize): string {
  const value = load<u32>(at);
  return value == POISON ? "-" : value.toString();
}

/** The bytes that a call returned through (pointer, size): text if printable, else hex. */
export function bytesAt(pointerAt: usize): string {
  const pointer = load<u32>(pointerAt);
  const size = load<u32>(pointerAt + 4);
  if (pointer == POISON && size == POISON) return "-";
  if (size == 0) return pointer == 0 ? "empty" : "empty at " + pointer.toString();
  let printable = true;
  let hex = "";
  for (let i: u32 = 0; i < size; i++) {
    const byte = load<u8>(pointer + i);
    if (byte < 32 || byte > 126) printable = false;
    hex += (byte < 16 ? "0" : "") + byte.toString(16);
  }
  return printable ? String.UTF8.decodeUnsafe(pointer, size) : "0x" + hex;
}

/** Header pairs that a call returned, as `name=value` joined by a semicolon. */
export function pairsAt(pointerAt: usize): string {
  const pointer = load<u32>(pointerAt);
  if (pointer == POISON) return "-";
  if (load<u32>(pointerAt + 4) == 0) return pointer == 0 ? "empty" : "empty at " + pointer.toString();
  const count = load<u32>(pointer);
  let at: usize = pointer + 4 + count * 8;
  let text = "";
  for (let i: u32 = 0; i < count; i++) {
    const nameSize = load<u32>(pointer + 4 + i * 8);
    const valueSize = load<u32>(pointer + 8 + i * 8);
    text += (i > 0 ? ";" : "") + String.UTF8.decodeUnsafe(at, nameSize) + "=";
    at += nameSize + 1;
    text += String.UTF8.decodeUnsafe(at, valueSize);
    at += valueSize + 1;
  }
  return text;
}

/** Pairs in wire form from alternating names and values. `lie` is added to the first name's announced size. */
export function encodePairs(parts: string[], lie: i32 = 0): ArrayBuffer {
  const count = parts.length / 2;
  let size = 4 + count * 8;
  for (let i = 0; i < parts.length; i++) size += parts[i].length + 1;
  const data = new ArrayBuffer(size);
  const start = changetype<usize>(data);
  store<u32>(start, count);
  let at = start + 4 + count * 8;
  for (let i = 0; i < parts.length; i++) {
    store<u32>(start + 4 + i * 4, parts[i].length + (i == 0 ? lie : 0));
    String.UTF8.encodeUnsafe(changetype<usize>(parts[i]), parts[i].length, at);
    at += parts[i].length + 1;
  }
  return data;
}
