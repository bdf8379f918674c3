/**
 * JSON text (RFC 8259) -> nodes. Stricter than the RFC where a reader may choose: nothing but UTF-8, no lone surrogate,
 * no NUL (escaped neither, unless the caller allows it), no more levels than the caller allows. Strings without escapes stay where they are in the input.
 * Keys that occur twice are the checker's business: it sees them in both input forms.
 */
import { isNewest, rewind, take } from "./arena";
import { close, openLine } from "./message";
import { append, ARRAY, BOOLEAN, data, MAX_DEPTH, Node, NodeData, NONE, NULL, OBJECT, STRING } from "./node";
import { setDecimal } from "./number";
import { equal, put } from "./text";
import * as texts from "./texts.gen";
import { encode, sequence } from "./utf8";

/** What may come next. */
const VALUE: i32 = 0;
const VALUE_OR_END: i32 = 1;
const KEY: i32 = 2;
const KEY_OR_END: i32 = 3;
const COMMA_OR_END: i32 = 4;

let start: usize = 0;
let cur: usize = 0;
let end: usize = 0;
/** The string that `readString` read last. */
let stringPtr: usize = 0;
let stringLen: i32 = 0;

function fail(at: usize, what: texts.Text): bool {
  openLine(start, at);
  put(what);
  return close();
}

/** Bytes of text from which on a list is shed (items.ts); 0: none is. */
let longest: usize = 0;
/** Whether lists of the text that is read now are shed, where they are long, and whether it is but one item of such a list. */
let shedding: bool = false;
let single: bool = false;

/** From now on configurations keep no list whose text is longer than this many bytes, and whose nodes take more than a chunk. */
export function shedLists(longer: usize): void {
  longest = longer;
}

export function mayShed(): bool {
  return longest != 0;
}

/** Reads a configuration. NONE: as `readJson`. */
export function readShedding(ptr: usize, len: i32): Node {
  shedding = longest != 0;
  const root = readJson(ptr, len, MAX_DEPTH, false);
  shedding = false;
  return root;
}

/** Reads the item at `ptr` of a list in a text that was read before. `itemEnd` is the byte behind it and the space there. */
export function readSingle(ptr: usize): Node {
  single = true;
  const item = readShedding(ptr, i32.MAX_VALUE);
  single = false;
  return item;
}
export let itemEnd: usize = 0;

/** Forgets the items of a list whose text is long and whose nodes are many. Called behind each of them. */
function shed(list: Node): void {
  const it = data(list);
  if (!it.shed) {
    if (cur - <usize>it.value < longest || isNewest(list)) return;
    it.shed = true;
    it.ptr = <usize>it.value;
  }
  rewind(list + offsetof<NodeData>());
  // The next item is linked to the one before: now to the list, whose own link is made later.
  it.link = list;
  it.next = NONE;
}

/** Most levels of the text that is read now, and whether a string in it may hold an escaped NUL. */
let deepest: i32 = MAX_DEPTH;
let nulAllowed: bool = false;

/**
 * Reads the text at `ptr`. NONE: there is an error, and a message with its line and column.
 * @param depth most levels; configurations keep to MAX_DEPTH because they are walked by recursion
 * @param nul whether a string may hold NUL, which only its escape can say
 */
export function readJson(ptr: usize, len: i32, depth: i32, nul: bool): Node {
  deepest = depth;
  nulAllowed = nul;
  start = ptr;
  cur = ptr;
  end = ptr + len;
  let root: Node = NONE;
  let above: Node = NONE;
  let level = 0;
  let next = VALUE;
  let keyPtr: usize = 0;
  let keyLen = 0;
  while (true) {
    skipSpace();
    if (single && next == COMMA_OR_END && above == NONE) {
      itemEnd = cur;
      return root;
    }
    if (cur >= end) {
      if (next == COMMA_OR_END && above == NONE) return root;
      fail(cur, texts.EARLY);
      return NONE;
    }
    const byte = load<u8>(cur);
    if (byte == 0) {
      fail(cur, texts.NUL);
      return NONE;
    }
    if (next == COMMA_OR_END && above == NONE) {
      fail(cur, texts.AFTER_END);
      return NONE;
    }
    const inObject = above != NONE && data(above).kind == OBJECT;
    if (shedding && next == COMMA_OR_END && !inObject) shed(above);
    if (next != VALUE && next != KEY && byte == (inObject ? 0x7d : 0x5d)) {
      cur++;
      level--;
      above = data(above).parent;
      next = COMMA_OR_END;
    } else if (next == COMMA_OR_END) {
      if (byte != 0x2c) {
        fail(cur, inObject ? texts.OBJECT_COMMA : texts.LIST_COMMA);
        return NONE;
      }
      cur++;
      next = inObject ? KEY : VALUE;
    } else if (next == KEY || next == KEY_OR_END) {
      if (byte != 0x22) {
        fail(cur, texts.NO_KEY);
        return NONE;
      }
      if (!readString()) return NONE;
      keyPtr = stringPtr;
      keyLen = stringLen;
      skipSpace();
      if (cur >= end || load<u8>(cur) != 0x3a) {
        fail(cur, texts.NO_COLON);
        return NONE;
      }
      cur++;
      next = VALUE;
    } else {
      const node = append(above);
      if (inObject) {
        node.keyPtr = keyPtr;
        node.keyLen = keyLen;
      }
      if (above == NONE) root = changetype<Node>(node);
      next = COMMA_OR_END;
      if (byte == 0x7b || byte == 0x5b) {
        if (level == deepest) {
          fail(cur, texts.DEEP);
          return NONE;
        }
        level++;
        above = changetype<Node>(node);
        node.kind = byte == 0x7b ? OBJECT : ARRAY;
        next = byte == 0x7b ? KEY_OR_END : VALUE_OR_END;
        cur++;
        if (shedding) node.value = <i64>cur;
      } else if (!readScalar(node, byte)) return NONE;
    }
  }
}

