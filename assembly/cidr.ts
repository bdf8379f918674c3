/** IP addresses and blocks of them. Pure. */
import { compareBytes, hexDigit } from "./bytes";

/** Bytes that an address takes, whatever its family. */
export const ADDRESS_BYTES: i32 = 16;
/** Families: the number of bytes that count. */
export const V4: i32 = 4;
export const V6: i32 = 16;

/**
 * Writes the address that a text says to `out` (ADDRESS_BYTES). As Go's netip.ParseAddr reads it, which Istio validates
 * with: no leading zeros, IPv6 with at most one `::` and an IPv4 tail; but no zone, which Envoy can't compare.
 * @returns V4, V6, or 0 when the text is no address
 */
export function parseAddress(address: usize, length: i32, out: usize): i32 {
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(address + <usize>i);
    if (byte == 0x3a) return parseV6(address, length, out) ? V6 : 0;
    if (byte == 0x2e) return parseV4(address, length, out) ? V4 : 0;
  }
  return 0;
}

function parseV4(address: usize, length: i32, out: usize): bool {
  memory.fill(out, 0, <usize>ADDRESS_BYTES);
  let field = 0;
  let value = 0;
  let digits = 0;
  for (let i = 0; i <= length; i++) {
    const byte = i < length ? load<u8>(address + <usize>i) : 0x2e;
    if (byte == 0x2e) {
      if (digits == 0 || field > 3) return false;
      store<u8>(out + <usize>field, <u8>value);
      field++;
      value = 0;
      digits = 0;
      continue;
    }
    const digit = <i32>byte - 0x30;
    if (digit < 0 || digit > 9 || (digits > 0 && value == 0)) return false;
    value = value * 10 + digit;
    digits++;
    if (value > 255) return false;
  }
  return field == 4;
}

function parseV6(address: usize, length: i32, out: usize): bool {
  memory.fill(out, 0, <usize>ADDRESS_BYTES);
  /** Where `::` stood, in bytes of the address; -1: nowhere yet. */
  let gap = -1;
  let at = 0;
  let i = 0;
  if (length >= 2 && load<u16>(address) == 0x3a3a) {
    gap = 0;
    i = 2;
    if (length == 2) return true;
  }
  while (at < ADDRESS_BYTES) {
    let value = 0;
    let digits = 0;
    const from = i;
    for (; i < length; i++) {
      const digit = hexDigit(load<u8>(address + <usize>i));
      if (digit < 0) break;
      if (++digits > 4) return false;
      value = value * 16 + digit;
    }
    if (digits == 0) return false;
    if (i < length && load<u8>(address + <usize>i) == 0x2e) {
      // The IPv4 tail fills the last four bytes.
      if ((gap < 0 && at != 12) || at > 12 || !parseTail(address + <usize>from, length - from, out + <usize>at))
        return false;
      at += 4;
      i = length;
      break;
    }
    store<u8>(out + <usize>at, <u8>(value >> 8));
    store<u8>(out + <usize>at, <u8>value, 1);
    at += 2;
    if (i == length) break;
    if (load<u8>(address + <usize>i) != 0x3a || ++i == length) return false;
    if (load<u8>(address + <usize>i) == 0x3a) {
      if (gap >= 0) return false;
      gap = at;
      if (++i == length) break;
    }
  }
  if (i != length) return false;
  if (at == ADDRESS_BYTES) return gap < 0;
  if (gap < 0) return false;
  const moved = at - gap;
  memory.copy(out + <usize>(ADDRESS_BYTES - moved), out + <usize>gap, <usize>moved);
  memory.fill(out + <usize>gap, 0, <usize>(ADDRESS_BYTES - at));
  return true;
}

const tail = memory.data(16);

function parseTail(address: usize, length: i32, out: usize): bool {
  if (!parseV4(address, length, tail)) return false;
  memory.copy(out, tail, 4);
  return true;
}

/**
 * Whether an address is in the block of the first `bits` bits of `block`. Both are of one family: an IPv4 address is never
 * in a block of IPv6, mapped or not, as in Envoy.
 */
export function isInBlock(block: usize, bits: i32, address: usize): bool {
  const whole = bits >> 3;
  if (compareBytes(block, address, whole) != 0) return false;
  const rest = bits & 7;
  if (rest == 0) return true;
  const shift = 8 - rest;
  return load<u8>(block + <usize>whole) >> (<u8>shift) == load<u8>(address + <usize>whole) >> (<u8>shift);
}

/** Bits that count of the block that `parseCidr` read last. */
export let blockBits: i32 = 0;

/**
 * Reads the block that a text says: an address, or an address, `/` and a number of bits without leading zeros.
 * @param out receives the address, ADDRESS_BYTES
 * @returns V4, V6, or 0 when the text is no block
 */
export function parseCidr(address: usize, length: i32, out: usize): i32 {
  let slash = 0;
  while (slash < length && load<u8>(address + <usize>slash) != 0x2f) slash++;
  const family = parseAddress(address, slash, out);
  blockBits = family * 8;
  if (slash == length) return family;
  const digits = length - slash - 1;
  if (digits < 1 || digits > 3 || (digits > 1 && load<u8>(address + <usize>slash, 1) == 0x30)) return 0;
  let bits = 0;
  for (let i = slash + 1; i < length; i++) {
    const digit = <i32>load<u8>(address + <usize>i) - 0x30;
    if (digit < 0 || digit > 9) return 0;
    bits = bits * 10 + digit;
  }
  if (bits > blockBits) return 0;
  blockBits = bits;
  return family;
}
