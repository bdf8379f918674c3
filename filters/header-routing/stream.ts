/** What is kept of a request until its stream ends. The kit needs the first two fields. */
@unmanaged
export class Entry {
  id: u32;
  root: u32;
  /** Which configuration decided: numbers mean nothing to another one. */
  generation: u32;
  /** Number of the rule plus 1, of the target plus 1, of the guard plus 1; 0: none. */
  rule: u32;
  target: u32;
  guard: u32;
  /** The key that the client is given as a cookie; `fresh` says whether. */
  fresh: u32;
  keyLow: u32;
  keyHigh: u32;
}
