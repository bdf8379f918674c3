import { take } from "./arena";
import { data, NONE, Node } from "./node";
import { begin, put, putByte, putDecimal, putStep, written } from "./text";
import { COLON, COLUMN, CONFIGURATION, LINE, Text } from "./texts.gen";

/** Bytes of the longest message; what is beyond is cut. */
const LONGEST: i32 = 1024;

let buffer: usize = 0;
let length: i32 = 0;

/** Forgets the message; called when the arena has just been reset. */
export function clear(): void {
  buffer = 0;
  length = 0;
}

/** Starts the message of an error. */
export function open(): void {
  if (buffer == 0) buffer = take(LONGEST);
  begin(buffer, LONGEST);
}

/** Ends the message that `open` started. Always false, so that it can be returned as the verdict. */
export function close(): bool {
  length = min(written(), LONGEST);
  return false;
}

/** First byte of the message; it has `messageLen` bytes of printable ASCII. */
export function messagePtr(): usize {
  return buffer;
}

/** Bytes of the message; 0: nothing was wrong. */
export function messageLen(): i32 {
  return length;
}

/** Starts a message about `node` with its JSON pointer; the root has an empty one and is called `configuration`. */
export function openAt(node: Node): void {
  open();
  if (data(node).parent == NONE) put(CONFIGURATION);
  else putPointer(node);
  put(COLON);
}

/** Starts a message about the field `key` of `parent`, which may be absent. */
export function openField(parent: Node, key: Text): void {
  open();
  putPointer(parent);
  putStep(key + 1, load<u8>(key));
  put(COLON);
}

/** The recursion is bounded by the depth that the readers allow. */
function putPointer(node: Node): void {
  const it = data(node);
  if (it.parent == NONE) return;
  putPointer(it.parent);
  if (it.keyPtr != 0) {
    putStep(it.keyPtr, it.keyLen);
    return;
  }
  putByte(0x2f);
  putDecimal(it.keyLen, 0);
}

/** Starts a message about the byte at `at` of a text that begins at `start`: lines and columns (characters) from 1. */
export function openLine(start: usize, at: usize): void {
  let line = 1;
  let column = 1;
  for (let p = start; p < at; p++) {
    const byte = load<u8>(p);
    if (byte == 0x0a) {
      line++;
      column = 1;
    } else if ((byte & 0xc0) != 0x80) column++;
  }
  open();
  put(LINE);
  putDecimal(line, 0);
  put(COLUMN);
  putDecimal(column, 0);
  put(COLON);
}
