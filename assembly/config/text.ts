/**
 * Writes text into memory that somebody else owns, up to a limit; beyond it only counts. One text at a time: there is one
 * message and one canonical form. All of it goes through `write`, which is too long to be copied into its many callers.
 */
import { compareBytes } from "../bytes";
import { Text } from "./texts.gen";
import { finish, start, STRIPE, stripe } from "./xxh64";

/** Bytes of a user's key or value that a message shows. */
const SHOWN_BYTES: i32 = 40;
/** Room for the digits of an i64. */
const DIGITS: usize = memory.data(24);
const DIGITS_END: usize = DIGITS + 24;

/** How `write` writes: bytes as they are, */
const RAW: i32 = 0;
/** with quote and backslash escaped, */
const QUOTED: i32 = 1;
/** printable ASCII as it is and all else as \xNN, so that no byte of a user's can act, not more than SHOWN_BYTES, */
const SHOWN: i32 = 2;
/** and the same as a step of a JSON pointer (RFC 6901, section 3). */
const STEP: i32 = 3;

/** The stripe that is filled while a text is hashed. */
const HASHED: usize = memory.data(STRIPE, 8);

let target: usize = 0;
let limit: i32 = 0;
let count: i32 = 0;
let hashing: bool = false;

/** Starts a text at `ptr` that may fill `capacity` bytes. */
export function begin(ptr: usize, capacity: i32): void {
  target = ptr;
  limit = capacity;
  count = 0;
  hashing = false;
}

/** Starts a text of which nothing is kept but its hash. */
export function beginHash(): void {
  begin(HASHED, STRIPE);
  hashing = true;
  start(0);
}

/** The XXH64 (seed 0) of the text since `beginHash`. */
export function hashed(): u64 {
  return finish(HASHED, count);
}

/** Bytes put since `begin`, those beyond the capacity included. */
export function written(): i32 {
  return count;
}

function write(ptr: usize, len: i32, mode: i32): void {
  for (let i = 0; i < len; i++) {
    /** Up to four bytes, the lowest goes first; 0 never occurs within a string. */
    let bytes: u32 = load<u8>(ptr + i);
    if (mode == QUOTED && (bytes == 0x22 || bytes == 0x5c)) bytes = 0x5c | (bytes << 8);
    else if (mode == STEP && bytes == 0x7e) bytes = 0x307e;
    else if (mode == STEP && bytes == 0x2f) bytes = 0x317e;
    else if (mode >= SHOWN && i == SHOWN_BYTES) {
      bytes = 0x2e2e2e;
      len = i;
    } else if (mode >= SHOWN && bytes - 0x20 >= 0x5f)
      bytes = 0x785c | (hex(bytes >> 4) << 16) | (hex(bytes & 15) << 24);
    while (bytes != 0) {
      if (count < limit) store<u8>(target + count, <u8>bytes);
      count++;
      bytes >>= 8;
      if (hashing && count == STRIPE) {
        stripe(HASHED);
        count = 0;
      }
    }
  }
}

/** The digit of a number from 0 to 15. */
export function hex(digit: u32): u32 {
  return digit + (digit < 10 ? 0x30 : 0x57);
}

/** Puts a text of ours. */
export function put(text: Text): void {
  write(text + 1, load<u8>(text), RAW);
}

/** Puts bytes between quotes, quote and backslash escaped: the canonical form of a string. */
export function putQuoted(ptr: usize, len: i32): void {
  putByte(0x22);
  write(ptr, len, QUOTED);
  putByte(0x22);
}

/** Puts the beginning of what a user wrote. */
export function putShown(ptr: usize, len: i32): void {
  write(ptr, len, SHOWN);
}

/** Puts the beginning of a user's key as one step of a JSON pointer. */
export function putStep(ptr: usize, len: i32): void {
  putByte(0x2f);
  write(ptr, len, STEP);
}

export function putByte(byte: u8): void {
  store<u8>(DIGITS, byte);
  write(DIGITS, 1, RAW);
}

/** Puts `value` / 10^`decimals` without trailing zeros. */
export function putDecimal(value: i64, decimals: i32): void {
  let rest = <u64>value;
  if (value < 0) rest = 0 - rest;
  let ptr = DIGITS_END;
  while (rest != 0 || decimals >= 0) {
    const digit = <u8>(rest % 10);
    rest /= 10;
    // A zero behind the point counts only before another digit.
    if (decimals <= 0 || digit != 0 || ptr != DIGITS_END) store<u8>(--ptr, 0x30 + digit);
    decimals--;
    if (decimals == 0 && ptr != DIGITS_END) store<u8>(--ptr, 0x2e);
  }
  if (value < 0) store<u8>(--ptr, 0x2d);
  write(ptr, <i32>(DIGITS_END - ptr), RAW);
}

/** Whether two runs of bytes are the same. */
export function equal(a: usize, aLen: i32, b: usize, bLen: i32): bool {
  return aLen == bLen && compareBytes(a, b, aLen) == 0;
}
