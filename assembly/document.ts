/**
 * JSON that Envoy hands over with a request: one document, read into nodes, looked up by key. It shares the arena with the
 * configuration, which was compiled long before: reading a document makes the nodes of the one before void. Pure.
 */
import { isText } from "./bytes";
import { reset } from "./config/arena";
import { readJson } from "./config/json";
import { clear } from "./config/message";
import { ARRAY, BOOLEAN, data, Node, NONE, NULL, NUMBER, OBJECT, STRING } from "./config/node";
import { readStruct } from "./config/struct";
import { equal } from "./config/text";

export { Node, NONE };

/** Levels of a document. jwt_authn refuses tokens that nest deeper than 100 or so; nothing here walks by recursion. */
const MAX_DEPTH: i32 = 512;
/** google.protobuf.Struct inside a message: field 2 of a map entry whose key is field 1. */
const MAP_ENTRY: u8 = 0x0a;
const ENTRY_KEY: u8 = 0x0a;
const ENTRY_VALUE: u8 = 0x12;

/** Reads a JSON text. NONE when it is none. */
export function readDocument(address: usize, length: i32): Node {
  reset();
  clear();
  const root = length > 0 ? readJson(address, length, MAX_DEPTH, true) : NONE;
  unreadable = root == NONE;
  return root;
}

/** Reads one more JSON text: the nodes of the document before stay, until the next one that is not a further one. */
export function readFurther(address: usize, length: i32): Node {
  return length > 0 ? readJson(address, length, MAX_DEPTH, true) : NONE;
}

/** Whether the last document or metadata could not be read: its absence says nothing then. */
export let unreadable: bool = false;

/**
 * The Struct under `key` (a fixed text) of a serialised envoy.config.core.v3.Metadata (`filter_metadata`, field 1). NONE when there is
 * none, or when the bytes are no such message.
 */
export function readMetadata(address: usize, length: i32, key: usize): Node {
  reset();
  clear();
  unreadable = true;
  const end = address + <usize>length;
  let at = address;
  while (at < end) {
    const tag = load<u8>(at);
    // Fields 1 and 2 are maps; both are delimited by their length.
    if ((tag & 7) != 2) return NONE;
    const size = varintAt(at + 1, end);
    at += 1 + varintBytes;
    if (size < 0 || <usize>size > end - at) return NONE;
    if (tag == MAP_ENTRY) {
      const value = entryValue(at, at + <usize>size, key);
      if (value != 0) {
        const root = readStruct(value, valueLength, true);
        unreadable = root == NONE;
        return root;
      }
    }
    at += <usize>size;
  }
  unreadable = false;
  return NONE;
}

/** Bytes of the value that `entryValue` found. */
let valueLength: i32 = 0;
/** Bytes of the varint that `varintAt` read. */
let varintBytes: usize = 0;

/** Address of a map entry's value if its key is `key` (which comes first, as every serializer writes it), else 0. */
function entryValue(address: usize, end: usize, key: usize): usize {
  let at = address;
  let mine: bool = false;
  while (at < end) {
    const tag = load<u8>(at);
    if (tag != ENTRY_KEY && tag != ENTRY_VALUE) return 0;
    const size = varintAt(at + 1, end);
    at += 1 + varintBytes;
    if (size < 0 || <usize>size > end - at) return 0;
    if (tag == ENTRY_KEY) mine = isText(at, size, key);
    else if (mine) {
      valueLength = size;
      return at;
    }
    at += <usize>size;
  }
  return 0;
}

/** A length before `end`, -1 when there is none that fits an i32. */
function varintAt(at: usize, end: usize): i32 {
  let value: u32 = 0;
  varintBytes = 0;
  for (let shift: u32 = 0; shift < 28 && at + varintBytes < end; shift += 7) {
    const byte = load<u8>(at + varintBytes++);
    value |= (<u32>(byte & 0x7f)) << shift;
    if (byte < 0x80) return <i32>value;
  }
  return -1;
}

