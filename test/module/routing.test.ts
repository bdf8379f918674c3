/** Header routing as the host sees it: what it costs, what it leaves behind, what it does when nothing is known. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { utf8 } from "../../cli/host/index.ts";
import { xxh64 } from "../lib/xxh64.ts";
import { answer, armOf, metric, send, setup, state, valuesOf, type Setup } from "./routing.ts";

const ARMS = { arms: [{ name: "v1" }, { name: "v2" }, { name: "v3" }] };

test("nothing matches: one returning host call", () => {
  const s = setup({ ...ARMS, rules: [{ name: "r", matches: [{ path: { value: "/a" } }], arm: "v1" }] });
  send(s).end();
  const { calls } = send(s);
  assert.equal(calls.returning, 1, JSON.stringify(calls.byName));
  assert.deepEqual(calls.byName, { proxy_get_header_map_pairs: 1, proxy_increment_metric: 1 });
});

test("a rule that asks for claims costs one more", () => {
  const s = setup({ ...ARMS, rules: [{ name: "r", matches: [{ claims: [{ claim: "a", string: "b" }] }], arm: "v1" }] });
  send(s).end();
  assert.equal(send(s).calls.returning, 2);
});

function splitPolicy(split: object, key: readonly object[] = [{ header: "x-user" }]): object {
  return { ...ARMS, rules: [{ name: "r", key, split }] };
}

const SPLIT = {
  salt: "spring",
  default: "v1",
  arms: [
    { arm: "v2", percent: 10, max: 60 },
    { arm: "v3", percent: 40 },
  ],
};

test("each of 2,000 keys has the bucket of README's rule, on every worker and in every proxy", () => {
  const [one, other] = [setup(splitPolicy(SPLIT), { workers: 2 }), setup(splitPolicy(SPLIT))];
  for (let i = 0; i < 2000; i++) {
    const key = i % 7 === 0 ? `${"long ".repeat(20)}${i}` : `user-${i}`;
    const bucket = Number(xxh64(utf8(`spring\0${key}`)) % 10_000n);
    const arm = bucket < 1000 ? "v2" : bucket >= 6000 ? "v3" : "v1";
    const headers = [["x-user", key]] as const;
    const streams = [send(one, { headers, worker: i % 2 }), send(other, { headers })];
    for (const stream of streams) {
      assert.equal(armOf(stream), arm, key);
      assert.equal(state(stream, "rule"), `r ${arm} bucket ${bucket}`);
      stream.end();
    }
  }
});

test("README's table of keys and buckets", () => {
  const readme = readFileSync(new URL("../../filters/header-routing/README.md", import.meta.url), "utf8");
  const rows = [...readme.matchAll(/^\| `([^`]+)` \| `([0-9a-f]{16})` \| (\d+) \|$/gm)];
  assert.equal(rows.length, 5);
  const split = { salt: "spring", default: "v1", arms: [{ arm: "v2", percent: 1 }] };
  const s = setup(splitPolicy(split, [{ claim: "sub" }]));
  for (const [, key = "", hash, bucket] of rows) {
    assert.equal(
      xxh64(utf8(`spring\0${key}`))
        .toString(16)
        .padStart(16, "0"),
      hash,
    );
    const stream = send(s, { facts: { payload: { sub: key } } });
    assert.match(state(stream, "rule"), new RegExp(` bucket ${bucket}$`), key);
  }
});

test("algorithm envoy is XXH64 of the key alone, modulo the sum of the weights", () => {
  const s = setup(
    splitPolicy({
      algorithm: "envoy",
      arms: [
        { arm: "v1", weight: 70 },
        { arm: "v3", weight: 0 },
        { arm: "v2", weight: 33 },
      ],
    }),
  );
  for (let i = 0; i < 1000; i++) {
    const bucket = Number(xxh64(utf8(`u${i}`)) % 103n);
    assert.equal(armOf(send(s, { headers: [["x-user", `u${i}`]] })), bucket < 70 ? "v1" : "v2");
  }
});

test("a forced key has its arm whatever its bucket", () => {
  // Keys whose buckets are another arm's.
  const armOfBucket = (key: string): string => {
    const bucket = Number(xxh64(utf8(`spring\0${key}`)) % 10_000n);
    return bucket < 1000 ? "v2" : bucket >= 6000 ? "v3" : "v1";
  };
  const keyNotOf = (arm: string): string => {
    const found = Array.from({ length: 100 }, (_, i) => `k${i}`).find((key) => armOfBucket(key) !== arm);
    return found ?? "";
  };
  const force = ["v2", "v3", "v1"].map((arm, i) => ({ arm, keys: [`${keyNotOf(arm)}`, `own-${i}`] }));
  for (const { arm, keys } of force) {
    const s = setup(splitPolicy({ ...SPLIT, force: [{ arm, keys }] }));
    const stream = send(s, { headers: [["x-user", keys[0] ?? ""]] });
    assert.equal(armOf(stream), arm);
    assert.equal(state(stream, "rule"), `r ${arm} forced`);
  }
});

test("a table says whether there was a key, and an entry of the first target counts", () => {
  const table = { entries: { one: "v1", two: "v2" }, default: "v3" };
  const s = setup({ ...ARMS, rules: [{ name: "r", key: [{ header: "x-t" }], table }] });
  const said = (headers: readonly (readonly [string, string])[]): string => state(send(s, { headers }), "rule");
  assert.equal(said([["x-t", "one"]]), "r v1");
  assert.equal(said([["x-t", "two"]]), "r v2");
  assert.equal(said([["x-t", "three"]]), "r v3");
  assert.equal(said([["x-t", "3"]]), "r v3");
  assert.equal(said([]), "r v3 without key");
});

test("a request that matches nothing is not steered by the one before", () => {
  const filters = [{ type: "RequestHeaderModifier", requestHeaderModifier: { set: [{ name: "x-a", value: "b" }] } }];
  const rules = [
    { name: "r", matches: [{ path: { value: "/r" } }], arm: "v1" },
    { name: "f", matches: [{ path: { value: "/f" } }], filters },
  ];
  const s = setup({ ...ARMS, rules });
  assert.equal(armOf(send(s, { path: "/r" })), "v1");
  assert.equal(armOf(send(s, { path: "/f" })), "");
  assert.equal(armOf(send(s, { path: "/r" })), "v1");
  assert.equal(armOf(send(s, { path: "/" })), "");
  assert.equal(metric(s, "unrouted"), 1);
});

test("with algorithm envoy a request without a key is the first arm's that has a weight", () => {
  const arms = [
    { arm: "v3", weight: 0 },
    { arm: "v2", weight: 1 },
    { arm: "v1", weight: 99 },
  ];
  const s = setup(splitPolicy({ algorithm: "envoy", arms }));
  const stream = send(s);
  assert.equal(armOf(stream), "v2");
  assert.equal(state(stream, "rule"), "r v2 without key bucket 0");
});

test("what is said of a request is not left from the one before", () => {
  const [split] = (splitPolicy(SPLIT) as { rules: object[] }).rules;
  const s = setup({
    ...ARMS,
    rules: [
      { ...split, matches: [{ path: { value: "/s" } }] },
      { name: "one", arm: "v1" },
    ],
  });
  assert.equal(state(send(s, { path: "/s" }), "rule"), "r v1 without key");
  assert.equal(state(send(s), "rule"), "one v1");
  assert.match(state(send(s, { path: "/s", headers: [["x-user", "u"]] }), "rule"), / bucket \d+$/);
  assert.equal(state(send(s), "rule"), "one v1");
});

test("an arm without a guard stays open beside one that is closed", () => {
  const guard = { maxErrorPercent: 5 };
  const arms = [
    { arm: "v2", percent: 40, max: 40, guard },
    { arm: "v3", percent: 60, max: 60 },
  ];
  const force = [
    { arm: "v2", keys: ["two"] },
    { arm: "v3", keys: ["three"] },
  ];
  const s = setup(splitPolicy({ salt: "s", default: "v1", arms, force }));
  const to = (key: string): string => {
    const stream = send(s, { headers: [["x-user", key]] });
    const arm = armOf(stream);
    answer(stream, 503);
    return arm;
  };
  for (let n = 0; n < 30; n++) to("two");
  assert.equal(to("two"), "v1");
  assert.equal(to("three"), "v3");
});

test("without sources of keys each request draws for itself", () => {
  const s = setup(splitPolicy(SPLIT, []));
  const arms = Array.from({ length: 2000 }, () => armOf(send(s)));
  const share = (arm: string): number => arms.filter((one) => one === arm).length / arms.length;
  assert.ok(Math.abs(share("v2") - 0.1) < 0.03 && Math.abs(share("v3") - 0.4) < 0.05, `${share("v2")} ${share("v3")}`);
  assert.match(state(send(s), "rule"), /^r v\d by chance bucket \d+$/);
});

const GENERATED = [{ header: "x-user" }, { generate: { cookie: "pd", maxAge: "1h", sameSite: "Strict" } }];

test("a generated cookie is given once, and keeps its client in the same arm", () => {
  const s = setup(splitPolicy(SPLIT, GENERATED));
  const seen = new Set<string>();
  for (let i = 0; i < 50; i++) {
    const first = send(s);
    answer(first, 200);
    const [cookie = ""] = valuesOf(first.responseHeaderMap, "set-cookie");
    assert.match(cookie, /^pd=[0-9a-f]{16}; Path=\/; Max-Age=3600; Secure; HttpOnly; SameSite=Strict$/);
    const pair = cookie.split(";")[0] ?? "";
    seen.add(pair);
    const second = send(s, { headers: [["cookie", `a=b; ${pair}`]] });
    answer(second, 200);
    assert.equal(armOf(second), armOf(first));
    assert.deepEqual(valuesOf(second.responseHeaderMap, "set-cookie"), []);
  }
  assert.equal(seen.size, 50);
  const forged = send(s, { headers: [["cookie", "pd=000"]] });
  answer(forged, 200, [["set-cookie", "own=1"]]);
  assert.equal(valuesOf(forged.responseHeaderMap, "set-cookie").length, 2, "a value that is not ours is none");
  const known = send(s, { headers: [["x-user", "u"]] });
  answer(known, 200);
  assert.deepEqual(valuesOf(known.responseHeaderMap, "set-cookie"), []);
});

test("in shadow mode no cookie is given", () => {
  const s = setup({ ...splitPolicy(SPLIT, GENERATED), mode: "shadow" });
  const stream = send(s);
  answer(stream, 200);
  assert.deepEqual(valuesOf(stream.responseHeaderMap, "set-cookie"), []);
  assert.equal(armOf(stream), "");
});

test("facts that are absent or unreadable match nothing, and are counted", () => {
  const rules = [
    { name: "a", matches: [{ claims: [{ claim: "a", string: "b" }] }], arm: "v2" },
    { name: "p", matches: [{ peer: { value: "spiffe://td/a" } }], arm: "v3" },
  ];
  for (const facts of [null, "", "{", "[]x"]) {
    const s = setup({ ...ARMS, rules });
    assert.equal(armOf(send(s, { facts })), "", String(facts));
    assert.equal(metric(s, "facts_failed"), 1);
    assert.equal(metric(s, "unrouted"), 1);
  }
});

test("without the document identity and claims come from single properties", () => {
  const rules = [{ name: "p", matches: [{ peer: { value: "spiffe://td/a" } }], arm: "v3" }];
  const of = (identity: object, properties: object): string =>
    armOf(
      send(setup({ ...ARMS, rules, facts: "properties", ...identity }), { facts: null, properties: { ...properties } }),
    );
  assert.equal(of({}, { connection: { uri_san_peer_certificate: "spiffe://td/a" } }), "v3");
  assert.equal(of({}, { connection: { uri_san_peer_certificate: "spiffe://td/b" } }), "");
  assert.equal(of({}, {}), "");
});

test("a thousand headers are read like a few", () => {
  const s = setup({
    ...ARMS,
    rules: [{ name: "r", matches: [{ headers: [{ name: "x-last", value: "v" }] }], arm: "v1" }],
  });
  const many = Array.from({ length: 1500 }, (_, i): [string, string] => [`x-${i}`, "v"]);
  const stream = send(s, { headers: [["x-pd-arm", "v2"], ...many, ["x-pd-cluster", "c"], ["x-last", "v"]] });
  assert.equal(armOf(stream), "v1");
  assert.deepEqual(valuesOf(stream.requestHeaderMap, "x-pd-cluster"), []);
});

/** The greatest table that a policy may have: 10,000 entries, 600 KB. */
function tablePolicy(count: number): object {
  const entries = Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `tenant-${String(i).padStart(8, "0")}-${"x".repeat(30)}`,
      `v${(i % 3) + 1}`,
    ]),
  );
  return { ...ARMS, rules: [{ name: "r", key: [{ header: "x-tenant" }], table: { entries, default: "v1" } }] };
}

