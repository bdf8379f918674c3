/**
 * VMs and root contexts over load, update, refusal and removal. Each sequence is what Envoy 1.40.0 logged for the same steps with one worker
 * (extension configurations over ECDS, file based); the lines of the main thread and the worker come from two threads there, in a fixed order here.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { OfflineProxy, Router, text } from "../../cli/host/index.ts";
import { compileProbe } from "./host-probe.ts";

const code = await compileProbe("lifecycle");
/** Another module in Envoy's eyes: the same code with one more custom section. */
const upgraded = new Uint8Array([...code, 0, 3, 1, 0x78, 1]);

const slot = { code, rootId: "life", vmId: "life.vm" };

function start() {
  const proxy = new OfflineProxy();
  const one = proxy.load({ ...slot, name: "one", configuration: "A" });
  return { proxy, one, take: () => takeLines(proxy) };
}

/** Lines since the last call, as `thread: line`. */
function takeLines(proxy: OfflineProxy): string[] {
  const lines = proxy.logs
    .filter((entry) => entry.level === "info")
    .map((entry) => `${entry.thread}: ${entry.message}`);
  proxy.logs.length = 0;
  return lines;
}

const created = (thread: string, id: number, number: number, configuration: string, shared: string) => [
  `${thread}: root_create|${id}|number ${number} of this VM`,
  `${thread}: vm_start|${id}|`,
  `${thread}: configure|${id}|${configuration}|shared ${shared}`,
];
const ended = (thread: string, id: number) => [`${thread}: done|${id}|`, `${thread}: delete|${id}|`];

test("a load runs the canary, the main thread and each worker", () => {
  const { proxy, take } = start();
  assert.deepEqual(take(), [
    ...created("canary", 1, 1, "A", "absent"),
    ...created("main", 1, 1, "A", "absent"),
    ...created("worker 0", 1, 1, "A", "absent"),
  ]);
  assert.equal(proxy.configureCalls, 3);
});

test("configure runs N + 2 times", () => {
  for (const workers of [1, 2, 4]) {
    const proxy = new OfflineProxy({ workers });
    proxy.load({ ...slot, name: "one", configuration: "A" });
    assert.equal(proxy.configureCalls, workers + 2);
  }
});

test("two policies of one module share a VM: the second is its root context number 2", () => {
  const { proxy, one, take } = start();
  take();
  const two = proxy.load({ ...slot, name: "two", configuration: "Z" });
  assert.deepEqual(take(), [
    ...created("canary", 1, 1, "Z", "absent"),
    ...created("main", 2, 2, "Z", "absent"),
    ...created("worker 0", 2, 2, "Z", "absent"),
  ]);
  assert.equal(proxy.worker(0).vm(one), proxy.worker(0).vm(two));
  for (const plugin of [one, two]) {
    const stream = proxy.worker(0).stream(plugin, { kind: "upstream" });
    stream.requestHeaders([], { endOfStream: true });
    stream.end();
  }
  assert.deepEqual(take(), [
    "worker 0: request_headers|3|root 1 A",
    "worker 0: done|3|",
    "worker 0: delete|3|",
    "worker 0: request_headers|4|root 2 Z",
    "worker 0: done|4|",
    "worker 0: delete|4|",
  ]);
  const update = one.update({ configuration: "B" });
  assert.deepEqual(update, { accepted: true, reason: "" });
  assert.deepEqual(take(), [
    ...created("canary", 1, 1, "B", "Z"),
    ...created("main", 3, 3, "B", "Z"),
    ...created("worker 0", 5, 3, "B", "Z"),
    ...ended("main", 1),
    ...ended("worker 0", 1),
  ]);
});

