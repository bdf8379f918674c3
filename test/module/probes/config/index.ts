/** The configuration reader as a module without a host, for test/module/config.test.ts. */
import * as cfg from "../../../../assembly/config";
import { canonicalBytes } from "../../../../assembly/config/testing";
import { xxh64 } from "../../../../assembly/config/xxh64";
import { TABLE as RETRY_BUDGET } from "../../../../filters/retry-budget/schema.gen";
import { TABLE as PROBE } from "./schema.gen";

let root: cfg.Node = cfg.NONE;
let text = new ArrayBuffer(0);

export function alloc(size: usize): usize {
  return heap.alloc(size);
}

export function free(ptr: usize): void {
  heap.free(ptr);
}

export function fits(size: i32, limit: i32): bool {
  return cfg.fits(size, limit);
}

/** Checks by the retry budget's schema (0) or by the one beside this file (1). */
export function check(ptr: usize, len: i32, schema: i32): bool {
  root = cfg.check(ptr, len, schema == 0 ? RETRY_BUDGET : PROBE);
  return root != cfg.NONE;
}

export function messagePtr(): usize {
  return cfg.messagePtr();
}

export function messageLen(): i32 {
  return cfg.messageLen();
}

export function hash(): i64 {
  return cfg.hash(root);
}

export function canonicalLen(): i32 {
  text = canonicalBytes(root);
  return text.byteLength;
}

export function canonicalPtr(): usize {
  return changetype<usize>(text);
}

export function xxh(ptr: usize, len: i32, seed: i64): i64 {
  return <i64>xxh64(ptr, len, <u64>seed);
}
