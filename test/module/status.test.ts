/** What `status` reads from a config dump. What it makes of a whole Envoy is in test/envoy/cli-status.test.ts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readDump } from "../../cli/status/dump.ts";

test("a refused listener is named once, though Envoy lists it twice, once without its name", () => {
  const error = { failed_configuration: { name: "0.0.0.0_80" }, details: "Unable to create\n Wasm plugin shop" };
  const active = { listener: { name: "0.0.0.0_80" } };
  const { refused } = readDump([
    {
      "@type": "type.googleapis.com/envoy.admin.v3.ListenersConfigDump",
      dynamic_listeners: [
        { name: "0.0.0.0_80", active_state: active, error_state: error },
        { error_state: error },
        { name: "0.0.0.0_90", error_state: { ...error, failed_configuration: { name: "0.0.0.0_90" } } },
      ],
    },
  ]);
  const details = "Unable to create Wasm plugin shop";
  assert.deepEqual(refused, [
    { what: "listener 0.0.0.0_80", details },
    { what: "listener 0.0.0.0_90", details },
  ]);
});
