/**
 * Gateway API's own conformance cases, and sticky splits measured on Envoy 1.40.0: test/conformance/routing.json, where each
 * says which test of Gateway API's it comes from.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runVectors } from "../../cli/conformance/header-routing.ts";
import { NATIVE } from "../../cli/conformance/routing-vectors.ts";
import type { JsonObject } from "../../cli/policy/types.ts";

const FILE = new URL("../conformance/routing.json", import.meta.url);

test("every request goes where it must, and what is skipped is the native router's", async () => {
  const outcomes = await runVectors(JSON.parse(readFileSync(FILE, "utf8")) as JsonObject);
  const of = (which: string): string[] =>
    outcomes.filter(({ outcome }) => outcome === which).map(({ id, detail }) => `${id}: ${detail ?? ""}`);
  assert.deepEqual(of("failed"), []);
  assert.equal(of("passed").length, 81);
  for (const { outcome, detail = "" } of outcomes) {
    if (outcome === "skipped") assert.ok(NATIVE.some((category) => detail.startsWith(`${category}: the native`)));
  }
});

const ROUTE = {
  rules: [{ matches: [{ path: { value: "/a" } }], backendRefs: [{ name: "v1" }] }, { backendRefs: [{ name: "v2" }] }],
};

test("what goes elsewhere, says the wrong thing or is refused fails, it does not pass", async () => {
  const vector = (id: string, expect: object, ruleset = "one"): object => ({
    id,
    category: "match",
    ruleset,
    request: { method: "GET", host: "h", path: "/a", headers: {} },
    expect: { status: [200], ...expect },
  });
  const bad = {
    rules: [{ matches: [{ path: { type: "RegularExpression", value: "/" } }], backendRefs: [{ name: "v1" }] }],
  };
  const outcomes = await runVectors({
    rulesets: { one: { routes: [ROUTE] }, bad: { routes: [bad] } },
    vectors: [
      vector("right", { backend: "v1" }),
      vector("backend", { backend: "v2" }),
      vector("status", { backend: "v1", status: [404] }),
      vector("upstream", { upstream: { headers: { a: "b" } } }),
      vector("absent", { upstream: { absentHeaders: ["x-pd-arm"] } }),
      vector("response", { response: { headers: { a: "b" } } }),
      vector("refused", { backend: "v1" }, "bad"),
    ],
  } as unknown as JsonObject);
  assert.deepEqual(
    outcomes.map(({ id, outcome, detail = "" }) => `${id} ${outcome} ${detail.replace(/^.*: /, "")}`),
    [
      "right passed ",
      "backend failed expected v2, got v1",
      "status failed expected status 404, got 200",
      "upstream failed b, got none",
      "absent failed expected no upstream header x-pd-arm",
      "response failed b, got none",
      "refused failed the other types",
    ],
  );
});
