/** The one checker: nodes against a table. It fills in defaults and gives each field its slot. */
import { isText } from "../bytes";
import { readDuration } from "./duration";
import { checkLater, firstItem, nextItem } from "./items";
import { readJson } from "./json";
import { close, open, openAt, openField } from "./message";
import {
  adopt,
  ARRAY,
  BOOLEAN,
  data,
  DURATION,
  fieldOf,
  MAP,
  MAX_DEPTH,
  Node,
  NodeData,
  NONE,
  NULL,
  NUMBER,
  OBJECT,
  STRING,
} from "./node";
import { compareKeys, sortFields } from "./sort";
import * as table from "./table";
import { put, putByte, putDecimal, putShown } from "./text";
import * as texts from "./texts.gen";

/** Bytes of the longest name (a DNS label's). */
const LONGEST_NAME: i32 = 63;

/** Checks `node` by the rule at `offset` of the table at `base`. False: there is a message. Recursion: the schema's depth. */
export function checkNode(base: usize, offset: i32, node: Node): bool {
  const rule = base + offset;
  const body = rule + 1;
  const it = data(node);
  switch (load<u8>(rule)) {
    case table.RULE_OBJECT:
      return it.kind == OBJECT ? checkObject(base, body, node) : notAllowed(node, rule);
    case table.RULE_LIST:
      return it.kind == ARRAY && fits(it.len, body)
        ? checkItems(base, table.readOffset(), node)
        : notAllowed(node, rule);
    case table.RULE_MAP:
      return it.kind == OBJECT && fits(it.len, body)
        ? checkMap(base, table.readOffset(), node)
        : notAllowed(node, rule);
    case table.RULE_NUMBER:
      return checkNumber(it, body) || notAllowed(node, rule);
    case table.RULE_ENUM:
      return checkEnum(it, body) || notAllowed(node, rule);
    case table.RULE_PERIOD:
      return checkPeriod(it, body) || notAllowed(node, rule);
    case table.RULE_TEXT:
      return (it.kind == STRING && fits(it.len, body)) || notAllowed(node, rule);
    case table.RULE_NAME:
      return (it.kind == STRING && isName(it.ptr, it.len)) || notAllowed(node, rule);
    default:
      return it.kind == BOOLEAN || notAllowed(node, rule);
  }
}

function fits(len: i32, body: usize): bool {
  table.open(body);
  return len >= table.readNumber() && len <= table.readNumber();
}

function checkItems(base: usize, offset: i32, list: Node): bool {
  if (checkLater(list, offset)) return true;
  for (let item = firstItem(list); item != NONE; item = nextItem(item))
    if (!checkNode(base, offset, item)) return false;
  return true;
}

/** Puts the fields in the order of their keys, so that equal ones stand side by side. */
function checkMap(base: usize, offset: i32, map: Node): bool {
  const it = data(map);
  it.kind = MAP;
  if (!checkItems(base, offset, map)) return false;
  it.ptr = sortFields(it.ptr, it.len);
  for (let child = it.ptr; child != NONE && data(child).next != NONE; child = data(child).next)
    if (compareKeys(child, data(child).next) == 0) return twice(data(child).next);
  return true;
}

function checkNumber(it: NodeData, body: usize): bool {
  if (it.kind != NUMBER || !it.exact) return false;
  table.open(body);
  return it.value >= table.readNumber() && it.value <= table.readNumber() && it.value % table.readNumber() == 0;
}

function checkPeriod(it: NodeData, body: usize): bool {
  if (it.kind != STRING) return false;
  const millis = readDuration(it.ptr, it.len);
  table.open(body);
  if (millis < bound() || millis > bound()) return false;
  it.kind = DURATION;
  it.value = millis;
  return true;
}

/** The next bound of a period, in milliseconds. */
function bound(): i64 {
  const text = table.readText();
  return readDuration(text + 1, load<u8>(text));
}

/** Whichever form the value had, the node becomes a string that lies in the table. */
function checkEnum(it: NodeData, body: usize): bool {
  table.open(body);
  for (let i = 0, n = <i32>table.readByte(); i < n; i++) {
    const forms = table.readByte();
    const number = (forms & table.AS_NUMBER) != 0 ? table.readNumber() : 0;
    const text = table.readText();
    const same =
      it.kind == STRING
        ? (forms & table.AS_STRING) != 0 && isText(it.ptr, it.len, text)
        : it.kind == NUMBER && (forms & table.AS_NUMBER) != 0 && it.exact && it.value == number;
    if (same) {
      it.kind = STRING;
      it.ptr = text + 1;
      it.len = load<u8>(text);
      it.value = i;
      return true;
    }
  }
  return false;
}

/** As a DNS label, dots allowed: metric names and shared-data keys are built from it. */
function isName(ptr: usize, len: i32): bool {
  if (len == 0 || len > LONGEST_NAME) return false;
  for (let i = 0; i < len; i++) {
    const byte = load<u8>(ptr + i);
    if (<u8>(byte - 0x61) < 26 || <u8>(byte - 0x30) < 10) continue;
    if ((byte != 0x2d && byte != 0x2e) || i == 0 || i == len - 1) return false;
  }
  return true;
}

function isKey(it: NodeData, field: usize): bool {
  return isText(it.keyPtr, it.keyLen, table.keyText(field));
}

/** Puts the fields in the order of their keys, by which the policy hash goes. */
function checkObject(base: usize, body: usize, node: Node): bool {
  for (let child = data(node).ptr; child != NONE; child = data(child).next) {
    let field = table.firstField(body);
    let slot: u8 = 0;
    while (slot < load<u8>(body) && !isKey(data(child), field)) {
      field = table.nextField(field);
      slot++;
    }
    if (slot == load<u8>(body)) return unknownField(child, body);
    data(child).slot = slot;
    // The first one with this place, if there are two.
    if (fieldOf(node, slot) != child) return twice(child);
    if (!checkNode(base, table.fieldRule(field), child)) return false;
  }
  if (!fillIn(base, body, node)) return false;
  data(node).ptr = sortFields(data(node).ptr, data(node).len);
  return true;
}

