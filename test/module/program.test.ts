/**
 * What a test backend answers: the three kinds of program.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { always, start, type Program } from "../lib/program.ts";

const statuses = (program: Program, attempts: readonly number[]): (number | undefined)[] => {
  const choose = start(program);
  return attempts.map((attempt) => choose({ attempt }).status);
};

test("by attempt: the last answer repeats, whatever came between", () => {
  const program = always({ status: 503 }, { status: 502 }, { status: 200 });
  assert.deepEqual(statuses(program, [1, 2, 1, 3, 4, 2]), [503, 502, 503, 200, 200, 502]);
  assert.deepEqual(start(always())({ attempt: 1 }), {}, "without answers: the default one");
});

test("by chance: the share is met and a seed repeats the run", () => {
  const program: Program = { kind: "mix", share: 0.3, answers: [{ status: 503 }, { status: 200 }], seed: 7 };
  const ones = Array.from({ length: 10_000 }, () => 1);
  const drawn = statuses(program, ones);
  const share = drawn.filter((status) => status === 503).length / drawn.length;
  assert.ok(Math.abs(share - 0.3) < 0.02, `share ${share}`);
  assert.deepEqual(statuses(program, ones), drawn);
});

test("in phases: originals move on, retries do not, and after the last phase comes the first", () => {
  const program: Program = {
    kind: "phases",
    steps: [
      { originals: 2, program: always({ status: 503 }) },
      { originals: 1, program: always({ status: 200 }) },
    ],
  };
  assert.deepEqual(statuses(program, [1, 2, 2, 1, 2, 1, 2, 1]), [503, 503, 503, 503, 503, 200, 200, 503]);
});
