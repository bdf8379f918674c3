import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeModule } from "./wasm-decode.ts";
import { lintModule } from "./wasm-lint.ts";
import type { LintRules } from "./wasm-lint.ts";

const RULES: LintRules = { limit: 40_960, upstream: false, probe: false, names: true };

/** What a hand-made module consists of; signatures as in wasm-decode.ts. */
interface Parts {
  imports?: { module: string; name: string; signature?: string; global?: boolean; memory?: boolean }[];
  /** Exported functions: name -> signature. */
  exports?: Record<string, string>;
  memory?: boolean;
  start?: boolean;
  data?: (string | Buffer)[];
  names?: boolean;
}

const TYPE_CODES: Readonly<Record<string, number>> = { i: 0x7f, I: 0x7e, f: 0x7d, F: 0x7c };

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

function text(value: string): number[] {
  const bytes = Buffer.from(value);
  return [...leb(bytes.length), ...bytes];
}

function list(items: readonly number[][]): number[] {
  return [...leb(items.length), ...items.flat()];
}

function section(id: number, body: readonly number[]): number[] {
  return [id, ...leb(body.length), ...body];
}

function typeOf(signature: string): number[] {
  const codes = signature.split(":").map((types) => [...types].map((type) => [TYPE_CODES[type] ?? 0]));
  return [0x60, ...codes.flatMap(list)];
}

/** Encodes a module; function bodies are `unreachable`, and each signature is a type of its own. */
function encode(parts: Parts): Buffer {
  const imports = parts.imports ?? [];
  const exports = Object.entries(parts.exports ?? {});
  const imported = imports.filter((item) => item.signature !== undefined);
  const signatures = [...imported.map((item) => item.signature ?? ""), ...exports.map(([, signature]) => signature)];
  const importItems = imports.map((item) => {
    const head = [...text(item.module), ...text(item.name)];
    if (item.global) return [...head, 3, 0x7f, 0];
    if (item.memory) return [...head, 2, 1, 1, 2];
    return [...head, 0, ...leb(imported.indexOf(item))];
  });
  const exportItems = exports.map(([name], index) => [...text(name), 0, ...leb(imported.length + index)]);
  if (parts.memory !== false) exportItems.push([...text("memory"), 2, 0]);
  const data = (parts.data ?? []).map((item) => {
    const bytes = [...Buffer.from(item)];
    return [0, 0x41, 0x80, 0x08, 0x0b, ...leb(bytes.length), ...bytes];
  });
  return Buffer.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(signatures.map(typeOf))),
    ...section(2, list(importItems)),
    ...section(3, list(exports.map((_, index) => leb(imported.length + index)))),
    ...section(5, [1, 0, 1]),
    ...section(7, list(exportItems)),
    ...(parts.start ? section(8, leb(imported.length)) : []),
    ...section(10, list(exports.map(() => [3, 0, 0, 0x0b]))),
    ...(data.length > 0 ? section(11, list(data)) : []),
    ...(parts.names === false ? [] : section(0, text("name"))),
  ]);
}

/** A module without faults. */
const GOOD = {
  imports: [{ module: "env", name: "proxy_log", signature: "iii:i" }],
  exports: {
    _initialize: ":",
    proxy_abi_version_0_2_1: ":",
    malloc: "i:i",
    proxy_on_request_headers: "iii:i",
  } as Record<string, string>,
} satisfies Parts;

function lint(parts: Parts, rules: Partial<LintRules> = {}): string[] {
  return lintModule(encode(parts), { ...RULES, ...rules });
}

function without(name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(GOOD.exports).filter(([key]) => key !== name));
}

test("a good module has no finding", () => {
  assert.deepEqual(lint(GOOD), []);
  assert.deepEqual(
    lint({ ...GOOD, imports: [{ module: "wasi_snapshot_preview1", name: "random_get", signature: "ii:i" }] }),
    [],
  );
});

test("the decoder reads signatures of imports and exports, and skips imported globals and memories", () => {
  const module = decodeModule(
    encode({
      imports: [
        { module: "env", name: "g", global: true },
        { module: "env", name: "m", memory: true },
        { module: "env", name: "f", signature: "iIfF:I" },
      ],
      exports: { long: ":", other: "I:" },
      data: ["abc"],
    }),
  );
  assert.deepEqual(module.imports.at(-1), { module: "env", name: "f", kind: "function", signature: "iIfF:I" });
  assert.deepEqual(
    module.exports.map(({ name, signature }) => [name, signature]),
    [
      ["long", ":"],
      ["other", "I:"],
      ["memory", undefined],
    ],
  );
  assert.deepEqual(
    module.data.map((segment) => Buffer.from(segment).toString()),
    ["abc"],
  );
  assert.deepEqual(module.customSections, ["name"]);
});

test("a start section is found", () => {
  assert.match(lint({ ...GOOD, start: true }).join(), /^a start section/);
});

test("missing exports are found", () => {
  assert.deepEqual(lint({ ...GOOD, exports: without("proxy_abi_version_0_2_1") }), [
    "export proxy_abi_version_0_2_1: missing",
  ]);
  assert.deepEqual(lint({ ...GOOD, exports: without("_initialize") }), ["export _initialize: missing"]);
  assert.deepEqual(lint({ ...GOOD, memory: false }), ["export memory: missing"]);
});

