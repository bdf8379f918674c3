/**
 * Which Envoys must start V8 before their workers: 1.36 and 1.37 start it with the first Wasm module. If that comes later
 * they die of its first call on a CPU with memory protection keys, since a thread that is older than V8 may not read the
 * code that V8 has made (seen with the release binaries, not with `pkey_alloc` taken away; 1.38.2 and newer live on).
 */

/** The first Envoy in which a module may come at any time. */
const SAFE = "1.38";

/** @param version of an Envoy, such as 1.37.0 */
export function mustStartV8(version: string): boolean {
  return version.localeCompare(SAFE, "en", { numeric: true }) < 0;
}
