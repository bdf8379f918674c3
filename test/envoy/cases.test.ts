// alone: cases keep times
/** Every filter's cases through the real Envoy; their verdicts must be those of the module, also where a case is wrong. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { runOnModule } from "../../cli/cases/module.ts";
import { readCases } from "../../cli/cases/read.ts";
import { describe, onlyModuleLine } from "../../cli/cases/report.ts";
import type { Case } from "../../cli/cases/types.ts";
import { chosenCases, narrowed } from "../cases/chosen.ts";
import { runThroughEnvoy, type EnvoyRun } from "../cases/envoy.ts";
import { FAILING_CASES } from "../module/cases/bad-cases.ts";
import { ROOT } from "../setup/common.ts";

const cases = (await chosenCases()).flatMap((filter) => filter.cases);

/** Cases that must fail, by what is wrong with them. */
const failing = new Map<string, Case>();
for (const [what, text] of narrowed ? [] : FAILING_CASES) {
  const [one] = (await readCases(text, "case.yaml", ROOT)).cases;
  if (one) failing.set(what, one);
}

let runs: EnvoyRun[] = [];
before(async () => {
  const began = performance.now();
  runs = await runThroughEnvoy([...cases, ...failing.values()]);
  process.stderr.write(`${runs.length} cases in ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
});

function runOf(one: Case, workers: number): EnvoyRun {
  const run = runs.find(({ test: other, result }) => other === one && result.workers === workers);
  assert.notEqual(run, undefined, `${one.name} did not run with ${workers} workers`);
  return run as EnvoyRun;
}

for (const one of cases) {
  for (const workers of one.env.workers) {
    const skip = one.onlyModule ?? false;
    test(`${one.filter}: ${one.name} (${workers} workers)`, { skip }, () => {
      const run = runOf(one, workers);
      assert.equal(run.result.failures.length, 0, describe(run));
    });
  }
}

for (const [what, one] of failing) {
  test(`what fails on the module fails in the same words: ${what}`, () => {
    const [head = "", ...lines] = describe(runOf(one, 1)).split("\n");
    assert.match(head, /^case\.yaml:1: a case \[Envoy \d+\.\d+\.\d+, 1 worker\]$/);
    const [, ...expected] = describe({ test: one, result: runOnModule(one, 1), on: "module" }).split("\n");
    const refused = expected.some((line) => line.includes("/policy/"));
    assert.deepEqual(lines, refused ? ["    Envoy refuses the policy"] : expected);
  });
}

test("few cases run on the module alone, and each says why", () => {
  const line = onlyModuleLine(cases);
  if (line !== undefined) process.stderr.write(`${line}\n`);
  assert.equal(cases.filter(({ onlyModule }) => onlyModule !== undefined).length * 20 <= cases.length, true, line);
});
