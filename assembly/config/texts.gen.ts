// Made from texts.json by `npm run gen`: change that file, not this one.

/** Address of a text: a byte says how many follow. */
export type Text = usize;

const TEXTS: usize = memory.data<u8>([
  5, 108, 105, 110, 101, 32, 8, 32, 99, 111, 108, 117, 109, 110, 32, 5, 98, 121, 116, 101, 32, 32, 32, 111, 102, 32,
  116, 104, 101, 32, 103, 111, 111, 103, 108, 101, 46, 112, 114, 111, 116, 111, 98, 117, 102, 46, 83, 116, 114, 117, 99,
  116, 58, 32, 2, 58, 32, 2, 44, 32, 13, 99, 111, 110, 102, 105, 103, 117, 114, 97, 116, 105, 111, 110, 25, 58, 32, 99,
  111, 110, 102, 105, 103, 117, 114, 97, 116, 105, 111, 110, 32, 114, 101, 102, 117, 115, 101, 100, 58, 32, 18, 78, 85,
  76, 32, 105, 115, 32, 110, 111, 116, 32, 97, 108, 108, 111, 119, 101, 100, 13, 105, 110, 118, 97, 108, 105, 100, 32,
  85, 84, 70, 45, 56, 28, 110, 101, 115, 116, 101, 100, 32, 100, 101, 101, 112, 101, 114, 32, 116, 104, 97, 110, 32, 51,
  50, 32, 108, 101, 118, 101, 108, 115, 23, 116, 104, 101, 32, 116, 101, 120, 116, 32, 101, 110, 100, 115, 32, 116, 111,
  111, 32, 101, 97, 114, 108, 121, 28, 116, 101, 120, 116, 32, 97, 102, 116, 101, 114, 32, 116, 104, 101, 32, 99, 111,
  110, 102, 105, 103, 117, 114, 97, 116, 105, 111, 110, 19, 101, 120, 112, 101, 99, 116, 101, 100, 32, 34, 44, 34, 32,
  111, 114, 32, 34, 125, 34, 19, 101, 120, 112, 101, 99, 116, 101, 100, 32, 34, 44, 34, 32, 111, 114, 32, 34, 93, 34,
  38, 101, 120, 112, 101, 99, 116, 101, 100, 32, 97, 32, 102, 105, 101, 108, 100, 32, 110, 97, 109, 101, 32, 105, 110,
  32, 100, 111, 117, 98, 108, 101, 32, 113, 117, 111, 116, 101, 115, 33, 101, 120, 112, 101, 99, 116, 101, 100, 32, 34,
  58, 34, 32, 97, 102, 116, 101, 114, 32, 116, 104, 101, 32, 102, 105, 101, 108, 100, 32, 110, 97, 109, 101, 78, 101,
  120, 112, 101, 99, 116, 101, 100, 32, 97, 32, 118, 97, 108, 117, 101, 58, 32, 111, 98, 106, 101, 99, 116, 44, 32, 108,
  105, 115, 116, 44, 32, 115, 116, 114, 105, 110, 103, 32, 105, 110, 32, 100, 111, 117, 98, 108, 101, 32, 113, 117, 111,
  116, 101, 115, 44, 32, 110, 117, 109, 98, 101, 114, 44, 32, 116, 114, 117, 101, 32, 111, 114, 32, 102, 97, 108, 115,
  101, 62, 101, 120, 112, 101, 99, 116, 101, 100, 32, 123, 59, 32, 97, 108, 108, 111, 119, 101, 100, 58, 32, 97, 32, 74,
  83, 79, 78, 32, 111, 98, 106, 101, 99, 116, 32, 111, 114, 32, 97, 32, 103, 111, 111, 103, 108, 101, 46, 112, 114, 111,
  116, 111, 98, 117, 102, 46, 83, 116, 114, 117, 99, 116, 16, 101, 120, 112, 101, 99, 116, 101, 100, 32, 97, 32, 100,
  105, 103, 105, 116, 30, 97, 32, 110, 117, 109, 98, 101, 114, 32, 109, 117, 115, 116, 32, 110, 111, 116, 32, 98, 101,
  103, 105, 110, 32, 119, 105, 116, 104, 32, 48, 47, 97, 32, 99, 111, 110, 116, 114, 111, 108, 32, 99, 104, 97, 114, 97,
  99, 116, 101, 114, 32, 105, 110, 32, 97, 32, 115, 116, 114, 105, 110, 103, 32, 109, 117, 115, 116, 32, 98, 101, 32,
  101, 115, 99, 97, 112, 101, 100, 34, 97, 32, 115, 116, 114, 105, 110, 103, 32, 119, 105, 116, 104, 111, 117, 116, 32,
  105, 116, 115, 32, 99, 108, 111, 115, 105, 110, 103, 32, 113, 117, 111, 116, 101, 26, 105, 110, 118, 97, 108, 105,
  100, 32, 101, 115, 99, 97, 112, 101, 32, 105, 110, 32, 97, 32, 115, 116, 114, 105, 110, 103, 34, 97, 32, 115, 117,
  114, 114, 111, 103, 97, 116, 101, 32, 119, 105, 116, 104, 111, 117, 116, 32, 105, 116, 115, 32, 111, 116, 104, 101,
  114, 32, 104, 97, 108, 102, 43, 98, 121, 116, 101, 32, 111, 114, 100, 101, 114, 32, 109, 97, 114, 107, 59, 32, 97,
  108, 108, 111, 119, 101, 100, 58, 32, 85, 84, 70, 45, 56, 32, 119, 105, 116, 104, 111, 117, 116, 32, 111, 110, 101,
  26, 117, 110, 107, 110, 111, 119, 110, 32, 102, 105, 101, 108, 100, 32, 111, 114, 32, 119, 105, 114, 101, 32, 116,
  121, 112, 101, 9, 116, 114, 117, 110, 99, 97, 116, 101, 100, 26, 97, 32, 118, 97, 114, 105, 110, 116, 32, 116, 104,
  97, 116, 32, 100, 111, 101, 115, 32, 110, 111, 116, 32, 101, 110, 100, 23, 97, 32, 102, 105, 101, 108, 100, 32, 119,
  105, 116, 104, 111, 117, 116, 32, 97, 32, 118, 97, 108, 117, 101, 22, 97, 32, 118, 97, 108, 117, 101, 32, 119, 105,
  116, 104, 111, 117, 116, 32, 97, 32, 107, 105, 110, 100, 29, 109, 111, 114, 101, 32, 116, 104, 97, 110, 32, 111, 110,
  101, 32, 107, 105, 110, 100, 32, 105, 110, 32, 97, 32, 118, 97, 108, 117, 101, 4, 32, 111, 102, 32, 4, 32, 116, 111,
  32, 6, 32, 105, 116, 101, 109, 115, 7, 32, 102, 105, 101, 108, 100, 115, 6, 32, 98, 121, 116, 101, 115, 8, 97, 32,
  115, 116, 114, 105, 110, 103, 6, 97, 32, 108, 105, 115, 116, 9, 97, 110, 32, 111, 98, 106, 101, 99, 116, 14, 97, 32,
  110, 117, 109, 98, 101, 114, 32, 102, 114, 111, 109, 32, 20, 97, 32, 119, 104, 111, 108, 101, 32, 110, 117, 109, 98,
  101, 114, 32, 102, 114, 111, 109, 32, 16, 97, 32, 100, 117, 114, 97, 116, 105, 111, 110, 32, 102, 114, 111, 109, 32,
  33, 32, 105, 110, 32, 104, 44, 32, 109, 44, 32, 115, 32, 97, 110, 100, 32, 109, 115, 44, 32, 115, 117, 99, 104, 32,
  97, 115, 32, 49, 109, 51, 48, 115, 85, 49, 32, 116, 111, 32, 54, 51, 32, 99, 104, 97, 114, 97, 99, 116, 101, 114, 115,
  32, 111, 102, 32, 97, 45, 122, 44, 32, 48, 45, 57, 44, 32, 34, 45, 34, 32, 97, 110, 100, 32, 34, 46, 34, 44, 32, 116,
  104, 101, 32, 102, 105, 114, 115, 116, 32, 97, 110, 100, 32, 116, 104, 101, 32, 108, 97, 115, 116, 32, 97, 32, 108,
  101, 116, 116, 101, 114, 32, 111, 114, 32, 100, 105, 103, 105, 116, 13, 116, 114, 117, 101, 32, 111, 114, 32, 102, 97,
  108, 115, 101, 4, 110, 117, 108, 108, 4, 116, 114, 117, 101, 5, 102, 97, 108, 115, 101, 6, 97, 98, 111, 117, 116, 32,
  33, 78, 97, 78, 32, 111, 114, 32, 97, 32, 110, 117, 109, 98, 101, 114, 32, 98, 101, 121, 111, 110, 100, 32, 57, 48,
  48, 48, 48, 48, 48, 48, 48, 48, 78, 116, 104, 101, 32, 99, 111, 110, 102, 105, 103, 117, 114, 97, 116, 105, 111, 110,
  32, 105, 115, 32, 101, 109, 112, 116, 121, 59, 32, 97, 108, 108, 111, 119, 101, 100, 58, 32, 97, 32, 74, 83, 79, 78,
  32, 111, 98, 106, 101, 99, 116, 32, 111, 114, 32, 97, 32, 103, 111, 111, 103, 108, 101, 46, 112, 114, 111, 116, 111,
  98, 117, 102, 46, 83, 116, 114, 117, 99, 116, 22, 116, 104, 101, 32, 99, 111, 110, 102, 105, 103, 117, 114, 97, 116,
  105, 111, 110, 32, 104, 97, 115, 32, 25, 32, 98, 121, 116, 101, 115, 59, 32, 97, 108, 108, 111, 119, 101, 100, 58, 32,
  97, 116, 32, 109, 111, 115, 116, 32, 26, 32, 105, 115, 32, 110, 111, 116, 32, 97, 108, 108, 111, 119, 101, 100, 59,
  32, 97, 108, 108, 111, 119, 101, 100, 58, 32, 25, 32, 105, 115, 32, 110, 111, 116, 32, 97, 108, 108, 111, 119, 101,
  100, 59, 32, 111, 110, 101, 32, 111, 102, 58, 32, 23, 109, 105, 115, 115, 105, 110, 103, 44, 32, 98, 117, 116, 32,
  114, 101, 113, 117, 105, 114, 101, 100, 58, 32, 11, 103, 105, 118, 101, 110, 32, 116, 119, 105, 99, 101, 24, 117, 110,
  107, 110, 111, 119, 110, 32, 102, 105, 101, 108, 100, 59, 32, 97, 108, 108, 111, 119, 101, 100, 58, 32, 10, 97, 112,
  105, 86, 101, 114, 115, 105, 111, 110, 108, 97, 32, 119, 104, 111, 108, 101, 32, 75, 117, 98, 101, 114, 110, 101, 116,
  101, 115, 32, 114, 101, 115, 111, 117, 114, 99, 101, 59, 32, 97, 108, 108, 111, 119, 101, 100, 58, 32, 116, 104, 101,
  32, 99, 111, 110, 116, 101, 110, 116, 115, 32, 111, 102, 32, 105, 116, 115, 32, 34, 115, 112, 101, 99, 34, 44, 32, 97,
  110, 100, 32, 34, 110, 97, 109, 101, 34, 32, 40, 96, 112, 111, 105, 110, 116, 100, 117, 116, 121, 32, 114, 101, 110,
  100, 101, 114, 96, 32, 109, 97, 107, 101, 115, 32, 116, 104, 101, 109, 41,
]);

