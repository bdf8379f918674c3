/** Modules without their names. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutNames } from "./wasm-names.ts";

const HEADER = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const TYPES = [1, 4, 1, 0x60, 0, 0];
const custom = (name: string, content: number[]): number[] => {
  const body = [name.length, ...Buffer.from(name), ...content];
  return [0, (body.length & 0x7f) | 0x80, body.length >> 7, ...body];
};

test("the name section goes, all else stays as it is", () => {
  const other = custom("producers", [1, 2, 3]);
  const names = custom(
    "name",
    Array.from({ length: 300 }, () => 7),
  );
  const module = new Uint8Array([...HEADER, ...TYPES, ...names, ...other]);
  const stripped = withoutNames(module);
  assert.deepEqual([...stripped], [...HEADER, ...TYPES, ...other]);
  assert.ok(new WebAssembly.Module(new Uint8Array(stripped)));
  assert.deepEqual([...withoutNames(stripped)], [...stripped]);
});
