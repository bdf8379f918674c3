/** The probe module (test/module/probes/config): the configuration reader alone, compiled in memory as filters are. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { main as asc } from "assemblyscript/dist/asc.js";
import { ROOT } from "../../setup/common.ts";

const ENTRY = "test/module/probes/config/index.ts";
/** Options of asconfig.json's release target; the probe has no host, so abort is a plain trap. */
const OPTIONS = ["--optimizeLevel", "3", "--shrinkLevel", "0", "--exportStart", "_initialize", "--use", "abort="];

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

  /** Checks one configuration. A trap is thrown as WebAssembly.RuntimeError. */
  check(input: Uint8Array | string, schema: number = RETRY_BUDGET): Verdict {
    const { check, hash, canonicalLen, canonicalPtr } = this.exports;
    return this.withBytes(input, (ptr, len) => {
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

/** Compiles the probe and starts it. */
export async function loadProbe(): Promise<Probe> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc([ENTRY, ...OPTIONS, "--baseDir", ROOT, "--outFile", "probe.wasm"], {
    readFile: (name, base) => (name === "asconfig.json" ? null : readText(resolve(base, name))),
    writeFile: (_name, content) => void (binary = Buffer.from(content)),
    listFiles: () => [],
  });
  if (error !== null || binary === undefined) throw new Error(`the probe does not compile: ${stderr.toString()}`);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(binary), {});
  const exports = instance.exports as unknown as Exports;
  exports._initialize();
  return new Probe(exports);
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
