/**
 * Which rules could match a text: an index from whole texts and beginnings of texts to numbers. Looking a text up costs its
 * length, not the number of keys. The keys come from configuration alone, so no client can choose where they collide. Pure.
 */
import { copyBytes, equals } from "./bytes";
import { fnv, OFFSET, step } from "./fnv";

class Key {
  /** How often a number was added. */
  count: i32 = 0;
  /** Places of its first and last number; -1: it has none. */
  head: i32 = -1;
  tail: i32 = -1;
  constructor(
    readonly bytes: StaticArray<u8>,
    readonly hash: u32,
    readonly prefix: bool,
  ) {}
}

export class KeyTable {
  private keys: Array<Key> = [];
  /** Numbers of all keys, and for each the place of the next one of its key, -1 behind the last. */
  private readonly numbers: Array<i32> = [];
  private readonly links: Array<i32> = [];
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

  /**
   * Adds a number under a key.
   * @param prefix the key is the beginning of texts, else a whole one
   * @param value negative: it is only counted
   */
  add(address: usize, length: i32, prefix: bool, value: i32): void {
    const hash = fnv(address, length);
    let number = this.find(address, length, hash, prefix);
    if (number < 0) number = this.insert(new Key(copyBytes(address, length), hash, prefix));
    const key = unchecked(this.keys[number]);
    key.count++;
    if (value < 0 || (key.tail >= 0 && unchecked(this.numbers[key.tail]) == value)) return;
    const place = this.numbers.push(value) - 1;
    this.links.push(-1);
    if (key.tail >= 0) unchecked((this.links[key.tail] = place));
    else key.head = place;
    key.tail = place;
  }

  /** How often a number was added under a key. */
  count(address: usize, length: i32, prefix: bool): i32 {
    const hash = fnv(address, length);
    const number = this.find(address, length, hash, prefix);
    return number < 0 ? 0 : unchecked(this.keys[number]).count;
  }

  /** Starts to look a text up; its bytes must stay until `next` returns -1. */
  begin(address: usize, length: i32): KeyTable {
    this.address = address;
    this.length = length;
    this.at = 0;
    this.hash = OFFSET;
    this.prefixDone = false;
    return this;
  }

  /** The place of the first number under the next key that matches the text; -1: there is no more. */
  next(): i32 {
    while (this.at <= this.length && this.at < this.lengths.length) {
      const kinds = unchecked(this.lengths[this.at]);
      if (!this.prefixDone) {
        this.prefixDone = true;
        if ((kinds & 2) != 0) {
          const number = this.find(this.address, this.at, this.hash, true);
          if (number >= 0) return unchecked(this.keys[number]).head;
        }
      }
      if (this.at == this.length) {
        this.at++;
        const number = (kinds & 1) != 0 ? this.find(this.address, this.length, this.hash, false) : -1;
        return number < 0 ? -1 : unchecked(this.keys[number]).head;
      }
      this.hash = step(this.hash, load<u8>(this.address + <usize>this.at));
      this.at++;
      this.prefixDone = false;
    }
    return -1;
  }

  /** The number at a place. */
  numberAt(place: i32): i32 {
    return unchecked(this.numbers[place]);
  }

  /** The place of the next number of the same key, in the order in which they were added; -1: it was the last. */
  after(place: i32): i32 {
    return unchecked(this.links[place]);
  }

  private find(address: usize, length: i32, hash: u32, prefix: bool): i32 {
    const mask = this.places.length - 1;
    let place = mix(hash) & mask;
    while (true) {
      const number = unchecked(this.places[place]) - 1;
      if (number < 0) return -1;
      const key = unchecked(this.keys[number]);
      if (key.hash == hash && key.prefix == prefix && equals(address, length, key.bytes)) return number;
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
function mix(hash: u32): i32 {
  return <i32>((hash ^ (hash >> 16)) & 0x7fffffff);
}
