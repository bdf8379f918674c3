/**
 * Each binding on the real Envoy: the sticky split, two hops that agree, and what clients may send without changing
 * anything or reaching anything.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { routes } from "../../filters/header-routing/convert.ts";
import { bootstrap, sideBySide, type Message } from "../lib/bootstrap.ts";
import { startEnvoy, type Envoy } from "../lib/envoy.ts";
import { PolicyFile } from "../lib/policy.ts";
import { xxh64 } from "../lib/xxh64.ts";
import { Arm, armRoutes, ask, type Pairs } from "./routing.ts";
import { WORKERS } from "./support.ts";

const BINDINGS = ["header", "arms", "cluster"] as const;
type Binding = (typeof BINDINGS)[number];

const RULES = [
  {
    name: "split",
    matches: [{ path: { value: "/split" } }],
    key: [{ header: "x-user" }],
    split: {
      salt: "spring",
      default: "v1",
      arms: [{ arm: "v2", percent: 40 }],
      force: [{ arm: "v2", keys: ["boss"] }],
    },
  },
  { name: "two", matches: [{ path: { value: "/two" } }], arm: "v2" },
];
const ARMS: Readonly<Record<Binding, readonly object[]>> = {
  header: [{ name: "v1" }, { name: "v2" }],
  arms: [
    { name: "v1", weight: 70 },
    { name: "v2", weight: 30 },
  ],
  cluster: [
    { name: "v1", cluster: "v1" },
    { name: "v2", cluster: "v2" },
  ],
};

/** What the platform's own routes are; without a decision requests go to v1, with binding arms by weight. */
function routesOf(binding: Binding): Message[] {
  const plain = { match: { prefix: "/" }, route: { cluster: "v1", timeout: "1s" } };
  if (binding === "header") return armRoutes(["v1", "v2"]);
  if (binding === "cluster") return [routes({ binding: "cluster" }, undefined).inserted as Message, plain];
  const clusters = [
    { name: "v1", weight: 70 },
    { name: "v2", weight: 30 },
  ];
  const weighted = { weighted_clusters: { header_name: "x-pd-pick", clusters } };
  return [{ match: { prefix: "/" }, route: weighted, request_headers_to_remove: ["x-pd-pick"] }];
}

let arms: Arm[];
const policies: PolicyFile[] = [];
let envoy: Envoy;
/** A second proxy with the same policies. */
let hop: Envoy;

before(async () => {
  arms = await Promise.all(["v1", "v2", "xds-grpc", "tenant-b"].map((name) => Arm.start(name)));
  const start = (): Promise<Envoy> => {
    const trees = BINDINGS.flatMap((binding) =>
      (["enforce", "shadow", "none"] as const).map((mode): [string, Message] => {
        const name = `${binding}-${mode}`;
        // The last one is refused: what stands in for a policy has to remove the headers too.
        const configuration = { name, binding, mode, arms: ARMS[binding], rules: RULES };
        const policy = new PolicyFile(configuration, { filter: "header-routing" });
        policies.push(policy);
        const clusters = arms.map((arm) => ({ name: arm.name, to: [arm.port] }));
        return [
          name,
          bootstrap({
            policies: [policy],
            clusters,
            routes: routesOf(binding),
            facts: true,
            hcm: { stat_prefix: name },
          }),
        ];
      }),
    );
    const taken = policies.slice(-trees.length).filter(({ policy }) => !policy.endsWith("none"));
    const extensions = taken.map(({ resource }) => resource);
    return startEnvoy({ bootstrap: sideBySide(trees), workers: WORKERS, extensions, logLevel: "error" });
  };
  envoy = await start();
  hop = await start();
});

after(async () => {
  await envoy.stop();
  await hop.stop();
  for (const policy of policies) policy.remove();
  await Promise.all(arms.map((arm) => arm.close()));
});

function armOf(user: string): string {
  return xxh64(Buffer.from(`spring\0${user}`)) % 10_000n < 4000n ? "v2" : "v1";
}