/** line  */
export const LINE: Text = TEXTS + 0;
/**  column  */
export const COLUMN: Text = TEXTS + 6;
/** byte  */
export const BYTE: Text = TEXTS + 15;
/**  of the google.protobuf.Struct:  */
export const OF_STRUCT: Text = TEXTS + 21;
/** :  */
export const COLON: Text = TEXTS + 54;
/** ,  */
export const COMMA: Text = TEXTS + 57;
/** configuration */
export const CONFIGURATION: Text = TEXTS + 60;
/** : configuration refused:  */
export const REFUSED: Text = TEXTS + 74;
/** NUL is not allowed */
export const NUL: Text = TEXTS + 100;
/** invalid UTF-8 */
export const NO_UTF8: Text = TEXTS + 119;
/** nested deeper than 32 levels */
export const DEEP: Text = TEXTS + 133;
/** the text ends too early */
export const EARLY: Text = TEXTS + 162;
/** text after the configuration */
export const AFTER_END: Text = TEXTS + 186;
/** expected "," or "}" */
export const OBJECT_COMMA: Text = TEXTS + 215;
/** expected "," or "]" */
export const LIST_COMMA: Text = TEXTS + 235;
/** expected a field name in double quotes */
export const NO_KEY: Text = TEXTS + 255;
/** expected ":" after the field name */
export const NO_COLON: Text = TEXTS + 294;
/** expected a value: object, list, string in double quotes, number, true or false */
export const NO_VALUE: Text = TEXTS + 328;
/** expected {; allowed: a JSON object or a google.protobuf.Struct */
export const NO_OBJECT: Text = TEXTS + 407;
/** expected a digit */
export const NO_DIGIT: Text = TEXTS + 470;
/** a number must not begin with 0 */
export const ZERO: Text = TEXTS + 487;
/** a control character in a string must be escaped */
export const CONTROL: Text = TEXTS + 518;
/** a string without its closing quote */
export const OPEN_STRING: Text = TEXTS + 566;
/** invalid escape in a string */
export const NO_ESCAPE: Text = TEXTS + 601;
/** a surrogate without its other half */
export const SURROGATE: Text = TEXTS + 628;
/** byte order mark; allowed: UTF-8 without one */
export const BYTE_ORDER_MARK: Text = TEXTS + 663;
/** unknown field or wire type */
export const UNKNOWN_TAG: Text = TEXTS + 707;
/** truncated */
export const TRUNCATED: Text = TEXTS + 734;
/** a varint that does not end */
export const LONG_VARINT: Text = TEXTS + 744;
/** a field without a value */
export const NO_ENTRY_VALUE: Text = TEXTS + 771;
/** a value without a kind */
export const NO_KIND: Text = TEXTS + 795;
/** more than one kind in a value */
export const TWO_KINDS: Text = TEXTS + 818;
/**  of  */
export const OF: Text = TEXTS + 848;
/**  to  */
export const TO: Text = TEXTS + 853;
/**  items */
export const ITEMS: Text = TEXTS + 858;
/**  fields */
export const FIELDS: Text = TEXTS + 865;
/**  bytes */
export const BYTES: Text = TEXTS + 873;
/** a string */
export const A_STRING: Text = TEXTS + 880;
/** a list */
export const A_LIST: Text = TEXTS + 889;
/** an object */
export const AN_OBJECT: Text = TEXTS + 896;
/** a number from  */
export const A_NUMBER: Text = TEXTS + 906;
/** a whole number from  */
export const A_WHOLE_NUMBER: Text = TEXTS + 921;
/** a duration from  */
export const A_DURATION: Text = TEXTS + 942;
/**  in h, m, s and ms, such as 1m30s */
export const UNITS: Text = TEXTS + 959;
/** 1 to 63 characters of a-z, 0-9, "-" and ".", the first and the last a letter or digit */
export const A_NAME: Text = TEXTS + 993;
/** true or false */
export const A_SWITCH: Text = TEXTS + 1079;
/** null */
export const NULL_VALUE: Text = TEXTS + 1093;
/** true */
export const TRUE_VALUE: Text = TEXTS + 1098;
/** false */
export const FALSE_VALUE: Text = TEXTS + 1103;
/** about  */
export const ABOUT: Text = TEXTS + 1109;
/** NaN or a number beyond 9000000000 */
export const FAR_NUMBER: Text = TEXTS + 1116;
/** the configuration is empty; allowed: a JSON object or a google.protobuf.Struct */
export const EMPTY: Text = TEXTS + 1150;
/** the configuration has  */
export const SIZE: Text = TEXTS + 1229;
/**  bytes; allowed: at most  */
export const SIZE_ALLOWED: Text = TEXTS + 1252;
/**  is not allowed; allowed:  */
export const NOT_ALLOWED: Text = TEXTS + 1278;
/**  is not allowed; one of:  */
export const NOT_ONE_OF: Text = TEXTS + 1305;
/** missing, but required:  */
export const MISSING: Text = TEXTS + 1331;
/** given twice */
export const TWICE: Text = TEXTS + 1355;
/** unknown field; allowed:  */
export const UNKNOWN: Text = TEXTS + 1367;
/** apiVersion */
export const API_VERSION: Text = TEXTS + 1392;
/** a whole Kubernetes resource; allowed: the contents of its "spec", and "name" (`pointduty render` makes them) */
export const RESOURCE: Text = TEXTS + 1403;
