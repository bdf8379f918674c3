/** The configuration reader, built as a filter's: tables of good and bad policies, a differential test and noise. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { ROOT } from "../setup/common.ts";
import { nearly, respell } from "./config/arbitraries.ts";
import { BAD_POLICIES } from "./config/bad-policies.ts";
import { GOOD_POLICIES } from "./config/good-policies.ts";
import { canonical, firstError } from "./config/oracle.ts";
import type { Schema } from "./config/oracle.ts";
import { loadProbe, PROBE, RETRY_BUDGET } from "./config/probe.ts";
import { encodeStruct } from "./config/struct.ts";
import type { Json } from "./config/struct.ts";

const probe = loadProbe();

function readSchema(path: string): Schema {
  return JSON.parse(readFileSync(join(ROOT, path), "utf8")) as Schema;
}

const SCHEMAS: readonly (readonly [string, number, Schema])[] = [
  ["retry budget", RETRY_BUDGET, readSchema("filters/retry-budget/schema.json")],
  ["all keywords", PROBE, readSchema("test/module/probes/config/schema.json")],
];

/** The JSON pointer that a message begins with; "" is the root, undefined means that it has none. */
function pointerOf(message: string): string | undefined {
  if (message.startsWith("configuration: ")) return "";
  return /^(\/.*?): /s.exec(message)?.[1];
}

/** A pointer as messages show it: what is not printable ASCII as \xNN, no step longer than 40 bytes. */
function shown(pointer: string): string {
  const steps = pointer.split("/").map((step) => {
    const bytes = Buffer.from(step.replaceAll("~1", "/").replaceAll("~0", "~"));
    let text = "";
    for (const byte of bytes.subarray(0, 40)) {
      const character = String.fromCharCode(byte);
      if (byte < 0x20 || byte > 0x7e) text += `\\x${byte.toString(16).padStart(2, "0")}`;
      else text += character === "~" ? "~0" : character === "/" ? "~1" : character;
    }
    return bytes.length > 40 ? `${text}...` : text;
  });
  return steps.join("/");
}

for (const [name, input, message] of BAD_POLICIES) {
  test(`bad policy: ${name}`, () => {
    const verdict = probe.check(input);
    assert.equal(verdict.message, message);
    assert.equal(verdict.hash, 0n);
    assert.match(message, /^[\x20-\x7e]{1,1024}$/, "one line of printable ASCII");
  });
}

test("bad policies have different names", () => {
  const names = BAD_POLICIES.map(([name]) => name);
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.length >= 60);
});

for (const [name, input, text] of GOOD_POLICIES) {
  test(`good policy: ${name}`, () => {
    const verdict = probe.check(input);
    assert.equal(verdict.message, "");
    assert.equal(verdict.canonical, text);
    assert.equal(verdict.hash, probe.xxh64(text) & 0xffffffffffffn);
  });
}

test("the first length of a Struct may be any white space or a brace", () => {
  for (const length of [0x09, 0x0a, 0x0d, 0x20, 0x7b, 0x22, 0x5b]) {
    const bytes = encodeStruct({ id: "x".repeat(length - 8) });
    assert.equal(bytes[1], length);
    assert.equal(probe.check(bytes, PROBE).message, "", `length ${length}`);
  }
});

test("JSON text may begin with line breaks that look like the first bytes of a Struct", () => {
  for (const start of ["\n", "\n\n", "\n\t", "\n\r", "\n ", "\n \n", "\n\n\n\n\n\n\n\n\n\n\n\n"]) {
    assert.equal(probe.check(`${start}{"name":"shop"}`).message, "", JSON.stringify(start));
  }
});

test("what lies behind the last byte is not read", () => {
  for (const [name, input] of [...BAD_POLICIES, ...GOOD_POLICIES]) {
    const expected = probe.check(input);
    for (const behind of [" ", "0", "s", '"', "}", "\x12", "\\u0041", "ull"]) {
      assert.deepEqual(probe.check(input, RETRY_BUDGET, behind), expected, `${name}, then ${JSON.stringify(behind)}`);
    }
  }
});