/** The member of an object. NONE when there is none, or no object. */
export function member(object: Node, key: usize, length: i32): Node {
  if (object == NONE || data(object).kind != OBJECT) return NONE;
  for (let child = data(object).ptr; child != NONE; child = data(child).next)
    if (equal(data(child).keyPtr, data(child).keyLen, key, length)) return child;
  return NONE;
}

/** The member of an object under a fixed text of texts.gen.ts. */
export function textMember(object: Node, key: usize): Node {
  return member(object, key + 1, load<u8>(key));
}

/** Whether a member is there and says that there is no value. */
export function isNull(node: Node): bool {
  return node != NONE && data(node).kind == NULL;
}

export function isString(node: Node): bool {
  return node != NONE && data(node).kind == STRING;
}

/** 1 for true, 0 for false, -1 for anything else. */
export function truth(node: Node): i32 {
  return node == NONE || data(node).kind != BOOLEAN ? -1 : <i32>data(node).value;
}

/** A number in thousandths; `NO_NUMBER` for one that has more than three decimals or is beyond 9 * 10^12, and anything else. */
export function thousandths(node: Node): i64 {
  return node == NONE || data(node).kind != NUMBER || !data(node).exact ? NO_NUMBER : data(node).value;
}

export const NO_NUMBER: i64 = i64.MIN_VALUE;

export function isList(node: Node): bool {
  return node != NONE && data(node).kind == ARRAY;
}

/** First byte of a string. */
export function textAddress(node: Node): usize {
  return data(node).ptr;
}

/** Bytes of a string. */
export function textLength(node: Node): i32 {
  return data(node).len;
}

/** A whole number from 0 to 2^31 - 1, or -1. */
export function wholeNumber(node: Node): i32 {
  const value = thousandths(node);
  return value < 0 || value % 1000 != 0 || value / 1000 > <i64>i32.MAX_VALUE ? -1 : <i32>(value / 1000);
}

/** A number of seconds since 1970, without its fraction; -1: it is negative, no number, or beyond 10^15. */
export function timestamp(node: Node): i64 {
  if (node == NONE || data(node).kind != NUMBER) return -1;
  const it = data(node);
  if (it.exact) return it.value < 0 ? -1 : it.value / 1000;
  if (it.ptr == 0) {
    const value = reinterpret<f64>(it.value);
    return value >= 0 && value < 1e15 ? <i64>value : -1;
  }
  let seconds: i64 = 0;
  for (let i = 0; i < it.len; i++) {
    const byte = load<u8>(it.ptr + <usize>i);
    if (byte == 0x2e) return seconds;
    if (<u8>(byte - 0x30) >= 10 || seconds >= 100_000_000_000_000) return -1;
    seconds = seconds * 10 + (byte - 0x30);
  }
  return -1;
}

/** Whether a string or a key in a document holds NUL, at which some readers of it stop. */
export function hasNul(root: Node): bool {
  let node = root;
  while (true) {
    const it = data(node);
    if (holdsNul(it.keyPtr, it.keyPtr == 0 ? 0 : it.keyLen)) return true;
    if (it.kind == STRING && holdsNul(it.ptr, it.len)) return true;
    if ((it.kind == OBJECT || it.kind == ARRAY) && it.ptr != NONE) {
      node = it.ptr;
      continue;
    }
    while (node != root && data(node).next == NONE) node = data(node).parent;
    if (node == root) return false;
    node = data(node).next;
  }
}

function holdsNul(address: usize, length: i32): bool {
  for (let i = 0; i < length; i++) if (load<u8>(address + <usize>i) == 0) return true;
  return false;
}

/** The first item of a list. NONE: it is empty, or there is no list. */
export function firstItem(list: Node): Node {
  return isList(list) ? data(list).ptr : NONE;
}

/** The item after `item`. NONE: it was the last. */
export function nextItem(item: Node): Node {
  return data(item).next;
}
