import { take } from "./arena";

/** A value of a configuration, by its address in the arena. Valid until the next `check`. */
export type Node = usize;

/** No value. */
export const NONE: Node = 0;

export const NULL: u8 = 0;
export const BOOLEAN: u8 = 1;
export const NUMBER: u8 = 2;
export const STRING: u8 = 3;
export const ARRAY: u8 = 4;
export const OBJECT: u8 = 5;
/** What the checker makes of a string with `format: duration`. */
export const DURATION: u8 = 6;
/** What the checker makes of an object whose keys are the user's own. */
export const MAP: u8 = 7;

/** Objects and lists in one another: deeper is refused, since readers and checker may use the stack. */
export const MAX_DEPTH: i32 = 32;

/** What lies at a node's address. */
@unmanaged
export class NodeData {
  kind: u8;
  /** Of a number: `value` is exactly the number that was given. */
  exact: bool;
  /** Of a field of a checked object: its place in the table. */
  slot: u8;
  /** Of a list: its items are not kept, see items.ts. */
  shed: bool;
  /** First byte of a string, of a number's text (0: it came without text), or the first child of a container. Of a list that
   * was shed: where the text of its items begins. */
  ptr: usize;
  /** Bytes of the string or of the number's text, or children of the container. */
  len: i32;
  /** Key in the object above; 0 in a list, where `keyLen` is the index. */
  keyPtr: usize;
  keyLen: i32;
  parent: Node;
  next: Node;
  /** Of a container: its last child, until the checker puts the fields in order. */
  link: usize;
  /** A number in thousandths, a duration in milliseconds, the index in an enum, 1 for true. Of a list that may be shed: where
   * its text begins, later where that of the item read last ends. */
  value: i64;
}

/** The data at a node's address, which must not be NONE. */
// @ts-ignore: decorator
@inline
export function data(node: Node): NodeData {
  return changetype<NodeData>(node);
}

/** Adds an empty value at the end of `parent` (NONE: a root), as list item or, once its key is set, as a field. */
export function append(parent: Node): NodeData {
  const node = take(offsetof<NodeData>());
  if (parent != NONE) adopt(parent, node);
  return data(node);
}

/** Adds a root at the end of `parent`. */
export function adopt(parent: Node, root: Node): void {
  const above = data(parent);
  const fresh = data(root);
  fresh.parent = parent;
  fresh.keyLen = above.len;
  if (above.len == 0) above.ptr = root;
  else data(above.link).next = root;
  above.link = root;
  above.len++;
}

/** The field of a checked object that has this place in the table. NONE: it is absent. */
export function fieldOf(object: Node, slot: i32): Node {
  let child = data(object).ptr;
  while (child != NONE && data(child).slot != slot) child = data(child).next;
  return child;
}
