/**
 * Policies of every version of the configuration that was ever released, and what they mean: a change that alters one of
 * them breaks its users without a word, so nothing in test/fixtures is ever changed, only added.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { observeOnModule } from "../../cli/cases/module.ts";
import { readCases } from "../../cli/cases/read.ts";
import { knownFilters, withDefaults } from "../../cli/policy/filters.ts";
import { readPolicies } from "../../cli/policy/read.ts";
import { hashText, problemLine, type Json } from "../../cli/policy/types.ts";
import { ROOT } from "../setup/common.ts";

/** What a policy means. */
interface Meaning {
  /** Hash that the module publishes for it. */
  hash: string;
  /** The configuration that the filter gets, with its defaults. */
  configuration: Json;
  /** What becomes of the requests of `<filter>.yaml`: answers by status, attempts that reach the backend, counters. */
  statuses: Record<string, number>;
  attempts: number;
  counters: Record<string, number | undefined>;
}

const FIXTURES = join(ROOT, "test/fixtures");
/** Counters that are the policy's meaning, and not a matter of how the filter comes to it. */
const COUNTERS: Readonly<Record<string, readonly string[]>> = { "retry-budget": ["originals", "retries_granted"] };

const known = await knownFilters();

function folders(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

/** What the policy file means today. */
async function meaningOf(file: string, filter: string): Promise<Meaning> {
  const { policies, problems } = await readPolicies([file]);
  assert.deepEqual(problems.map(problemLine), []);
  const [policy] = policies;
  assert.equal(policies.length, 1);
  const schema = known.find((one) => one.filter.name === filter)?.schema;
  const requests = readFileSync(join(file, "../..", `${filter}.yaml`), "utf8");
  const { cases } = await readCases(requests.replace("POLICY", JSON.stringify(basename(file))), filter, dirname(file));
  const [one] = cases;
  const seen = one ? observeOnModule(one, 1) : [];
  const statuses: Record<string, number> = {};
  for (const { status } of seen.flatMap(({ answers }) => answers)) statuses[status] = (statuses[status] ?? 0) + 1;
  const last = seen.at(-1);
  return {
    hash: hashText(policy?.hash ?? 0n),
    configuration: withDefaults(schema, policy?.conversion.configuration ?? null),
    statuses,
    attempts: last?.arrived ?? 0,
    counters: Object.fromEntries((COUNTERS[filter] ?? []).map((name) => [name, last?.counters.total.get(name)])),
  };
}

for (const version of folders(FIXTURES)) {
  for (const filter of folders(join(FIXTURES, version))) {
    const folder = join(FIXTURES, version, filter);
    const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Record<string, Meaning>;
    const names = readdirSync(folder).flatMap((name) => (name.endsWith(".yaml") ? [name.slice(0, -5)] : []));

    test(`${version} ${filter}: every fixture has its meaning pinned`, () => {
      assert.deepEqual(names.sort(), Object.keys(expected).sort());
    });

    for (const name of names) {
      test(`${version} ${filter}: ${name} means what it meant`, async () => {
        assert.deepEqual(await meaningOf(join(folder, `${name}.yaml`), filter), expected[name]);
      });
    }
  }
}
