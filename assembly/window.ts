/**
 * A sliding window in slots of equal length, kept in memory that somebody else owns (a blob of shared data). Pure
 * arithmetic: no clock, no host.
 *
 * What is granted and what grants it have edges of their own, each on the safe side:
 * - events that *use* the budget are summed over 162 to 163 slots: at least two slots more than the interval of 160;
 * - events that *fill* it over 157 to 158 slots: at least two slots less;
 * - of the newest of these only those count that an observer must have seen (`settled`, and the caller's own knowledge).
 * So for every window of the interval's length that ends at a use, on the clock of anybody who sees an event less than
 * two slots after us, uses <= share x fills. The price: at least 157/163, on average 97 % of what is allowed can be used.
 */

/** Slots of an interval. */
export const SLOTS: u32 = 160;
/** Whole slots that each edge stays away from the interval: 1/80 of it for events on their way, on a busy machine too. */
const GUARD: u32 = 2;
/** Entries of a ring: the longest sum, the open slot included. */
export const RING: u32 = SLOTS + GUARD + 1;
const FILL_SPAN: u64 = SLOTS - GUARD - 1;

/** Bytes of a ring of counts (u32). */
export const COUNTS_BYTES: i32 = <i32>RING * 4;
/** Bytes of a ring of marks (u64). */
export const MARKS_BYTES: i32 = <i32>RING * 8;
/** Bytes of a trail: u64 settled value, then twice u64 slot and u64 value. It begins as zeros. */
export const TRAIL_BYTES: i32 = 40;
/** Slots after which a reading is settled. */
const SETTLE: u64 = 2;

/** Empties the slots after `from` up to `to`. */
export function advanceCounts(ring: usize, from: u64, to: u64): void {
  const steps = min(to - from, <u64>RING);
  for (let i: u64 = 0; i < steps; i++) store<u32>(ring + countOffset(to - i), 0);
}

/** Adds `delta` to a slot that is still in the ring of the current slot; an older one is left alone. Never below 0. */
export function addCount(ring: usize, current: u64, slot: u64, delta: i32): void {
  if (slot > current || current - slot >= <u64>RING) return;
  const at = ring + countOffset(slot);
  const value = <i64>load<u32>(at) + <i64>delta;
  store<u32>(at, <u32>max(value, 0));
}

/** Sum over the whole ring: what was used in the last 162 to 163 slots. */
export function sumCounts(ring: usize): u64 {
  let sum: u64 = 0;
  for (let i: u32 = 0; i < RING; i++) sum += load<u32>(ring + ((<usize>i) << 2));
  return sum;
}

/** Notes that a counter that only grows stood at `value` when each slot after `from` up to `to` began (or later). */
export function advanceMarks(ring: usize, from: u64, to: u64, value: u64): void {
  const steps = min(to - from, <u64>RING);
  for (let i: u64 = 0; i < steps; i++) store<u64>(ring + markOffset(to - i), value);
}

/** Notes that the counter has always stood at `value`: nothing has been filled so far. */
export function fillMarks(ring: usize, value: u64): void {
  for (let i: u32 = 0; i < RING; i++) store<u64>(ring + ((<usize>i) << 3), value);
}

/** Adds `count` to the marks of the slots after `from` up to `to`: it had been counted before they began. */
export function raiseMarks(ring: usize, from: u64, to: u64, count: u64): void {
  const steps = min(to - min(from, to), <u64>RING);
  for (let i: u64 = 0; i < steps; i++) {
    const at = ring + markOffset(to - i);
    store<u64>(at, load<u64>(at) + count);
  }
}

/** By how much the counter has grown to `value` in the last 157 to 158 slots; 0 when it was set back. */
export function growth(ring: usize, current: u64, value: u64): u64 {
  const mark = load<u64>(ring + markOffset(current - min(current, FILL_SPAN)));
  return value - min(mark, value);
}

/**
 * Notes that the counter reads `value` now, in `slot`, the first reading of a slot later than the last one noted. What
 * was read two slots ago or earlier settles: a mark says where a counter stood at most, the trail where it stood at least.
 */
export function advanceTrail(trail: usize, slot: u64, value: u64): void {
  settle(trail, slot);
  settle(trail, slot);
  store<u64>(trail, slot, 24);
  store<u64>(trail, value, 32);
}

/** Moves the older of the two readings of a trail to its settled value, and the newer one up, if it is old enough. */
function settle(trail: usize, slot: u64): void {
  if (slot - load<u64>(trail, 8) < SETTLE) return;
  store<u64>(trail, load<u64>(trail, 16));
  store<u64>(trail, load<u64>(trail, 24), 8);
  store<u64>(trail, load<u64>(trail, 32), 16);
}

/** Where the counter stood at least one slot ago. */
export function settled(trail: usize): u64 {
  return load<u64>(trail);
}

function countOffset(slot: u64): usize {
  return (<usize>(slot % <u64>RING)) << 2;
}

function markOffset(slot: u64): usize {
  return (<usize>(slot % <u64>RING)) << 3;
}
