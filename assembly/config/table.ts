/**
 * The static table that `npm run gen` makes from a schema.json (test/setup/gen/table.ts writes it; the two files agree).
 * All is unaligned and little-endian; offsets count from the table's first byte, where the root's rule begins.
 *
 *   rule    u8 type, then by type:
 *   OBJECT  u8 n, n fields
 *   field   u16 offset of the rule, the highest bit says that it is required, text key, text default (JSON; empty: none)
 *   LIST    number fewest, number most items, u16 offset of the items' rule
 *   MAP     number fewest, number most fields, u16 offset of the values' rule
 *   TEXT    number fewest, number most bytes
 *   ENUM    u8 n, n values: u8 forms (1: as a string, 2: as a number), the number in thousandths where it is one, text
 *   NUMBER  number least, number greatest, number step, in thousandths, text with which the words for it end
 *   PERIOD  text shortest, text longest duration
 *   NAME, SWITCH  nothing
 *   text    u8 length and bytes
 *   number  a varint of seven bits a byte, the lowest ones first; of the whole the lowest bit is the sign
 */
import { Text } from "./texts.gen";

export const RULE_OBJECT: u8 = 0;
export const RULE_LIST: u8 = 1;
export const RULE_MAP: u8 = 2;
export const RULE_TEXT: u8 = 3;
export const RULE_ENUM: u8 = 4;
export const RULE_NUMBER: u8 = 5;
export const RULE_PERIOD: u8 = 6;
export const RULE_NAME: u8 = 7;
export const RULE_SWITCH: u8 = 8;

export const AS_STRING: u8 = 1;
export const AS_NUMBER: u8 = 2;

/** Where `readNumber`, `readText` and the others read on. */
let at: usize = 0;

/** Begins to read at an address. */
export function open(address: usize): void {
  at = address;
}

export function readByte(): u8 {
  return load<u8>(at++);
}

export function readNumber(): i64 {
  let value: u64 = 0;
  let byte: u8 = 0x80;
  for (let shift: u64 = 0; byte >= 0x80; shift += 7) {
    byte = readByte();
    value |= (<u64>(byte & 0x7f)) << shift;
  }
  return (<i64>(value >> 1)) ^ -(<i64>(value & 1));
}

/** The offset of another rule. */
export function readOffset(): i32 {
  return load<u16>(at);
}

/** A text, by the address of its length. */
export function readText(): Text {
  const text = at;
  at = after(text);
  return text;
}

/** The first of the `n` fields of an OBJECT's body. */
// @ts-ignore: decorator
@inline
export function firstField(objectBody: usize): usize {
  return objectBody + 1;
}

// @ts-ignore: decorator
@inline
export function isRequired(field: usize): bool {
  return load<i16>(field) < 0;
}

// @ts-ignore: decorator
@inline
export function fieldRule(field: usize): i32 {
  return load<u16>(field) & 0x7fff;
}

/** The key of a field. */
// @ts-ignore: decorator
@inline
export function keyText(field: usize): Text {
  return field + 2;
}

/** JSON text of a field's default. */
export function defaultText(field: usize): Text {
  return after(keyText(field));
}

export function nextField(field: usize): usize {
  return after(defaultText(field));
}

/** The address behind a text. */
function after(text: Text): usize {
  return text + 1 + load<u8>(text);
}