test("10,000 entries: each is found, in memory of less than four times the configuration", () => {
  const policy = tablePolicy(10_000);
  const bytes = JSON.stringify(policy).length;
  assert.ok(bytes < 600_000, `${bytes}`);
  const s: Setup = setup(policy);
  for (let i = 0; i < 10_000; i += 97) {
    const key = `tenant-${String(i).padStart(8, "0")}-${"x".repeat(30)}`;
    assert.equal(armOf(send(s, { headers: [["x-tenant", key]] })), `v${(i % 3) + 1}`);
  }
  assert.equal(armOf(send(s, { headers: [["x-tenant", "nobody"]] })), "v1");
  const memory = s.proxy.worker(0).vm(s.plugin).memoryBytes;
  assert.ok(memory <= 4 * bytes, `${memory} bytes for ${bytes}`);
});

test("memory does not grow: 20,000 requests of all kinds", () => {
  const s = setup(splitPolicy({ ...SPLIT, force: [{ arm: "v2", keys: ["boss"] }] }, GENERATED));
  const step = (count: number): void => {
    for (let i = 0; i < count; i++)
      answer(send(s, { headers: i % 2 ? [["x-user", `u${i}`]] : [["x-pd-arm", "v3"]] }), 200);
  };
  step(1000);
  const warm = s.proxy.worker(0).vm(s.plugin).memoryBytes;
  step(20_000);
  assert.equal(s.proxy.worker(0).vm(s.plugin).memoryBytes, warm);
});

test("an update between request and response leaves the response alone", () => {
  const filters = [{ type: "ResponseHeaderModifier", responseHeaderModifier: { set: [{ name: "x-a", value: "b" }] } }];
  const s = setup({ ...ARMS, rules: [{ name: "r", filters, arm: "v1" }] });
  const before = send(s);
  const during = send(s);
  answer(before, 200);
  assert.deepEqual(valuesOf(before.responseHeaderMap, "x-a"), ["b"]);
  s.plugin.update({ configuration: JSON.stringify({ name: "x", ...ARMS, rules: [] }) });
  answer(during, 200);
});
