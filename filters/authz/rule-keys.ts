/**
 * What a rule can be filed under: keys, each a whole text or the beginning of texts. A key counts as its hash alone (FNV-1a,
 * 32 bits, with file and kind): two keys of one hash find each other's rules, which are judged in full anyway. Pure.
 */
import { hashOf, OFFSET, step } from "../../assembly/fnv";
import { EXACT, PREFIX } from "../../assembly/pattern";
import { literalLength } from "../../assembly/template";
import { Attribute, Clause, clauseCount, Clauses, Condition, conditionAt, conditionCount } from "./model";
import { firstClause, Kind, nextClause, Rule, Value } from "./model";

/** What rules are filed under. */
export namespace File {
  export const PATH: i32 = 0;
  export const HOST: i32 = 1;
  export const PRINCIPAL: i32 = 2;
  export const HEADER: i32 = 3;
}
export const FILES: i32 = 4;
/** A path's beginning of one byte is every path's. */
const SHORTEST_PREFIX: i32 = 2;

/** The hash of no bytes. */
export function seed(file: i32): u32 {
  return step(OFFSET, <u8>file);
}

/** The hash of a key, from that of its bytes. */
export function finish(hash: u32, prefix: bool): u32 {
  const last = step(hash, u8(prefix));
  return last ^ (last >> 16);
}

/** The key that `nextKey` has come to: its hash, its bytes, and whether it is the beginning of texts. */
export let keyHash: u32 = 0;
export let keyLength: i32 = 0;
export let keyPrefix: bool = false;

let file: i32 = 0;
let named: bool = false;
let clause: Clause = 0;
let left: i32 = 0;
let condition: Condition | null = null;
let value: Value | null = null;

/**
 * Starts with the keys of a rule that is fileable there.
 * @param headers of HEADER, where a key is name, NUL, value, the names alone are keys too
 */
export function beginKeys(rule: Rule, under: i32, headers: bool): void {
  const clauses = clausesOf(rule, under);
  file = under;
  named = headers && under == File.HEADER;
  clause = firstClause(clauses);
  left = clauseCount(clauses);
  value = null;
}

/** Goes to the next key. False: there is no more. */
export function nextKey(): bool {
  let next = value;
  while (next === null) {
    if (left == 0) return false;
    left--;
    const here = keyCondition(clause, file);
    condition = here;
    clause = nextClause(clause);
    if (here === null) continue;
    next = here.values;
    value = next;
    if (named) return setKey(hashOf(seed(file), here.name, here.nameLength), here.nameLength, false);
  }
  const under = condition;
  if (next === null || under === null) return false;
  value = next.next;
  const length = ownLength(next);
  let hash = seed(file);
  let all = length;
  if (file == File.HEADER) {
    // As the host gives them.
    hash = step(hashOf(hash, under.name, under.nameLength), 0);
    all += under.nameLength + 1;
  }
  return setKey(hashOf(hash, next.bytes, length), all, next.kind != EXACT);
}

function setKey(hash: u32, length: i32, prefix: bool): bool {
  keyHash = finish(hash, prefix);
  keyLength = length;
  keyPrefix = prefix;
  return true;
}

/** Some `to` or some `from`, whichever a file is about. */
function clausesOf(rule: Rule, file: i32): Clauses {
  return file == File.PATH || file == File.HOST ? rule.permissions : rule.principals;
}

/** Whether each clause of a rule has a condition that it can be filed under. */
export function fileable(rule: Rule, file: i32): bool {
  const clauses = clausesOf(rule, file);
  let clause = firstClause(clauses);
  for (let left = clauseCount(clauses); left > 0; left--) {
    if (keyCondition(clause, file) === null) return false;
    clause = nextClause(clause);
  }
  return true;
}

/** The condition of a clause whose values are all keys. */
function keyCondition(clause: Clause, file: i32): Condition | null {
  for (let i = 0; i < conditionCount(clause); i++) {
    const condition = conditionAt(clause, i);
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
  return (value.kind == PREFIX || value.kind == Kind.TEMPLATE) && ownLength(value) >= SHORTEST_PREFIX;
}

/** Bytes of a value that its key has. */
function ownLength(value: Value): i32 {
  return value.kind == Kind.TEMPLATE ? literalLength(value.bytes, value.length) : value.length;
}
