/** What `render --target istio` puts into proxies is what Envoy's own validation accepts. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { renderBootstrap } from "../../cli/render/plain.ts";
import { renderEnvoyFilter } from "../../cli/render/istio.ts";
import { envoyBinary } from "../lib/envoy.ts";
import { Desk, retryBudget } from "../module/cli.ts";
import { capture } from "../setup/common.ts";

type Message = Record<string, unknown>;
interface Bootstrap extends Message {
  static_resources: {
    listeners: { filter_chains: { filters: { typed_config: { http_filters: Message[] } }[] }[] }[];
    clusters: Message[];
  };
}
interface EnvoyFilter {
  spec: { configPatches: { patch: { value: Message } }[] };
}

/** The plain bootstrap with another router filter, and with a control plane where the policy would come from. */
function bootstrapWith(router: Message): Bootstrap {
  const tree = parse(
    renderBootstrap({
      ...{ half: "upstream", standIn: "envoy.filters.http.header_mutation" },
      ...{ filter: "retry-budget", policy: "shop", nodeId: "n", nodeCluster: "c", adminPort: 0, listenPort: 0 },
      ...{ listenAddress: "127.0.0.1", backendAddress: "127.0.0.1", backendPort: 1, ecdsFile: "none", edge: false },
    }),
  ) as Bootstrap;
  const filters = tree.static_resources.listeners[0]?.filter_chains[0]?.filters[0]?.typed_config.http_filters;
  filters?.splice(filters.length - 1, 1, router);
  tree["dynamic_resources"] = {
    ads_config: {
      api_type: "GRPC",
      transport_api_version: "V3",
      grpc_services: [{ envoy_grpc: { cluster_name: "backend" } }],
    },
  };
  for (const cluster of tree.static_resources.clusters) {
    cluster["typed_extension_protocol_options"] = {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        explicit_http_config: { http2_protocol_options: {} },
      },
    };
  }
  return tree;
}

test("the typed configurations in an EnvoyFilter pass envoy --mode validate", async () => {
  const desk = new Desk({ "p.yaml": retryBudget("  selector: { matchLabels: { app: cart } }") });
  const { out, code } = await desk.run("render", "--target", "istio", "p.yaml");
  assert.equal(code, 0);
  const [policy, ...routers] = (parse(out) as EnvoyFilter).spec.configPatches.map(({ patch }) => patch.value);
  assert.equal(routers.length, 2);
  const [router] = routers as [Message, Message];
  const { path } = await envoyBinary();
  const validate = async (name: string, tree: Bootstrap): Promise<{ failed: boolean; output: string }> => {
    const file = join(desk.dir, name);
    writeFileSync(file, JSON.stringify(tree));
    return capture(path, ["--mode", "validate", "-c", file, "--log-level", "error"], 60_000);
  };
  const named = await validate("named.json", bootstrapWith(router));
  assert.equal(named.failed, false, named.output);
  // The extension configuration itself, in the place that names it.
  const direct = structuredClone(router) as { typed_config: { upstream_http_filters: Message[] } };
  direct.typed_config.upstream_http_filters.splice(0, 1, policy as Message);
  const whole = await validate("direct.json", bootstrapWith(direct as unknown as Message));
  assert.equal(whole.failed, false, whole.output);
  const wrong = structuredClone(direct);
  wrong.typed_config.upstream_http_filters.reverse();
  assert.equal(
    (await validate("wrong.json", bootstrapWith(wrong as unknown as Message))).failed,
    true,
    "the check checks",
  );
  desk.remove();
});

test("so do those of a filter before the router, with what stands in", async () => {
  const desk = new Desk();
  const { path } = await envoyBinary();
  for (const standIn of ["envoy.filters.http.header_mutation", "envoy.filters.http.rbac"]) {
    const text = renderEnvoyFilter({
      ...{ filter: "my-filter", half: "downstream", order: 20, standIn, policy: "shop", configuration: "{}" },
      ...{ hash: "0", namespace: "", labels: { app: "cart" }, contexts: ["GATEWAY"], code: { file: "/none" } },
    });
    const filter = (parse(text) as EnvoyFilter).spec.configPatches[1]?.patch.value as Message;
    const router = {
      name: "envoy.filters.http.router",
      typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
    };
    const validate = async (chain: Message[]): Promise<{ failed: boolean; output: string }> => {
      const tree = bootstrapWith(router);
      tree.static_resources.listeners[0]?.filter_chains[0]?.filters[0]?.typed_config.http_filters.unshift(...chain);
      writeFileSync(join(desk.dir, "front.json"), JSON.stringify(tree));
      return capture(path, ["--mode", "validate", "-c", join(desk.dir, "front.json"), "--log-level", "error"], 60_000);
    };
    const good = await validate([filter]);
    assert.equal(good.failed, false, good.output);
    const wrong = structuredClone(filter) as { config_discovery: { type_urls: string[] } };
    wrong.config_discovery.type_urls.pop();
    assert.equal((await validate([wrong as unknown as Message])).failed, true, "the check checks");
  }
  desk.remove();
});
