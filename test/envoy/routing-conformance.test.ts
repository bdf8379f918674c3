/** test/conformance/routing.json through the real Envoy, as `conformance --envoy` does it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { JsonObject } from "../../cli/policy/types.ts";
import { runVectors } from "../conformance/header-routing-envoy.ts";

test("every request goes where Gateway API's conformance suite says", async () => {
  const file = new URL("../conformance/routing.json", import.meta.url);
  const outcomes = await runVectors(JSON.parse(readFileSync(file, "utf8")) as JsonObject);
  assert.deepEqual(
    outcomes.filter(({ outcome }) => outcome === "failed").map(({ id, detail }) => `${id}: ${detail ?? ""}`),
    [],
  );
  assert.equal(outcomes.filter(({ outcome }) => outcome === "passed").length, 81);
});
