/**
 * Bytes of the UTF-8 sequence that begins at `ptr` (RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF);
 * 0 if there is none or it does not end before `end`. `ptr` < `end`.
 */
export function sequence(ptr: usize, end: usize): usize {
  const first = load<u8>(ptr);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const len: usize = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (end - ptr < len) return 0;
  const second = load<u8>(ptr, 1);
  if ((second & 0xc0) != 0x80) return 0;
  if (first == 0xe0 && second < 0xa0) return 0;
  if (first == 0xed && second > 0x9f) return 0;
  if (first == 0xf0 && second < 0x90) return 0;
  if (first == 0xf4 && second > 0x8f) return 0;
  if (len > 2 && (load<u8>(ptr, 2) & 0xc0) != 0x80) return 0;
  if (len > 3 && (load<u8>(ptr, 3) & 0xc0) != 0x80) return 0;
  return len;
}

/** Writes the character `code` (no surrogate) at `ptr` and returns its bytes, 1 to 4. */
export function encode(ptr: usize, code: u32): usize {
  if (code < 0x80) {
    store<u8>(ptr, <u8>code);
    return 1;
  }
  const len: usize = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (let i = len - 1; i > 0; i--) {
    store<u8>(ptr + i, 0x80 | (<u8>(code & 0x3f)));
    code >>= 6;
  }
  store<u8>(ptr, (<u8>((<u32>0xf0) << (4 - <u32>len))) | (<u8>code));
  return len;
}
