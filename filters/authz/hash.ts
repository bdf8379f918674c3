/** FNV-1a, 32 bits. What is hashed comes from configuration alone, so no client can choose where it collides. Pure. */
export const OFFSET: u32 = 2166136261;

// @ts-ignore: decorator
@inline
export function step(hash: u32, byte: u8): u32 {
  return (hash ^ byte) * 16777619;
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