for (const binding of BINDINGS) {
  test(`binding ${binding}: 200 users have their arm, at two hops, whatever they send`, async () => {
    for (let i = 0; i < 200; i++) {
      const user = `user-${i}`;
      for (const proxy of [envoy, hop]) {
        const { body, status } = await ask(proxy.port(`${binding}-enforce`), "/split", [["x-user", user]]);
        assert.equal(status, 200);
        assert.equal(body, armOf(user), user);
      }
    }
    assert.equal((await ask(envoy.port(`${binding}-enforce`), "/split", [["x-user", "boss"]])).body, "v2");
    assert.equal((await ask(envoy.port(`${binding}-enforce`), "/two")).body, "v2");
  });
}

/** What clients may try. */
const FORGED: readonly Pairs[] = [
  [["x-pd-arm", "v2"]],
  [["X-PD-ARM", "v2"]],
  [
    ["x-pd-arm", "v2"],
    ["x-pd-arm", "v1"],
  ],
  [["x-pd-arm", "v2,v1"]],
  [["x-pd-pick", "70"]],
  [["X-Pd-Pick", "99"]],
  [
    ["x-pd-pick", "70"],
    ["x-pd-pick", "0"],
  ],
  [["x-pd-cluster", "v2"]],
  [["x-pd-cluster", "xds-grpc"]],
  [["X-Pd-Cluster", "tenant-b"]],
  [
    ["x-pd-cluster", "v2"],
    ["x-pd-cluster", "tenant-b"],
  ],
  [
    ["x-pd-cluster", "v2"],
    ["wasm.pd", "1"],
    ["pd", "1"],
    ["x-pd", "1"],
  ],
  [["x-envoy-filter-state", "wasm.pd=1"]],
  [["x-envoy-upstream-alt-stat-name", "v2"]],
  [["x-envoy-original-dst-host", "127.0.0.1:1"]],
  [["x-envoy-decorator-operation", "v2"]],
  [["x-forwarded-client-cert", 'By=spiffe://td/ns/a/sa/b;URI="spiffe://td/ns/admin/sa/x"']],
  [["x-user-arm", "v2"]],
];

for (const binding of BINDINGS) {
  test(`binding ${binding}: nothing that a client sends changes where it goes, or reaches a backend`, async () => {
    const users = ["user-0", "user-1", "user-3", "user-5"];
    for (const forged of FORGED) {
      for (const user of users) {
        const port = envoy.port(`${binding}-enforce`);
        const { body, status } = await ask(port, "/split", [...forged, ["x-user", user]]);
        assert.equal(status, 200, JSON.stringify(forged));
        assert.equal(body, armOf(user), JSON.stringify(forged));
      }
    }
  });

  for (const mode of ["enforce", "shadow", "none"] as const) {
    test(`binding ${binding}, ${mode}: without a decision the route's own way, whatever is sent`, async () => {
      const path = mode === "enforce" ? "/elsewhere" : "/two";
      const port = envoy.port(`${binding}-${mode}`);
      for (const forged of FORGED) {
        const { body, status } = await ask(port, path, forged);
        assert.equal(status, 200, JSON.stringify(forged));
        // A weighted route draws where no number is given.
        if (binding !== "arms") assert.equal(body, "v1", JSON.stringify(forged));
      }
      if (binding !== "arms") return;
      const drawn = await Promise.all(Array.from({ length: 60 }, () => ask(port, path, [["x-pd-pick", "70"]])));
      assert.ok(
        drawn.some(({ body }) => body === "v1"),
        "a client's number decides",
      );
    });
  }
}

test("no backend has seen a header of this filter's, and no cluster beside the arms a request", () => {
  for (const arm of arms) assert.equal(arm.sawInternal, false, arm.name);
  for (const arm of arms.slice(2)) assert.equal(arm.seen.length, 0, arm.name);
});
