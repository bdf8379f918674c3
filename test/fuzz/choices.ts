/** Where decisions come from: a seeded generator that makes inputs, or a tape of bytes that is an input. */

export interface Choices {
  /** 0 to 255. */
  byte(): number;
}

/** A whole number from 0 to `limit` - 1; `limit` is at most 2^24. 0 where a tape has ended. */
export function below(from: Choices, limit: number): number {
  if (limit <= 256) return limit <= 1 ? 0 : from.byte() % limit;
  return (from.byte() + from.byte() * 256 + from.byte() * 65536) % limit;
}

export function pick<T>(from: Choices, list: readonly [T, ...T[]]): T {
  return list[below(from, list.length)] ?? list[0];
}

/** True in `in256` of 256 cases, and never where a tape has ended. */
export function chance(from: Choices, in256: number): boolean {
  return from.byte() > 255 - in256;
}

const EDGES = [0, 1, 2, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 0xffff, 0x10000] as const;

/** Any 32-bit number: small ones, edges, and the rest. */
export function anyU32(from: Choices): number {
  const kind = below(from, 4);
  if (kind === 0) return from.byte();
  if (kind === 1) return EDGES[below(from, EDGES.length)] ?? 0;
  return (from.byte() | (from.byte() << 8) | (from.byte() << 16) | (from.byte() << 24)) >>> 0;
}

export function anyBytes(from: Choices, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => from.byte());
}

/** Bytes that are decisions; when they have run out every decision is 0, the harmless one. */
export class Tape implements Choices {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get ended(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    return this.bytes[this.at++] ?? 0;
  }
}

/** A small fast generator (sfc32) that depends on its seeds alone. */
export class Random implements Choices {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;
  private word = 0;
  private left = 0;

  constructor(...seeds: number[]) {
    [this.a = 0, this.b = 0, this.c = 0] = seeds;
    for (let i = 0; i < 12; i++) this.next();
  }

  byte(): number {
    if (this.left === 0) {
      this.word = this.next();
      this.left = 4;
    }
    const byte = this.word & 255;
    this.word >>>= 8;
    this.left--;
    return byte;
  }

  private next(): number {
    const mixed = (this.a + this.b + this.counter++) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + mixed;
    return mixed >>> 0;
  }
}
