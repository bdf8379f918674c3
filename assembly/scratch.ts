/** Room for what is worked out of a request. It grows to the largest request seen, and is never given back. Pure. */
export class Scratch {
  private block: usize = 0;
  private size: i32 = 0;

  /** Address of at least `size` bytes; what was in there before is void. */
  room(size: i32): usize {
    if (size > this.size) {
      if (this.block != 0) heap.free(this.block);
      this.size = max(size, this.size * 2);
      this.block = heap.alloc(<usize>this.size);
    }
    return this.block;
  }
}
