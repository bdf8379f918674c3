/** `npm run new`: which names it takes. What it makes is built, tested and run in test/envoy/new-filter.test.ts. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "./common.ts";
import { kindOf, nameProblem } from "./new/name.ts";

const TAKEN = [
  { name: "retry-budget", kind: "RetryBudget" },
  { name: "a-1", kind: "A1" },
];

test("names that are fine, and their kinds", () => {
  for (const [name, kind] of [
    ["my-filter", "MyFilter"],
    ["x", "X"],
    ["v2-of-it", "V2OfIt"],
    ["retry-budgets", "RetryBudgets"],
    ["a".repeat(40), `A${"a".repeat(39)}`],
  ] as const) {
    assert.equal(nameProblem(name, TAKEN), undefined);
    assert.equal(kindOf(name), kind);
  }
});

const SHAPE = / is no name for a filter; allowed: a-z, 0-9 and single - between them, a letter first, at most 40 char/;
const BAD: readonly (readonly [name: string, problem: RegExp])[] = [
  ...["", "My-filter", "1a", "-a", "a-", "a--b", "a_b", "../x", "a/b", "a b", "a\n", "ä", "a".repeat(41)].map(
    (name) => [name, SHAPE] as const,
  ),
  ["null", /^"null" means something else already/],
  ["probes", /^"probes" means something else already/],
  ["retry-budget", /^filters\/retry-budget is there already$/],
  ["a1", /^"a1" has the kind A1, which is that of filters\/a-1$/],
  ["retry", /^"retry" and filters\/retry-budget begin alike, and so would their metrics; /],
  ["retry-budget-2", /^"retry-budget-2" and filters\/retry-budget begin alike, and so would their metrics; /],
];

for (const [name, problem] of BAD) {
  test(`not a name: ${JSON.stringify(name)}`, () => assert.match(nameProblem(name, TAKEN) ?? "", problem));
}

/** Command lines that must be refused, in one line. */
const REFUSED: readonly (readonly [args: readonly string[], line: RegExp])[] = [
  [[], /^usage: npm run new -- NAME \[--half downstream\|upstream\]\n$/],
  [["a", "b"], /^usage: /],
  [["a", "--half"], /^--half : allowed are downstream, upstream\n$/],
  [["a", "--half", "both"], /^--half both: allowed are downstream, upstream\n$/],
  [["a", "--force"], /^unknown option --force; usage: /],
  [["../x"], /^"\.\.\/x" is no name for a filter; .*\n$/],
  [["retry-budget"], /^filters\/retry-budget is there already\n$/],
];

test("what is refused is exit 2 with one line, and writes nothing", () => {
  const before = readdirSync(join(ROOT, "filters"));
  for (const [args, line] of REFUSED) {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "test/setup/new.ts", ...args], {
      cwd: ROOT,
      encoding: "utf8",
    });
    assert.deepEqual([status, stdout], [2, ""]);
    assert.match(stderr, line);
  }
  assert.deepEqual(readdirSync(join(ROOT, "filters")), before);
  assert.equal(existsSync(join(ROOT, "x")), false);
});
