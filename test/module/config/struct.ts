/** JSON values as google.protobuf.Struct bytes (protobuf's struct.proto), as Envoy hands a Struct to a module. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A number as a varint. */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** A field of wire type 2. */
function delimited(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag]), varint(content.length), content]);
}

function encodeValue(value: Json): Buffer {
  if (value === null) return Buffer.from([0x08, 0]);
  if (typeof value === "boolean") return Buffer.from([0x20, value ? 1 : 0]);
  if (typeof value === "string") return delimited(0x1a, Buffer.from(value));
  if (typeof value === "number") {
    const bytes = Buffer.alloc(9, 0x11);
    bytes.writeDoubleLE(value, 1);
    return bytes;
  }
  if (Array.isArray(value)) {
    return delimited(0x32, Buffer.concat(value.map((item: Json) => delimited(0x0a, encodeValue(item)))));
  }
  return delimited(0x2a, encodeStruct(value as { readonly [key: string]: Json }));
}

/** The bytes of an object, its fields in their own order or in that of `order`. */
export function encodeStruct(
  value: { readonly [key: string]: Json },
  order: (keys: string[]) => string[] = (keys) => keys,
): Buffer {
  const entries = order(Object.keys(value)).map((key) => {
    const content = [delimited(0x0a, Buffer.from(key)), delimited(0x12, encodeValue(value[key] ?? null))];
    return delimited(0x0a, Buffer.concat(content));
  });
  return Buffer.concat(entries);
}
