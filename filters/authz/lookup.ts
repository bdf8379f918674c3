/**
 * Which rules can match a request at all. Each rule is filed under the keys of one of its conditions, the one whose keys
 * it shares with the fewest others; rules without such a condition are judged for every request. What is found is judged
 * in full afterwards, so too much found costs time only. That nothing is missing is what the oracle's property test is for:
 * it knows no index.
 */
import { ByteBuilder } from "../../assembly/bytes";
import { KeyTable } from "../../assembly/keys";
import { MAX_NAMES, NameTable } from "../../assembly/names";
import { EXACT, PREFIX } from "../../assembly/pattern";
import { literalLength } from "../../assembly/template";
import { Attribute, Clause, Condition, Kind, Rule, Value } from "./model";

/** What rules are filed under. */
export namespace File {
  export const PATH: i32 = 0;
  export const HOST: i32 = 1;
  export const PRINCIPAL: i32 = 2;
  export const HEADER: i32 = 3;
}
const FILES: i32 = 4;
/** A path's beginning of one byte is every path's. */
const SHORTEST_PREFIX: i32 = 2;

export class Lookup {
  readonly tables: StaticArray<KeyTable> = [new KeyTable(), new KeyTable(), new KeyTable(), new KeyTable()];
  /** Names of the headers that rules are filed under; a key of that table is name, NUL, value. */
  names: NameTable | null = null;
  /** Rules that every request must be judged by, ascending. */
  always: Array<i32> = [];
  /** Per rule, the number of the request for which it was judged last. */
  seen: StaticArray<u32> = new StaticArray<u32>(0);
  request: u32 = 0;

  /** Files all rules; their numbers are their places in `rules`. */
  build(rules: Array<Rule>): void {
    this.seen = new StaticArray<u32>(rules.length);
    const shared = new Lookup();
    for (let i = 0; i < rules.length; i++) {
      for (let file = 0; file < FILES; file++) {
        if (fileable(unchecked(rules[i]), file)) shared.file(unchecked(rules[i]), file, -1);
      }
    }
    for (let i = 0; i < rules.length; i++) {
      const rule = unchecked(rules[i]);
      let best = -1;
      let least = i32.MAX_VALUE;
      for (let file = 0; file < FILES; file++) {
        if (!fileable(rule, file)) continue;
        const crowd = shared.crowd(rule, file);
        if (crowd >= least) continue;
        best = file;
        least = crowd;
      }
      if (best < 0 || !this.file(rule, best, i)) this.always.push(i);
    }
  }

  has(file: i32): bool {
    return unchecked(this.tables[file]).size > 0;
  }

  /** False when there are too many header names: the rule must be judged always. */
  private file(rule: Rule, file: i32, number: i32): bool {
    const clauses = clausesOf(rule, file);
    for (let i = 0; i < clauses.length; i++) {
      const condition = keyCondition(unchecked(clauses[i]), file);
      if (condition === null || (file == File.HEADER && !this.takeName(condition.name))) return false;
    }
    for (let i = 0; i < clauses.length; i++) {
      const condition = keyCondition(unchecked(clauses[i]), file);
      if (condition === null) continue;
      let value = condition.values;
      while (value !== null) {
        const prefix = keyOf(condition, value);
        unchecked(this.tables[file]).add(key.address, key.length, prefix, number);
        value = value.next;
      }
    }
    return true;
  }

  /** How many rules the fullest of a rule's keys is shared by. */
  private crowd(rule: Rule, file: i32): i32 {
    let most = 0;
    const clauses = clausesOf(rule, file);
    for (let i = 0; i < clauses.length; i++) {
      const condition = keyCondition(unchecked(clauses[i]), file);
      if (condition === null) continue;
      let value = condition.values;
      while (value !== null) {
        const prefix = keyOf(condition, value);
        most = max(most, unchecked(this.tables[file]).count(key.address, key.length, prefix));
        value = value.next;
      }
    }
    return most;
  }

  private takeName(name: StaticArray<u8>): bool {
    let names = this.names;
    if (names === null) {
      names = new NameTable();
      this.names = names;
    }
    const address = changetype<usize>(name);
    if (names.find(address, name.length) >= 0) return true;
    return names.size < MAX_NAMES && names.add(address, name.length) >= 0;
  }
}

const key = new ByteBuilder();

/** Leaves a value's key in `key`. @returns whether it is the beginning of texts */
function keyOf(condition: Condition, value: Value): bool {
  key.clear();
  if (condition.attribute == Attribute.HEADER) key.add(condition.name).byte(0);
  const bytes = value.bytes;
  key.bytes(changetype<usize>(bytes), value.kind == Kind.TEMPLATE ? literalLength(bytes) : bytes.length);
  return value.kind != EXACT;
}

function clausesOf(rule: Rule, file: i32): StaticArray<Clause> {
  return file == File.PATH || file == File.HOST ? rule.permissions : rule.principals;
}

function fileable(rule: Rule, file: i32): bool {
  const clauses = clausesOf(rule, file);
  for (let i = 0; i < clauses.length; i++) if (keyCondition(unchecked(clauses[i]), file) === null) return false;
  return true;
}

/** The condition of a clause whose values are all keys. */
function keyCondition(clause: Clause, file: i32): Condition | null {
  for (let i = 0; i < clause.length; i++) {
    const condition = unchecked(clause[i]);
    if (condition.attribute == attributeOf(file) && areKeys(condition.values)) return condition;
  }
  return null;
}

function attributeOf(file: i32): u8 {
  if (file == File.PATH) return Attribute.PATH;
  if (file == File.HOST) return Attribute.HOST;
  return file == File.PRINCIPAL ? Attribute.PRINCIPAL : Attribute.HEADER;
}

/** Whether there are values, and all of them are keys. */
function areKeys(values: Value | null): bool {
  let value = values;
  while (value !== null) {
    if (!isKey(value)) return false;
    value = value.next;
  }
  return values !== null;
}

function isKey(value: Value): bool {
  if (value.kind == EXACT) return true;
  if (value.kind == PREFIX) return value.bytes.length >= SHORTEST_PREFIX;
  return value.kind == Kind.TEMPLATE && literalLength(value.bytes) >= SHORTEST_PREFIX;
}
