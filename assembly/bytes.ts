/** Byte strings. Policy compares bytes and never decoded text: a decoder accepts broken UTF-8 and makes two names equal. */

/** The bytes of an ASCII literal. Meant for constants: the result lives as long as the global that holds it. */
export function ascii(text: string): StaticArray<u8> {
  const bytes = new StaticArray<u8>(text.length);
  const from = changetype<usize>(text);
  const to = changetype<usize>(bytes);
  for (let i: usize = 0; i < <usize>text.length; i++) store<u8>(to + i, <u8>load<u16>(from + (i << 1)));
  return bytes;
}

/** No bytes. One for all: an array costs more than 20 bytes even without any. */
// @ts-ignore: decorator
@lazy
export const EMPTY: StaticArray<u8> = new StaticArray<u8>(0);

/** Address of the first byte of a constant. */
// @ts-ignore: decorator
@inline
export function at(bytes: StaticArray<u8>): usize {
  return changetype<usize>(bytes);
}

/**
 * The order of two runs of bytes: negative, 0 or positive. One function for all, where asc's own memory.compare is copied into
 * each of its callers.
 */
export function compareBytes(a: usize, b: usize, length: i32): i32 {
  let i = 0;
  while (i + 8 <= length && load<u64>(a + <usize>i) == load<u64>(b + <usize>i)) i += 8;
  for (; i < length; i++) {
    const difference = <i32>load<u8>(a + <usize>i) - <i32>load<u8>(b + <usize>i);
    if (difference != 0) return difference;
  }
  return 0;
}

/** Whether `length` bytes at `address` are those of `bytes`. */
export function equals(address: usize, length: i32, bytes: StaticArray<u8>): bool {
  return length == bytes.length && compareBytes(address, changetype<usize>(bytes), length) == 0;
}

/**
 * Whether `length` bytes at `address` are those of a fixed text: one byte says how many, and they follow (texts.gen.ts).
 */
export function isText(address: usize, length: i32, text: usize): bool {
  return length == load<u8>(text) && compareBytes(address, text + 1, length) == 0;
}

/** Whether a text begins with a fixed one. */
export function beginsWith(address: usize, length: i32, text: usize): bool {
  const own = <i32>load<u8>(text);
  return length >= own && isText(address, own, text);
}

/** The first place of a byte; -1: it is not there. */
export function indexOf(address: usize, length: i32, byte: u8): i32 {
  for (let i = 0; i < length; i++) if (load<u8>(address + <usize>i) == byte) return i;
  return -1;
}

/** Value of a hexadecimal digit; -1 for anything else, which stays negative when it is shifted and combined. */
export function hexDigit(byte: u8): i32 {
  if (<u8>(byte - 0x30) < 10) return byte - 0x30;
  const letter = byte | 0x20;
  return <u8>(letter - 0x61) < 6 ? letter - 0x57 : -1;
}

/** Optional white space of HTTP (RFC 9110, section 5.6.3). */
export function isSpace(byte: u8): bool {
  return byte == 0x20 || byte == 0x09;
}

/** A copy of bytes, for keeping. */
export function copyBytes(address: usize, length: i32): StaticArray<u8> {
  const bytes = new StaticArray<u8>(length);
  memory.copy(changetype<usize>(bytes), address, <usize>length);
  return bytes;
}

/** A copy of a fixed text, for keeping. */
export function textBytes(text: usize): StaticArray<u8> {
  return copyBytes(text + 1, load<u8>(text));
}

/** Value of 1 to `length` ASCII digits, at most 9 of them; -1 for anything else. */
export function parseDecimal(address: usize, length: i32): i32 {
  if (length < 1 || length > 9) return -1;
  let value = 0;
  for (let i = 0; i < length; i++) {
    const digit = <i32>load<u8>(address + <usize>i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** A growing run of bytes, for names and messages that are put together outside the hot path. */
export class ByteBuilder {
  private buffer: StaticArray<u8> = new StaticArray<u8>(128);
  length: i32 = 0;

  get address(): usize {
    return changetype<usize>(this.buffer);
  }

  clear(): ByteBuilder {
    this.length = 0;
    return this;
  }

  bytes(address: usize, length: i32): ByteBuilder {
    this.reserve(length);
    memory.copy(this.address + <usize>this.length, address, <usize>length);
    this.length += length;
    return this;
  }

  add(text: StaticArray<u8>): ByteBuilder {
    return this.bytes(changetype<usize>(text), text.length);
  }

  /** A fixed text of texts.gen.ts. */
  text(text: usize): ByteBuilder {
    return this.bytes(text + 1, load<u8>(text));
  }

  /** A whole number that is not negative. */
  decimal(value: i32): ByteBuilder {
    let scale = 1;
    while (value / scale >= 10) scale *= 10;
    for (; scale > 0; scale /= 10) this.byte(<u8>(48 + ((value / scale) % 10)));
    return this;
  }

  byte(value: u8): ByteBuilder {
    this.reserve(1);
    store<u8>(this.address + <usize>this.length, value);
    this.length++;
    return this;
  }

  /** A copy of the bytes so far, for keeping. */
  copy(): StaticArray<u8> {
    return copyBytes(this.address, this.length);
  }

  private reserve(more: i32): void {
    const need = this.length + more;
    if (need <= this.buffer.length) return;
    const grown = new StaticArray<u8>(max(need, this.buffer.length * 2));
    memory.copy(changetype<usize>(grown), this.address, <usize>this.length);
    this.buffer = grown;
  }
}
