/** The fields of an object or map, in the order of the bytes of their keys. */
import { compareBytes } from "../bytes";
import { data, Node, NONE } from "./node";

/**
 * Merge sort over the links from field to field: `length` fields from `first` on. Equal keys stay in their order.
 * @returns the first one; the recursion is as deep as the logarithm of `length`
 */
export function sortFields(first: Node, length: i32): Node {
  if (length < 2) {
    if (length == 1) data(first).next = NONE;
    return first;
  }
  const half = length >> 1;
  let middle = first;
  for (let i = 0; i < half; i++) middle = data(middle).next;
  return merge(sortFields(first, half), sortFields(middle, length - half));
}

function merge(left: Node, right: Node): Node {
  let first: Node = NONE;
  let last: Node = NONE;
  while (left != NONE && right != NONE) {
    const least = compareKeys(left, right) <= 0 ? left : right;
    if (least == left) left = data(left).next;
    else right = data(right).next;
    if (last == NONE) first = least;
    else data(last).next = least;
    last = least;
  }
  data(last).next = left != NONE ? left : right;
  return first;
}

/** The order of two keys by their bytes; a key comes after its own beginning. */
export function compareKeys(a: Node, b: Node): i32 {
  const shorter = min(data(a).keyLen, data(b).keyLen);
  const order = compareBytes(data(a).keyPtr, data(b).keyPtr, shorter);
  return order != 0 ? order : data(a).keyLen - data(b).keyLen;
}
