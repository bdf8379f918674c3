/** FNV-1a, 32 bits. Where it is used the keys come from configuration or routes alone, so no client can choose collisions. Pure. */
export const OFFSET: u32 = 2166136261;
const PRIME: u32 = 16777619;

/** The hash of a text and one more byte, out of the hash of the text; `OFFSET` is that of the empty one. */
// @ts-ignore: decorator
@inline
export function step(hash: u32, byte: u8): u32 {
  return (hash ^ byte) * PRIME;
}

export function fnv(address: usize, length: i32): u32 {
  let hash = OFFSET;
  for (let i = 0; i < length; i++) hash = step(hash, load<u8>(address + <usize>i));
  return hash;
}
