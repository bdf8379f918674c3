/**
 * A filter's configuration, from bytes to checked values: pure, no host call, never a trap.
 *
 *   const root = cfg.check(ptr, len, TABLE);
 *   if (root == cfg.NONE) -> log cfg.messagePtr(), cfg.messageLen()
 *   const percent = cfg.milli(cfg.field(cfg.field(root, BUDGET), BUDGET_PERCENT));
 *
 * Nodes are valid until the next `check` and as long as the bytes given to it stay in place: compile them at once.
 * Where long lists are shed (`shedLists`), an item of one, and all in it, is valid until `next` goes on to the one behind it.
 */
import { reset } from "./arena";
import { checkNode } from "./check";
import { firstItem, nextItem, setChecked } from "./items";
import { readShedding } from "./json";
import { clear, close, messageLen, messagePtr, open, openAt, openLine } from "./message";
import { data, fieldOf, MAX_DEPTH, Node, NONE, OBJECT } from "./node";
import { looksLikeStruct, readStruct } from "./struct";
import { put, putByte, putDecimal } from "./text";
import * as texts from "./texts.gen";

/** Gives back the memory of all nodes before the next `check` does: for what a filter builds without them. */
export { reset as release } from "./arena";
export { hash } from "./canonical";
export { shedLists } from "./json";
export { messageLen, messagePtr, Node, NONE };

/** Whether a configuration of `size` bytes may be read at all. False: there is a message. */
export function fits(size: i32, limit: i32): bool {
  reset();
  clear();
  if (<u32>size <= <u32>limit) return true;
  open();
  put(texts.SIZE);
  putDecimal(<u32>size, 0);
  put(texts.SIZE_ALLOWED);
  putDecimal(limit, 0);
  return close();
}

/**
 * Reads `len` bytes at `ptr`, JSON text or a google.protobuf.Struct, and checks them by the `TABLE` of a schema.gen.ts.
 * Result: the root, every default filled in; NONE on the first error, whose message begins with its JSON pointer (or with
 * line and column, if the text is no JSON).
 */
export function check(ptr: usize, len: i32, table: usize): Node {
  reset();
  clear();
  setChecked(0);
  const root = read(ptr, len);
  if (root == NONE || !checkNode(table, 0, root)) return NONE;
  setChecked(table);
  return root;
}

function read(ptr: usize, len: i32): Node {
  if (len <= 0) {
    open();
    put(texts.EMPTY);
    close();
    return NONE;
  }
  if (looksLikeStruct(ptr, len)) return readStruct(ptr, len, false);
  if (len >= 3 && load<u16>(ptr) == 0xbbef && load<u8>(ptr, 2) == 0xbf) {
    openLine(ptr, ptr);
    put(texts.BYTE_ORDER_MARK);
    close();
    return NONE;
  }
  return readShedding(ptr, len);
}

/** The value of a field of an object, given or by default. NONE: absent and without default, or `object` is NONE. */
export function field(object: Node, slot: i32): Node {
  return object == NONE || data(object).kind != OBJECT ? NONE : fieldOf(object, slot);
}

/** A whole number. 0 for NONE, as with all of these. */
export function integer(node: Node): i64 {
  return milli(node) / 1000;
}

/** A number in thousandths. */
export function milli(node: Node): i64 {
  return node == NONE ? 0 : data(node).value;
}

/** A duration in milliseconds. */
export function millis(node: Node): i64 {
  return node == NONE ? 0 : data(node).value;
}

/** The index of an enum's value: compare it with the constants in schema.gen.ts. */
export function enumIndex(node: Node): i32 {
  return node == NONE ? 0 : <i32>data(node).value;
}

/** A boolean. */
export function flag(node: Node): bool {
  return node != NONE && data(node).value != 0;
}

/** First byte of a string (UTF-8 without NUL). */
export function ptr(node: Node): usize {
  return node == NONE ? 0 : data(node).ptr;
}

/** Bytes of a string; items of a list; fields of a map, or those of an object, given or by default. */
export function len(node: Node): i32 {
  return node == NONE ? 0 : data(node).len;
}

/** First byte of the key of a map's field. */
export function keyPtr(field: Node): usize {
  return field == NONE ? 0 : data(field).keyPtr;
}

/** Bytes of the key of a map's field. */
export function keyLen(field: Node): i32 {
  return field == NONE ? 0 : data(field).keyLen;
}

/** The first item of a list, or field of a map; NONE: it is empty. */
export function first(list: Node): Node {
  return list == NONE ? NONE : firstItem(list);
}

/** The item or field after `item`, which is void from now on where long lists are shed. NONE: it was the last. */
export function next(item: Node): Node {
  return item == NONE ? NONE : nextItem(item);
}

/** Reports what the schema can't say, such as one field against another: `what` comes after the node's pointer. Always false. */
export function error(node: Node, what: texts.Text): bool {
  if (node == NONE) return false;
  openAt(node);
  put(what);
  return close();
}
