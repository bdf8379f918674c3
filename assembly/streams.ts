/**
 * Live streams by context id: an open-addressing table of fixed-size entries in one block. Adding and removing a
 * stream allocates nothing once the table has grown to the number of streams that a worker carries at a time.
 */

/** An entry begins with the context id (0 = empty, Envoy's ids begin at 1); the rest is the filter's. */
const FIRST_CAPACITY: u32 = 1024;

export class StreamTable {
  private block: usize = 0;
  private capacity: u32 = FIRST_CAPACITY;
  private count: u32 = 0;

  /** @param stride bytes of an entry, the id included; a multiple of 4 */
  constructor(private stride: u32) {
    this.block = this.allocate(FIRST_CAPACITY);
  }

  /** Number of streams. */
  get size(): u32 {
    return this.count;
  }

  /** Address of the entry of `id`, or 0. It holds until the next `add` or `remove`. */
  find(id: u32): usize {
    let slot = id & (this.capacity - 1);
    while (true) {
      const entry = this.block + <usize>(slot * this.stride);
      const found = load<u32>(entry);
      if (found == 0) return 0;
      if (found == id) return entry;
      slot = (slot + 1) & (this.capacity - 1);
    }
  }

  /** Address of a new entry for `id`, zero but for the id; an entry that is already there is cleared. */
  add(id: u32): usize {
    if ((this.count + 1) * 4 > this.capacity * 3) this.grow();
    let entry = this.find(id);
    if (entry == 0) {
      entry = this.free(id);
      this.count++;
    }
    memory.fill(entry, 0, <usize>this.stride);
    store<u32>(entry, id);
    return entry;
  }

  /** Removes `id` and moves later entries of its run up, so that no search ever has to pass a grave. */
  remove(id: u32): void {
    const mask = this.capacity - 1;
    const entry = this.find(id);
    if (entry == 0) return;
    let hole = <u32>((entry - this.block) / <usize>this.stride);
    let slot = hole;
    while (true) {
      slot = (slot + 1) & mask;
      const next = this.block + <usize>(slot * this.stride);
      const other = load<u32>(next);
      if (other == 0) break;
      // The entry may move into the hole unless its home lies cyclically between the hole and itself.
      if (((slot - (other & mask)) & mask) >= ((slot - hole) & mask)) {
        memory.copy(this.block + <usize>(hole * this.stride), next, <usize>this.stride);
        hole = slot;
      }
    }
    store<u32>(this.block + <usize>(hole * this.stride), 0);
    this.count--;
  }

  /** Address of the entry in place `index` of the table, or 0 when that place is empty; for walking over all. */
  entry(index: u32): usize {
    if (index >= this.capacity) return 0;
    const entry = this.block + <usize>(index * this.stride);
    return load<u32>(entry) == 0 ? 0 : entry;
  }

  /** Places of the table: the bound of a walk. */
  get places(): u32 {
    return this.capacity;
  }

  private free(id: u32): usize {
    let slot = id & (this.capacity - 1);
    while (load<u32>(this.block + <usize>(slot * this.stride)) != 0) slot = (slot + 1) & (this.capacity - 1);
    return this.block + <usize>(slot * this.stride);
  }

  private allocate(capacity: u32): usize {
    const bytes = <usize>(capacity * this.stride);
    const block = heap.alloc(bytes);
    memory.fill(block, 0, bytes);
    return block;
  }

  private grow(): void {
    const old = this.block;
    const places = this.capacity;
    this.capacity = places * 2;
    this.block = this.allocate(this.capacity);
    for (let i: u32 = 0; i < places; i++) {
      const from = old + <usize>(i * this.stride);
      const id = load<u32>(from);
      if (id != 0) memory.copy(this.free(id), from, <usize>this.stride);
    }
    heap.free(old);
  }
}
