/**
 * Every fixed text of a message, in ASCII. They are passed by address: for each `string` that a call passes, the runtime
 * keeps a record on its shadow stack, which cost 5 KiB of code.
 */

/** Address of a string literal. */
export type Text = usize;

/** Characters of a text: the runtime keeps the bytes of its UTF-16 before its first one. */
// @ts-ignore: decorator
@inline
export function lengthOf(text: Text): i32 {
  return load<i32>(text - 4) >> 1;
}

export const LINE = changetype<Text>("line ");
export const COLUMN = changetype<Text>(" column ");
export const BYTE = changetype<Text>("byte ");
export const OF_STRUCT = changetype<Text>(" of the google.protobuf.Struct: ");
export const COLON = changetype<Text>(": ");
export const COMMA = changetype<Text>(", ");
export const CONFIGURATION = changetype<Text>("configuration");

// Both readers.
export const NUL = changetype<Text>("NUL is not allowed");
export const NO_UTF8 = changetype<Text>("invalid UTF-8");
/** The number is MAX_DEPTH. */
export const DEEP = changetype<Text>("nested deeper than 32 levels");

// JSON.
export const EARLY = changetype<Text>("the text ends too early");
export const AFTER_END = changetype<Text>("text after the end of the configuration");
export const OBJECT_COMMA = changetype<Text>('expected "," or "}"');
export const LIST_COMMA = changetype<Text>('expected "," or "]"');
export const NO_KEY = changetype<Text>("expected a field name in double quotes");
export const NO_COLON = changetype<Text>('expected ":" after the field name');
export const NO_VALUE = changetype<Text>(
  "expected a value: an object, a list, a string in double quotes, a number, true or false",
);
export const NO_OBJECT = changetype<Text>("expected {: allowed is a JSON object or a google.protobuf.Struct");
export const NO_DIGIT = changetype<Text>("expected a digit");
export const ZERO = changetype<Text>("a number must not begin with 0");
export const CONTROL = changetype<Text>("a control character in a string must be escaped");
export const OPEN_STRING = changetype<Text>("a string without its closing quote");
export const NO_ESCAPE = changetype<Text>("invalid escape in a string");
export const SURROGATE = changetype<Text>("a surrogate without its other half");
export const BYTE_ORDER_MARK = changetype<Text>("byte order mark; allowed: UTF-8 without one");

// Struct.
export const UNKNOWN_TAG = changetype<Text>("unknown field or wire type");
export const TRUNCATED = changetype<Text>("truncated");
export const LONG_VARINT = changetype<Text>("a varint that does not end");
export const NO_ENTRY_VALUE = changetype<Text>("a field without a value");
export const NO_KIND = changetype<Text>("a value without a kind");
export const TWO_KINDS = changetype<Text>("more than one kind in a value");

// Values.
export const A_LIST = changetype<Text>("a list");
export const AN_OBJECT = changetype<Text>("an object");
export const NULL_VALUE = changetype<Text>("null");
export const TRUE_VALUE = changetype<Text>("true");
export const FALSE_VALUE = changetype<Text>("false");
export const ABOUT = changetype<Text>("about ");
export const FAR_NUMBER = changetype<Text>("NaN or a number beyond 9000000000");

// The checker.
export const EMPTY = changetype<Text>("the configuration is empty; allowed: a JSON object or a google.protobuf.Struct");
export const SIZE = changetype<Text>("the configuration has ");
export const SIZE_ALLOWED = changetype<Text>(" bytes; allowed: at most ");
export const NOT_ALLOWED = changetype<Text>(" is not allowed; allowed: ");
export const NOT_ONE_OF = changetype<Text>(" is not allowed; one of: ");
export const MISSING = changetype<Text>("missing, but required: ");
export const TWICE = changetype<Text>("given twice");
export const UNKNOWN = changetype<Text>("unknown field; allowed: ");
export const API_VERSION = changetype<Text>("apiVersion");
export const RESOURCE = changetype<Text>(
  'this is a whole Kubernetes resource; allowed: the contents of its "spec", and "name" (`pointduty render` makes them)',
);
