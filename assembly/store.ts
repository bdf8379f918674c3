/**
 * Memory for what is made of one configuration: many small pieces that are all given up together. An object of the runtime's
 * costs 20 bytes besides its own; a piece in here costs none. Pure.
 */

/** Bytes of an ordinary chunk: with the runtime's own 20 it fills two KiB. */
const CHUNK: i32 = 2028;

export class Store {
  private readonly chunks: Array<StaticArray<u8>> = [];
  private top: usize = 0;
  private end: usize = 0;

  /** Address of `size` bytes, aligned to 4 and filled with zeros, which stay as long as the store. */
  take(size: i32): usize {
    const rounded = (size + 3) & ~3;
    if (<i32>(this.end - this.top) < rounded) {
      const chunk = new StaticArray<u8>(max(CHUNK, rounded));
      this.chunks.push(chunk);
      this.top = changetype<usize>(chunk);
      this.end = this.top + <usize>chunk.length;
    }
    const taken = this.top;
    this.top += <usize>rounded;
    return taken;
  }
}
