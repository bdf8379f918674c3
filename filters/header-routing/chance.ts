/** Draws: xorshift64*, seeded by the clock and the first stream's number. */
import { nowNanos } from "../../assembly/clock";

let random: u64 = 0;

/** 64 bits by chance. @param id number of the stream */
export function nextRandom(id: u32): u64 {
  if (random == 0) random = (nowNanos() ^ ((<u64>id) << 40)) | 1;
  random ^= random >> 12;
  random ^= random << 25;
  random ^= random >> 27;
  return random * 0x2545f4914f6cdd1d;
}
