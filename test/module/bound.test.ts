/**
 * The checker of the bound against a slow one that follows the sentence word for word.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { allowedRetries, check, type Arrival, type Budget } from "../lib/bound.ts";

const times = fc.integer({ min: 0, max: 400 }).map((quarters) => quarters / 4);
const kinds = fc.constantFrom("original" as const, "retry" as const);
const arrivals = fc.array(fc.record({ t: times, since: times, kind: kinds }, { requiredKeys: ["t", "kind"] }), {
  maxLength: 60,
});
const budgets: fc.Arbitrary<Budget> = fc.record({
  percent: fc.integer({ min: 0, max: 100_000 }).map((thousandths) => thousandths / 1000),
  intervalMs: fc.integer({ min: 1, max: 60 }),
  floor: fc.record({ count: fc.integer({ min: 0, max: 5 }), ms: fc.integer({ min: 1, max: 50 }) }),
  burst: fc.integer({ min: 0, max: 3 }),
});

/** Retries that were wholly, and originals that were at least partly, on their way in (from, to]. */
function count(log: readonly Arrival[], from: number, to: number): { retries: number; originals: number } {
  let retries = 0;
  let originals = 0;
  for (const { t, since = t, kind } of log) {
    const begin = Math.min(since, t);
    if (kind === "retry") retries += begin > from && t <= to ? 1 : 0;
    else originals += t > from && begin <= to ? 1 : 0;
  }
  return { retries, originals };
}

/** Worst excess over the windows (from, to] given, by whole numbers small enough to be exact. */
function worst(log: readonly Arrival[], budget: Budget, windows: readonly { from: number; to: number }[]): number {
  const { percent, intervalMs, floor, burst } = budget;
  let excess = -Infinity;
  for (const { from, to } of windows) {
    const { retries, originals } = count(log, from, to);
    const parts = Math.round(percent * 1000) * originals * floor.ms + floor.count * intervalMs * 100_000;
    excess = Math.max(excess, retries - burst - Math.floor(parts / (100_000 * floor.ms)));
  }
  return excess;
}

test("trailing and arbitrary windows agree with the slow checker", () => {
  fc.assert(
    fc.property(arrivals, budgets, (log, budget) => {
      const T = budget.intervalMs;
      const retries = log.filter(({ kind }) => kind === "retry");
      const verdict = check(log, budget);
      const trailing = retries.map(({ t }) => ({ from: t - T, to: t }));
      assert.equal(verdict.trailing.excess, worst(log, budget, trailing));
      const arrivedOnly = log.map(({ t, kind }): Arrival => ({ t, kind }));
      assert.equal(verdict.byArrival.excess, worst(arrivedOnly, budget, trailing));
      const anywhere = log.map(({ t }) => ({ from: t, to: t + T }));
      assert.equal(verdict.anywhere.excess, worst(log, budget, anywhere));
      assert.equal(verdict.retries, retries.length);
      assert.equal(verdict.originals, log.length - retries.length);
      assert.equal(verdict.ok, verdict.retries <= verdict.bound && verdict.trailing.excess <= 0);
    }),
    { numRuns: 1000, seed: 4 },
  );
});

test("the order of the log does not matter", () => {
  fc.assert(
    fc.property(arrivals, budgets, (log, budget) => {
      assert.deepEqual(check([...log].reverse(), budget).trailing.excess, check(log, budget).trailing.excess);
    }),
    { numRuns: 100, seed: 4 },
  );
});

test("by hand: 20 % of 10 originals, a floor of 1 per 10 s, burst 1", () => {
  const budget: Budget = { percent: 20, intervalMs: 2_000, floor: { count: 1, ms: 10_000 }, burst: 1 };
  assert.equal(allowedRetries(budget, 10, 2_000), 3);
  assert.equal(allowedRetries(budget, 14, 2_000), 4, "2.8 + 0.2 + 1: fractions add up before they are cut");
  const originals = Array.from({ length: 10 }, (_, i): Arrival => ({ t: i, kind: "original" }));
  const retries = (n: number): Arrival[] => Array.from({ length: n }, (_, i) => ({ t: 100 + i, kind: "retry" }));
  assert.equal(check([...originals, ...retries(3)], budget).ok, true);
  const four = check([...originals, ...retries(4)], budget);
  assert.deepEqual([four.ok, four.trailing.excess, four.bound], [false, 1, 3]);
  assert.equal(four.trailing.to, 103);
});

test("an original that has left the window no longer pays", () => {
  const budget: Budget = { percent: 100, intervalMs: 1_000, floor: { count: 0, ms: 1 }, burst: 0 };
  const log = (at: number): Arrival[] => [
    { t: 0, kind: "original" },
    { t: at, kind: "retry" },
  ];
  assert.equal(check(log(999), budget).ok, true);
  assert.equal(check(log(1_000), budget).ok, false, "the window is open at its beginning");
});

test("an original counts for every window in which it was on its way", () => {
  const budget: Budget = { percent: 100, intervalMs: 1_000, floor: { count: 0, ms: 1 }, burst: 0 };
  const log = (since: number, t: number, retry: number): Arrival[] => [
    { since, t, kind: "original" },
    { t: retry, kind: "retry" },
  ];
  assert.equal(check(log(10, 20, 15), budget).ok, true, "the retry overtook it");
  assert.equal(check(log(10, 20, 15), budget).byArrival.excess, 1);
  assert.equal(check(log(10, 20, 9), budget).ok, false, "nobody had sent it");
  assert.equal(check(log(10, 20, 1_019), budget).ok, true, "it arrived in the window");
  assert.equal(check(log(10, 20, 1_020), budget).ok, false);
});

test("a retry counts for the windows that hold all of its way", () => {
  const budget: Budget = { percent: 0, intervalMs: 1_000, floor: { count: 0, ms: 1 }, burst: 1 };
  const log = (since: number, t: number): Arrival[] => [
    { since: 5, t: 10, kind: "retry" },
    { since, t, kind: "retry" },
  ];
  assert.equal(check(log(900, 1_004), budget).trailing.excess, 1, "with the first one");
  assert.equal(check(log(900, 1_005), budget).trailing.excess, 0, "the first one may have been sent at 5");
  assert.equal(check(log(900, 1_005), budget).byArrival.excess, 1);
});

test("an empty log holds and uses nothing", () => {
  const verdict = check([], { percent: 20, intervalMs: 1_000, floor: { count: 0, ms: 1 }, burst: 0 });
  assert.deepEqual([verdict.ok, verdict.use, verdict.bound, verdict.originals], [true, 0, 0, 0]);
});
