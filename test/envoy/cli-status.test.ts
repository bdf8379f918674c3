/** `status` on a real Envoy that was started from what `render` wrote: right, changed, refused, default, bypassed. */
import assert from "node:assert/strict";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parse } from "yaml";
import { always, startBackend, type Backend } from "../lib/backend.ts";
import { load } from "../lib/client.ts";
import { startEnvoy, waitFor, type Envoy } from "../lib/envoy.ts";
import { Desk, retryBudget } from "../module/cli.ts";

const RESOURCE = "pointduty.retry-budget.shop";
const FILE = `${RESOURCE}.yaml`;

const policy = (percent: number): string => retryBudget(`  budget: { percent: ${percent}, interval: 10s }`);

let backend: Backend;
before(async () => {
  backend = await startBackend({ program: always({ status: 503 }) });
});
after(() => backend.close());

/** What `render --out mesh` wrote, with ports of the system's choice. */
function bootstrapOf(desk: Desk): string {
  return readFileSync(join(desk.dir, "mesh/bootstrap.yaml"), "utf8")
    .replaceAll(/port_value: (9901|10000)\n/g, "port_value: 0\n")
    .replace("port_value: 8080", `port_value: ${backend.port}`);
}

async function render(desk: Desk, out: string, file: string): Promise<void> {
  const { code, err } = await desk.run("render", "--target", "envoy", "--out", out, file);
  assert.equal(code, 0, err);
}

interface Status {
  ok: boolean;
  envoys: [{ policies: Record<string, unknown>[]; findings: { message: string }[]; notes: { message: string }[] }];
}

async function status(desk: Desk, envoy: Envoy, ...more: string[]): Promise<Status & { code: number }> {
  const { code, out } = await desk.run("status", "--admin", `http://127.0.0.1:${envoy.adminPort}`, "--json", ...more);
  return { code, ...(JSON.parse(out) as Status) };
}

/** Waits until Envoy has judged one more configuration than before. */
async function judged(envoy: Envoy, change: () => void): Promise<void> {
  const was = await envoy.extension(RESOURCE);
  change();
  await waitFor("Envoy to judge the policy", 10_000, async () => {
    const now = await envoy.extension(RESOURCE);
    return now.accepted + now.rejected > was.accepted + was.rejected ? true : undefined;
  });
}

test("rendered, run, held, changed by mv, refused, repaired", async () => {
  const desk = new Desk({ "p.yaml": policy(20), "p50.yaml": policy(50) });
  await render(desk, "mesh", "p.yaml");
  const envoy = await startEnvoy({ bootstrap: bootstrapOf(desk), extensions: [RESOURCE] });
  try {
    // The heartbeat is there with the first tick.
    await waitFor("a heartbeat", 5_000, async () => ((await envoy.stats("heartbeat")).size > 0 ? true : undefined));
    const first = await status(desk, envoy, "--policy", "p.yaml");
    const [shop] = first.envoys[0].policies;
    assert.deepEqual(first.envoys[0].findings, []);
    assert.equal(first.code, 0);
    assert.equal(first.ok, true);
    assert.equal(shop?.["live"], shop?.["expected"]);
    assert.equal(shop?.["version"], shop?.["expected"], "on a plain Envoy the version is the hash");
    assert.equal(shop?.["mode"], "enforce");
    assert.equal(shop?.["default"], false);
    assert.equal(Number(shop?.["heartbeatAge"]) <= 2, true, `age ${String(shop?.["heartbeatAge"])}`);

    await load({ port: envoy.port(), clients: 5, originals: 200, prefix: "hold" });
    const retries = (await backend.events()).filter(({ kind }) => kind === "retry").length;
    assert.equal(retries <= 41 && retries > 30, true, `${retries} retries of 200 requests`);

    await render(desk, "new", "p50.yaml");
    await judged(envoy, () => renameSync(join(desk.dir, "new", FILE), join(desk.dir, "mesh", FILE)));
    const old = await status(desk, envoy, "--policy", "p.yaml");
    assert.match(old.envoys[0].findings[0]?.message ?? "", /^[0-9a-f]{12} is in force, [0-9a-f]{12} is expected$/);
    assert.equal(old.code, 1);
    assert.equal((await status(desk, envoy, "--policy", "p50.yaml")).code, 0);

    const good = readFileSync(join(desk.dir, "mesh", FILE), "utf8");
    const put = (text: string): void => {
      writeFileSync(join(desk.dir, "next.yaml"), text);
      renameSync(join(desk.dir, "next.yaml"), join(desk.dir, "mesh", FILE));
    };
    await judged(envoy, () => put(good.replace('"percent": 50', '"percent": 101')));
    const refused = await desk.run("status", "--admin", `127.0.0.1:${envoy.adminPort}`, "--policy", "p50.yaml");
    assert.match(
      refused.out,
      /: live [0-9a-f]{12}, expected [0-9a-f]{12}, mode enforce, heartbeat \d+ s ago, updates 2 accepted, 1 refused\n/,
    );
    assert.match(
      refused.out,
      /\n {2}WRONG: pointduty\.retry-budget\.shop the last update was refused \(\/budget\/percent: 101 is not allowed; allowed: a number from 0 to 100 with at most 3 decimals\); [0-9a-f]{12} stays in force\n/,
    );
    assert.equal(refused.code, 1);

    await judged(envoy, () => put(good.replace('"percent": 50', '"percent": 20')));
    const repaired = await status(desk, envoy, "--policy", "p.yaml");
    assert.equal(repaired.code, 0, JSON.stringify(repaired));
    assert.deepEqual(
      repaired.envoys[0].notes.map(({ message }) => message),
      ["1 updates were refused before; the last one is in force"],
    );
  } finally {
    await envoy.stop();
    desk.remove();
  }
});

