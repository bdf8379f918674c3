// Made from texts.json by `npm run gen`: change that file, not this one.

/** Address of a text: a byte says how many follow. */
export type Text = usize;

const TEXTS: usize = memory.data<u8>([
  66, 104, 97, 115, 32, 110, 111, 32, 109, 101, 97, 110, 105, 110, 103, 32, 119, 104, 101, 110, 32, 109, 105, 110, 82,
  101, 116, 114, 121, 82, 97, 116, 101, 46, 99, 111, 117, 110, 116, 32, 105, 115, 32, 48, 59, 32, 97, 108, 108, 111,
  119, 101, 100, 58, 32, 108, 101, 97, 118, 101, 32, 105, 116, 32, 111, 117, 116,
]);

/** has no meaning when minRetryRate.count is 0; allowed: leave it out */
export const BURST_WITHOUT_FLOOR: Text = TEXTS + 0;
