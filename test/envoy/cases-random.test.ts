// alone: leases end after a second, which a case must not take on a busy machine
/** The offline host foretells the real proxy: cases by chance, whose expectations are what the module did with them. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describe } from "../../cli/cases/report.ts";
import { runThroughEnvoy, type EnvoyRun } from "../cases/envoy.ts";
import { randomCases } from "../cases/random.ts";

const SEED = Number(process.env["POINTDUTY_SEED"] ?? "1");
const CASES = 120;

let runs: EnvoyRun[] = [];
before(async () => {
  process.stderr.write(`seed ${SEED} (POINTDUTY_SEED)\n`);
  runs = await runThroughEnvoy(randomCases(CASES, SEED));
});

test(`${CASES} cases come out as on the module`, () => {
  assert.equal(runs.length, CASES);
  const wrong = runs.filter(({ result }) => result.failures.length > 0);
  assert.equal(wrong.length, 0, `seed ${SEED}:\n${wrong.map(describe).join("\n")}`);
});

test("among them retries were granted and denied in every way", () => {
  const outcomes = new Set(runs.flatMap(({ test: { steps } }) => steps.map(({ expect }) => expect.outcome)));
  for (const outcome of ["granted", "denied", "none"]) assert.equal(outcomes.has(outcome), true, outcome);
  const details = new Set(runs.flatMap(({ test: { steps } }) => steps.map(({ expect }) => expect.details)));
  for (const word of ["via_upstream", "retry_budget_exhausted"]) assert.equal(details.has(word), true, word);
});
