/** How many rules share a key: what it takes to choose the condition that a rule is filed under. Memory of its own. Pure. */
import { powerOfTwo } from "../../assembly/fnv";
import { Rule } from "./model";
import { beginKeys, fileable, FILES, keyHash, nextKey } from "./rule-keys";

/** Bytes of a place: a hash and a count, 0 where the place is free. */
const PLACE: usize = 8;

export class Crowds {
  private block: usize = 0;
  private places: u32 = 0;

  constructor(rules: Array<Rule>) {
    // Half of the places stay free.
    const places = powerOfTwo(2 * this.visit(rules) + 1);
    this.places = places;
    this.block = heap.alloc(<usize>places * PLACE);
    memory.fill(this.block, 0, <usize>places * PLACE);
    this.visit(rules);
  }

  /** Enters all keys that rules could be filed under, once there is room for them. @returns how many there are */
  private visit(rules: Array<Rule>): i32 {
    let keys = 0;
    for (let i = 0; i < rules.length; i++) {
      for (let file = 0; file < FILES; file++) {
        if (!fileable(unchecked(rules[i]), file)) continue;
        beginKeys(unchecked(rules[i]), file, false);
        for (; nextKey(); keys++) {
          if (this.block == 0) continue;
          const place = this.find(keyHash);
          store<u32>(place, keyHash);
          store<u32>(place, load<u32>(place, 4) + 1, 4);
        }
      }
    }
    return keys;
  }

  /** How many rules the fullest of a rule's keys is shared by. */
  fullest(rule: Rule, file: i32): i32 {
    let most = 0;
    beginKeys(rule, file, false);
    while (nextKey()) most = max(most, load<i32>(this.find(keyHash), 4));
    return most;
  }

  /** Gives the memory back. */
  end(): void {
    heap.free(this.block);
  }

  private find(hash: u32): usize {
    let place = hash & (this.places - 1);
    while (true) {
      const at = this.block + <usize>place * PLACE;
      if (load<u32>(at, 4) == 0 || load<u32>(at) == hash) return at;
      place = (place + 1) & (this.places - 1);
    }
  }
}
