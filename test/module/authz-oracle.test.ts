/**
 * Random policies and requests: the module decides as the oracle, which shares nothing with it. The seed is printed;
 * POINTDUTY_AUTHZ_SEED and POINTDUTY_AUTHZ_POLICIES ask for another run.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DownstreamRequest, FACTS_KEY, factsDocument, OfflineProxy, text } from "../../cli/host/index.ts";
import { judge } from "../lib/authz-oracle.ts";
import { Dice, drawConfiguration, drawRequest } from "../lib/authz-random.ts";

const SEED = Number(process.env["POINTDUTY_AUTHZ_SEED"] ?? 20261126);
const POLICIES = Number(process.env["POINTDUTY_AUTHZ_POLICIES"] ?? 600);
const REQUESTS = 10;
const CODE = readFileSync(new URL("../../build/authz.wasm", import.meta.url));

test("the module and the oracle give the same verdict, by the same rule", () => {
  const dice = new Dice(SEED);
  const seen = { allowed: 0, denied: 0 };
  for (let round = 0; round < POLICIES; round++) {
    const configuration = drawConfiguration(dice);
    const proxy = new OfflineProxy();
    const plugin = proxy.load({
      code: CODE,
      vmId: "pointduty.authz",
      rootId: "authz",
      name: "x",
      configuration: JSON.stringify({
        ...configuration,
        name: "x",
        token: "claimsOnly",
        workload: { ...configuration.workload, namespace: "n1" },
      }),
    });
    assert.ok(plugin.accepted, proxy.logs[0]?.message);
    for (let count = 0; count < REQUESTS; count++) {
      const drawn = drawRequest(dice);
      const request = new DownstreamRequest({
        properties: { connection: { uri_san_peer_certificate: drawn.facts.certificate?.uris?.[0] } },
      });
      request.setNativeFilterState(FACTS_KEY, factsDocument(drawn.facts));
      const stream = proxy.worker(0).stream(plugin, { request });
      stream.requestHeaders([
        [":method", drawn.method],
        [":authority", drawn.authority],
        [":path", drawn.path],
        ...drawn.headers.map(([name, value]): [string, string] => [name, value]),
      ]);
      stream.end();
      const expected = judge(configuration, drawn);
      const rule = text(request.filterState("pointduty.authz.x.rule") ?? new Uint8Array()).replace(/, nearest .*/, "");
      const got = { allowed: stream.localReply === undefined, rule };
      assert.deepEqual(
        got,
        expected,
        `seed ${SEED}, round ${round}\n${JSON.stringify(configuration)}\n${JSON.stringify(drawn)}`,
      );
      seen[expected.allowed ? "allowed" : "denied"]++;
    }
  }
  console.error(`  seed ${SEED}: ${seen.allowed} allowed, ${seen.denied} denied`);
  // A generator that only ever meets one verdict tests nothing.
  assert.ok(Math.min(seen.allowed, seen.denied) * 8 > POLICIES * REQUESTS, JSON.stringify(seen));
});
