/** Tokens (RFC 9110, section 5.6.2): names of headers and of cookies. Pure. */

/** A character of a token. */
export function isTokenByte(byte: u8): bool {
  if (<u8>((byte | 0x20) - 0x61) < 26 || <u8>(byte - 0x30) < 10) return true;
  // ! # $ % & ' * + - . ^ _ ` | ~
  if (byte >= 0x21 && byte <= 0x2e) return byte != 0x22 && byte != 0x28 && byte != 0x29 && byte != 0x2c;
  return byte == 0x5e || byte == 0x5f || byte == 0x60 || byte == 0x7c || byte == 0x7e;
}

/** Whether a text is a token. */
export function isToken(address: usize, length: i32): bool {
  for (let i = 0; i < length; i++) if (!isTokenByte(load<u8>(address + <usize>i))) return false;
  return length > 0;
}
