/** FNV-1a, 32 bits. Where it is used the keys come from configuration or routes alone, so no client can choose collisions. Pure. */
export const OFFSET: u32 = 2166136261;
const PRIME: u32 = 16777619;

/** The hash of a text and one more byte, out of the hash of the text; `OFFSET` is that of the empty one. */
// @ts-ignore: decorator
@inline
export function step(hash: u32, byte: u8): u32 {
  return (hash ^ byte) * PRIME;
}

/** Goes on with `length` bytes. */
export function hashOf(hash: u32, address: usize, length: i32): u32 {
  for (let i = 0; i < length; i++) hash = step(hash, load<u8>(address + <usize>i));
  return hash;
}

/** The least power of two that is not less than `count`: how many places a table has. */
export function powerOfTwo(count: i32): i32 {
  let power = 1;
  while (power < count) power *= 2;
  return power;
}
