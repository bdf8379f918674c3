/** The resources of one kind that a configuration has had so far: none of them may come twice. Pure. */
import { hashOf, OFFSET } from "../../assembly/fnv";
import { compareBytes } from "../../assembly/bytes";
import { Store } from "../../assembly/store";
import { newOrigin, Origin } from "./model";

export class Origins {
  /** By hash, 0 where there is none. At most half of it is used; its length is a power of two. */
  private places: StaticArray<usize> = new StaticArray<usize>(16);
  private count: i32 = 0;

  constructor(private readonly room: Store) {}

  /** A new one. Null: there is one with the same namespace and name. */
  add(namespace: usize, namespaceLength: i32, name: usize, nameLength: i32): Origin | null {
    const origin = newOrigin(this.room, namespace, namespaceLength, name, nameLength);
    const before = this.places;
    if (++this.count * 2 > before.length) {
      this.places = new StaticArray<usize>(before.length * 2);
      for (let i = 0; i < before.length; i++)
        if (unchecked(before[i]) != 0) this.place(changetype<Origin>(unchecked(before[i])));
    }
    return this.place(origin) ? origin : null;
  }

  private place(origin: Origin): bool {
    const mask = this.places.length - 1;
    const length = origin.namespaceLength + origin.nameLength;
    let place = hashOf(OFFSET, origin.namespace, length) & mask;
    for (; unchecked(this.places[place]) != 0; place = (place + 1) & mask) {
      const other = changetype<Origin>(unchecked(this.places[place]));
      if (
        other.namespaceLength == origin.namespaceLength &&
        other.nameLength == origin.nameLength &&
        compareBytes(other.namespace, origin.namespace, length) == 0
      )
        return false;
    }
    unchecked((this.places[place] = changetype<usize>(origin)));
    return true;
  }
}
