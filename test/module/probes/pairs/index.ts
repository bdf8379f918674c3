/** The view of header pairs as a module without a host, for the fuzzer: what it reads must lie in what it was given. */
import { HeaderPairs } from "../../../../assembly/headers";

const pairs = new HeaderPairs();

/**
 * Walks over all pairs and reads every byte. Returns -1 when the buffer is not valid, else a hash of the places of all
 * names and values and of their bytes.
 */
export function walk(address: usize, length: i32): i32 {
  pairs.reset(address, length);
  if (!pairs.valid) return -1;
  let hash: u32 = 2166136261;
  while (pairs.next()) {
    hash = part(mix(mix(hash, <u32>(pairs.name - address)), <u32>pairs.nameLength), pairs.name, pairs.nameLength);
    hash = part(mix(mix(hash, <u32>(pairs.value - address)), <u32>pairs.valueLength), pairs.value, pairs.valueLength);
  }
  return <i32>(hash & 0x7fffffff);
}

function mix(hash: u32, value: u32): u32 {
  return (hash ^ value) * 16777619;
}

function part(hash: u32, address: usize, length: i32): u32 {
  let out = hash;
  for (let i = 0; i < length; i++) out = mix(out, load<u8>(address + <usize>i));
  return out;
}
