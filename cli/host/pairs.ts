/** The wire form of header pairs (proxy-wasm-cpp-host, src/pairs_util.cc): count, all sizes, then NUL-terminated names and values. */

export type Pair = [name: Uint8Array, value: Uint8Array];

/** Limits of what a module may hand to the host (include/proxy-wasm/limits.h). There is no limit in the other direction. */
const MAX_PAIRS = 1024;
const MAX_BYTES = 1024 * 1024;

export function encodePairs(pairs: readonly Pair[]): Uint8Array {
  let size = 4;
  for (const [name, value] of pairs) size += 8 + name.length + 1 + value.length + 1;
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  view.setUint32(0, pairs.length, true);
  let at = 4;
  for (const [name, value] of pairs) {
    view.setUint32(at, name.length, true);
    view.setUint32(at + 4, value.length, true);
    at += 8;
  }
  for (const part of pairs.flat()) {
    out.set(part, at);
    at += part.length + 1;
  }
  return out;
}

/** Anything malformed or over a limit parses as no pairs at all, as in PairsUtil::toPairs. */
export function decodePairs(data: Uint8Array): Pair[] {
  if (data.length > MAX_BYTES || data.length < 4) return [];
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const count = view.getUint32(0, true);
  if (count > MAX_PAIRS || 4 + count * 8 > data.length) return [];
  const pairs: Pair[] = [];
  let at = 4 + count * 8;
  const take = (size: number): Uint8Array | undefined => {
    if (at + size + 1 > data.length || data[at + size] !== 0) return undefined;
    const part = data.slice(at, at + size);
    at += size + 1;
    return part;
  };
  for (let i = 0; i < count; i++) {
    const name = take(view.getUint32(4 + i * 8, true));
    const value = name && take(view.getUint32(8 + i * 8, true));
    if (!name || !value) return [];
    pairs.push([name, value]);
  }
  return at === data.length ? pairs : [];
}
