/**
 * compat against Envoy's own RBAC filter with rules that were translated in TypeScript; `npm run test:mesh -- authz` does it
 * with Istio's own generator. The seed is printed; POINTDUTY_AUTHZ_SEED and POINTDUTY_AUTHZ_POLICIES ask for another run.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compareWithNative, comparisonLine, POLICIES, SEED } from "../lib/authz-differential.ts";
import { canCertify } from "../lib/certificates.ts";
import { envoyBinary } from "../lib/envoy.ts";
import { nativeRules } from "../lib/native-rbac.ts";

const SKIP = canCertify() ? false : "openssl is not there";

test("native RBAC and the module give the same verdict", { skip: SKIP }, async (t) => {
  // Older ones join repeated headers, and keep dot segments with parameters: compat means 1.40.
  const { version } = await envoyBinary();
  if (!version.startsWith("1.40.")) return t.skip(`compat is what Envoy 1.40 does, this is ${version}`);
  const compared = await compareWithNative({
    seed: SEED,
    policies: POLICIES,
    translate: async (configurations) => configurations.map(nativeRules),
  });
  console.error(`  ${comparisonLine(SEED, compared)}`);
  assert.deepEqual(compared.differences, []);
  const { statuses, pairs } = compared;
  assert.deepEqual(
    [...statuses.keys()].filter((status) => ![200, 400, 403].includes(status)),
    [],
  );
  const least = Math.min(statuses.get(200) ?? 0, statuses.get(403) ?? 0);
  assert.ok(least * 8 > pairs, comparisonLine(SEED, compared));
});