function skipSpace(): void {
  while (cur < end) {
    const byte = load<u8>(cur);
    if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) return;
    cur++;
  }
}

function readScalar(node: NodeData, byte: u8): bool {
  if (byte == 0x22) {
    if (!readString()) return false;
    node.kind = STRING;
    node.ptr = stringPtr;
    node.len = stringLen;
    return true;
  }
  if (byte == 0x2d || isDigit(cur)) return readNumber(node);
  if (isWord(texts.NULL_VALUE)) node.kind = NULL;
  else if (isWord(texts.FALSE_VALUE)) node.kind = BOOLEAN;
  else if (isWord(texts.TRUE_VALUE)) {
    node.kind = BOOLEAN;
    node.value = 1;
  } else return fail(cur, node.parent == NONE ? texts.NO_OBJECT : texts.NO_VALUE);
  return true;
}

/** Skips `word` if it comes next. */
function isWord(word: texts.Text): bool {
  const len = load<u8>(word);
  if (end - cur < len || !equal(cur, len, word + 1, len)) return false;
  cur += len;
  return true;
}

function isDigit(ptr: usize): bool {
  return ptr < end && <u8>(load<u8>(ptr) - 0x30) < 10;
}

/** Skips digits; false if there is none. */
function skipDigits(): bool {
  if (!isDigit(cur)) return fail(cur, texts.NO_DIGIT);
  while (isDigit(cur)) cur++;
  return true;
}

function readNumber(node: NodeData): bool {
  const from = cur;
  if (load<u8>(cur) == 0x2d) cur++;
  if (cur < end && load<u8>(cur) == 0x30 && isDigit(cur + 1)) return fail(cur, texts.ZERO);
  if (!skipDigits()) return false;
  if (cur < end && load<u8>(cur) == 0x2e) {
    cur++;
    if (!skipDigits()) return false;
  }
  if (cur < end && (load<u8>(cur) | 0x20) == 0x65) {
    cur++;
    if (cur < end && (load<u8>(cur) == 0x2b || load<u8>(cur) == 0x2d)) cur++;
    if (!skipDigits()) return false;
  }
  setDecimal(node, from, <i32>(cur - from));
  return true;
}

/** Reads the string whose opening quote is at `cur` into stringPtr and stringLen. */
function readString(): bool {
  cur++;
  const from = cur;
  let escapes = false;
  while (cur < end) {
    const byte = load<u8>(cur);
    if (byte == 0x22) {
      stringPtr = from;
      stringLen = <i32>(cur - from);
      cur++;
      return escapes ? unescape() : true;
    }
    if (byte < 0x20) return fail(cur, byte == 0 ? texts.NUL : texts.CONTROL);
    const step = sequence(cur, end);
    if (step == 0) return fail(cur, texts.NO_UTF8);
    cur += step;
    if (byte == 0x5c) {
      escapes = true;
      if (cur < end && (load<u8>(cur) == 0x22 || load<u8>(cur) == 0x5c)) cur++;
    }
  }
  return fail(cur, texts.OPEN_STRING);
}

/** Replaces stringPtr and stringLen by the string without escapes, which is never longer. */
function unescape(): bool {
  let from = stringPtr;
  const last = from + stringLen;
  const to = take(stringLen);
  let out = to;
  while (from < last) {
    const at = from;
    const byte = load<u8>(from);
    from++;
    if (byte != 0x5c) {
      store<u8>(out, byte);
      out++;
      continue;
    }
    const kind = load<u8>(from);
    from++;
    let code: i32 = kind;
    if (kind == 0x75) {
      code = readHex(from, last);
      if (code == 0 && !nulAllowed) return fail(at, texts.NUL);
      if (code >> 10 == 0x36) {
        const low = readEscapedLow(from + 4, last);
        if (low < 0) return fail(at, texts.SURROGATE);
        code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff);
        from += 6;
      } else if (code >> 10 == 0x37) return fail(at, texts.SURROGATE);
      from += 4;
    } else if (kind == 0x62) code = 0x08;
    else if (kind == 0x66) code = 0x0c;
    else if (kind == 0x6e) code = 0x0a;
    else if (kind == 0x72) code = 0x0d;
    else if (kind == 0x74) code = 0x09;
    else if (kind != 0x22 && kind != 0x5c && kind != 0x2f) code = -1;
    if (code < 0) return fail(at, texts.NO_ESCAPE);
    out += encode(out, code);
  }
  stringPtr = to;
  stringLen = <i32>(out - to);
  return true;
}

/** The second half of a pair, written as an escape at `ptr`; -1 if it is not there. */
function readEscapedLow(ptr: usize, last: usize): i32 {
  if (last - ptr < 6 || load<u16>(ptr) != 0x755c) return -1;
  const low = readHex(ptr + 2, last);
  return low >> 10 == 0x37 ? low : -1;
}

/** Four hex digits at `ptr`; -1 if they are not there. */
function readHex(ptr: usize, last: usize): i32 {
  if (last - ptr < 4) return -1;
  let value = 0;
  for (let i: usize = 0; i < 4; i++) {
    const byte = load<u8>(ptr + i);
    const letter = byte | 0x20;
    if (<u8>(byte - 0x30) < 10) value = value * 16 + (byte - 0x30);
    else if (<u8>(letter - 0x61) < 6) value = value * 16 + (letter - 0x57);
    else return -1;
  }
  return value;
}
