/**
 * A module that Envoy can't load: missing on disk, cut short, no module at all, of an ABI that Envoy does not speak. Our
 * code never runs, so the words are Envoy's; what is in force stays as with a configuration that is refused.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { renderEcds } from "../../cli/render/plain.ts";
import { waitFor } from "../lib/envoy.ts";
import { modulePath, PolicyFile } from "../lib/policy.ts";
import { accept, DENIED, everything, lines, nothing, RETRIED, rig, seen, taken, type Rig } from "./lifecycle.ts";

const FILE = modulePath("retry-budget");
const CODE = readFileSync(FILE);

/** The module with another ABI's marker. */
function ofAbi(version: string): Uint8Array {
  const marker = Buffer.from("proxy_abi_version_0_2_1");
  const changed = Buffer.from(CODE);
  const at = changed.indexOf(marker);
  assert.ok(at > 0 && changed.indexOf(marker, at + 1) > 0, "the marker is an export and a function name");
  for (let next = at; next >= 0; next = changed.indexOf(marker, next + 1))
    changed.write(`proxy_abi_version_${version}`, next);
  return changed;
}

interface Unusable {
  what: string;
  code: { inline: Uint8Array } | { file: string };
  /** Envoy's words for it. */
  words: RegExp;
}

const FAILED = /update rejected: Unable to create Wasm plugin/;
const CORRUPTED = /Failed to parse corrupted Wasm module/;

const UNUSABLE: readonly Unusable[] = [
  {
    what: "a file that is missing",
    code: { file: "/nonexistent/retry-budget.wasm" },
    words: /update rejected: Invalid path: \/nonexistent\/retry-budget\.wasm/,
  },
  { what: "a folder", code: { file: "/" }, words: FAILED },
  { what: "no bytes", code: { inline: new Uint8Array() }, words: FAILED },
  { what: "text", code: { inline: Buffer.from("retry-budget") }, words: CORRUPTED },
  { what: "a module cut short", code: { inline: CODE.subarray(0, CODE.length / 2) }, words: CORRUPTED },
  { what: "a module without its last byte", code: { inline: CODE.subarray(0, -1) }, words: CORRUPTED },
  { what: "ABI 0.9.9", code: { inline: ofAbi("0_9_9") }, words: /Missing or unknown Proxy-Wasm ABI version/ },
];

function write(policy: PolicyFile, configuration: object, code: Unusable["code"]): void {
  const { filter, policy: name } = policy;
  policy.writeRaw(
    renderEcds({ filter, policy: name, version: "test", configuration: JSON.stringify(configuration), code }),
  );
}

/** Writes and waits until Envoy has refused. Returns what it logged meanwhile. */
async function refused(r: Rig, policy: PolicyFile, { what, code }: Unusable): Promise<string> {
  const before = await taken(r.envoy, policy);
  const logged = r.envoy.log().length;
  write(policy, everything("shop"), code);
  await waitFor(`Envoy to refuse ${what}`, 5_000, async () => {
    const now = await taken(r.envoy, policy);
    assert.equal(now.update_success, before.update_success, what);
    return now.config_fail > before.config_fail ? true : undefined;
  });
  return r.envoy.log().slice(logged);
}

test("as an update it is refused and the policy stays; the next good one comes into force, from a file too", async (t) => {
  const policy = new PolicyFile(nothing("shop"));
  const r = await rig(t, { policies: [policy] });
  for (const unusable of UNUSABLE) {
    const log = await refused(r, policy, unusable);
    assert.match(log, unusable.words, unusable.what);
    assert.deepEqual(await seen(r), DENIED, unusable.what);
  }
  const before = await r.envoy.extension(policy.resource);
  write(policy, everything("shop"), { file: FILE });
  assert.equal(await policy.judged(r.envoy, before), "accepted");
  assert.deepEqual(await seen(r), RETRIED);
  await accept(r, policy, nothing("shop"));
  assert.deepEqual(await seen(r), DENIED);
});

test("at the start there is no budget; the next good one comes into force", async (t) => {
  const policies = UNUSABLE.map(({ code }, n) => {
    const policy = new PolicyFile(nothing(`p${n}`));
    write(policy, nothing(`p${n}`), code);
    return policy;
  });
  const r = await rig(t, { policies, extensions: [] });
  for (const policy of policies) assert.equal(await policy.judged(r.envoy, { accepted: 0, rejected: 0 }), "rejected");
  assert.deepEqual(await seen(r), RETRIED);
  for (const { words } of UNUSABLE) assert.ok(lines(r.envoy, words).length > 0, String(words));
  for (const policy of policies.slice(1)) await accept(r, policy, everything(policy.policy));
  assert.deepEqual(await seen(r), RETRIED);
  const [first] = policies;
  if (first) await accept(r, first, nothing(first.policy));
  assert.deepEqual(await seen(r), DENIED);
});
