/** What the specs of this folder share; no filter imports it. */
import { putCanonical } from "./canonical";
import * as cfg from "./index";
import { begin, written } from "./text";

/** Keeps the bytes of the last input alive. */
let input = new ArrayBuffer(0);

/** UTF-8 bytes of `text`, valid until the next call. */
export function bytesOf(text: string): usize {
  input = String.UTF8.encode(text);
  return changetype<usize>(input);
}

/** Bytes at the result of `bytesOf`. */
export function byteCount(): i32 {
  return input.byteLength;
}

/** Checks JSON text by a table. */
export function checkText(text: string, table: usize): cfg.Node {
  const ptr = bytesOf(text);
  return cfg.check(ptr, byteCount(), table);
}

export function message(): string {
  return String.UTF8.decodeUnsafe(cfg.messagePtr(), cfg.messageLen());
}

/** Bytes of the canonical text of a checked configuration, valid until the next call. */
export function canonicalBytes(root: cfg.Node): ArrayBuffer {
  begin(0, 0);
  putCanonical(root);
  canonical = new ArrayBuffer(written());
  begin(changetype<usize>(canonical), canonical.byteLength);
  putCanonical(root);
  return canonical;
}

let canonical = new ArrayBuffer(0);

/** The canonical text of a checked configuration. */
export function canonicalText(root: cfg.Node): string {
  return String.UTF8.decode(canonicalBytes(root));
}

export function stringAt(node: cfg.Node): string {
  return String.UTF8.decodeUnsafe(cfg.ptr(node), cfg.len(node));
}
