/** The probe module (test/module/probes/config): the configuration reader alone, built as filters are. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../setup/common.ts";

interface Exports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  alloc(size: number): number;
  free(ptr: number): void;
  fits(size: number, limit: number): number;
  check(ptr: number, len: number, schema: number): number;
  messagePtr(): number;
  messageLen(): number;
  hash(): bigint;
  canonicalLen(): number;
  canonicalPtr(): number;
  xxh(ptr: number, len: number, seed: bigint): bigint;
}

/** Schemas that the probe knows. */
export const RETRY_BUDGET = 0;
export const PROBE = 1;

export interface Verdict {
  /** "" if the configuration is accepted. */
  readonly message: string;
  /** Policy hash and canonical text; 0 and "" if it is refused. */
  readonly hash: bigint;
  readonly canonical: string;
}

export class Probe {
  private readonly exports: Exports;
  constructor(exports: Exports) {
    this.exports = exports;
  }

  get memoryBytes(): number {
    return this.exports.memory.buffer.byteLength;
  }

  /** Checks one configuration, `behind` lying in memory after it. A trap is thrown as WebAssembly.RuntimeError. */
  check(input: Uint8Array | string, schema: number = RETRY_BUDGET, behind: string = ""): Verdict {
    const { check, hash, canonicalLen, canonicalPtr } = this.exports;
    const bytes = Buffer.concat([Buffer.from(input), Buffer.from(behind)]);
    return this.withBytes(bytes, (ptr, total) => {
      const len = total - Buffer.byteLength(behind);
      if (check(ptr, len, schema) === 0) return { message: this.message(), hash: 0n, canonical: "" };
      return { message: this.message(), hash: hash(), canonical: this.text(canonicalPtr, canonicalLen()) };
    });
  }

  /** The message for a configuration of `size` bytes; "" if it may be read. */
  fits(size: number, limit: number): string {
    this.exports.fits(size, limit);
    return this.message();
  }

  xxh64(input: Uint8Array | string, seed: bigint = 0n): bigint {
    return this.withBytes(input, (ptr, len) => BigInt.asUintN(64, this.exports.xxh(ptr, len, seed)));
  }

  private withBytes<T>(input: Uint8Array | string, use: (ptr: number, len: number) => T): T {
    const bytes = Buffer.from(input);
    const ptr = this.exports.alloc(bytes.length);
    new Uint8Array(this.exports.memory.buffer).set(bytes, ptr);
    try {
      return use(ptr, bytes.length);
    } finally {
      this.exports.free(ptr);
    }
  }

  private message(): string {
    return this.text(this.exports.messagePtr, this.exports.messageLen());
  }

  private text(ptr: () => number, len: number): string {
    return len === 0 ? "" : Buffer.from(this.exports.memory.buffer, ptr(), len).toString("utf8");
  }
}

/** Starts the probe that `npm run build` made. */
export function loadProbe(): Probe {
  const module = new WebAssembly.Module(readFileSync(join(ROOT, "build/probes/config.wasm")));
  const exports = new WebAssembly.Instance(module, {}).exports as unknown as Exports;
  exports._initialize();
  return new Probe(exports);
}
