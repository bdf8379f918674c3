/**
 * Judges a built module before Envoy ever sees it. asc ignores misspelt options and missing configuration files without a
 * word, so only the module itself can tell whether it was built right; several of these faults would crash Envoy.
 */
import { ABI_MARKER, ALLOCATORS, ALLOCATOR_SIGNATURE, CALLBACKS, HOST_FUNCTIONS } from "./wasm-abi.ts";
import { WASI_FUNCTIONS, WASI_MODULES } from "./wasm-abi.ts";
import { decodeModule } from "./wasm-decode.ts";
import type { Signature, WasmExport, WasmImport, WasmModule } from "./wasm-decode.ts";

/** What is asked of a module beyond the rules for all. */
export interface LintRules {
  /** Largest size in bytes. */
  limit: number;
  /** It runs in `upstream_http_filters`, where reading `source.*` or `destination.*` crashes Envoy on mirrored requests. */
  upstream: boolean;
  /** A test calls it: it may export what Envoy never calls, and without the ABI marker it need not be a plugin at all. */
  probe: boolean;
  /** It has room for the names of its functions. */
  names: boolean;
}

/**
 * Checks one module.
 * @param bytes the whole file
 * @returns one line per finding; empty when the module is fine
 */
export function lintModule(bytes: Uint8Array, rules: LintRules): string[] {
  let module: WasmModule;
  try {
    module = decodeModule(bytes);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  const findings = [
    ...checkStart(module),
    ...module.imports.flatMap((item) => checkImport(item)),
    ...checkExports(module.exports, rules.probe),
    ...(rules.upstream ? checkUpstreamPaths(module.data) : []),
  ];
  if (rules.names && !module.customSections.includes("name"))
    findings.push("no name section: traps would have no function names");
  if (bytes.length > rules.limit) findings.push(`${bytes.length} bytes, the limit is ${rules.limit}`);
  return findings;
}

function checkStart(module: WasmModule): string[] {
  if (!module.hasStart) return [];
  return ["a start section: a host call in it crashes Envoy; build with --exportStart _initialize"];
}

function checkImport(item: WasmImport): string[] {
  const label = `import ${item.module}.${item.name}`;
  if (item.kind !== "function") return [`${label}: a ${item.kind}; Envoy offers functions only`];
  const known = WASI_MODULES.includes(item.module)
    ? WASI_FUNCTIONS
    : item.module === "env"
      ? HOST_FUNCTIONS
      : undefined;
  const expected = known?.get(item.name);
  if (expected === undefined) return [`${label}: not on the list of allowed host functions`];
  return compare(label, expected, item.signature);
}

function checkExports(exports: readonly WasmExport[], probe: boolean): string[] {
  const has = (name: string, kind: string): boolean => exports.some((item) => item.name === name && item.kind === kind);
  const findings = exports.flatMap((item) => checkExport(item, probe));
  if (probe && !has(ABI_MARKER, "function")) return findings;
  if (!has("memory", "memory")) findings.push("export memory: missing");
  for (const name of ["_initialize", ABI_MARKER]) {
    if (!has(name, "function")) findings.push(`export ${name}: missing`);
  }
  const allocators = ALLOCATORS.filter((name) => has(name, "function"));
  if (allocators.length !== 1) {
    findings.push(`exports ${allocators.length} allocators, exactly one of ${ALLOCATORS.join(", ")} is needed`);
  }
  return findings;
}

function checkExport(item: WasmExport, probe: boolean): string[] {
  const label = `export ${item.name}`;
  if (item.kind === "memory" && item.name === "memory") return [];
  const expected = ALLOCATORS.includes(item.name) ? ALLOCATOR_SIGNATURE : CALLBACKS.get(item.name);
  if (expected !== undefined) return compare(label, expected, item.signature);
  if (item.name === "_start" || item.name.startsWith("proxy_")) return [`${label}: not a callback of ABI 0.2.1`];
  return probe ? [] : [`${label}: Envoy never uses it`];
}

function compare(label: string, expected: Signature, actual: Signature | undefined): string[] {
  if (actual === expected) return [];
  return [`${label}: signature ${readable(actual)}, Envoy has ${readable(expected)}`];
}

const TYPE_NAMES: Readonly<Record<string, string>> = { i: "i32", I: "i64", f: "f32", F: "f64" };

function readable(signature: Signature | undefined): string {
  if (signature === undefined) return "of no function";
  const [parameters = "", results = ""] = signature.split(":");
  const list = (types: string): string => [...types].map((type) => TYPE_NAMES[type] ?? "other").join(", ");
  return `(${list(parameters)}) -> (${list(results)})`;
}

/**
 * Finds `source` and `destination` as the first part of a property path, in UTF-8 and in UTF-16LE (AssemblyScript's
 * strings). What follows is `.`, NUL or the end of the segment; what precedes must not make it the tail of a longer word.
 */
function checkUpstreamPaths(data: readonly Uint8Array[]): string[] {
  const findings: string[] = [];
  for (const word of ["source", "destination"]) {
    const found = data.some((segment) => hasPath(segment, word, 1) || hasPath(segment, word, 2));
    if (found) findings.push(`contains the property path ${word}.*, which an upstream filter must not read`);
  }
  return findings;
}

/** `width` is the number of bytes per character: 1 for UTF-8, 2 for UTF-16LE. */
function hasPath(segment: Uint8Array, word: string, width: 1 | 2): boolean {
  const bytes = Buffer.from(segment.buffer, segment.byteOffset, segment.byteLength);
  const pattern = Buffer.from(word, width === 1 ? "latin1" : "utf16le");
  // Trailing zeros of a segment are cut off by the optimiser: beyond the end there is a zero.
  const at = (offset: number): number => bytes[offset] ?? 0;
  const ends = (offset: number): boolean => at(offset) === 0x2e || at(offset) === 0;
  for (let from = bytes.indexOf(pattern); from >= 0; from = bytes.indexOf(pattern, from + 1)) {
    const after = from + pattern.length;
    const wide = width === 1 || at(after + 1) === 0;
    if (ends(after) && wide && !isWordByte(at(from - width))) return true;
  }
  return false;
}

function isWordByte(byte: number): boolean {
  return byte !== 0 && /[A-Za-z0-9_-]/.test(String.fromCharCode(byte));
}
