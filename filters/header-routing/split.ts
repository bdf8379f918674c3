/** Which share of a split a key falls into. README.md ("The split") has the rule for other languages. Pure. */
import { Scratch } from "../../assembly/scratch";
import { xxh64 } from "../../assembly/config/xxh64";
import { Share, Split } from "./model";

/** Buckets of a split whose shares are percents, in hundredths. */
export const BUCKETS: u64 = 10_000;

const room = new Scratch();

/** The bucket of a key: the hash of salt and key, modulo the split's buckets. */
export function bucketOf(split: Split, key: usize, length: i32): u64 {
  const salt = split.salt;
  const text = room.room(salt.length + length);
  memory.copy(text, changetype<usize>(salt), <usize>salt.length);
  memory.copy(text + <usize>salt.length, key, <usize>length);
  return xxh64(text, salt.length + length, 0) % split.buckets;
}

/** The share that owns a bucket; null: none does, and the default arm has it. */
export function shareOf(split: Split, bucket: u64): Share | null {
  const shares = split.shares;
  for (let i = 0; i < shares.length; i++) {
    const share = unchecked(shares[i]);
    if (bucket >= share.from && bucket - share.from < share.width) return share;
  }
  return null;
}
