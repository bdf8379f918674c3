/**
 * The router model against what Envoy did when it was recorded: callbacks of each attempt, the answer to the client, hits
 * at the backend. test/envoy/conformance.test.ts asks the real Envoy.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { attemptsOfHost } from "../conformance/attempts-host.ts";
import { readRecorded } from "../conformance/recorded.ts";
import { compareSections, describe } from "../conformance/sections.ts";
import { compileProbe } from "./host-probe.ts";

const host = attemptsOfHost(await compileProbe("attempts"));

for (const section of readRecorded("attempts")) {
  test(section.name, () => {
    const mine = host.filter(({ name }) => name === section.name);
    assert.deepEqual(compareSections([section], mine).differences.map(describe), []);
  });
}

test("every request is recorded", () => {
  assert.deepEqual(
    host.map(({ name }) => name),
    readRecorded("attempts").map(({ name }) => name),
  );
});
