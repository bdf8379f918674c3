import * as raw from "./abi/raw";

const out = memory.data(8, 8);

/** Wall clock in nanoseconds since 1970, in steps of 1 us. It can jump: whoever keeps state by it must cope. */
export function nowNanos(): u64 {
  raw.proxy_get_current_time_nanoseconds(out);
  return load<u64>(out);
}
