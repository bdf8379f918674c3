/** The names of functions in a module: a trap's backtrace shows them, and nothing else reads them. */

/** Section id of custom sections (WebAssembly core specification 2.0, 5.5.2). */
const CUSTOM = 0;
const HEADER_BYTES = 8;

/** The module without its name section. @param module bytes that a compiler wrote: they are not checked */
export function withoutNames(module: Uint8Array): Uint8Array {
  const kept = [module.subarray(0, HEADER_BYTES)];
  for (let at = HEADER_BYTES; at < module.length;) {
    const size = varint(module, at + 1);
    const end = size.end + size.value;
    if (module[at] !== CUSTOM || customName(module, size.end) !== "name") kept.push(module.subarray(at, end));
    at = end;
  }
  return Buffer.concat(kept);
}

function customName(module: Uint8Array, at: number): string {
  const length = varint(module, at);
  return Buffer.from(module.subarray(length.end, length.end + length.value)).toString("utf8");
}

function varint(module: Uint8Array, at: number): { value: number; end: number } {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = module[at++] ?? 0;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, end: at };
  }
}
