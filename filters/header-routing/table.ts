/** A table of some ten thousand keys in two blocks: a key costs its bytes and about ten more. Looking one up costs its length. Pure. */
import { compareBytes } from "../../assembly/bytes";
import { hashOf, OFFSET } from "../../assembly/fnv";

/** An entry: u16 number, u16 length of the key, the key. */
const HEAD: usize = 4;

export class PackedTable {
  private entries: StaticArray<u8> = new StaticArray<u8>(0);
  private used: usize = 0;
  /** Where an entry begins, plus 1, by hash; 0 = free. At most two thirds of it are used. */
  private places: StaticArray<i32> = new StaticArray<i32>(2);

  /** Makes room, once, before anything is added. @param bytes of all keys together */
  reserve(count: i32, bytes: i32): void {
    let size = 2;
    while (size * 2 < count * 3) size *= 2;
    this.places = new StaticArray<i32>(size);
    this.entries = new StaticArray<u8>(bytes + count * <i32>HEAD);
  }

  /**
   * Gives a key its number, 0 to 65,535.
   * @param length up to 65,535
   * @returns the number that it had before; -1: it is new
   */
  put(address: usize, length: i32, number: i32): i32 {
    const place = this.place(address, length, hashOf(OFFSET, address, length));
    const at = unchecked(this.places[place]);
    let entry = changetype<usize>(this.entries) + <usize>(at - 1);
    let before = -1;
    if (at != 0) before = load<u16>(entry);
    else {
      entry = changetype<usize>(this.entries) + this.used;
      store<u16>(entry, <u16>length, 2);
      memory.copy(entry + HEAD, address, <usize>length);
      unchecked((this.places[place] = <i32>this.used + 1));
      this.used += HEAD + <usize>length;
    }
    store<u16>(entry, <u16>number);
    return before;
  }

  /** The number of a key; -1: it is not there. */
  find(address: usize, length: i32): i32 {
    return this.findHashed(address, length, hashOf(OFFSET, address, length));
  }

  /** The same for a key whose hash is known. */
  findHashed(address: usize, length: i32, hash: u32): i32 {
    const at = unchecked(this.places[this.place(address, length, hash)]);
    return at == 0 ? -1 : <i32>load<u16>(changetype<usize>(this.entries) + <usize>(at - 1));
  }

  /** The place where a key is, or where it would go. */
  private place(address: usize, length: i32, hash: u32): i32 {
    const mask = this.places.length - 1;
    let place = (<i32>(hash ^ (hash >> 16))) & mask;
    while (true) {
      const at = unchecked(this.places[place]);
      if (at == 0) return place;
      const entry = changetype<usize>(this.entries) + <usize>(at - 1);
      if (load<u16>(entry, 2) == length && compareBytes(entry + HEAD, address, length) == 0) return place;
      place = (place + 1) & mask;
    }
  }
}