test("a refused update leaves the old configuration in force, and the same text again is refused without asking the module", () => {
  const { proxy, one, take } = start();
  take();
  assert.equal(one.update({ configuration: "bad C" }).accepted, false);
  assert.deepEqual(take(), created("canary", 1, 1, "bad C", "absent"));
  const again = one.update({ configuration: "bad C" });
  assert.equal(again.accepted, false);
  assert.match(again.reason, /Failed to configure/);
  assert.deepEqual(take(), []);
  assert.equal(one.update({ configuration: "trap D" }).accepted, false);
  assert.match(one.reason, /proxy_on_configure failed: unreachable/);
  assert.equal(proxy.worker(0).vm(one).dead, false);
  const stream = proxy.worker(0).stream(one);
  stream.requestHeaders([]);
  assert.match(take().at(-1) ?? "", /root 1 A$/);
});

test("a first load that is refused is never in force, and its refusal is forgotten with its VM", () => {
  const proxy = new OfflineProxy();
  const plugin = proxy.load({ ...slot, name: "one", configuration: "bad" });
  assert.equal(plugin.accepted, false);
  assert.equal(plugin.inForce, false);
  assert.throws(() => proxy.worker(0).stream(plugin), /never accepted: Failed to configure/);
  proxy.load({ ...slot, name: "one", configuration: "bad" });
  assert.equal(proxy.configureCalls, 2);
});

test("an old root context ends with its last stream; elsewhere at once", () => {
  const { proxy, one, take } = start();
  const router = new Router(proxy, { plugins: [one] });
  const request = router.send(proxy.worker(0), { outcomes: [{ status: 200, afterMs: 900 }] });
  take();
  one.update({ configuration: "E" });
  assert.deepEqual(take().slice(-2), ended("main", 1));
  proxy.run();
  assert.equal(request.response?.status, 200);
  assert.deepEqual(take(), ["worker 0: done|2|", "worker 0: delete|2|", ...ended("worker 0", 1)]);
});

test("ticks: the main thread's VM ticks too; a root context that answers 0 to done lives until proxy_done", () => {
  const { proxy, one, take } = start();
  one.update({ configuration: "slow F" });
  take();
  proxy.advance(100);
  assert.deepEqual(take(), [
    "main: tick|2|slow F",
    "worker 0: tick|2|slow F",
    "main: tick|2|slow F",
    "worker 0: tick|2|slow F",
  ]);
  one.update({ configuration: "A" });
  assert.deepEqual(take().slice(-2), ["main: done|2|", "worker 0: done|2|"]);
  proxy.advance(200);
  assert.deepEqual(take(), [
    "main: tick|2|slow F",
    "worker 0: tick|2|slow F",
    "main: tick|2|slow F",
    "main: done call|2|0",
    "main: delete|2|",
    "worker 0: tick|2|slow F",
    "worker 0: done call|2|0",
    "worker 0: delete|2|",
  ]);
});

test("another module is another VM with the same shared data; it goes with the last VM of its vm_id", () => {
  const { proxy, one, take } = start();
  const stream = proxy.worker(0).stream(one);
  stream.requestHeaders([]);
  stream.end();
  const old = proxy.worker(0).vm(one);
  take();
  one.update({ code: upgraded });
  assert.deepEqual(take(), [
    ...created("canary", 1, 1, "A", "A"),
    ...created("main", 1, 1, "A", "A"),
    ...created("worker 0", 1, 1, "A", "A"),
    ...ended("main", 1),
    ...ended("worker 0", 1),
  ]);
  assert.notEqual(proxy.worker(0).vm(one), old);
  assert.equal(text(proxy.sharedData("life.vm", "seen")?.value ?? new Uint8Array()), "A");
  one.update({ vmId: "life.vm2" });
  assert.match(take()[2] ?? "", /shared absent$/);
  assert.equal(proxy.sharedData("life.vm", "seen"), undefined);
});

test("the same configuration again is no update", () => {
  const { one, take } = start();
  take();
  assert.deepEqual(one.update({ configuration: "A" }), { accepted: true, reason: "" });
  assert.deepEqual(take(), []);
});

test("removal ends the root contexts", () => {
  const { proxy, one, take } = start();
  take();
  one.remove();
  assert.deepEqual(take(), [...ended("main", 1), ...ended("worker 0", 1)]);
  assert.throws(() => proxy.worker(0).stream(one), /never accepted: removed/);
});
