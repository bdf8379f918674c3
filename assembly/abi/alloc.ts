/**
 * Memory for what the host returns. The host asks for it through `malloc` in the middle of a host call; all of it is
 * given back at once when the next outermost callback starts, so a request costs no allocation and nothing can leak.
 * A result that does not fit (a large configuration) gets a block of its own until then.
 */
const SIZE: usize = 16384;
const base: usize = heap.alloc(SIZE);
let next: usize = base;
/** Head of the list of extra blocks; the first word of a block links to the next one. */
let extra: usize = 0;
let depth: i32 = 0;

/** Called by the host: `size` bytes, aligned to 8, valid until the next outermost callback. */
export function malloc(size: usize): usize {
  const aligned = (size + 7) & ~7;
  if (aligned <= base + SIZE - next) {
    const at = next;
    next += aligned;
    return at;
  }
  const block = heap.alloc(aligned + 8);
  store<usize>(block, extra);
  extra = block;
  return block + 8;
}

/** Start of a callback. Only the outermost one gives memory back: a local reply can call back into the module. */
export function enter(): void {
  if (depth++ == 0) giveBack();
}

/** Gives all results of host calls back. */
export function giveBack(): void {
  next = base;
  while (extra != 0) {
    const block = extra;
    extra = load<usize>(block);
    heap.free(block);
  }
}

/** End of a callback. */
export function leave(): void {
  depth--;
}
