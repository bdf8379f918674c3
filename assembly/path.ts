/**
 * One form of each path, so that no spelling gets around a rule. What Envoy's connection manager does by Istio's
 * pathNormalization, and beyond that what servers behind it are known to do. Pure.
 */
import { hexDigit } from "./bytes";

/** Decode escapes of unreserved characters, turn `\` into `/`, remove dot segments: Envoy's normalize_path. */
export const BASE: i32 = 1;
/** Merge slashes. */
export const MERGE: i32 = 2;
/** First decode escaped slashes and backslashes. */
export const DECODE: i32 = 4;
/** Cut from each segment what follows `;`: as servlet containers do. */
export const PARAMETERS: i32 = 8;

/** Length of a path without query and fragment. */
export function pathLength(address: usize, length: i32): i32 {
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(address + <usize>i);
    if (byte == 0x3f || byte == 0x23) return i;
  }
  return length;
}

/** Whether `normalize` could change a path at all: it holds an escape, a backslash, a parameter, `//` or `/.`. */
export function isPlain(address: usize, length: i32): bool {
  let before: u8 = 0;
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(address + <usize>i);
    if (byte == 0x25 || byte == 0x5c || byte == 0x3b) return false;
    if (before == 0x2f && (byte == 0x2f || byte == 0x2e)) return false;
    before = byte;
  }
  return true;
}

/**
 * Writes the form of a path (without query) that `steps` ask for to `out`, which must have room for `length` bytes.
 * @returns its length
 */
export function normalize(address: usize, length: i32, steps: i32, out: usize): i32 {
  let used = decode(address, length, steps, out);
  if ((steps & PARAMETERS) != 0) used = cutParameters(out, used);
  if ((steps & MERGE) != 0) used = mergeSlashes(out, used);
  if ((steps & BASE) != 0) used = removeDots(out, used);
  return used;
}

function decode(address: usize, length: i32, steps: i32, out: usize): i32 {
  let used = 0;
  for (let i = 0; i < length; i++) {
    let byte = load<u8>(address + <usize>i);
    if (byte == 0x25 && i + 2 < length) {
      const code = (hexDigit(load<u8>(address + <usize>i, 1)) << 4) | hexDigit(load<u8>(address + <usize>i, 2));
      const slash = (steps & DECODE) != 0 && (code == 0x2f || code == 0x5c);
      const plain = (steps & BASE) != 0 && code >= 0 && isUnreserved(<u8>code);
      if (slash || plain) {
        byte = <u8>code;
        i += 2;
      }
    }
    if (byte == 0x5c && (steps & BASE) != 0) byte = 0x2f;
    store<u8>(out + <usize>used, byte);
    used++;
  }
  return used;
}

/** RFC 3986, section 2.3. */
function isUnreserved(byte: u8): bool {
  if (<u8>((byte | 0x20) - 0x61) < 26 || <u8>(byte - 0x30) < 10) return true;
  return byte == 0x2d || byte == 0x2e || byte == 0x5f || byte == 0x7e;
}

function cutParameters(path: usize, length: i32): i32 {
  let used = 0;
  let inside = false;
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(path + <usize>i);
    if (byte == 0x2f) inside = false;
    else if (byte == 0x3b) inside = true;
    if (inside) continue;
    store<u8>(path + <usize>used, byte);
    used++;
  }
  return used;
}

function mergeSlashes(path: usize, length: i32): i32 {
  let used = 0;
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(path + <usize>i);
    if (byte == 0x2f && used > 0 && load<u8>(path + <usize>(used - 1)) == 0x2f) continue;
    store<u8>(path + <usize>used, byte);
    used++;
  }
  return used;
}

/**
 * RFC 3986, section 5.2.4, in place. A dot segment may carry parameters: Envoy 1.39.1 and newer remove `..;a=b` as `..`,
 * older ones let it through to servers that do.
 */
function removeDots(path: usize, length: i32): i32 {
  if (length == 0 || load<u8>(path) != 0x2f) return length;
  let used = 0;
  let i = 0;
  while (i < length) {
    // At a slash: the segment behind it ends at `end`.
    let end = i + 1;
    while (end < length && load<u8>(path + <usize>end) != 0x2f) end++;
    const dots = dotSegment(path + <usize>(i + 1), end - i - 1);
    if (dots == 0) {
      memory.copy(path + <usize>used, path + <usize>i, <usize>(end - i));
      used += end - i;
    } else {
      if (dots == 2) {
        do used--;
        while (used > 0 && load<u8>(path + <usize>used) != 0x2f);
        if (used < 0) used = 0;
      }
      // A dot segment at the end leaves its slash.
      if (end == length) {
        store<u8>(path + <usize>used, 0x2f);
        used++;
      }
    }
    i = end;
  }
  return used;
}

/** Dots of a dot segment, 1 or 2; 0: it is an ordinary one. */
function dotSegment(segment: usize, length: i32): i32 {
  let dots = 0;
  while (dots < length && load<u8>(segment + <usize>dots) == 0x2e) dots++;
  if (dots == 0 || dots > 2) return 0;
  return dots == length || load<u8>(segment + <usize>dots) == 0x3b ? dots : 0;
}