test("there is exactly one allocator, with its signature", () => {
  assert.match(lint({ ...GOOD, exports: without("malloc") }).join(), /^exports 0 allocators/);
  const both = { ...GOOD.exports, proxy_on_memory_allocate: "i:i" };
  assert.match(lint({ ...GOOD, exports: both }).join(), /^exports 2 allocators/);
  const other = { ...without("malloc"), proxy_on_memory_allocate: "i:i" };
  assert.deepEqual(lint({ ...GOOD, exports: other }), []);
  const wrong = { ...without("malloc"), malloc: "i:" };
  assert.deepEqual(lint({ ...GOOD, exports: wrong }), [
    "export malloc: signature (i32) -> (), Envoy has (i32) -> (i32)",
  ]);
});

test("callbacks have the signatures that Envoy looks up", () => {
  const wrong = { ...GOOD.exports, proxy_on_log: "i:i" };
  assert.deepEqual(lint({ ...GOOD, exports: wrong }), [
    "export proxy_on_log: signature (i32) -> (i32), Envoy has (i32) -> ()",
  ]);
  const unknown = { ...GOOD.exports, proxy_on_request_header: "iii:i" };
  assert.deepEqual(lint({ ...GOOD, exports: unknown }), [
    "export proxy_on_request_header: not a callback of ABI 0.2.1",
  ]);
  const start = { ...GOOD.exports, _start: ":" };
  assert.deepEqual(lint({ ...GOOD, exports: start }), ["export _start: not a callback of ABI 0.2.1"]);
});

test("other exports are allowed in a probe only", () => {
  const parts = { ...GOOD, exports: { ...GOOD.exports, run: "f:F" } };
  assert.deepEqual(lint(parts), ["export run: Envoy never uses it"]);
  assert.deepEqual(lint(parts, { probe: true }), []);
});

test("a probe without the ABI marker need not be a plugin", () => {
  assert.deepEqual(lint({ exports: { run: ":" } }, { probe: true }), []);
  assert.match(lint({ exports: { proxy_abi_version_0_2_1: ":" } }, { probe: true }).join("\n"), /_initialize: missing/);
});

test("imports are on the list, with their signatures", () => {
  const cases: [NonNullable<Parts["imports"]>[number], RegExp][] = [
    [{ module: "env", name: "abort", signature: "iiii:" }, /^import env\.abort: not on the list/],
    [{ module: "env", name: "proxy_clear_route_cache", signature: ":i" }, /not on the list/],
    [{ module: "wasi_snapshot_preview1", name: "fd_write", signature: "iiii:i" }, /not on the list/],
    [{ module: "elsewhere", name: "proxy_log", signature: "iii:i" }, /^import elsewhere\.proxy_log: not on the list/],
    [{ module: "env", name: "proxy_log", signature: "ii:i" }, /signature \(i32, i32\) -> \(i32\), Envoy has/],
    [{ module: "env", name: "proxy_record_metric", signature: "ii:i" }, /Envoy has \(i32, i64\) -> \(i32\)/],
    [{ module: "env", name: "memory", memory: true }, /^import env\.memory: a memory/],
  ];
  for (const [item, expected] of cases) {
    const findings = lint({ ...GOOD, imports: [item] });
    assert.equal(findings.length, 1, item.name);
    assert.match(findings[0] ?? "", expected);
  }
});

test("the size limit is inclusive", () => {
  const size = encode(GOOD).length;
  assert.deepEqual(lint(GOOD, { limit: size }), []);
  assert.deepEqual(lint(GOOD, { limit: size - 1 }), [`${size} bytes, the limit is ${size - 1}`]);
});

test("the name section is required", () => {
  assert.match(lint({ ...GOOD, names: false }).join(), /^no name section/);
});

test("an upstream filter holds no path of source or destination", () => {
  const utf16 = (value: string): Buffer => Buffer.from(value, "utf16le");
  const bad = ["source\0address", "xx\0destination\0port", "source.address", "source", utf16("source.address")];
  for (const data of [
    ...bad,
    utf16("destination\0port"),
    Buffer.concat([Buffer.from([1, 0, 24, 0]), utf16("source")]),
  ]) {
    assert.equal(lint({ ...GOOD, data: [data] }, { upstream: true }).length, 1, String(data));
    assert.deepEqual(lint({ ...GOOD, data: [data] }), [], "a downstream filter may");
  }
  const fine = ["resource.name", "open-source.", "sources.x", "source code", "upstream\0address", utf16("resource.x")];
  for (const data of fine) assert.deepEqual(lint({ ...GOOD, data: [data] }, { upstream: true }), [], String(data));
});

test("what is no module is one line", () => {
  assert.deepEqual(lintModule(Buffer.from("hello"), RULES), ["not a WebAssembly module (version 1)"]);
  const whole = encode(GOOD);
  for (let length = 9; length < whole.length; length++) {
    assert.ok(lintModule(whole.subarray(0, length), RULES).length > 0, `cut at ${length}`);
  }
});
