/**
 * A configuration that is refused: at the start nothing is in force and the traffic is as without the policy; later what
 * was in force stays. Either way Envoy counts it and its log has one line of ours that says where and what is allowed.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { waitFor } from "../lib/envoy.ts";
import { bytesValue, PolicyFile, structValue, type Configuration } from "../lib/policy.ts";
import { BAD_POLICIES } from "../module/config/bad-policies.ts";
import { accept, DENIED, everything, lines, nothing, RETRIED, rig, seen, taken } from "./lifecycle.ts";

interface Bad {
  kind: string;
  configuration: Configuration;
  message: string;
}

/** An entry of the table of bad policies, sent as text, or as bytes where it is no text. */
function known(kind: string): Bad {
  const entry = BAD_POLICIES.find(([name]) => name === kind);
  assert.ok(entry, `bad-policies.ts has no ${kind}`);
  const [, input, message] = entry;
  return { kind, configuration: typeof input === "string" ? input : bytesValue(input), message };
}

const SIZE = 65 * 1024;

const BAD: readonly Bad[] = [
  ...[
    "an unknown field",
    "percent as a string",
    "percent above its maximum",
    "interval 0",
    "0 bytes",
    "lists, 10,000 deep",
    "a raw NUL in a string",
    "invalid UTF-8: overlong",
    "Struct: truncated by one byte",
    "a Kubernetes resource",
    "name twice",
  ].map(known),
  {
    kind: "65 KiB",
    configuration: " ".repeat(SIZE),
    message: `the configuration has ${SIZE} bytes; allowed: at most 65536`,
  },
  {
    kind: "a Struct",
    configuration: structValue({ name: "shop", mode: "off" }),
    message: '/mode: "off" is not allowed; one of: enforce, shadow',
  },
];

const REFUSED = "retry-budget: configuration refused: ";

/** What our lines of the log say, each from its beginning. The filter has nothing else to say in these tests. */
function ours(log: string[]): string[] {
  return log.map((line) => line.slice(Math.max(0, line.indexOf(REFUSED))));
}

test("refused at the start: no budget, Envoy counts it, one line says why; a good one comes into force", async (t) => {
  const policies = BAD.map(({ configuration }, n) => new PolicyFile(configuration, { policy: `p${n}` }));
  const r = await rig(t, { policies, extensions: [] });
  for (const policy of policies) assert.equal(await policy.judged(r.envoy, { accepted: 0, rejected: 0 }), "rejected");
  assert.deepEqual(await seen(r), RETRIED);
  assert.deepEqual(
    ours(lines(r.envoy, /wasm log/)),
    BAD.map(({ message }) => REFUSED + message),
  );
  for (const [n, policy] of policies.entries()) {
    const counts = { update_success: 0, update_rejected: 1, config_fail: 1 };
    assert.deepEqual(await taken(r.envoy, policy), counts, BAD[n]?.kind);
  }
  for (const policy of policies) {
    await accept(r, policy, nothing(policy.policy));
    assert.deepEqual(await seen(r), DENIED);
    await accept(r, policy, structValue(everything(policy.policy)));
  }
  assert.deepEqual(await seen(r), RETRIED);
});

test("refused as an update: what was in force stays in force, and a good one replaces it", async (t) => {
  const policy = new PolicyFile(structValue(nothing("shop")), { policy: "shop" });
  const r = await rig(t, { policies: [policy] });
  for (const [n, { kind, configuration, message }] of BAD.entries()) {
    assert.equal(await policy.update(r.envoy, configuration), "rejected", kind);
    assert.deepEqual(await seen(r), DENIED, kind);
    assert.deepEqual(ours(lines(r.envoy, /wasm log/).slice(n)), [REFUSED + message], kind);
    assert.deepEqual(await taken(r.envoy, policy), { update_success: 1, update_rejected: n + 1, config_fail: n + 1 });
  }
  await accept(r, policy, everything("shop"));
  assert.deepEqual(await seen(r), RETRIED);
});

test("a file that holds no extension configuration changes nothing, and Envoy says what is wrong with it", async (t) => {
  const policy = new PolicyFile(nothing("shop"));
  const r = await rig(t, { policies: [policy] });
  const files: [text: string, words: RegExp][] = [
    ["", /Filesystem config update failure/],
    ["resources: [", /Filesystem config update failure: .*line 1/],
    ["{}", /Filesystem config update rejected: Unexpected number of resources/],
    [
      JSON.stringify({ resources: [{ "@type": "type.googleapis.com/google.protobuf.Empty" }] }),
      /Filesystem config update/,
    ],
  ];
  for (const [text, words] of files) {
    const before = lines(r.envoy, words).length;
    policy.writeRaw(text);
    await waitFor(`Envoy's words about ${text}`, 5_000, async () => lines(r.envoy, words).length > before || undefined);
    assert.deepEqual(await seen(r), DENIED, text);
  }
  assert.equal((await taken(r.envoy, policy)).update_success, 1);
  await accept(r, policy, everything("shop"));
  assert.deepEqual(await seen(r), RETRIED);
});
