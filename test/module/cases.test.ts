/** Every filter's cases on the built modules. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runOnModule } from "../../cli/cases/module.ts";
import { describe } from "../../cli/cases/report.ts";
import { chosenCases } from "../cases/chosen.ts";

for (const { filter, cases, problems } of await chosenCases()) {
  test(`${filter}: its case files are good, and there are some`, () => {
    assert.deepEqual(problems, []);
    assert.notEqual(cases.length, 0);
  });

  for (const one of cases) {
    for (const workers of one.env.workers) {
      test(`${filter}: ${one.name} (${workers} workers)`, () => {
        const result = runOnModule(one, workers);
        assert.equal(result.failures.length, 0, describe({ test: one, result, on: "module" }));
      });
    }
  }
}
