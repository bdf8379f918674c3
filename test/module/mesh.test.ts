/** `npm run test:mesh`: wrong use, a machine that can't run it, and how two config dumps are compared. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { differences, resourcesOf } from "../mesh/istiod/dump.ts";
import { ROOT } from "../setup/common.ts";

const empty = mkdtempSync(join(tmpdir(), "pointduty-mesh-"));
after(() => rmSync(empty, { recursive: true }));

/** Runs the command on a machine without any program and with an empty cache. */
function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const env = { ...process.env, PATH: empty, XDG_CACHE_HOME: empty };
  const child = spawn(process.execPath, ["--import", "tsx", "test/mesh/main.ts", ...args], { cwd: ROOT, env });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
}

test("no suite, an unknown one and one too many are wrong use", async () => {
  const allowed = "allowed: one of authz, istiod\n";
  assert.deepEqual(await run(), { code: 2, out: "", err: `test:mesh: no suite; ${allowed}` });
  assert.deepEqual(await run("toString"), { code: 2, out: "", err: `test:mesh: not a suite: toString; ${allowed}` });
  assert.deepEqual(await run("istiod", "x"), { code: 2, out: "", err: `test:mesh: not a suite: istiod x; ${allowed}` });
});

test("what the machine lacks is one line with all of it, and exit 3", async () => {
  const { code, out, err } = await run("istiod");
  assert.deepEqual([code, out], [3, ""]);
  const packages = ["unshare util-linux", "ip iproute2", "iptables iptables", "openssl openssl"];
  const missing = packages.map((pair) => pair.replace(" ", " is missing (Debian: apt-get install ") + ")");
  const root = process.getuid?.() === 0 ? [] : ["root is needed, for a network namespace and iptables"];
  const all = [...root, ...missing, "go is missing (https://go.dev/dl)"].join("; ");
  assert.equal(err, `test:mesh istiod could not run here: ${all}\n`);
  const authz = await run("authz");
  assert.deepEqual([authz.code, authz.out], [3, ""]);
  const both = "openssl is missing (Debian: apt-get install openssl); go is missing (https://go.dev/dl)";
  assert.equal(authz.err, `test:mesh authz could not run here: ${both}\n`);
});

const dump = (listeners: object[], more: object[] = []): object => ({
  configs: [{ "@type": "a.ListenersConfigDump", dynamic_listeners: listeners }, ...more],
});
const listener = (name: string, version: string, body: object): object => ({
  name,
  active_state: { version_info: version, last_updated: version, listener: { name, ...body } },
});

test("dumps: order, versions, times and draining listeners are no difference", () => {
  const before = dump([listener("a", "1", { x: [1, { y: 2 }] }), listener("b", "1", {})]);
  const draining = { ...listener("a", "2", { x: [1, { y: 2 }] }), draining_state: { listener: { name: "a" } } };
  const gone = { name: "c", draining_state: { listener: { name: "c" } } };
  const after = dump([listener("b", "2", {}), draining, gone]);
  assert.deepEqual(differences(resourcesOf(before), resourcesOf(after)), []);
});

test("dumps: a difference has its resource, its place and both values", () => {
  const before = resourcesOf(dump([listener("a", "1", { x: [1, { y: 2 }], gone: true }), listener("b", "1", {})]));
  const ecds = { "@type": "a.EcdsConfigDump", ecds_filters: [{ ecds_filter: { name: "ours", size: 1 } }] };
  const after = resourcesOf(dump([listener("a", "1", { x: [1, { y: 3 }] })], [ecds]));
  const places = differences(before, after).map(({ resource, at }) => `${resource} ${at}`);
  assert.deepEqual(places, [
    "dynamic_listeners a /active_state/listener/x/1/y",
    "dynamic_listeners a /active_state/listener/gone",
    "dynamic_listeners b ",
    "ecds_filters ours ",
  ]);
  assert.deepEqual(differences(before, after)[3]?.after, { ecds_filter: { name: "ours", size: 1 } });
});

test("dumps: resources of one name are told apart", () => {
  const one = resourcesOf(dump([listener("a", "1", { x: 1 }), listener("a", "1", { x: 2 })]));
  const other = resourcesOf(dump([listener("a", "1", { x: 2 }), listener("a", "1", { x: 3 })]));
  assert.equal(one.size, 2);
  assert.equal(differences(one, other).length, 2);
});
