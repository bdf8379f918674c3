/**
 * google.protobuf.Struct bytes -> nodes. Envoy hands a Struct over as it travels, not as JSON, and its map has no stable
 * order (research/envoy-versions.md, row i). All that no serializer of a Struct writes is an error: unknown fields, two
 * kinds in one value, an entry without a value. `message Struct { map<string, Value> fields = 1; }`
 */
import { close, open } from "./message";
import { append, ARRAY, BOOLEAN, data, MAX_DEPTH, Node, NodeData, NONE, NULL, OBJECT, STRING } from "./node";
import { setDouble } from "./number";
import { put, putDecimal } from "./text";
import * as texts from "./texts.gen";
import { sequence } from "./utf8";

/** Field number and wire type, as one byte. */
const STRUCT_FIELDS: u8 = 0x0a;
const ENTRY_KEY: u8 = 0x0a;
const ENTRY_VALUE: u8 = 0x12;
const LIST_VALUES: u8 = 0x0a;
const NULL_VALUE: u8 = 0x08;
const NUMBER_VALUE: u8 = 0x11;
const STRING_VALUE: u8 = 0x1a;
const BOOL_VALUE: u8 = 0x20;
const STRUCT_VALUE: u8 = 0x2a;
const LIST_VALUE: u8 = 0x32;

let start: usize = 0;
let cur: usize = 0;

function fail(what: texts.Text): bool {
  open();
  put(texts.BYTE);
  putDecimal(cur - start, 0);
  put(texts.OF_STRUCT);
  put(what);
  return close();
}

/**
 * True if bytes can't be JSON text and may be a Struct. A Struct begins with 0x0a, which is also a line break; but each
 * of its entries holds 0x12, and JSON text never does (control characters are escaped in it).
 */
export function looksLikeStruct(ptr: usize, len: i32): bool {
  if (load<u8>(ptr) != STRUCT_FIELDS) return false;
  for (let i = 1; i < len; i++) if (load<u8>(ptr + i) == ENTRY_VALUE) return true;
  return false;
}

/** Whether strings of the Struct that is read now may hold NUL. */
let nulAllowed: bool = false;

/** Reads the bytes at `ptr`. NONE: there is an error, and a message with its place. @param nul strings may hold NUL */
export function readStruct(ptr: usize, len: i32, nul: bool): Node {
  nulAllowed = nul;
  start = ptr;
  cur = ptr;
  const root = append(NONE);
  root.kind = OBJECT;
  return readFields(changetype<Node>(root), ptr + len, 1) ? changetype<Node>(root) : NONE;
}

/** Each level of nesting is one level of recursion, up to MAX_DEPTH. */
function readFields(above: Node, end: usize, depth: i32): bool {
  while (cur < end) {
    if (load<u8>(cur) != STRUCT_FIELDS) return fail(texts.UNKNOWN_TAG);
    cur++;
    const len = readLength(end);
    if (len < 0 || !readEntry(above, cur + len, depth)) return false;
  }
  return true;
}

function readEntry(above: Node, end: usize, depth: i32): bool {
  const node = append(above);
  node.keyLen = 0;
  let hasValue = false;
  while (cur < end) {
    const tag = load<u8>(cur);
    if (tag == ENTRY_KEY && node.keyPtr == 0) {
      cur++;
      const len = readString(end);
      if (len < 0) return false;
      node.keyPtr = cur;
      node.keyLen = len;
      cur += len;
    } else if (tag == ENTRY_VALUE && !hasValue) {
      cur++;
      const len = readLength(end);
      if (len < 0 || !readValue(node, cur + len, depth)) return false;
      hasValue = true;
    } else return fail(texts.UNKNOWN_TAG);
  }
  // An empty key may be left out, as every default value.
  if (node.keyPtr == 0) node.keyPtr = cur;
  return hasValue || fail(texts.NO_ENTRY_VALUE);
}

function readValue(node: NodeData, end: usize, depth: i32): bool {
  if (cur >= end) return fail(texts.NO_KIND);
  const tag = load<u8>(cur);
  cur++;
  if (tag == STRING_VALUE) {
    const len = readString(end);
    if (len < 0) return false;
    node.kind = STRING;
    node.ptr = cur;
    node.len = len;
    cur += len;
  } else if (tag == NUMBER_VALUE) {
    if (end - cur < 8) return fail(texts.TRUNCATED);
    setDouble(node, load<f64>(cur));
    cur += 8;
  } else if (tag == BOOL_VALUE || tag == NULL_VALUE) {
    const value = readVarint(end);
    if (value < 0) return false;
    node.kind = tag == BOOL_VALUE ? BOOLEAN : NULL;
    node.value = value != 0 ? 1 : 0;
  } else if (tag == STRUCT_VALUE || tag == LIST_VALUE) {
    if (depth == MAX_DEPTH) return fail(texts.DEEP);
    const len = readLength(end);
    if (len < 0) return false;
    node.kind = tag == STRUCT_VALUE ? OBJECT : ARRAY;
    const above = changetype<Node>(node);
    if (tag == STRUCT_VALUE ? !readFields(above, cur + len, depth + 1) : !readList(above, cur + len, depth + 1))
      return false;
  } else {
    cur--;
    return fail(texts.UNKNOWN_TAG);
  }
  return cur == end || fail(texts.TWO_KINDS);
}

function readList(above: Node, end: usize, depth: i32): bool {
  while (cur < end) {
    if (load<u8>(cur) != LIST_VALUES) return fail(texts.UNKNOWN_TAG);
    cur++;
    const len = readLength(end);
    if (len < 0 || !readValue(append(above), cur + len, depth)) return false;
  }
  return true;
}

/** A varint that ends before `end`, at most 63 bits; -1: there is none. */
function readVarint(end: usize): i64 {
  let value: i64 = 0;
  for (let shift: i64 = 0; shift < 63 && cur < end; shift += 7) {
    const byte = load<u8>(cur);
    cur++;
    value |= (<i64>(byte & 0x7f)) << shift;
    if (byte < 0x80) return value;
  }
  fail(cur < end ? texts.LONG_VARINT : texts.TRUNCATED);
  return -1;
}

/** The length of something that ends at or before `end`; -1: there is none. */
function readLength(end: usize): i32 {
  const len = readVarint(end);
  if (len < 0) return -1;
  if (<u64>len > <u64>(end - cur)) {
    fail(texts.TRUNCATED);
    return -1;
  }
  return <i32>len;
}

/** The length of the string that begins at `cur`: UTF-8 without NUL. -1: there is none. */
function readString(end: usize): i32 {
  const len = readLength(end);
  if (len < 0) return -1;
  const from = cur;
  const last = from + len;
  while (cur < last) {
    const step = sequence(cur, last);
    if (step == 0 || (load<u8>(cur) == 0 && !nulAllowed)) {
      fail(step == 0 ? texts.NO_UTF8 : texts.NUL);
      return -1;
    }
    cur += step;
  }
  cur = from;
  return len;
}
