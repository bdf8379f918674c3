/**
 * Numbers for names: the keys that a policy keeps apart. They come from configuration or from cluster and route names,
 * never from a client, and their number is bounded by the caller. Looking one up allocates nothing. Pure.
 */
import { copyBytes, equals } from "./bytes";
import { hashOf, OFFSET } from "./fnv";

const PLACES: u32 = 4096;
/** Most names that a table takes: it stays at most half full. */
export const MAX_NAMES: i32 = <i32>PLACES / 2;

export class NameTable {
  private readonly names: Array<StaticArray<u8>> = [];
  /** Number of a name plus 1, by hash; 0 = free. */
  private readonly places: StaticArray<u16> = new StaticArray<u16>(<i32>PLACES);

  get size(): i32 {
    return this.names.length;
  }

  /** Number of a name, or -1. */
  find(address: usize, length: i32): i32 {
    return <i32>unchecked(this.places[this.place(address, length)]) - 1;
  }

  /** Number of a name that is not yet in the table; -1 when it is full. */
  add(address: usize, length: i32): i32 {
    if (this.names.length >= MAX_NAMES) return -1;
    unchecked((this.places[this.place(address, length)] = <u16>this.names.push(copyBytes(address, length))));
    return this.names.length - 1;
  }

  /** The place where a name is, or where it would go. */
  private place(address: usize, length: i32): i32 {
    const hash = hashOf(OFFSET, address, length);
    let place = (hash ^ (hash >> 16)) & (PLACES - 1);
    while (true) {
      const number = <i32>unchecked(this.places[place]);
      if (number == 0) return <i32>place;
      const name = unchecked(this.names[number - 1]);
      if (equals(address, length, name)) return <i32>place;
      place = (place + 1) & (PLACES - 1);
    }
  }
}
