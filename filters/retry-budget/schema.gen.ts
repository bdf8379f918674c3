// Made from schema.json by `npm run gen`: change that file, not this one.

/** Bytes of the longest configuration that is read. */
export const SIZE_LIMIT: i32 = 65536;

// Slots of the configuration.
export const NAME: i32 = 0;
export const BUDGET: i32 = 1;
export const MIN_RETRY_RATE: i32 = 2;
export const BURST: i32 = 3;
export const PER: i32 = 4;
export const ON_EXHAUSTED: i32 = 5;
export const MODE: i32 = 6;

// Slots of budget.
export const BUDGET_PERCENT: i32 = 0;
export const BUDGET_INTERVAL: i32 = 1;

// Slots of minRetryRate.
export const MIN_RETRY_RATE_COUNT: i32 = 0;
export const MIN_RETRY_RATE_INTERVAL: i32 = 1;

// Values of per.
export const PER_CLUSTER: i32 = 0;
export const PER_VIRTUAL_HOST: i32 = 1;
export const PER_ROUTE: i32 = 2;
export const PER_PROXY: i32 = 3;

// Values of onExhausted.
export const ON_EXHAUSTED_ORIGINAL: i32 = 0;
export const ON_EXHAUSTED_503: i32 = 1;

// Values of mode.
export const MODE_ENFORCE: i32 = 0;
export const MODE_SHADOW: i32 = 1;

/** What the checker walks; laid out as assembly/config/table.ts says. */
export const TABLE: usize = memory.data<u8>([
  0, 7, 107, 128, 4, 110, 97, 109, 101, 0, 108, 0, 6, 98, 117, 100, 103, 101, 116, 2, 123, 125, 140, 0, 12, 109, 105,
  110, 82, 101, 116, 114, 121, 82, 97, 116, 101, 2, 123, 125, 169, 0, 5, 98, 117, 114, 115, 116, 0, 180, 0, 3, 112, 101,
  114, 9, 34, 99, 108, 117, 115, 116, 101, 114, 34, 218, 0, 11, 111, 110, 69, 120, 104, 97, 117, 115, 116, 101, 100, 10,
  34, 111, 114, 105, 103, 105, 110, 97, 108, 34, 238, 0, 4, 109, 111, 100, 101, 9, 34, 101, 110, 102, 111, 114, 99, 101,
  34, 7, 0, 2, 1, 1, 7, 112, 101, 114, 99, 101, 110, 116, 2, 50, 48, 32, 1, 8, 105, 110, 116, 101, 114, 118, 97, 108, 5,
  34, 49, 48, 115, 34, 0, 2, 39, 1, 5, 99, 111, 117, 110, 116, 1, 49, 49, 1, 8, 105, 110, 116, 101, 114, 118, 97, 108,
  5, 34, 49, 48, 115, 34, 5, 208, 15, 128, 168, 214, 185, 7, 208, 15, 0, 4, 4, 1, 7, 99, 108, 117, 115, 116, 101, 114,
  1, 11, 118, 105, 114, 116, 117, 97, 108, 72, 111, 115, 116, 1, 5, 114, 111, 117, 116, 101, 1, 5, 112, 114, 111, 120,
  121, 4, 2, 1, 8, 111, 114, 105, 103, 105, 110, 97, 108, 3, 176, 179, 61, 3, 53, 48, 51, 4, 2, 1, 7, 101, 110, 102,
  111, 114, 99, 101, 1, 6, 115, 104, 97, 100, 111, 119, 5, 0, 192, 154, 12, 2, 24, 32, 119, 105, 116, 104, 32, 97, 116,
  32, 109, 111, 115, 116, 32, 51, 32, 100, 101, 99, 105, 109, 97, 108, 115, 6, 2, 49, 115, 2, 49, 104, 5, 0, 128, 168,
  214, 185, 7, 208, 15, 0, 6, 3, 49, 109, 115, 2, 49, 104,
]);