test("a configuration above the limit is refused by its size", () => {
  assert.equal(probe.fits(65536, 65536), "");
  assert.equal(probe.fits(0, 65536), "");
  assert.equal(probe.fits(65537, 65536), "the configuration has 65537 bytes; allowed: at most 65536");
  assert.equal(probe.fits(66560, 65536), "the configuration has 66560 bytes; allowed: at most 65536");
  assert.equal(probe.fits(0xffffffff, 65536), "the configuration has 4294967295 bytes; allowed: at most 65536");
});

for (const [name, id, schema] of SCHEMAS) {
  test(`${name}: JSON text and Struct get the verdict of an independent checker`, () => {
    let accepted = 0;
    const property = fc.property(nearly(schema), fc.infiniteStream(fc.nat()), (value, stream) => {
      const pick = (): number => stream.next().value as number;
      const expected = firstError(schema, value);
      const json = probe.check(respell(value, pick), id);
      assert.equal(
        json.message === "" ? undefined : pointerOf(json.message),
        expected && shown(expected),
        json.message,
      );
      if (expected === undefined) {
        accepted++;
        assert.equal(json.canonical, canonical(schema, value));
      }
      if (typeof value !== "object" || value === null || Array.isArray(value)) return;
      const fields = value as { readonly [key: string]: Json };
      if (Object.keys(fields).length === 0) return;
      const struct = probe.check(encodeStruct(fields), id);
      assert.equal(pointerOf(struct.message), pointerOf(json.message));
      assert.equal(struct.canonical, json.canonical);
      assert.equal(struct.hash, json.hash);
      const backwards = probe.check(
        encodeStruct(fields, (keys) => keys.reverse()),
        id,
      );
      assert.equal(backwards.message === "", json.message === "");
      assert.equal(backwards.hash, json.hash);
    });
    fc.assert(property, { numRuns: 4000 });
    assert.ok(accepted > 400, `only ${accepted} of 4000 values were valid: the generator has drifted`);
  });
}

test("changed bytes never trap, and end in a verdict", () => {
  const seeds = [...BAD_POLICIES, ...GOOD_POLICIES]
    .map(([, input]) => Buffer.from(input))
    .filter((b) => b.length < 2000);
  const change = fc.tuple(
    fc.constantFrom("set", "drop", "insert", "cut", "double"),
    fc.nat(),
    fc.integer({ min: 0, max: 255 }),
  );
  const property = fc.property(fc.constantFrom(...seeds), fc.array(change, { maxLength: 4 }), (seed, changes) => {
    let bytes = [...seed];
    for (const [kind, where, byte] of changes) {
      const at = bytes.length === 0 ? 0 : where % bytes.length;
      if (kind === "set") bytes[at] = byte;
      else if (kind === "drop") bytes.splice(at, 1);
      else if (kind === "insert") bytes.splice(at, 0, byte);
      else if (kind === "cut") bytes = bytes.slice(0, at);
      else bytes = [...bytes, ...bytes.slice(at)];
    }
    const verdict = probe.check(Buffer.from(bytes));
    assert.match(verdict.message, /^[\x20-\x7e]*$/);
    if (verdict.message === "") assert.notEqual(verdict.canonical, "");
  });
  fc.assert(property, { numRuns: 20000 });
});

test("bytes without any form never trap", () => {
  const property = fc.property(
    fc.uint8Array({ maxLength: 200 }),
    fc.constantFrom([], [0x0a], [0x7b], [0x7b, 0x22]),
    (bytes, start) => {
      assert.notEqual(probe.check(Buffer.from([...start, ...bytes])).message, "");
    },
  );
  fc.assert(property, { numRuns: 5000 });
});

test("64 KiB of the worst text is read within bounds, again and again, without growing the memory", () => {
  const inputs = [
    `{"name":[${"1,".repeat(32000)}1]}`,
    `{"name":"${'\\"'.repeat(32000)}"}`,
    `{${'"a":1,'.repeat(10000)}"b":1}`,
    `{"name":${'{"a":'.repeat(31)}1`,
    encodeStruct({ name: Array.from({ length: 10000 }, () => null) }),
    `{"burst":${"9".repeat(65000)}}`,
    `{"burst":0.${"0".repeat(65000)}1}`,
  ];
  for (const input of inputs) probe.check(input);
  const before = probe.memoryBytes;
  for (let i = 0; i < 20; i++) for (const input of inputs) assert.notEqual(probe.check(input).message, "");
  assert.equal(probe.memoryBytes, before);
  assert.ok(before <= 3 << 20, `${before} bytes`);
});
