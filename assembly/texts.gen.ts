// Made from texts.json by `npm run gen`: change that file, not this one.

/** Address of a text: a byte says how many follow. */
export type Text = usize;

const TEXTS: usize = memory.data<u8>([
  29, 112, 111, 105, 110, 116, 100, 117, 116, 121, 58, 32, 98, 114, 111, 107, 101, 110, 32, 105, 110, 118, 97, 114, 105,
  97, 110, 116, 58, 32, 4, 32, 105, 110, 32, 3, 59, 46, 59, 10, 112, 111, 105, 110, 116, 100, 117, 116, 121, 95, 6, 112,
  111, 108, 105, 99, 121, 3, 107, 101, 121, 6, 114, 101, 97, 115, 111, 110, 9, 104, 101, 97, 114, 116, 98, 101, 97, 116,
  11, 112, 111, 108, 105, 99, 121, 95, 104, 97, 115, 104, 9, 115, 112, 105, 102, 102, 101, 58, 47, 47,
]);

/** pointduty: broken invariant:  */
export const BROKEN: Text = TEXTS + 0;
/**  in  */
export const IN: Text = TEXTS + 30;
/** ;.; */
export const TAG_END: Text = TEXTS + 35;
/** pointduty_ */
export const METRICS: Text = TEXTS + 39;
/** policy */
export const POLICY: Text = TEXTS + 50;
/** key */
export const KEY: Text = TEXTS + 57;
/** reason */
export const REASON: Text = TEXTS + 61;
/** heartbeat */
export const HEARTBEAT: Text = TEXTS + 68;
/** policy_hash */
export const POLICY_HASH: Text = TEXTS + 78;
/** spiffe:// */
export const SPIFFE: Text = TEXTS + 90;
