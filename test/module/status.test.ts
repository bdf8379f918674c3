/** What `status` reads from a config dump. What it makes of a whole Envoy is in test/envoy/cli-status.test.ts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Filter } from "../../cli/cases/filter.ts";
import { Modules } from "../../cli/policy/module.ts";
import { readDump } from "../../cli/status/dump.ts";
import { judge } from "../../cli/status/judge.ts";

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

test("an Envoy that starts V8 with the first module is told of, unless its bootstrap does it before", () => {
  const bootstrap = (...types: string[]): object => ({
    "@type": "type.googleapis.com/envoy.admin.v3.BootstrapConfigDump",
    bootstrap: { bootstrap_extensions: types.map((type) => ({ typed_config: { "@type": type } })) },
  });
  const told = (version: string, dump: object): number => {
    const state = { version, node: "n", nowMs: 0, stats: new Map(), texts: new Map(), dump: [dump] };
    const { notes } = judge("http://localhost:9901", state, [], { filters: [], modules: new Modules() });
    return notes.filter(({ message }) => message.includes("envoy/istio/start-v8.yaml")).length;
  };
  const service = "type.googleapis.com/envoy.extensions.wasm.v3.WasmService";
  assert.equal(told("1.36.4", bootstrap()), 1);
  assert.equal(told("1.37.9", bootstrap("type.googleapis.com/envoy.extensions.other")), 1);
  assert.equal(told("1.37.0", bootstrap(service)), 0);
  assert.equal(told("1.38.0", bootstrap()), 0);
  assert.equal(told("1.40.0", {}), 0);
});

test("a filter is looked for in the chains that it belongs into", () => {
  const router = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router";
  const listener = (direction: string, ...filters: string[]): object => {
    const http_filters = [...filters.map((name) => ({ name })), { name: "router", typed_config: { "@type": router } }];
    const filter_chains = [{ filters: [{ typed_config: { http_filters } }] }];
    return {
      name: direction,
      active_state: { listener: { name: direction, traffic_direction: direction, filter_chains } },
    };
  };
  const missing = (traffic: Filter["traffic"], ...dynamic_listeners: object[]): string[] => {
    const filter: Filter = {
      ...{
        name: "authz",
        kind: "Authorization",
        half: "downstream",
        traffic,
        order: 1,
        named: true,
        facts: false,
        steers: false,
      },
      standIn: "envoy.filters.http.rbac",
    };
    const section = { "@type": "type.googleapis.com/envoy.admin.v3.ListenersConfigDump", dynamic_listeners };
    const state = { version: "1.40.0", node: "n", nowMs: 0, stats: new Map(), texts: new Map(), dump: [section] };
    const { findings } = judge("http://localhost:9901", state, [], { filters: [filter], modules: new Modules() });
    return findings.map(({ message }) => message).filter((message) => message.includes("chain"));
  };
  const ours = "pointduty.authz.shop";
  const sidecar = [listener("INBOUND", ours), listener("OUTBOUND")];
  assert.deepEqual(missing("inbound", ...sidecar), []);
  assert.deepEqual(missing("outbound", ...sidecar), ["is not in any chain of this Envoy"]);
  assert.deepEqual(missing("inbound", listener("INBOUND"), listener("OUTBOUND", ours)), [
    "is not in any chain of this Envoy",
  ]);
  assert.deepEqual(missing("outbound", listener("INBOUND"), listener("OUTBOUND", ours)), []);
  assert.deepEqual(missing("inbound", listener("OUTBOUND", ours)), [], "a gateway");
  assert.deepEqual(missing("inbound", listener("INBOUND", ours), listener("INBOUND")), [
    "is missing from a chain of listener INBOUND",
  ]);
});
