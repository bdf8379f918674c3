/** What can be said of a condition: `MAYBE` matches in a DENY rule and does not in an ALLOW rule. */
export const NO: i32 = 0;
export const MAYBE: i32 = 1;
export const YES: i32 = 2;
