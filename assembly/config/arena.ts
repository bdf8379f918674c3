/**
 * Memory of one configuration: a bump pointer over chunks of the heap. Nothing is freed one by one; `reset` gives back
 * all but one chunk, so that the next configuration starts without growing the memory.
 */

/** Bytes of an ordinary chunk, header included: a policy of a few hundred bytes needs one. */
const CHUNK: usize = 4096;
/** A chunk begins with the address of the chunk before it (0: none) and with the address of its end. */
const HEADER: usize = 2 * sizeof<usize>();

let chunk: usize = 0;
let top: usize = 0;
let end: usize = 0;

/** Forgets all that was taken. Addresses handed out before are void. */
export function reset(): void {
  if (chunk == 0) return;
  let before = load<usize>(chunk);
  while (before != 0) {
    heap.free(chunk);
    chunk = before;
    before = load<usize>(chunk);
  }
  top = chunk + HEADER;
  end = load<usize>(chunk, sizeof<usize>());
}

/** Whether the newest chunk holds an address: what was taken since then is less than a chunk. */
export function isNewest(address: usize): bool {
  return address > chunk && address < end;
}

/** Forgets all that was taken from the address `to` on, which is that of something taken or the first byte behind it. */
export function rewind(to: usize): void {
  while (to <= chunk || to > end) {
    const before = load<usize>(chunk);
    heap.free(chunk);
    chunk = before;
    end = load<usize>(chunk, sizeof<usize>());
  }
  top = to;
}

/** Takes `size` bytes, aligned to 8 and filled with zeros. */
export function take(size: usize): usize {
  const rounded = (size + 7) & ~7;
  if (end - top < rounded) {
    const bytes = max(CHUNK, rounded + HEADER);
    const fresh = heap.alloc(bytes);
    store<usize>(fresh, chunk);
    store<usize>(fresh, fresh + bytes, sizeof<usize>());
    chunk = fresh;
    top = fresh + HEADER;
    end = fresh + bytes;
  }
  const taken = top;
  top += rounded;
  memory.fill(taken, 0, rounded);
  return taken;
}
