/** Byte strings. The proxy's world is bytes, so a string given to the host is latin1: one character, one byte. */

/** What callers may give wherever the proxy has bytes. */
export type Bytes = string | Uint8Array;

/** latin1 string to bytes; bytes pass through. Throws on a character above 255: such a string has no bytes of its own. */
export function bytes(value: Bytes): Uint8Array {
  if (typeof value !== "string") return value;
  const out = new Uint8Array(value.length);
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code > 255) throw new RangeError(`not a latin1 string: ${JSON.stringify(value)} (use utf8())`);
    out[i] = code;
  }
  return out;
}

/** Bytes to a latin1 string, so that every byte sequence survives and can be a map key. */
export function text(value: Uint8Array): string {
  let out = "";
  if (value.length < 64) {
    for (const byte of value) out += String.fromCharCode(byte);
    return out;
  }
  for (let i = 0; i < value.length; i += 8192) out += String.fromCharCode(...value.subarray(i, i + 8192));
  return out;
}

/** Text that people write (configuration) to bytes. */
export function utf8(value: Bytes): Uint8Array {
  return typeof value === "string" ? new TextEncoder().encode(value) : value;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function joinBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

/** Little-endian unsigned 64-bit, the form in which properties give integers. */
export function u64Bytes(value: bigint): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
  return out;
}
