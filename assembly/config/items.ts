/**
 * The items of lists. In a configuration most of the memory that nodes would take is in long lists, and whoever walks a
 * list needs one item at a time. So a filter may have long lists shed (`shedLists`): reading the text checks its form
 * and leaves no node of them, and here each item is read once more when its turn comes, and forgotten when the next one's
 * does. What a walk keeps of an item it must copy, and a list has one walk at a time.
 */
import { rewind } from "./arena";
import { checkNode } from "./check";
import { itemEnd, mayShed, readSingle } from "./json";
import { data, Node, NONE } from "./node";

/** Where the table begins that the configuration has been checked by; 0: it is being checked for the first time. */
let table: usize = 0;

/** Says that items are not yet known to be right (0), or that those read from now on need defaults and places as before. */
export function setChecked(by: usize): void {
  table = by;
}

/** Whether the items of a list need no check now, since each is checked when it is read. @param rule offset of theirs */
export function checkLater(list: Node, rule: i32): bool {
  if (!mayShed() || !data(list).shed) return false;
  data(list).link = rule;
  return table != 0;
}

/** The first item of a list; NONE: it is empty. */
export function firstItem(list: Node): Node {
  const first = data(list).ptr;
  return mayShed() && data(list).shed ? readItem(list, first, 0) : first;
}

/** The item after `item`, which is void from now on where the list was shed. NONE: it was the last. */
export function nextItem(item: Node): Node {
  const list = data(item).parent;
  if (!mayShed() || list == NONE || !data(list).shed) return data(item).next;
  const index = data(item).keyLen + 1;
  rewind(item);
  // A comma is between them.
  return index < data(list).len ? readItem(list, <usize>data(list).value + 1, index) : NONE;
}

function readItem(list: Node, at: usize, index: i32): Node {
  const item = readSingle(at);
  data(list).value = <i64>itemEnd;
  data(item).parent = list;
  data(item).keyLen = index;
  if (table != 0) checkNode(table, <i32>data(list).link, item);
  return item;
}
