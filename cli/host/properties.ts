/** Property values as data, their lookup by path and their wire form (Envoy, source/extensions/common/wasm/context.cc, serializeValue). */
import { bytes, u64Bytes } from "./bytes.ts";
import { encodePairs } from "./pairs.ts";

/**
 * string: its latin1 bytes. Uint8Array: as it is (also a serialised protobuf message). bigint and integer number: 8 bytes little-endian.
 * boolean: 1 byte. null: present without a value. Map: an object whose members are reached by the next part of the path. Array: by index.
 */
export type PropertyValue = string | Uint8Array | bigint | number | boolean | null | PropertyValue[] | PropertyMap;
export interface PropertyMap {
  [name: string]: PropertyValue | undefined;
}

export function isPropertyMap(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** The parts of a path: NUL-separated; one trailing NUL does not add an empty part. */
export function pathParts(path: string): string[] {
  if (path === "") return [];
  const parts = path.split("\0");
  if (parts[parts.length - 1] === "") parts.pop();
  return parts;
}

/** Goes down from a top-level value; undefined is NotFound. */
export function descend(top: PropertyValue, parts: readonly string[]): PropertyValue | undefined {
  let value: PropertyValue | undefined = top;
  for (const part of parts) {
    if (Array.isArray(value)) value = /^\d+$/.test(part) ? value[Number(part)] : undefined;
    else if (isPropertyMap(value)) value = Object.hasOwn(value, part) ? value[part] : undefined;
    else return undefined;
    if (value === undefined) return undefined;
  }
  return value;
}

/** The bytes of a value, or undefined where Envoy answers SerializationFailure: for null, and for a whole map (give a message as its bytes). */
export function serialize(value: PropertyValue): Uint8Array | undefined {
  if (value === null) return undefined;
  if (typeof value === "string") return bytes(value);
  if (value instanceof Uint8Array) return value;
  if (typeof value === "bigint") return u64Bytes(value);
  if (typeof value === "boolean") return new Uint8Array([value ? 1 : 0]);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new RangeError(`property values are integers, got ${value}`);
    return u64Bytes(BigInt(value));
  }
  if (!Array.isArray(value)) return undefined;
  const pairs: [Uint8Array, Uint8Array][] = [];
  for (const item of value) {
    const data = serialize(item);
    if (!data) return undefined;
    pairs.push([data, new Uint8Array()]);
  }
  return encodePairs(pairs);
}
