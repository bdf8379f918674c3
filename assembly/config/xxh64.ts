/**
 * XXH64 as xxHash's specification has it (doc/xxhash_spec.md, version 0.1.1), of one text at a time that is given in
 * stripes, so that nobody has to hold all of it.
 */

const PRIME1: u64 = 0x9e3779b185ebca87;
const PRIME2: u64 = 0xc2b2ae3d27d4eb4f;
const PRIME3: u64 = 0x165667b19e3779f9;
const PRIME4: u64 = 0x85ebca77c2b2ae63;
const PRIME5: u64 = 0x27d4eb2f165667c5;

/** Bytes of a stripe. */
export const STRIPE: i32 = 32;

let first: u64 = 0;
let a: u64 = 0;
let b: u64 = 0;
let c: u64 = 0;
let d: u64 = 0;
let length: u64 = 0;

/** Begins a text. */
export function start(seed: u64): void {
  first = seed;
  a = seed + PRIME1 + PRIME2;
  b = seed + PRIME2;
  c = seed;
  d = seed - PRIME1;
  length = 0;
}

/** The hash of `len` bytes at `ptr`. */
export function xxh64(ptr: usize, len: i32, seed: u64): u64 {
  start(seed);
  while (len >= STRIPE) {
    stripe(ptr);
    ptr += STRIPE;
    len -= STRIPE;
  }
  return finish(ptr, len);
}

/** Takes the next `STRIPE` bytes. */
export function stripe(ptr: usize): void {
  a = round(a, load<u64>(ptr));
  b = round(b, load<u64>(ptr, 8));
  c = round(c, load<u64>(ptr, 16));
  d = round(d, load<u64>(ptr, 24));
  length += STRIPE;
}

/** Takes the rest, less than a stripe. @returns the hash of all since `start` */
export function finish(ptr: usize, len: i32): u64 {
  const end = ptr + len;
  let hash = first + PRIME5;
  if (length != 0) {
    hash = rotl<u64>(a, 1) + rotl<u64>(b, 7) + rotl<u64>(c, 12) + rotl<u64>(d, 18);
    hash = merge(merge(merge(merge(hash, a), b), c), d);
  }
  hash += length + len;
  while (end - ptr >= 8) {
    hash = rotl<u64>(hash ^ round(0, load<u64>(ptr)), 27) * PRIME1 + PRIME4;
    ptr += 8;
  }
  if (end - ptr >= 4) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(ptr) * PRIME1), 23) * PRIME2 + PRIME3;
    ptr += 4;
  }
  while (ptr < end) {
    hash = rotl<u64>(hash ^ (<u64>load<u8>(ptr) * PRIME5), 11) * PRIME1;
    ptr++;
  }
  hash = (hash ^ (hash >> 33)) * PRIME2;
  hash = (hash ^ (hash >> 29)) * PRIME3;
  return hash ^ (hash >> 32);
}

function round(lane: u64, input: u64): u64 {
  return rotl<u64>(lane + input * PRIME2, 31) * PRIME1;
}

function merge(hash: u64, lane: u64): u64 {
  return (hash ^ round(0, lane)) * PRIME1 + PRIME4;
}
