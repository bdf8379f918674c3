/**
 * What a filter may ask of Envoy: typed, and never a trap. A call that fails says so by its status; the caller decides.
 * A call that returns bytes leaves them in `resultAddress` and `resultLength`, valid until the outermost callback ends.
 */
import * as raw from "./abi/raw";
import { BufferType, Status } from "./abi/types";

export { Action, HeaderMap, LogLevel, Status } from "./abi/types";

/** Where host calls write what they return: address, length and one more word. */
const out = memory.data(16, 8);

/** First byte of the last result; 0 when it is empty. */
// @ts-ignore: decorator
@inline
export function resultAddress(): usize {
  return load<usize>(out);
}

/** Bytes of the last result. */
// @ts-ignore: decorator
@inline
export function resultLength(): i32 {
  return load<i32>(out, 4);
}

function clearResult(): void {
  store<u64>(out, 0);
}

/** A property; the parts of `path` are separated by NUL. NotFound when Envoy has none. */
export function getProperty(path: StaticArray<u8>): u32 {
  clearResult();
  return raw.proxy_get_property(changetype<usize>(path), <usize>path.length, out, out + 4);
}

/** The same under a fixed text of texts.gen.ts: a byte says how many follow. */
export function getTextProperty(path: usize): u32 {
  clearResult();
  return raw.proxy_get_property(path + 1, load<u8>(path), out, out + 4);
}

/** Writes filter state `wasm.<path>`, which all attempts of one downstream request share. */
export function setProperty(path: StaticArray<u8>, address: usize, length: i32): u32 {
  return raw.proxy_set_property(changetype<usize>(path), <usize>path.length, address, <usize>length);
}

/** The same with fixed texts of texts.gen.ts. */
export function setTextProperty(path: usize, value: usize): u32 {
  return raw.proxy_set_property(path + 1, load<u8>(path), value + 1, load<u8>(value));
}

/** First value of a header. NotFound when it is absent, BadArgument when there is no such map in this phase. */
export function getHeader(map: i32, name: StaticArray<u8>): u32 {
  clearResult();
  return raw.proxy_get_header_map_value(map, changetype<usize>(name), <usize>name.length, out, out + 4);
}

/** All headers of a map in one call, to be read with `HeaderPairs`. Ok and empty when there is no such map. */
export function getHeaderPairs(map: i32): u32 {
  clearResult();
  return raw.proxy_get_header_map_pairs(map, out, out + 4);
}

/** Replaces a header, or adds it when it is absent (Envoy's setCopy, whatever the name says). */
export function setHeader(map: i32, name: StaticArray<u8>, value: StaticArray<u8>): u32 {
  return raw.proxy_replace_header_map_value(
    map,
    changetype<usize>(name),
    <usize>name.length,
    changetype<usize>(value),
    <usize>value.length,
  );
}

/** The same with name and value where they lie. */
export function putHeader(map: i32, name: usize, nameLength: i32, value: usize, length: i32): u32 {
  return raw.proxy_replace_header_map_value(map, name, <usize>nameLength, value, <usize>length);
}

/** Adds a line of a header, beside those that are there. */
export function addHeader(map: i32, name: usize, nameLength: i32, value: usize, length: i32): u32 {
  return raw.proxy_add_header_map_value(map, name, <usize>nameLength, value, <usize>length);
}

/** Removes all lines of a header. */
export function removeHeader(map: i32, name: usize, length: i32): u32 {
  return raw.proxy_remove_header_map_value(map, name, <usize>length);
}

/**
 * Answers the client. It takes effect when the callback returns.
 * @param status HTTP status, 200 to 599
 * @param details response code details, without spaces and without client bytes
 * @param pairs extra headers in the ABI's form (`headerPair`)
 */
export function sendLocalReply(
  status: u32,
  details: StaticArray<u8>,
  body: StaticArray<u8>,
  pairs: StaticArray<u8>,
): u32 {
  return sendReply(status, changetype<usize>(details), details.length, body, pairs);
}

/** The same with details where they lie. */
export function sendReply(
  status: u32,
  details: usize,
  detailsLength: i32,
  body: StaticArray<u8>,
  pairs: StaticArray<u8>,
): u32 {
  return raw.proxy_send_local_response(
    status,
    details,
    <usize>detailsLength,
    changetype<usize>(body),
    <usize>body.length,
    changetype<usize>(pairs),
    <usize>pairs.length,
    // Outside 0..16: Envoy derives the gRPC status from the HTTP one. 0 would tell a denied gRPC client "OK".
    <u32>-1,
  );
}

/** Makes later calls of this callback act on another context. BadArgument when that context has gone. */
export function setEffectiveContext(id: u32): u32 {
  return raw.proxy_set_effective_context(id);
}

/** Wakes the root context of the current context every `milliseconds`. */
export function setTickPeriod(milliseconds: u32): u32 {
  return raw.proxy_set_tick_period_milliseconds(milliseconds);
}

/** The configuration of the policy that is being configured. */
export function getConfiguration(size: i32): u32 {
  clearResult();
  return raw.proxy_get_buffer_bytes(BufferType.PluginConfiguration, 0, <u32>size, out, out + 4);
}

/** A value of shared data; `sharedCas()` then names its version. */
export function getShared(key: StaticArray<u8>): u32 {
  clearResult();
  return raw.proxy_get_shared_data(changetype<usize>(key), <usize>key.length, out, out + 4, out + 8);
}

/** Version of the value that `getShared` returned last. */
export function sharedCas(): u32 {
  return load<u32>(out, 8);
}

/** Stores a value if its version is still `cas`; CasMismatch otherwise. `ABSENT_CAS` stores only where nothing is. */
export function setShared(key: StaticArray<u8>, address: usize, length: i32, cas: u32): u32 {
  return raw.proxy_set_shared_data(changetype<usize>(key), <usize>key.length, address, <usize>length, cas);
}

/**
 * A version that no value has: Envoy stores a value under a new key whatever the version, and refuses this one for an
 * existing key (proxy-wasm-cpp-host src/shared_data.cc).
 */
export const ABSENT_CAS: u32 = 0xffffffff;

/** Defines a metric and returns its number in this VM; -1 when Envoy refuses. */
export function defineMetric(type: i32, name: usize, length: i32): i32 {
  if (raw.proxy_define_metric(type, name, <usize>length, out) != Status.Ok) return -1;
  return load<i32>(out);
}

export function incrementMetric(id: i32, by: i64): u32 {
  return raw.proxy_increment_metric(<u32>id, by);
}

export function recordMetric(id: i32, value: u64): u32 {
  return raw.proxy_record_metric(<u32>id, value);
}

/** Value of a metric; 0 when it cannot be read. */
export function getMetric(id: i32): u64 {
  store<u64>(out, 0);
  return raw.proxy_get_metric(<u32>id, out) == Status.Ok ? load<u64>(out) : 0;
}
