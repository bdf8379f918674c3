/**
 * Random policies and requests: the module decides as the oracle, which shares nothing with it. The seed is printed;
 * POINTDUTY_AUTHZ_SEED and POINTDUTY_AUTHZ_POLICIES ask for another run; the fuzzer's target authz/verdicts does it for ever.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { judge } from "../lib/authz-oracle.ts";
import { Dice, drawExtended, drawExtendedRequest } from "../lib/authz-random.ts";
import { loadForOracle } from "../lib/authz-verdict.ts";

const SEED = Number(process.env["POINTDUTY_AUTHZ_SEED"] ?? 20261126);
const POLICIES = Number(process.env["POINTDUTY_AUTHZ_POLICIES"] ?? 600);
const REQUESTS = 10;
const CODE = new WebAssembly.Module(readFileSync(new URL("../../build/authz.wasm", import.meta.url)));

test("the module and the oracle give the same verdict, by the same rule", () => {
  const dice = new Dice(SEED);
  const seen = { allowed: 0, denied: 0 };
  for (let round = 0; round < POLICIES; round++) {
    const configuration = drawExtended(dice);
    const module = loadForOracle(CODE, configuration);
    for (let count = 0; count < REQUESTS; count++) {
      const request = drawExtendedRequest(dice);
      const expected = judge(configuration, request);
      const what = `seed ${SEED}, round ${round}\n${JSON.stringify(configuration)}\n${JSON.stringify(request)}`;
      assert.deepEqual(module(request), expected, what);
      seen[expected.allowed ? "allowed" : "denied"]++;
    }
  }
  console.error(`  seed ${SEED}: ${seen.allowed} allowed, ${seen.denied} denied`);
  // A generator that only ever meets one verdict tests nothing.
  assert.ok(Math.min(seen.allowed, seen.denied) * 8 > POLICIES * REQUESTS, JSON.stringify(seen));
});
