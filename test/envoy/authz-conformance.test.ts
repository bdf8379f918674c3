/**
 * The verdicts of Istio's own builder and a stock Envoy 1.40.0 (test/conformance/authz.json), through this Envoy: ours must be
 * the same, those that jwt_authn and the codec give included.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { JsonObject } from "../../cli/policy/types.ts";
import { runVectors } from "../conformance/authz-envoy.ts";
import { canCertify } from "../lib/certificates.ts";
import { envoyBinary } from "../lib/envoy.ts";

const FILE = new URL("../conformance/authz.json", import.meta.url);
const SKIP = canCertify() ? false : "openssl is not there";
/** Before 1.39 Envoy's own normalization left the second segment of `/x/.;/../admin` where it was. */
const BEFORE_1_39 = ["IT-27-normalization-odd/7 (GET /x/.;/../admin)"];

test("every case has its verdict", { skip: SKIP }, async () => {
  const outcomes = await runVectors(JSON.parse(readFileSync(FILE, "utf8")) as JsonObject);
  assert.equal(outcomes.length, 174);
  const other = /^1\.3[678]\./.test((await envoyBinary()).version) ? BEFORE_1_39 : [];
  assert.deepEqual(
    outcomes.filter(({ outcome }) => outcome !== "passed").map(({ id }) => id),
    other,
  );
});
