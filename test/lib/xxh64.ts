/** XXH64 (xxHash specification, version 0.1.1) in BigInt: written for tests, apart from the module's own. */
const MASK = (1n << 64n) - 1n;
const [P1, P2, P3, P4, P5] = [
  11400714785074694791n,
  14029467366897019727n,
  1609587929392839161n,
  9650029242287828579n,
  2870177450012600261n,
] as const;

const rotate = (x: bigint, by: bigint): bigint => ((x << by) | (x >> (64n - by))) & MASK;
const round = (lane: bigint, input: bigint): bigint => (rotate((lane + input * P2) & MASK, 31n) * P1) & MASK;

/** The hash of bytes, seed 0. */
export function xxh64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let hash: bigint;
  if (bytes.length >= 32) {
    const lanes = [(P1 + P2) & MASK, P2, 0n, (MASK + 1n - P1) & MASK];
    for (; at + 32 <= bytes.length; at += 32)
      lanes.forEach((lane, i) => (lanes[i] = round(lane, view.getBigUint64(at + 8 * i, true))));
    hash = [1n, 7n, 12n, 18n].reduce((sum, by, i) => (sum + rotate(lanes[i] ?? 0n, by)) & MASK, 0n);
    for (const lane of lanes) hash = (((hash ^ round(0n, lane)) & MASK) * P1 + P4) & MASK;
  } else hash = P5;
  hash = (hash + BigInt(bytes.length)) & MASK;
  for (; at + 8 <= bytes.length; at += 8)
    hash = (rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4) & MASK;
  if (at + 4 <= bytes.length) {
    hash = (rotate(hash ^ ((BigInt(view.getUint32(at, true)) * P1) & MASK), 23n) * P2 + P3) & MASK;
    at += 4;
  }
  for (; at < bytes.length; at++) hash = (rotate(hash ^ ((BigInt(view.getUint8(at)) * P5) & MASK), 11n) * P1) & MASK;
  hash = ((hash ^ (hash >> 33n)) * P2) & MASK;
  hash = ((hash ^ (hash >> 29n)) * P3) & MASK;
  return hash ^ (hash >> 32n);
}
