/** `per`: what shares a budget, and under which names the figures of each key are found. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { always, startBackend, type Backend } from "../lib/backend.ts";
import { retryPolicy, type Message } from "../lib/bootstrap.ts";
import { arrivals, exact, hits, route, startMesh, type ListenerOptions, type Mesh } from "./support.ts";

/** A cluster name as Istio makes them. */
const MESHED = "outbound|80||shop.default.svc.cluster.local";

/**
 * What each key must have counted, by policy: originals and, at 10 percent, retries. 2 hosts x 3 routes in each round.
 * The policy's name is its `per`, but for the capital that a name can't have.
 */
const EXPECTED: Record<string, Record<string, [originals: number, retries: number]>> = {
  cluster: { [MESHED]: [40, 4], other: [20, 2] },
  "virtual-host": { first: [30, 3], second: [30, 3] },
  route: { a: [20, 2], b: [20, 2], unnamed: [20, 2] },
  proxy: { proxy: [60, 6] },
};
const ROUNDS = 10;

let backend: Backend;
let mesh: Mesh;

/** Two virtual hosts with the same routes: /a and /c (which has no name) to one cluster, /b to another. */
function hosts(): Message {
  const policy = { retry_policy: retryPolicy() };
  const routes = [route("a", "/a", MESHED, policy), route("b", "/b", "other", policy), route("", "/c", MESHED, policy)];
  return {
    route_config: {
      name: "hosts",
      virtual_hosts: [
        { name: "first", domains: ["first.test"], routes },
        { name: "second", domains: ["second.test"], routes },
      ],
    },
  };
}

before(async () => {
  backend = await startBackend({ program: always({ status: 503 }) });
  const clusters = [
    { name: MESHED, to: [backend] },
    { name: "other", to: [backend] },
  ];
  const listeners: Record<string, ListenerOptions> = {};
  for (const per of Object.keys(EXPECTED)) {
    const policy = { ...exact(10), per: per === "virtual-host" ? "virtualHost" : per };
    listeners[per] = { policy, clusters, hcm: hosts() };
  }
  mesh = await startMesh(listeners);
  for (const per of Object.keys(EXPECTED)) {
    const line = mesh.line(per);
    for (let round = 0; round < ROUNDS; round++) {
      for (const host of ["first.test", "second.test"]) {
        for (const path of ["/a", "/b", "/c"]) {
          const answer = await line.get(`${per}+${host}${path}${round}`, [], { path, headers: { host } });
          assert.equal(answer.status, 503);
        }
      }
    }
    line.close();
  }
});

after(async () => {
  await mesh.stop();
  await backend.close();
});

for (const [per, keys] of Object.entries(EXPECTED)) {
  test(`per ${per}: a budget for each of ${Object.keys(keys).join(", ")}`, async () => {
    let retries = 0;
    for (const [key, [originals, granted]] of Object.entries(keys)) {
      assert.deepEqual(await mesh.events(per, key), { originals, granted, denied: originals, held: 0 }, key);
      retries += granted;
    }
    assert.equal(await arrivals(backend, `${per}+`), 60 + retries);
    assert.equal(hits(await backend.events(), `${per}+`).size, 60);
  });

  test(`per ${per}: the metrics carry policy and key, and there are no other keys`, async () => {
    const names = [...(await mesh.envoy.stats(`policy=.=${per};.;`)).keys()];
    const found = new Set<string>();
    for (const name of names) {
      const parts =
        /^(?:cluster\..*\.)?wasmcustom\.policy=\.=(.*?);\.;(?:key=\.=(.*?);\.;)?(?:reason=\.=(.*?);\.;)?pointduty_retry_budget_([a-z_]+)$/.exec(
          name,
        );
      assert.ok(parts, name);
      assert.equal(parts[1], per);
      if (parts[2] !== undefined) found.add(parts[2]);
      else assert.ok(["heartbeat", "policy_hash", "keys_overflowed"].includes(parts[4] ?? ""), name);
      assert.equal(parts[3] !== undefined, parts[4] === "retries_denied", name);
    }
    assert.deepEqual([...found].sort(), Object.keys(keys).sort());
  });
}

test("Prometheus: policy, key and reason are labels of one family", async () => {
  const page = await mesh.envoy.admin("/stats/prometheus?filter=pointduty");
  const samples = page.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const parsed = samples.map((line) => {
    const [, family = "", labels = "", value] = /^([a-z_]+)\{(.*)\} (\d+)$/.exec(line) ?? [];
    const pairs = new Map([...labels.matchAll(/([a-z_]+)="(.*?)"/g)].map(([, name = "", text = ""]) => [name, text]));
    return { family, pairs, value: Number(value) };
  });
  const sum = (event: string, labels: Record<string, string>) =>
    parsed
      .filter(({ family }) => family.endsWith(`pointduty_retry_budget_${event}`))
      .filter(({ pairs }) => Object.entries(labels).every(([name, text]) => pairs.get(name) === text))
      .reduce((total, { value }) => total + value, 0);
  for (const [per, keys] of Object.entries(EXPECTED)) {
    for (const [key, [originals, granted]] of Object.entries(keys)) {
      assert.equal(sum("originals", { policy: per, key }), originals, `${per} ${key}`);
      assert.equal(sum("retries_granted", { policy: per, key }), granted, `${per} ${key}`);
      assert.equal(sum("retries_denied", { policy: per, key, reason: "budget" }), originals, `${per} ${key}`);
      assert.equal(sum("retries_denied", { policy: per, key, reason: "held" }), 0, `${per} ${key}`);
    }
  }
});
