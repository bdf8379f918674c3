import assert from "node:assert/strict";
import { test } from "node:test";
import { applyMutant, findMutants, shuffled } from "./mutants.ts";

/** All mutants of a text, applied. */
function results(text: string): string[] {
  return findMutants(text).map((mutant) => applyMutant(text, mutant));
}

test("comparisons are swapped and their bounds moved", () => {
  assert.deepEqual(results("const x = a < b;"), [
    "const x = a <= b;",
    "const x = a < (b + 1);",
    "const x = a < (b - 1);",
  ]);
  assert.deepEqual(results("const x = a >= 3;"), [
    "const x = a > 3;",
    "const x = a >= (3 + 1);",
    "const x = a >= (3 - 1);",
  ]);
});

test("conditions are negated, and early statements dropped", () => {
  assert.deepEqual(results("function f(): i32 { if (a) return 1; return 2; }"), [
    "function f(): i32 { if (!(a)) return 1; return 2; }",
    "function f(): i32 { if (a) ; return 2; }",
  ]);
  assert.deepEqual(results("x ? y : z;"), [";", "!(x) ? y : z;"]);
});

test("calls, assignments, logic and arithmetic", () => {
  assert.deepEqual(results("f();"), [";"]);
  assert.deepEqual(results("x += y;"), [";", "x -= y;"]);
  assert.deepEqual(results("const x = a && !b;"), ["const x = a || !b;", "const x = a && b;"]);
  assert.deepEqual(results("const x = a + b * c;"), ["const x = a - b * c;", "const x = a + b / c;"]);
  assert.deepEqual(results("const x = true;"), ["const x = false;"]);
});

test("imports, types and decorators are left alone, and AssemblyScript is read", () => {
  const text =
    'import { a } from "b";\n// @ts-ignore: decorator\n@inline\nexport function f(x: StaticArray<u8>): u64 { return <u64>x[0]; }';
  assert.deepEqual(results(text), []);
});

test("the line is that of the change", () => {
  assert.deepEqual(
    findMutants("\n\nconst x = a\n  == b;").map(({ line, what }) => [line, what]),
    [[4, "== became != in a == b"]],
  );
});

test("the order depends on the seed alone", () => {
  const items = Array.from({ length: 50 }, (_, index) => index);
  assert.deepEqual(shuffled(items, 7), shuffled(items, 7));
  assert.notDeepEqual(shuffled(items, 7), shuffled(items, 8));
  assert.deepEqual(
    shuffled(items, 7).sort((left, right) => left - right),
    items,
  );
});
