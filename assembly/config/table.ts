/**
 * The static table that `npm run gen` makes from a schema.json (test/setup/gen/table.ts writes it; the two files agree).
 * All is unaligned and little-endian; offsets count from the table's first byte, where the root's rule begins.
 *
 *   rule    u8 type, then by type:
 *   OBJECT  u8 n, n bytes: the slots in the order of their keys, then n fields
 *   field   u8 required, u16 offset of the rule, u8 length and key, u16 length and JSON text of the default (0: none)
 *   LIST    u32 fewest, u32 most items, u16 offset of the items' rule
 *   MAP     u32 fewest, u32 most fields, u16 offset of the values' rule
 *   TEXT    u32 fewest, u32 most bytes
 *   ENUM    u8 n, n values: u8 forms (1: as a string, 2: as a number), i64 the number in thousandths, u8 length and text
 * and for the types from NUMBER on first u8 length and text of what is allowed, which follows from the rule for the others:
 *   NUMBER  i64 least, i64 greatest, i64 step, in thousandths
 *   PERIOD  i64 shortest, i64 longest, in milliseconds
 *   NAME, SWITCH  nothing
 */
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

/** The text of what is allowed, of a rule that has one: its length, and its bytes. */
// @ts-ignore: decorator
@inline
export function allowed(rule: usize): usize {
  return rule + 1;
}

/** The part of a rule that depends on its type. */
// @ts-ignore: decorator
@inline
export function body(rule: usize): usize {
  return load<u8>(rule) < RULE_NUMBER ? rule + 1 : rule + 2 + load<u8>(rule, 1);
}

/** The first of the `n` fields of an OBJECT's body. */
// @ts-ignore: decorator
@inline
export function firstField(objectBody: usize): usize {
  return objectBody + 1 + load<u8>(objectBody);
}

// @ts-ignore: decorator
@inline
export function isRequired(field: usize): bool {
  return load<bool>(field);
}

// @ts-ignore: decorator
@inline
export function fieldRule(field: usize): i32 {
  return load<u16>(field, 1);
}

// @ts-ignore: decorator
@inline
export function keyLen(field: usize): i32 {
  return load<u8>(field, 3);
}

// @ts-ignore: decorator
@inline
export function keyPtr(field: usize): usize {
  return field + 4;
}

// @ts-ignore: decorator
@inline
export function defaultLen(field: usize): i32 {
  return load<u16>(keyPtr(field) + keyLen(field));
}

// @ts-ignore: decorator
@inline
export function defaultPtr(field: usize): usize {
  return keyPtr(field) + keyLen(field) + 2;
}

// @ts-ignore: decorator
@inline
export function nextField(field: usize): usize {
  return defaultPtr(field) + defaultLen(field);
}

/** Bytes of the text of an ENUM's value. */
// @ts-ignore: decorator
@inline
export function valueLen(value: usize): i32 {
  return load<u8>(value, 9);
}

// @ts-ignore: decorator
@inline
export function valuePtr(value: usize): usize {
  return value + 10;
}
