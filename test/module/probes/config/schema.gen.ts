// Made from schema.json by `npm run gen`: change that file, not this one.

/** Bytes of the longest configuration that is read. */
export const SIZE_LIMIT: i32 = 4096;

// Slots of the configuration.
export const ID: i32 = 0;
export const ON: i32 = 1;
export const RATIO: i32 = 2;
export const CODES: i32 = 3;
export const LABELS: i32 = 4;
export const RULES: i32 = 5;

// Values of codes.
export const CODES_301: i32 = 0;
export const CODES_302: i32 = 1;
export const CODES_307: i32 = 2;

// Slots of rules.
export const RULES_NAME: i32 = 0;
export const RULES_WAIT: i32 = 1;
export const RULES_INNER: i32 = 2;

// Slots of rules.inner.
export const RULES_INNER_COUNT: i32 = 0;

/** What the checker walks; laid out as assembly/config/table.ts says. */
export const TABLE: usize = memory.data<u8>([
  0, 6, 61, 128, 2, 105, 100, 0, 65, 0, 2, 111, 110, 5, 102, 97, 108, 115, 101, 66, 0, 5, 114, 97, 116, 105, 111, 0,
  107, 0, 5, 99, 111, 100, 101, 115, 5, 91, 51, 48, 49, 93, 112, 0, 6, 108, 97, 98, 101, 108, 115, 0, 117, 0, 5, 114,
  117, 108, 101, 115, 0, 3, 2, 216, 4, 8, 5, 183, 23, 128, 128, 180, 204, 212, 223, 198, 3, 244, 3, 27, 32, 116, 104,
  97, 116, 32, 105, 115, 32, 97, 32, 109, 117, 108, 116, 105, 112, 108, 101, 32, 111, 102, 32, 48, 46, 50, 53, 1, 2, 6,
  122, 0, 2, 0, 6, 148, 0, 1, 0, 40, 151, 0, 4, 3, 2, 144, 223, 36, 3, 51, 48, 49, 2, 224, 238, 36, 3, 51, 48, 50, 2,
  240, 188, 37, 3, 51, 48, 55, 3, 0, 10, 0, 3, 187, 128, 4, 110, 97, 109, 101, 0, 188, 0, 4, 119, 97, 105, 116, 7, 34,
  49, 109, 51, 48, 115, 34, 196, 0, 5, 105, 110, 110, 101, 114, 2, 123, 125, 7, 6, 2, 48, 115, 3, 50, 52, 104, 0, 1,
  208, 0, 5, 99, 111, 117, 110, 116, 1, 55, 5, 143, 78, 160, 156, 1, 208, 15, 0,
]);
