/** Digits before a unit, and pairs of digits and unit, that Gateway API allows: ^([0-9]{1,5}(h|m|s|ms)){1,4}$ */
const DIGITS: i32 = 5;
const PAIRS: i32 = 4;

/** Milliseconds of a duration in Gateway API's form (GEP-2257), such as 1m30s; -1: it is not one. */
export function readDuration(ptr: usize, len: i32): i64 {
  const end = ptr + len;
  let total: i64 = 0;
  let pairs = 0;
  while (ptr < end) {
    let count: i64 = 0;
    let digits = 0;
    while (ptr < end && <u8>(load<u8>(ptr) - 0x30) < 10) {
      count = count * 10 + (load<u8>(ptr) - 0x30);
      digits++;
      ptr++;
      if (digits > DIGITS) return -1;
    }
    pairs++;
    if (digits == 0 || pairs > PAIRS || ptr >= end) return -1;
    const unit = load<u8>(ptr);
    ptr++;
    if (unit == 0x68) count *= 3600000;
    else if (unit == 0x73) count *= 1000;
    else if (unit != 0x6d) return -1;
    else if (ptr < end && load<u8>(ptr) == 0x73) ptr++;
    else count *= 60000;
    total += count;
  }
  return pairs == 0 ? -1 : total;
}
