/** The case runner: bad case files, what is said about failing cases. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { runOnModule } from "../../cli/cases/module.ts";
import { readCases } from "../../cli/cases/read.ts";
import { describe } from "../../cli/cases/report.ts";
import { runCases } from "../../cli/cases/run.ts";
import { BAD_CASES, FAILING_CASES, GOOD } from "./cases/bad-cases.ts";

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "pointduty-cases-"));
});
after(() => rmSync(folder, { recursive: true }));

for (const [what, text, messages] of BAD_CASES) {
  test(`bad case file: ${what}`, async () => {
    const { problems } = await readCases(text, "case.yaml", folder);
    assert.equal(problems.length, messages.length, problems.join("\n"));
    for (const [index, message] of messages.entries()) {
      assert.equal(problems[index]?.slice(0, `case.yaml:${message}`.length), `case.yaml:${message}`);
    }
  });
}

test("a good case beside a bad one is read", async () => {
  const { cases, problems } = await readCases(`${GOOD}---\n{}\n---\n${GOOD}`, "case.yaml", folder);
  assert.equal(cases.length, 2);
  assert.deepEqual(
    cases.map(({ line }) => line),
    [1, 13],
  );
  assert.equal(problems.length, 2);
});

for (const [what, text, lines] of FAILING_CASES) {
  test(`failing case: ${what}`, async () => {
    const { cases, problems } = await readCases(text, "case.yaml", folder);
    assert.deepEqual(problems, []);
    const [one] = cases;
    assert.notEqual(one, undefined);
    if (!one) return;
    const report = describe({ test: one, result: runOnModule(one, 1), on: "module" }).split("\n");
    assert.deepEqual(report, ["case.yaml:1: a case [module, 1 worker]", ...lines]);
  });
}

/** Runs a folder with these files; what was printed, and the exit code. */
async function run(files: Record<string, string>, json = false): Promise<{ lines: string[]; exitCode: number }> {
  const place = mkdtempSync(join(folder, "run-"));
  mkdirSync(join(place, "below"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text);
  const lines: string[] = [];
  const { exitCode } = await runCases(place, { json, print: (line) => lines.push(line) });
  return { lines, exitCode };
}

const FAILING = GOOD.replace("status: 503", "status: 200");
const ONLY = GOOD.replace("env:", "only: [module]\nwhy: it takes an hour\nenv:");

test("a folder is run with what is below it, once for each number of workers", async () => {
  const { lines, exitCode } = await run({
    "a.yaml": GOOD,
    "below/b.yml": GOOD.replace("[1]", "[1, 2, 4]"),
    "c.txt": "{",
  });
  assert.deepEqual([lines, exitCode], [["4 passed, 0 failed, 0 skipped"], 0]);
});

test("a failing case is told and counted, the others run", async () => {
  const { lines, exitCode } = await run({ "a.yaml": `${GOOD}---\n${FAILING}---\n${GOOD}` });
  assert.equal(lines.length, 2);
  assert.match(
    lines[0] ?? "",
    /a\.yaml:11: a case \[module, 1 worker\]\n {2}step 1 \(down\), line 16:\n {4}status: expected 200/,
  );
  assert.equal(lines[1], "2 passed, 1 failed, 0 skipped");
  assert.equal(exitCode, 1);
});

test("a bad file is told and counted, the others run", async () => {
  const { lines, exitCode } = await run({ "a.yaml": "{}\n", "b.yaml": GOOD });
  assert.match(lines[0] ?? "", /a\.yaml:1:1: \/filter: missing/);
  assert.equal(lines.at(-1), "1 passed, 2 failed, 0 skipped");
  assert.equal(exitCode, 1);
});

test("cases that only run on the module are named", async () => {
  const { lines, exitCode } = await run({ "a.yaml": ONLY });
  assert.match(lines[0] ?? "", /^only on the module: 1: .*a\.yaml:1: a case \(it takes an hour\)$/);
  assert.equal(exitCode, 0);
});

test("JSON: a line for each run of a case, the counts last", async () => {
  const { lines } = await run({ "a.yaml": `${GOOD}---\n${FAILING}` }, true);
  const [good, bad] = lines.map((line) => (line.startsWith("{") ? (JSON.parse(line) as Record<string, unknown>) : {}));
  assert.deepEqual([good?.["verdict"], good?.["workers"], good?.["failures"]], ["passed", 1, []]);
  assert.equal(bad?.["verdict"], "failed");
  assert.deepEqual(bad?.["failures"], [
    {
      step: 1,
      name: "down",
      line: 16,
      differences: [{ what: "status", expected: "200", got: "503 (request 1), and 2 of 2 differ" }],
    },
  ]);
  assert.equal(lines.at(-1), "1 passed, 1 failed, 0 skipped");
});

test("nothing that runs is a failure, a folder that is not there wrong use", async () => {
  assert.deepEqual(await run({ "c.txt": "" }), { lines: ["0 passed, 0 failed, 0 skipped"], exitCode: 1 });
  assert.equal((await runCases(join(folder, "nowhere"), { print: () => undefined })).exitCode, 2);
});

const POLICY = `apiVersion: pointduty.dev/v1alpha1
kind: RetryBudget
metadata: { name: shop }
spec: { budget: { percent: 0 }, minRetryRate: { count: 3, interval: 1h } }
`;
const NAMING = GOOD.replace("policy: { budget: { percent: 20 } }", "policyFile: policy.yaml");

test("a policy file's policy is run, and the file is no case", async () => {
  const expecting = NAMING.replace("status: 503", "attempts: 5, counters: { retries_granted: 3 }");
  assert.deepEqual((await run({ "a.yaml": expecting, "policy.yaml": POLICY })).lines, [
    "1 passed, 0 failed, 0 skipped",
  ]);
});

for (const [what, text, message] of [
  [
    "two policies",
    `${POLICY}---\n${POLICY.replace("shop", "other").replace("spec: {", "spec: { targetRefs: [{ group: '', kind: Service, name: a }],")}`,
    "the file has 2 policies for retry-budget; allowed: 1",
  ],
  [
    "a bad policy",
    POLICY.replace("percent: 0", "percent: 101"),
    "policy.yaml:4:28: /spec/budget/percent: 101 is not allowed",
  ],
] as const) {
  test(`a policy file with ${what}`, async () => {
    const { lines, exitCode } = await run({ "a.yaml": NAMING, "policy.yaml": text });
    assert.equal(lines[0]?.includes(message), true, lines.join("\n"));
    assert.match(lines[0] ?? "", /a\.yaml:3:13: \/policyFile: /);
    assert.equal(exitCode, 1);
  });
}