/** Adds the defaults of absent fields: JSON texts in the table, read and checked as if given. */
function fillIn(base: usize, body: usize, node: Node): bool {
  let field = table.firstField(body);
  for (let slot: u8 = 0; slot < load<u8>(body); slot++) {
    if (fieldOf(node, slot) == NONE) {
      if (table.isRequired(field)) return missing(base, node, field);
      const text = table.defaultText(field);
      if (load<u8>(text) > 0) {
        const value = readJson(text + 1, load<u8>(text), MAX_DEPTH, false);
        if (value == NONE) return false;
        const it = data(value);
        adopt(node, value);
        it.keyPtr = table.keyText(field) + 1;
        it.keyLen = load<u8>(table.keyText(field));
        it.slot = slot;
        if (!checkNode(base, table.fieldRule(field), value)) return false;
      }
    }
    field = table.nextField(field);
  }
  return true;
}

function missing(base: usize, node: Node, field: usize): bool {
  const rule = base + table.fieldRule(field);
  openField(node, table.keyText(field));
  put(texts.MISSING);
  return closeAllowed(rule);
}

function twice(node: Node): bool {
  openAt(node);
  put(texts.TWICE);
  return close();
}

function unknownField(node: Node, body: usize): bool {
  const above = data(node).parent;
  if (data(above).parent == NONE && hasApiVersion(above)) {
    openAt(above);
    put(texts.RESOURCE);
    return close();
  }
  openAt(node);
  put(texts.UNKNOWN);
  let field = table.firstField(body);
  for (let left = <i32>load<u8>(body); left > 0; left--) {
    put(table.keyText(field));
    if (left > 1) put(texts.COMMA);
    field = table.nextField(field);
  }
  return close();
}

/** Only a Kubernetes resource has that field. */
function hasApiVersion(object: Node): bool {
  for (let child = data(object).ptr; child != NONE; child = data(child).next) {
    const it = data(child);
    if (isText(it.keyPtr, it.keyLen, texts.API_VERSION)) return true;
  }
  return false;
}

function notAllowed(node: Node, rule: usize): bool {
  openAt(node);
  putValue(data(node));
  put(load<u8>(rule) == table.RULE_ENUM ? texts.NOT_ONE_OF : texts.NOT_ALLOWED);
  return closeAllowed(rule);
}

/** Ends the message with what a rule allows. */
function closeAllowed(rule: usize): bool {
  const body = rule + 1;
  switch (load<u8>(rule)) {
    case table.RULE_OBJECT:
      put(texts.AN_OBJECT);
      break;
    case table.RULE_LIST:
      putRange(texts.A_LIST, body, texts.ITEMS);
      break;
    case table.RULE_MAP:
      putRange(texts.AN_OBJECT, body, texts.FIELDS);
      break;
    case table.RULE_TEXT:
      putRange(texts.A_STRING, body, texts.BYTES);
      break;
    case table.RULE_ENUM:
      putValues(body);
      break;
    case table.RULE_NUMBER:
      putBounds(body);
      break;
    case table.RULE_PERIOD:
      table.open(body);
      put(texts.A_DURATION);
      put(table.readText());
      put(texts.TO);
      put(table.readText());
      put(texts.UNITS);
      break;
    default:
      put(load<u8>(rule) == table.RULE_NAME ? texts.A_NAME : texts.A_SWITCH);
  }
  return close();
}

function putRange(what: texts.Text, body: usize, unit: texts.Text): void {
  table.open(body);
  put(what);
  put(texts.OF);
  putDecimal(table.readNumber(), 0);
  put(texts.TO);
  putDecimal(table.readNumber(), 0);
  put(unit);
}

function putBounds(body: usize): void {
  table.open(body);
  const least = table.readNumber();
  const greatest = table.readNumber();
  put(table.readNumber() % 1000 == 0 ? texts.A_WHOLE_NUMBER : texts.A_NUMBER);
  putDecimal(least, 3);
  put(texts.TO);
  putDecimal(greatest, 3);
  put(table.readText());
}

function putValues(body: usize): void {
  table.open(body);
  for (let left = table.readByte(); left > 0; left--) {
    if ((table.readByte() & table.AS_NUMBER) != 0) table.readNumber();
    put(table.readText());
    if (left > 1) put(texts.COMMA);
  }
}

function putValue(it: NodeData): void {
  if (it.kind == NULL) put(texts.NULL_VALUE);
  else if (it.kind == BOOLEAN) put(it.value != 0 ? texts.TRUE_VALUE : texts.FALSE_VALUE);
  else if (it.kind == NUMBER) putNumber(it);
  else if (it.kind == STRING) {
    putByte(0x22);
    putShown(it.ptr, it.len);
    putByte(0x22);
  } else put(it.kind == ARRAY ? texts.A_LIST : texts.AN_OBJECT);
}

/** A number as it was written; of a Struct's double, which has no text, six decimals. */
function putNumber(it: NodeData): void {
  if (it.ptr != 0) putShown(it.ptr, it.len);
  else if (it.exact) putDecimal(it.value, 3);
  else {
    const millionths = nearest(reinterpret<f64>(it.value) * 1000000);
    if (abs(millionths) < 9e15) {
      put(texts.ABOUT);
      putDecimal(<i64>millionths, 6);
    } else put(texts.FAR_NUMBER);
  }
}
