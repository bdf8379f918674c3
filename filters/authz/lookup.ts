/**
 * Which rules can match a request at all. Each rule is filed under the keys of one of its conditions, the one whose keys
 * it shares with the fewest others; rules without such a condition are judged for every request. What is found is judged
 * in full afterwards, so too much found costs time only. That nothing is missing is what the oracle's property test is for:
 * it knows no index.
 */
import { powerOfTwo, step } from "../../assembly/fnv";
import { Crowds } from "./crowds";
import { Rule } from "./model";
import { beginKeys, File, fileable, FILES, finish, keyHash, keyLength, keyPrefix, nextKey, seed } from "./rule-keys";

/** What `nextRule` returns behind the last one. */
export const NO_RULE: i32 = i32.MAX_VALUE;

/** The text that is looked up, where its file's bits are, and how far it is; of all lookups: there is one at a time. */
let text: usize = 0;
let textLength: i32 = 0;
let shift: u8 = 0;
let at: i32 = 0;
let hash: u32 = 0;
let prefixDone: bool = false;
/** The key that was found, and where its entries may be. */
let key: u32 = 0;
let place: u32 = 0;
let end: u32 = 0;

export class Lookup {
  /** Rules that every request must be judged by, ascending. */
  always: Array<i32> = [];
  /** Per rule, the number of the request for which it was judged last. */
  seen: StaticArray<u32> = new StaticArray<u32>(0);
  request: u32 = 0;
  /** Bits: files that hold something. */
  private used: u32 = 0;
  /** By length: two bits for each file, 1 some whole text has it, 2 some beginning. */
  private lengths: StaticArray<u8> = new StaticArray<u8>(0);
  /** Hash of a key and number of a rule, by the low bits of the hash, ascending by rule. */
  private entries: StaticArray<u64> = new StaticArray<u64>(0);
  /** Per value of these bits, the place of its first entry; then that behind the last one. */
  private starts: StaticArray<u32> = new StaticArray<u32>(1);

  /** Files all rules; their numbers are their places in `rules`. */
  build(rules: Array<Rule>): void {
    const files = new StaticArray<u32>(rules.length);
    this.choose(rules, files);
    let count = 0;
    let longest = 0;
    for (let i = 0; i < rules.length; i++) {
      const file = <i32>unchecked(files[i]);
      if (file == FILES) {
        this.always.push(i);
        continue;
      }
      this.used |= 1 << file;
      beginKeys(unchecked(rules[i]), file, true);
      for (; nextKey(); count++) longest = max(longest, keyLength);
    }
    this.entries = new StaticArray<u64>(count);
    this.lengths = new StaticArray<u8>(longest + 1);
    this.starts = new StaticArray<u32>(powerOfTwo(count) + 1);
    this.fill(rules, files);
    memory.fill(changetype<usize>(files), 0, (<usize>rules.length) << 2);
    this.seen = files;
  }

  /** Leaves for each rule its file, or FILES where it must be judged always. */
  private choose(rules: Array<Rule>, files: StaticArray<u32>): void {
    const crowds = new Crowds(rules);
    for (let i = 0; i < rules.length; i++) {
      const rule = unchecked(rules[i]);
      let best = FILES;
      let least = i32.MAX_VALUE;
      for (let file = 0; file < FILES; file++) {
        if (!fileable(rule, file)) continue;
        const crowd = crowds.fullest(rule, file);
        if (crowd >= least) continue;
        best = file;
        least = crowd;
      }
      unchecked((files[i] = best));
    }
    crowds.end();
  }

  /** Counts the entries of each place, adds the counts up, and puts the entries in from behind. */
  private fill(rules: Array<Rule>, files: StaticArray<u32>): void {
    const starts = this.starts;
    const buckets = starts.length - 1;
    for (let i = 0; i < rules.length; i++) {
      const file = <i32>unchecked(files[i]);
      if (file == FILES) continue;
      beginKeys(unchecked(rules[i]), file, true);
      while (nextKey()) {
        unchecked(starts[keyHash & (buckets - 1)]++);
        const kind: u8 = keyPrefix ? 2 : 1;
        unchecked((this.lengths[keyLength] |= kind << u8(2 * file)));
      }
    }
    for (let i = 1; i <= buckets; i++) unchecked((starts[i] += starts[i - 1]));
    for (let i = rules.length - 1; i >= 0; i--) {
      const file = <i32>unchecked(files[i]);
      if (file == FILES) continue;
      beginKeys(unchecked(rules[i]), file, true);
      while (nextKey())
        unchecked((this.entries[--starts[keyHash & (buckets - 1)]] = ((<u64>keyHash) << 32) | (<u64>i)));
    }
  }

  /** Begins with another request: no rule has been judged for it. */
  renew(): void {
    if (++this.request != 0) return;
    // 0 is what no rule has been judged for; after 2^32 requests the numbers begin again.
    this.request = 1;
    memory.fill(changetype<usize>(this.seen), 0, (<usize>this.seen.length) << 2);
  }

  /** Whether a rule has not been judged for this request; it counts as judged from now on. */
  isNew(rule: i32): bool {
    if (unchecked(this.seen[rule]) == this.request) return false;
    unchecked((this.seen[rule] = this.request));
    return true;
  }

  has(file: i32): bool {
    return (this.used & (1 << file)) != 0;
  }

  /** Whether some rule is filed under a header of this name. */
  hasHeader(name: usize, length: i32): bool {
    this.begin(File.HEADER, name, length);
    while (this.nextKey()) if (this.nextRule() != NO_RULE) return true;
    return false;
  }

  /** Starts to look a text up; its bytes must stay until `nextKey` returns false. @param length below 0: there is no text */
  begin(file: i32, address: usize, length: i32): void {
    text = address;
    textLength = this.has(file) ? length : -1;
    shift = <u8>(2 * file);
    at = 0;
    hash = seed(file);
    prefixDone = false;
  }

  /** Goes to the next key that the text may have. False: there is no more. */
  nextKey(): bool {
    while (at <= textLength && at < this.lengths.length) {
      const kinds = unchecked(this.lengths[at]) >> shift;
      if (!prefixDone) {
        prefixDone = true;
        if ((kinds & 2) != 0) return this.goTo(finish(hash, true));
      }
      if (at == textLength) {
        at++;
        return (kinds & 1) != 0 && this.goTo(finish(hash, false));
      }
      hash = step(hash, load<u8>(text + <usize>at));
      at++;
      prefixDone = false;
    }
    return false;
  }

  private goTo(found: u32): bool {
    const bucket = found & (this.starts.length - 2);
    key = found;
    place = unchecked(this.starts[bucket]);
    end = unchecked(this.starts[bucket + 1]);
    return true;
  }

  /** The next rule under the key, ascending; NO_RULE: there is no more. */
  nextRule(): i32 {
    while (place < end) {
      const entry = unchecked(this.entries[place++]);
      if (<u32>(entry >> 32) == key) return <i32>entry;
    }
    return NO_RULE;
  }
}