test("without a valid policy: the default is in force, and status says why", async () => {
  const desk = new Desk({ "p.yaml": policy(20) });
  await render(desk, "mesh", "p.yaml");
  const file = join(desk.dir, "mesh", FILE);
  writeFileSync(file, readFileSync(file, "utf8").replace('"percent": 20', '"percnt": 20'));
  const envoy = await startEnvoy({ bootstrap: bootstrapOf(desk) });
  try {
    await waitFor("the refusal", 10_000, async () =>
      (await envoy.extension(RESOURCE)).rejected > 0 ? true : undefined,
    );
    const { code, envoys } = await status(desk, envoy, "--policy", "p.yaml");
    assert.equal(code, 1);
    assert.equal(envoys[0].policies[0]?.["default"], true);
    assert.deepEqual(
      envoys[0].findings.map(({ message }) => message),
      [
        "the last update was refused (/budget/percnt: unknown field; allowed: percent, interval); the default is in force: traffic passes without the policy",
      ],
    );
  } finally {
    await envoy.stop();
    desk.remove();
  }
});

/** The matcher in the bootstrap of every sidecar of Istio's, as far as it matters: Envoy's counts of updates are not in it. */
const ISTIO_STATS = {
  stats_matcher: { inclusion_list: { patterns: [{ prefix: "listener_manager" }, { prefix: "wasm" }] } },
};

test("without Envoy's counts, as in Istio: in force, refused, the default", async () => {
  const desk = new Desk({ "p.yaml": policy(20), "p50.yaml": policy(50) });
  await render(desk, "mesh", "p.yaml");
  const file = join(desk.dir, "mesh", FILE);
  const [good, bad] = [
    readFileSync(file, "utf8"),
    readFileSync(file, "utf8").replace('"percent": 20', '"percent": 101'),
  ];
  const put = (text: string): void => {
    writeFileSync(join(desk.dir, "next.yaml"), text);
    renameSync(join(desk.dir, "next.yaml"), file);
  };
  put(bad);
  const tree = { ...(parse(bootstrapOf(desk)) as Bootstrap), stats_config: ISTIO_STATS };
  const envoy = await startEnvoy({ bootstrap: tree });
  try {
    const until = async (is: (finding: string) => boolean): Promise<Status & { code: number }> =>
      waitFor("the status", 10_000, async () => {
        const said = await status(desk, envoy, "--policy", "p.yaml");
        return is(said.envoys[0].findings[0]?.message ?? "") ? said : undefined;
      });
    const refusal = "the last update was refused (/budget/percent: 101 is not allowed;";
    const first = await until((finding) => finding.startsWith(refusal) && finding.includes("the default is in force"));
    assert.equal(first.envoys[0].policies[0]?.["default"], true);
    assert.equal("accepted" in (first.envoys[0].policies[0] ?? {}), false, "what is not counted is not 0");

    put(good);
    const second = await until((finding) => finding === "");
    assert.equal(second.code, 0);
    assert.equal(second.envoys[0].policies[0]?.["live"], second.envoys[0].policies[0]?.["expected"]);
    assert.equal(second.envoys[0].policies[0]?.["default"], false);
    const shown = await desk.run("status", "--admin", `127.0.0.1:${envoy.adminPort}`);
    assert.match(shown.out, /: live [0-9a-f]{12}, mode enforce, heartbeat \d+ s ago, updates not counted\n/);

    put(bad);
    await until((finding) => finding.startsWith(refusal) && / [0-9a-f]{12} stays in force$/.test(finding));
  } finally {
    await envoy.stop();
    desk.remove();
  }
});

