/** Base64url without padding (RFC 4648, section 5; RFC 7515, section 2), in its one canonical form. Pure. */

/** Value of a character; -1: it is none of the alphabet. */
function digit(byte: u8): i32 {
  if (<u8>(byte - 0x41) < 26) return byte - 0x41;
  if (<u8>(byte - 0x61) < 26) return byte - 0x61 + 26;
  if (<u8>(byte - 0x30) < 10) return byte - 0x30 + 52;
  if (byte == 0x2d) return 62;
  return byte == 0x5f ? 63 : -1;
}

/**
 * Decodes a text.
 * @param to room for 3/4 of `length`
 * @returns bytes written; -1: the text is not the one that an encoder makes, such as one whose last bits are not 0
 */
export function decodeBase64url(address: usize, length: i32, to: usize): i32 {
  let bits: u32 = 0;
  let count = 0;
  let written = 0;
  for (let i = 0; i < length; i++) {
    const value = digit(load<u8>(address + <usize>i));
    if (value < 0) return -1;
    bits = (bits << 6) | value;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    store<u8>(to + <usize>written, <u8>(bits >> count));
    written++;
  }
  // 6 bits left: a single character stands for no byte.
  return count == 6 || (bits & ((1 << count) - 1)) != 0 ? -1 : written;
}
