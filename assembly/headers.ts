import { ByteBuilder, equals, isText } from "./bytes";

/**
 * A view of all headers as the host serialises them: u32 count, then for each pair u32 name length and u32 value
 * length, then every name and value followed by NUL. Nothing is copied. The lengths are checked against the buffer
 * before anything is read: a view that is not `valid` has no pairs, and a policy must deny on it.
 */
export class HeaderPairs {
  /** Number of pairs; 0 when the buffer is empty or not valid. */
  count: i32 = 0;
  /** False when the buffer contradicts itself. */
  valid: bool = true;
  private lengths: usize = 0;
  private first: usize = 0;
  private text: usize = 0;
  private index: i32 = -1;
  /** Address and length of the current pair. */
  name: usize = 0;
  nameLength: i32 = 0;
  value: usize = 0;
  valueLength: i32 = 0;

  /** Lays the view over `length` bytes. */
  reset(address: usize, length: i32): HeaderPairs {
    this.index = -1;
    this.count = 0;
    this.valid = true;
    if (length == 0) return this;
    this.valid = false;
    if (length < 4) return this;
    const count = load<u32>(address);
    const head: u64 = 4 + <u64>count * 8;
    if (head > <u64>length) return this;
    let total = head;
    for (let i: u32 = 0; i < count; i++) {
      const at = address + 4 + <usize>i * 8;
      total += <u64>load<u32>(at) + <u64>load<u32>(at, 4) + 2;
    }
    if (total != <u64>length) return this;
    this.valid = true;
    this.count = <i32>count;
    this.lengths = address + 4;
    this.first = address + <usize>head;
    this.text = this.first;
    return this;
  }

  /** Lays the view over what another one sees, and before its first pair: two walks at a time need two views. */
  share(other: HeaderPairs): HeaderPairs {
    this.count = other.count;
    this.valid = other.valid;
    this.lengths = other.lengths;
    this.first = other.first;
    return this.rewind();
  }

  /** Goes back before the first pair. */
  rewind(): HeaderPairs {
    this.index = -1;
    this.text = this.first;
    return this;
  }

  /** Whether the current pair has this name, a fixed text. */
  is(name: usize): bool {
    return isText(this.name, this.nameLength, name);
  }

  /** Whether the current pair has this name. */
  isNamed(name: StaticArray<u8>): bool {
    return equals(this.name, this.nameLength, name);
  }

  /** Moves to the next pair; false after the last one. */
  next(): bool {
    if (this.index + 1 >= this.count) return false;
    this.index++;
    const at = this.lengths + <usize>this.index * 8;
    this.name = this.text;
    this.nameLength = load<i32>(at);
    this.value = this.text + <usize>this.nameLength + 1;
    this.valueLength = load<i32>(at, 4);
    this.text = this.value + <usize>this.valueLength + 1;
    return true;
  }
}

/** One header in the form in which the host takes extra headers of a local reply. */
export function headerPair(name: StaticArray<u8>, value: StaticArray<u8>): StaticArray<u8> {
  return headerPairs([name, value]);
}

/** Headers in the form in which the host takes extra headers of a local reply. @param texts name, value, name, value, ... */
export function headerPairs(texts: Array<StaticArray<u8>>): StaticArray<u8> {
  const out = new ByteBuilder();
  word(out, texts.length / 2);
  for (let i = 0; i < texts.length; i++) word(out, unchecked(texts[i]).length);
  for (let i = 0; i < texts.length; i++) out.add(unchecked(texts[i])).byte(0);
  return out.copy();
}

function word(out: ByteBuilder, value: i32): void {
  for (let shift = 0; shift < 32; shift += 8) out.byte(<u8>(value >> shift));
}
