/**
 * Which rules could match a text: an index from whole texts and beginnings of texts to numbers. Looking a text up costs its
 * length, not the number of keys. The keys come from configuration alone, so no client can choose where they collide. Pure.
 */

/** FNV-1a, 32 bits. */
const OFFSET: u32 = 2166136261;
const PRIME: u32 = 16777619;

class Key {
  readonly values: Array<i32> = [];
  constructor(
    readonly bytes: StaticArray<u8>,
    readonly hash: u32,
    readonly prefix: bool,
  ) {}
}

export class KeyTable {
  private keys: Array<Key> = [];
  /** Number of a key plus 1, by hash; 0 = free. At most half of it is used. */
  private places: StaticArray<i32> = new StaticArray<i32>(16);
  /** By length: 1 some whole text has it, 2 some beginning, 3 both. */
  private lengths: StaticArray<u8> = new StaticArray<u8>(0);

  /** The text that is looked up, and how far it is. */
  private address: usize = 0;
  private length: i32 = 0;
  private at: i32 = 0;
  private hash: u32 = 0;
  private prefixDone: bool = false;

  get size(): i32 {
    return this.keys.length;
  }

  /** Adds a number under a key. @param prefix the key is the beginning of texts, else a whole one */
  add(address: usize, length: i32, prefix: bool, value: i32): void {
    let hash = OFFSET;
    for (let i = 0; i < length; i++) hash = step(hash, load<u8>(address + <usize>i));
    let number = this.find(address, length, hash, prefix);
    if (number < 0) {
      const bytes = new StaticArray<u8>(length);
      memory.copy(changetype<usize>(bytes), address, <usize>length);
      number = this.insert(new Key(bytes, hash, prefix));
    }
    const values = unchecked(this.keys[number]).values;
    if (values.length == 0 || unchecked(values[values.length - 1]) != value) values.push(value);
  }

  /** How many numbers are under a key. */
  count(address: usize, length: i32, prefix: bool): i32 {
    let hash = OFFSET;
    for (let i = 0; i < length; i++) hash = step(hash, load<u8>(address + <usize>i));
    const number = this.find(address, length, hash, prefix);
    return number < 0 ? 0 : unchecked(this.keys[number]).values.length;
  }

  /** Starts to look a text up; its bytes must stay until `next` returns null. */
  begin(address: usize, length: i32): KeyTable {
    this.address = address;
    this.length = length;
    this.at = 0;
    this.hash = OFFSET;
    this.prefixDone = false;
    return this;
  }

  /** The numbers, ascending if they were added so, under the next key that matches the text; null: there is no more. */
  next(): Array<i32> | null {
    while (this.at <= this.length && this.at < this.lengths.length) {
      const kinds = unchecked(this.lengths[this.at]);
      if (!this.prefixDone) {
        this.prefixDone = true;
        if ((kinds & 2) != 0) {
          const number = this.find(this.address, this.at, this.hash, true);
          if (number >= 0) return unchecked(this.keys[number]).values;
        }
      }
      if (this.at == this.length) {
        this.at++;
        const number = (kinds & 1) != 0 ? this.find(this.address, this.length, this.hash, false) : -1;
        return number < 0 ? null : unchecked(this.keys[number]).values;
      }
      this.hash = step(this.hash, load<u8>(this.address + <usize>this.at));
      this.at++;
      this.prefixDone = false;
    }
    return null;
  }

  private find(address: usize, length: i32, hash: u32, prefix: bool): i32 {
    const mask = this.places.length - 1;
    let place = mix(hash) & mask;
    while (true) {
      const number = unchecked(this.places[place]) - 1;
      if (number < 0) return -1;
      const key = unchecked(this.keys[number]);
      if (
        key.hash == hash &&
        key.prefix == prefix &&
        key.bytes.length == length &&
        memory.compare(changetype<usize>(key.bytes), address, <usize>length) == 0
      )
        return number;
      place = (place + 1) & mask;
    }
  }

  private insert(key: Key): i32 {
    const number = this.keys.push(key) - 1;
    if (this.keys.length * 2 > this.places.length) {
      this.places = new StaticArray<i32>(this.places.length * 2);
      for (let i = 0; i < this.keys.length; i++) this.place(i);
    } else this.place(number);
    const length = key.bytes.length;
    if (length >= this.lengths.length) {
      const longer = new StaticArray<u8>(length + 1);
      memory.copy(changetype<usize>(longer), changetype<usize>(this.lengths), <usize>this.lengths.length);
      this.lengths = longer;
    }
    unchecked((this.lengths[length] |= key.prefix ? 2 : 1));
    return number;
  }

  private place(number: i32): void {
    const mask = this.places.length - 1;
    let place = mix(unchecked(this.keys[number]).hash) & mask;
    while (unchecked(this.places[place]) != 0) place = (place + 1) & mask;
    unchecked((this.places[place] = number + 1));
  }
}

// @ts-ignore: decorator
@inline
function step(hash: u32, byte: u8): u32 {
  return (hash ^ byte) * PRIME;
}

// @ts-ignore: decorator
@inline
function mix(hash: u32): i32 {
  return <i32>((hash ^ (hash >> 16)) & 0x7fffffff);
}
