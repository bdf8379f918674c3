/** capability_restriction_config: the filter works with exactly what its module imports and exports, on every version. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { always } from "../lib/backend.ts";
import { check } from "../lib/bound.ts";
import { load } from "../lib/client.ts";
import { events, modulePath, PolicyFile } from "../lib/policy.ts";
import { lines, promise, RETRIED, rig, seen, share } from "./lifecycle.ts";

/** Host functions that the module calls, then callbacks that it has. `malloc` and `_initialize` need no permission. */
const CAPABILITIES = [
  "proxy_define_metric",
  "proxy_get_buffer_bytes",
  "proxy_get_current_time_nanoseconds",
  "proxy_get_header_map_value",
  "proxy_get_log_level",
  "proxy_get_metric",
  "proxy_get_property",
  "proxy_get_shared_data",
  "proxy_increment_metric",
  "proxy_log",
  "proxy_record_metric",
  "proxy_replace_header_map_value",
  "proxy_send_local_response",
  "proxy_set_effective_context",
  "proxy_set_property",
  "proxy_set_shared_data",
  "proxy_set_tick_period_milliseconds",

  "proxy_on_configure",
  "proxy_on_context_create",
  "proxy_on_delete",
  "proxy_on_request_headers",
  "proxy_on_response_headers",
  "proxy_on_tick",
];

interface Ecds {
  resources: [{ typed_config: { config: { capability_restriction_config?: object } } }];
}

/** The policy's file as the template makes it, but with these capabilities alone. */
function restrict(policy: PolicyFile, capabilities: readonly string[]): void {
  const ecds = parse(readFileSync(policy.path, "utf8")) as Ecds;
  const allowed_capabilities = Object.fromEntries(capabilities.map((name) => [name, {}]));
  ecds.resources[0].typed_config.config.capability_restriction_config = { allowed_capabilities };
  policy.writeRaw(JSON.stringify(ecds));
}

test("the list is what the module imports and exports", () => {
  const module = new WebAssembly.Module(readFileSync(modulePath("retry-budget")));
  const imports = WebAssembly.Module.imports(module).map(({ name }) => name);
  const exports = WebAssembly.Module.exports(module).map(({ name }) => name);
  const callbacks = exports.filter((name) => name.startsWith("proxy_on_"));
  assert.deepEqual(CAPABILITIES, [...imports.sort(), ...callbacks.sort()]);
});

test("with exactly these capabilities everything works", async (t) => {
  const policy = new PolicyFile(share("shop", 20, "2s"));
  restrict(policy, CAPABILITIES);
  const { envoy, backend } = await rig(t, {
    policies: [policy],
    retry: { perTryTimeoutMs: 200 },
    action: { hedge_policy: { hedge_on_per_try_timeout: true } },
  });
  const { sent } = await load({ port: envoy.port(), clients: 8, everyMs: 10, durationMs: 4_000 });
  const verdict = check(await backend.events(), promise(20, 2000));
  assert.ok(verdict.ok && verdict.use > 0.9, JSON.stringify(verdict));
  const found = await events(envoy, "shop");
  assert.equal(found["originals"], sent);
  assert.equal(found["retries_granted"], verdict.retries);
  assert.ok((found["policy_hash"] ?? 0) > 0 && (found["heartbeat"] ?? 0) > 0);
  // A held attempt is answered by a tick once the one that it waited for is gone.
  await backend.program(always({ fault: "reset", delayMs: 400 }));
  const held = await seen({ envoy, backend });
  assert.equal(held.status, 503);
  assert.ok(((await events(envoy, "shop"))["retries_denied.held"] ?? 0) > 0, "held");
  // Refused with our words.
  assert.equal(await policy.update(envoy, { name: "shop", mode: "off" }), "rejected");
  assert.equal(lines(envoy, /retry-budget: configuration refused: \/mode: "off" is not allowed/).length, 1);
});

// From the start: before Envoy 1.40 a VM that is there keeps the capabilities that it was made with.
for (const [without, consequence] of [
  ["proxy_on_request_headers", "the filter does not see a request"],
  ["proxy_set_property", "no attempt is known as a further one"],
] as const) {
  test(`without ${without}: ${consequence}`, async (t) => {
    const policy = new PolicyFile(share("shop", 0, "1h"));
    restrict(
      policy,
      CAPABILITIES.filter((name) => name !== without),
    );
    const r = await rig(t, { policies: [policy] });
    assert.deepEqual(await seen(r), RETRIED);
  });
}
