/** Texts with a wildcard at one end, compared byte by byte. Pure. */
import { compareBytes } from "./bytes";

/** The whole text. */
export const EXACT: u8 = 0;
/** Its beginning. */
export const PREFIX: u8 = 1;
/** Its end. */
export const SUFFIX: u8 = 2;
/** Any text that is not empty and has no line break: the regular expression `.+` over all of it. */
export const SOME: u8 = 3;
/** Any text, the empty one too. */
export const ANY: u8 = 4;
/** The greatest of these: users of this file number their own kinds from here on. */
export const TOP: u8 = ANY;

/** Whether `length` bytes at `address` match `bytes` in the way that `kind` says. */
export function fits(kind: u8, bytes: StaticArray<u8>, address: usize, length: i32): bool {
  return matches(kind, changetype<usize>(bytes), bytes.length, address, length);
}

/** The same with `own` bytes where they lie. */
export function matches(kind: u8, bytes: usize, own: i32, address: usize, length: i32): bool {
  switch (kind) {
    case EXACT:
      return length == own && compareBytes(address, bytes, own) == 0;
    case PREFIX:
      return length >= own && compareBytes(address, bytes, own) == 0;
    case SUFFIX:
      return length >= own && compareBytes(address + <usize>(length - own), bytes, own) == 0;
    case SOME:
      return length > 0 && !hasLineBreak(address, length);
    default:
      return true;
  }
}

/** `.` of a regular expression stands for any byte but this one. */
export function hasLineBreak(address: usize, length: i32): bool {
  for (let i = 0; i < length; i++) if (load<u8>(address + <usize>i) == 0x0a) return true;
  return false;
}

/**
 * Whether a text without line breaks matches the `own` bytes of `pattern`, in which each `*` stands for any number of bytes. The time is
 * bounded by the product of both lengths.
 */
export function glob(pattern: usize, own: i32, address: usize, length: i32): bool {
  let at = 0;
  let p = 0;
  /** The last `*`, and how far it has been stretched. */
  let star = -1;
  let stretched = 0;
  while (at < length) {
    const byte = load<u8>(address + <usize>at);
    if (p < own && load<u8>(pattern + <usize>p) == 0x2a) {
      star = p++;
      stretched = at;
    } else if (p < own && load<u8>(pattern + <usize>p) == byte) {
      p++;
      at++;
    } else if (star >= 0 && byte != 0x0a) {
      p = star + 1;
      at = ++stretched;
    } else return false;
  }
  while (p < own && load<u8>(pattern + <usize>p) == 0x2a) p++;
  return p == own;
}

/** Position of `own` bytes in a text at or after `from`; -1 when they are not there. */
export function find(bytes: usize, own: i32, address: usize, length: i32, from: i32): i32 {
  for (let i = from; i + own <= length; i++) if (compareBytes(address + <usize>i, bytes, own) == 0) return i;
  return -1;
}
