/**
 * Memory for what the host returns. The host asks for it through `malloc` in the middle of a host call; all of it is
 * given back at once when the next outermost callback starts, so a request costs no allocation and nothing can leak.
 * A result that does not fit (a large configuration) gets a block of its own until then, with an eighth to spare.
 */
const SIZE: usize = 16384;
const base: usize = heap.alloc(SIZE);
let next: usize = base;
/** Head of the list of extra blocks. A block begins with the address of the next one and with the number of its bytes. */
let extra: usize = 0;
/**
 * The extra block that was given back last, 0 if there is none. Configurations come one after another, and the heap, which
 * looks for blocks by classes of size, would not find this one again: the memory would grow with each.
 */
let spare: usize = 0;
let depth: i32 = 0;

/** Called by the host: `size` bytes, aligned to 8, valid until the next outermost callback. */
export function malloc(size: usize): usize {
  const aligned = (size + 7) & ~7;
  if (aligned <= base + SIZE - next) {
    const at = next;
    next += aligned;
    return at;
  }
  let block = spare;
  spare = 0;
  if (block != 0 && load<usize>(block, 4) < aligned) {
    heap.free(block);
    block = 0;
  }
  if (block == 0) {
    const roomy = aligned + (aligned >> 3);
    block = heap.alloc(roomy + 8);
    store<usize>(block, roomy, 4);
  }
  store<usize>(block, extra);
  extra = block;
  return block + 8;
}

/** Start of a callback. Only the outermost one gives memory back: a local reply can call back into the module. */
export function enter(): void {
  if (depth++ > 0) return;
  next = base;
  while (extra != 0) {
    if (spare != 0) heap.free(spare);
    spare = extra;
    extra = load<usize>(extra);
  }
}

/** End of a callback. */
export function leave(): void {
  depth--;
}
