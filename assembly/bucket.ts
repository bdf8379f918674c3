/**
 * A token bucket as one number: the time at which the tokens taken so far are paid for (the generic cell rate
 * algorithm, ITU-T I.371). `0` is a full bucket. All times in nanoseconds; `emission` is the time that one token takes
 * to come back, `burst` the bucket's size. Pure arithmetic: no clock, no host.
 */

/** Takes a token: the new state, or the old one when the bucket is empty. */
export function take(state: u64, now: u64, emission: u64, burst: u64): u64 {
  const next = max(state, now) + emission;
  return next <= now + burst * emission ? next : state;
}

/** Puts a token back. */
export function giveBack(state: u64, emission: u64): u64 {
  return state > emission ? state - emission : 0;
}

/** Whole tokens in the bucket, 0 to `burst`. */
export function tokens(state: u64, now: u64, emission: u64, burst: u64): u64 {
  const full = now + burst * emission;
  const used = max(state, now);
  return full > used ? (full - used) / emission : 0;
}

/** The state of an empty bucket. */
export function empty(now: u64, emission: u64, burst: u64): u64 {
  return now + burst * emission;
}
