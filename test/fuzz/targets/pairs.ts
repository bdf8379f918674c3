/** Header pairs with lying lengths: the view reads nothing outside what it was given, and agrees with a second reader. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../setup/common.ts";
import { anyBytes, anyU32, below, chance, type Choices } from "../choices.ts";
import { mutate } from "../mutate.ts";
import { Finding, hex, isTrap, type Target } from "../target.ts";

interface Probe {
  memory: WebAssembly.Memory;
  walk(address: number, length: number): number;
}

/** Memory behind the module's own (64 KiB pages): inputs end with the last byte, so that reading past them traps. */
const PAGES = 2;

export function pairsTarget(corpus: readonly Uint8Array[]): Target {
  const code = new Uint8Array(readFileSync(join(ROOT, "build/probes/pairs.wasm")));
  const imports = { env: { abort: () => undefined } };
  const probe = new WebAssembly.Instance(new WebAssembly.Module(code), imports).exports as unknown as Probe;
  probe.memory.grow(PAGES);
  return {
    name: "pairs",
    unit: "buffer of header pairs",
    weight: 1,
    generate: (from) => {
      const base = below(from, 4) === 0 ? (corpus[below(from, corpus.length)] ?? encode(from)) : encode(from);
      return below(from, 3) === 0 ? base : mutate(base, from, corpus);
    },
    run: (input) => {
      const memory = new Uint8Array(probe.memory.buffer);
      const at = memory.length - input.length;
      memory.set(input, at);
      let got: number;
      try {
        got = probe.walk(at, input.length);
      } catch (error) {
        if (!isTrap(error)) throw error;
        throw new Finding("trap", `the view reads outside its buffer: ${error.message}`);
      }
      const expected = walk(input);
      if (got !== expected) throw new Finding("view", `the view gives ${got}, a second reader ${expected}`);
      return 1;
    },
    show: hex,
  };
}

/** Pairs in wire form, some of whose lengths lie. */
function encode(from: Choices): Uint8Array {
  const parts = Array.from({ length: 2 * below(from, 6) }, () => anyBytes(from, below(from, 20)));
  const head = new Uint8Array(4 + parts.length * 4);
  const view = new DataView(head.buffer);
  view.setUint32(0, chance(from, 24) ? anyU32(from) : parts.length / 2, true);
  parts.forEach((part, i) => view.setUint32(4 + i * 4, chance(from, 12) ? anyU32(from) : part.length, true));
  return Buffer.concat([head, ...parts.flatMap((part) => [part, Uint8Array.of(0)])]);
}

/** What the probe's `walk` must give: -1, or the hash of places and bytes. */
export function walk(input: Uint8Array): number {
  let hash = 2166136261;
  const mix = (value: number): void => void (hash = Math.imul(hash ^ value, 16777619));
  if (input.length === 0) return (hash >>> 0) & 0x7fffffff;
  if (input.length < 4) return -1;
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const count = view.getUint32(0, true);
  let at = 4 + count * 8;
  if (at > input.length) return -1;
  const sizes = Array.from({ length: 2 * count }, (_, i) => view.getUint32(4 + i * 4, true));
  if (sizes.reduce((sum, size) => sum + size + 1, at) !== input.length) return -1;
  for (const size of sizes) {
    mix(at);
    mix(size);
    for (const byte of input.subarray(at, at + size)) mix(byte);
    at += size + 1;
  }
  return (hash >>> 0) & 0x7fffffff;
}