test("a matcher that drops the gauges, too: not known to be in force", async () => {
  const desk = new Desk({ "p.yaml": policy(20) });
  await render(desk, "mesh", "p.yaml");
  const tree = { ...(parse(bootstrapOf(desk)) as Bootstrap), stats_config: { stats_matcher: { reject_all: true } } };
  const envoy = await startEnvoy({ bootstrap: tree });
  try {
    const { code, envoys } = await waitFor("the policy to arrive", 10_000, async () => {
      const said = await status(desk, envoy, "--policy", "p.yaml");
      return said.envoys[0].policies[0]?.["default"] === false ? said : undefined;
    });
    assert.equal(code, 1);
    assert.deepEqual(
      envoys[0].findings.map(({ message }) => message),
      ["publishes no policy_hash: a statistics matcher drops it, or Envoy refused it for a reason that its log has"],
    );
  } finally {
    await envoy.stop();
    desk.remove();
  }
});

interface Bootstrap {
  static_resources: { listeners: Message[]; clusters: Message[] };
}
type Message = Record<string, unknown>;

test("a chain without the filter, a cluster with filters of its own, refused routes, a policy that is not there", async () => {
  const desk = new Desk({
    "p.yaml": policy(20),
    "other.yaml": retryBudget("  selector: { matchLabels: { a: b } }", "other"),
  });
  await render(desk, "mesh", "p.yaml");
  writeFileSync(
    join(desk.dir, "routes.yaml"),
    "version_info: '1'\nresources: [{ '@type': type.googleapis.com/envoy.config.route.v3.RouteConfiguration, name: r, virtual_hosts: [{ name: v, domains: [] }] }]\n",
  );
  const tree = parse(bootstrapOf(desk)) as Bootstrap;
  const bare = structuredClone(tree.static_resources.listeners[0]) as Message;
  bare["name"] = "bare";
  const hcm = (bare["filter_chains"] as { filters: { typed_config: Message }[] }[])[0]?.filters[0]
    ?.typed_config as Message;
  delete hcm["route_config"];
  hcm["rds"] = {
    route_config_name: "r",
    config_source: { path_config_source: { path: join(desk.dir, "routes.yaml") }, resource_api_version: "V3" },
  };
  for (const filter of hcm["http_filters"] as { typed_config: Message }[])
    delete filter.typed_config["upstream_http_filters"];
  tree.static_resources.listeners.push(bare);
  const api = "type.googleapis.com/envoy.extensions";
  tree.static_resources.clusters.push({
    ...structuredClone(tree.static_resources.clusters[0]),
    name: "own",
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": `${api}.upstreams.http.v3.HttpProtocolOptions`,
        explicit_http_config: { http_protocol_options: {} },
        http_filters: [
          {
            name: "envoy.filters.http.upstream_codec",
            typed_config: { "@type": `${api}.filters.http.upstream_codec.v3.UpstreamCodec` },
          },
        ],
      },
    },
  });
  const envoy = await startEnvoy({ bootstrap: tree, extensions: [RESOURCE] });
  try {
    await waitFor("the refused routes", 10_000, async () => {
      return (await envoy.stat("http.main.rds.r.update_rejected")) > 0 ? true : undefined;
    });
    const { code, envoys } = await status(desk, envoy, "--policy", "p.yaml", "other.yaml");
    const found = envoys[0].findings.map(({ message }) => message);
    for (const message of [
      "is missing from a chain of listener bare",
      "does not hold for cluster own: its own http_filters replace the router's",
      "is not in any chain of this Envoy",
    ]) {
      assert.equal(found.includes(message), true, JSON.stringify(found));
    }
    assert.equal(
      found.some((message) => message.startsWith("http.main.rds.r.update_rejected: 1 since")),
      true,
      JSON.stringify(found),
    );
    assert.equal(code, 1);
    const none = await desk.run("status", "--admin", `127.0.0.1:${envoy.adminPort}`, "127.0.0.1:1");
    assert.equal(none.err, "http://127.0.0.1:1: can't be reached (ECONNREFUSED)\n");
    assert.equal(none.code, 1);
    const page = await desk.run("status", "--admin", `127.0.0.1:${envoy.port()}`);
    assert.match(page.err, /^http:\/\/127\.0\.0\.1:\d+: \/server_info answered with status 503\n$/);
  } finally {
    await envoy.stop();
    desk.remove();
  }
});
