/** Bounds-checked access to a module's linear memory, with the rules of proxy-wasm-cpp-host (V8::getMemory, setWord). */

const U32_MAX = 0xffffffff;

export class Memory {
  readonly #memory: WebAssembly.Memory;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  get bytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** A copy of the bytes, or undefined when any of them lies outside. */
  read(pointer: number, size: number): Uint8Array | undefined {
    const start = pointer >>> 0;
    const length = size >>> 0;
    if (!this.#inside(start, length)) return undefined;
    return new Uint8Array(this.#memory.buffer, start, length).slice();
  }

  write(pointer: number, data: Uint8Array): boolean {
    const start = pointer >>> 0;
    if (!this.#inside(start, data.length)) return false;
    // A fresh view each time: memory.grow inside the module detaches the old buffer.
    new Uint8Array(this.#memory.buffer, start, data.length).set(data);
    return true;
  }

  writeU32(pointer: number, value: number): boolean {
    const start = pointer >>> 0;
    if (!this.#inside(start, 4)) return false;
    new DataView(this.#memory.buffer).setUint32(start, value >>> 0, true);
    return true;
  }

  writeU64(pointer: number, value: bigint): boolean {
    const start = pointer >>> 0;
    if (!this.#inside(start, 8)) return false;
    new DataView(this.#memory.buffer).setBigUint64(start, BigInt.asUintN(64, value), true);
    return true;
  }

  #inside(start: number, size: number): boolean {
    return start + size <= U32_MAX && start + size <= this.#memory.buffer.byteLength;
  }
}
