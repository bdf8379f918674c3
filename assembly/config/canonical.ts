import { firstItem, nextItem } from "./items";
import { ARRAY, BOOLEAN, data, DURATION, MAP, Node, NONE, NUMBER, OBJECT } from "./node";
import { beginHash, hashed, put, putByte, putDecimal, putQuoted } from "./text";
import { FALSE_VALUE, TRUE_VALUE } from "./texts.gen";

/** The policy hash is a gauge, and a double holds 48 bits with room to spare. */
const HASH_BITS: u64 = 0xffffffffffff;

/** The policy hash of a checked root: the low 48 bits of the XXH64 (seed 0) of its canonical text, which is kept nowhere. */
export function hash(root: Node): i64 {
  if (root == NONE) return 0;
  beginHash();
  putCanonical(root);
  return <i64>(hashed() & HASH_BITS);
}

/**
 * Puts the canonical text of a checked node: JSON without white space, keys sorted by their bytes, defaults filled in,
 * numbers as short as they go, durations as milliseconds. Two configurations that mean the same have the same text. The
 * recursion is bounded by the depth of the schema.
 */
export function putCanonical(node: Node): void {
  const it = data(node);
  if (it.kind == OBJECT || it.kind == MAP) putFields(node);
  else if (it.kind == ARRAY) {
    putByte(0x5b);
    let comma = false;
    for (let item = firstItem(node); item != NONE; item = nextItem(item)) {
      if (comma) putByte(0x2c);
      comma = true;
      putCanonical(item);
    }
    putByte(0x5d);
  } else if (it.kind == NUMBER) putDecimal(it.value, 3);
  else if (it.kind == DURATION) putDecimal(it.value, 0);
  else if (it.kind == BOOLEAN) put(it.value != 0 ? TRUE_VALUE : FALSE_VALUE);
  else putQuoted(it.ptr, it.len);
}

/** The checker has put the fields in the order of their keys. */
function putFields(object: Node): void {
  putByte(0x7b);
  for (let child = data(object).ptr; child != NONE; child = data(child).next) {
    if (child != data(object).ptr) putByte(0x2c);
    putQuoted(data(child).keyPtr, data(child).keyLen);
    putByte(0x3a);
    putCanonical(child);
  }
  putByte(0x7d);
}
