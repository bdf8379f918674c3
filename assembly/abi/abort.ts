import { proxy_log } from "./raw";
import { LogLevel } from "./types";

const LIMIT: i32 = 120;
const scratch = memory.data(256);

/**
 * What AssemblyScript calls where it would throw (`--use abort=`). It can be reached only through a broken invariant:
 * one line says where, then the VM dies. It allocates nothing, since memory may be what has run out, and calls only
 * proxy_log, the one host function that Envoy also allows while it is inside malloc.
 */
export function abortFilter(message: string | null, file: string | null, line: u32, column: u32): void {
  let at = copyAscii("pointduty: broken invariant: ", scratch);
  if (message !== null) at = copyAscii(message, at);
  at = copyAscii(" in ", at);
  if (file !== null) at = copyAscii(file, at);
  at = copyDecimal(line, copyAscii(":", at));
  at = copyDecimal(column, copyAscii(":", at));
  proxy_log(LogLevel.Critical, scratch, at - scratch);
  unreachable();
}

/** Copies at most 120 bytes, and never past the scratch area. */
function copyAscii(text: string, at: usize): usize {
  const length = min(text.length, LIMIT);
  for (let i = 0; i < length && at < scratch + 240; i++) {
    store<u8>(at++, <u8>load<u16>(changetype<usize>(text) + ((<usize>i) << 1)));
  }
  return at;
}

function copyDecimal(value: u32, at: usize): usize {
  let scale: u32 = 1;
  while (value / scale >= 10) scale *= 10;
  for (; scale > 0 && at < scratch + 250; scale /= 10) store<u8>(at++, <u8>(48 + ((value / scale) % 10)));
  return at;
}
