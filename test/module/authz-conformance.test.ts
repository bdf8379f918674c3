/**
 * Istio policies and requests with the verdicts of Istio's own builder and a stock Envoy 1.40.0: test/conformance/authz.json,
 * where each says which test of Istio's or which advisory it comes from.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runVectors } from "../../cli/conformance/authz.ts";
import type { JsonObject } from "../../cli/policy/types.ts";

const FILE = new URL("../conformance/authz.json", import.meta.url);
/** Cases that never reach the filter, or need what is not there yet. */
const SKIPPED = /^(400: answered by the codec|401: answered by jwt_authn|403: answered by jwt_authn)/;

test("every verdict is Envoy's, or what strict is to make of it", async () => {
  const outcomes = await runVectors(JSON.parse(readFileSync(FILE, "utf8")) as JsonObject);
  const of = (which: string): string[] =>
    outcomes.filter(({ outcome }) => outcome === which).map(({ id, detail }) => `${id}: ${detail ?? ""}`);
  assert.deepEqual(of("failed"), []);
  assert.equal(of("passed").length, 154);
  for (const { outcome, detail = "" } of outcomes) if (outcome === "skipped") assert.match(detail, SKIPPED);
});

test("a file whose policies the filter refuses fails, it does not pass", async () => {
  const vector = {
    id: "x",
    workload: { namespace: "foo" },
    policies: [{ metadata: { name: "p", namespace: "foo" }, spec: { action: "CUSTOM" } }],
    cases: [{ name: "n", request: { method: "GET", path: "/" }, expect: { status: 403 } }],
  };
  const [outcome] = await runVectors({ vectors: [vector], hardening: [] });
  assert.equal(outcome?.outcome, "failed");
  assert.match(outcome?.detail ?? "", /CUSTOM asks/);
});
