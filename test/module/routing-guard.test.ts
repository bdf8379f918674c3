/** The guard on the built module: what counts, when an arm closes on how many workers, and how it opens again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { answer, armOf, metric, send, setup, state, type Setup } from "./routing.ts";

const KEY = "key=.=canary/v2;.;";
/** Every user is the guarded arm's. */
const POLICY = policyWith({ maxErrorPercent: 5 });

function policyWith(guard?: object): object {
  const split = { salt: "s", default: "v1", arms: [{ arm: "v2", percent: 100, guard }] };
  const rule = { name: "canary", key: [{ header: "x-user" }], split };
  return { arms: [{ name: "v1" }, { name: "v2" }], rules: [rule] };
}

const USER = { headers: [["x-user", "u"]] } as const;

/** Requests to the arm until it is closed, spread over the workers. @param fails whether the n-th one fails */
function untilClosed(s: Setup, fails: (n: number) => boolean, most = 20_000): number {
  for (let n = 1; n <= most; n++) {
    const stream = send(s, { ...USER, worker: n % s.proxy.workers.length });
    const open = armOf(stream) === "v2";
    answer(stream, fails(n) ? 503 : 200);
    if (!open) return n - 1;
  }
  return most;
}

/** Numbers from 0 to 1 by chance. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

for (const workers of [1, 2, 4]) {
  test(`an arm that only fails is closed after 20 of its requests, with ${workers} workers`, () => {
    const s = setup(POLICY, { workers });
    assert.equal(
      untilClosed(s, () => true),
      20,
    );
    assert.equal(metric(s, "arm_closed", KEY), 1);
    assert.equal(metric(s, "arm_requests", KEY), 20);
    assert.equal(metric(s, "arm_errors", KEY), 20);
    const lines = s.proxy.logs.filter(({ message }) => message.includes("is closed"));
    assert.deepEqual(
      lines.map(({ message, level }) => `${level} ${message}`),
      ["warn header-routing: arm canary/v2 is closed: 20 of 20 requests failed"],
    );
    for (let worker = 0; worker < workers; worker++) {
      const stream = send(s, { ...USER, worker });
      assert.equal(armOf(stream), "v1");
      assert.match(state(stream, "rule"), /^canary v1 closed, default bucket \d+$/);
    }
  });

  test(`an arm that turns bad after 1,000 good requests is closed, with ${workers} workers`, () => {
    const s = setup(POLICY, { workers });
    const closed = untilClosed(s, (n) => n > 1000);
    // The formula's figure for 1000 + n requests with n failures.
    assert.ok(closed >= 1080 && closed <= 1100, `${closed}`);
  });
}

test("at 20 % failures it closes after 60 requests or fewer in the median of 51 runs", () => {
  const counts = Array.from({ length: 51 }, (_, run) => {
    const next = dice(run + 1);
    return untilClosed(setup(POLICY), () => next() < 0.2);
  }).sort((a, b) => a - b);
  assert.ok((counts[25] ?? 0) <= 60, counts.join());
});

test("at 4 % it stays open for 10,000 requests", () => {
  for (let seed = 1; seed <= 3; seed++) {
    const next = dice(seed);
    const s = setup(POLICY, { workers: 2 });
    assert.equal(
      untilClosed(s, () => next() < 0.04, 10_000),
      10_000,
    );
  }
});

test("it opens again after its time, on the tick of one worker, and may close again", () => {
  const s = setup(POLICY, { workers: 4 });
  assert.equal(
    untilClosed(s, () => true),
    20,
  );
  // Those that were on their way count for nothing afterwards.
  s.proxy.advance(58_000);
  assert.equal(armOf(send(s, USER)), "v1");
  s.proxy.advance(4_000);
  assert.equal(metric(s, "arm_reopened", KEY), 1);
  assert.equal(metric(s, "arm_closed_until", KEY), 0);
  assert.equal(s.proxy.logs.filter(({ message }) => message.includes("is open again")).length, 1);
  assert.equal(armOf(send(s, { ...USER, worker: 3 })), "v2");
  assert.equal(
    untilClosed(s, () => false, 50),
    50,
  );
  assert.ok(untilClosed(s, () => true) <= 40);
  assert.equal(metric(s, "arm_closed", KEY), 2);
});

test("users of the default never notice, and a policy update keeps an arm closed", () => {
  const s = setup(POLICY);
  untilClosed(s, () => true);
  s.plugin.update({ configuration: JSON.stringify({ name: "x", ...policyWith({ maxErrorPercent: 6 }) }) });
  assert.equal(s.plugin.accepted, true);
  assert.equal(armOf(send(s, USER)), "v1");
});

const GRPC = [["content-type", "application/grpc"]] as const;
/** What is answered, and whether it counts as a failure; undefined: not at all. */
const OUTCOMES: readonly (readonly [string, (s: Setup) => void, boolean | undefined])[] = [
  ["200", (s) => answer(send(s, USER), 200), false],
  ["404", (s) => answer(send(s, USER), 404), false],
  ["429", (s) => answer(send(s, USER), 429), false],
  ["499", (s) => answer(send(s, USER), 499), false],
  ["500", (s) => answer(send(s, USER), 500), true],
  ["599", (s) => answer(send(s, USER), 599), true],
  ["no answer at all", (s) => send(s, USER).end(), undefined],
  ...[...Array(17).keys()].flatMap((code): [string, (s: Setup) => void, boolean][] => {
    const bad = [2, 13, 14, 15].includes(code);
    const status = [["grpc-status", String(code)]] as const;
    return [
      [`gRPC ${code} in headers`, (s) => answer(send(s, USER), 200, [...GRPC, ...status]), bad],
      [`gRPC ${code} in trailers`, (s) => answer(send(s, USER), 200, GRPC, status), bad],
    ];
  }),
];

test("what counts as a failure of the arm: the server's faults, and nothing that a client can bring about", () => {
  for (const [name, play, bad] of OUTCOMES) {
    const s = setup(POLICY);
    play(s);
    assert.equal(metric(s, "arm_requests", KEY), bad === undefined ? 0 : 1, name);
    assert.equal(metric(s, "arm_errors", KEY), bad ? 1 : 0, name);
  }
});

test("the backend's reset in the middle of an answer counts, the client's does not", () => {
  for (const [details, errors] of [
    ["upstream_reset_after_response_started{remote_reset}", 1],
    ["downstream_remote_disconnect", 0],
    ["via_upstream", 0],
  ] as const) {
    const s = setup(POLICY);
    answer(send(s, { ...USER, properties: { response: { code_details: details } } }), 200);
    assert.equal(metric(s, "arm_errors", KEY), errors, details);
  }
});

test("in shadow mode nothing is counted for arms: nothing goes to them", () => {
  const s = setup({ ...POLICY, mode: "shadow" });
  answer(send(s, USER), 503);
  assert.equal(metric(s, "arm_requests", KEY), 0);
});

/** One request to the arm, and its answer. Returns whether the arm had it. */
function once(s: Setup, status: number, worker = 0): boolean {
  const stream = send(s, { ...USER, worker });
  const open = armOf(stream) === "v2";
  answer(stream, status);
  return open;
}

function times(count: number, play: () => void): void {
  for (let n = 0; n < count; n++) play();
}

test("the failure with which the bound is passed is the one that closes", () => {
  const s = setup(POLICY);
  times(50, () => once(s, 200));
  // README's table: of 60 requests 10.
  times(9, () => once(s, 503));
  assert.equal(metric(s, "arm_closed", KEY), 0);
  once(s, 503);
  assert.equal(metric(s, "arm_closed", KEY), 1);
});

test("an open arm costs the read of a gauge, one without a guard nothing, and neither a look at the clock", () => {
  for (const [policy, reads] of [
    [POLICY, 1],
    [policyWith(), undefined],
  ] as const) {
    const s = setup(policy);
    // The first request of a VM looks at it for the sake of chance.
    once(s, 200);
    const { byName } = send(s, USER).callsOf("proxy_on_request_headers");
    assert.equal(byName["proxy_get_metric"], reads);
    assert.equal(byName["proxy_get_current_time_nanoseconds"], undefined);
  }
});

test("a tick reads three metrics of each guarded arm, in the main thread's VM and in the worker's", () => {
  const s = setup(POLICY);
  s.proxy.calls.reset();
  s.proxy.advance(1000);
  assert.equal(s.proxy.calls.byName["proxy_get_metric"], 6);
});

/** When an offline proxy begins, unless it is told otherwise: a whole second. */
const START = 1_700_000_000_000;

test("the gauge holds whole seconds, rounded up, and shared data the same time", () => {
  for (const [later, reopenAfter, until] of [
    [0, "60s", 1_700_000_060],
    [1, "60s", 1_700_000_061],
    [999, "1s", 1_700_000_002],
  ] as const) {
    const s = setup(policyWith({ maxErrorPercent: 5, reopenAfter }));
    s.proxy.advance(later);
    untilClosed(s, () => true);
    assert.equal(metric(s, "arm_closed_until", KEY), until, `${later}`);
    const value = s.proxy.sharedData(VM_ID, SHARED)?.value ?? new Uint8Array();
    assert.deepEqual([...value], [...shared(until * 1000)], `${later}`);
  }
});

test("it is closed up to the millisecond that the gauge names, whenever the ticks are", () => {
  const s = setup(POLICY, { startMs: START + 500 });
  untilClosed(s, () => true);
  s.proxy.advance(60_499);
  assert.equal(once(s, 200), false);
  s.proxy.advance(1);
  assert.equal(once(s, 200), true);
  // The next tick is to come.
  assert.equal(metric(s, "arm_reopened", KEY), 0);
});

test("a tick opens it from that millisecond on, and none before", () => {
  // Half a millisecond more: a number that large has no room for nanoseconds, and must not be rounded to one less.
  for (const [startMs, opened] of [
    [START, 60_000],
    [START + 999.5, 61_000],
  ] as const) {
    const s = setup(POLICY, { startMs });
    untilClosed(s, () => true);
    s.proxy.advance(opened - 1000);
    assert.equal(metric(s, "arm_reopened", KEY), 0, `${startMs}`);
    s.proxy.advance(1000);
    assert.equal(metric(s, "arm_reopened", KEY), 1, `${startMs}`);
  }
});

test("failures on both sides of a tick count together, in a window of a second too", () => {
  for (const window of ["30s", "1s"]) {
    const s = setup(policyWith({ maxErrorPercent: 5, window }));
    s.proxy.advance(700);
    times(20, () => {
      s.proxy.advance(30);
      assert.equal(once(s, 503), true);
    });
    assert.equal(once(s, 503), false, window);
  }
});

test("what other workers have seen counts on a worker that had no request in the whole window", () => {
  const s = setup(POLICY, { workers: 2 });
  s.proxy.advance(40_000);
  times(19, () => once(s, 503, 1));
  s.proxy.advance(3_000);
  assert.equal(once(s, 503, 0), true);
  assert.equal(metric(s, "arm_closed", KEY), 1);
});

test("what happened before it opens again counts for nothing, however long the window is", () => {
  const s = setup(policyWith({ maxErrorPercent: 5, reopenAfter: "2s" }));
  untilClosed(s, () => true);
  s.proxy.advance(4_000);
  times(19, () => assert.equal(once(s, 503), true));
  assert.equal(metric(s, "arm_closed", KEY), 1);
  once(s, 503);
  assert.equal(metric(s, "arm_closed", KEY), 2);
});

const VM_ID = "pointduty.header-routing";
const SHARED = "x/guard/canary/v2";

/** What the workers agree on (guards.ts). @param until milliseconds; 0: the arm is open */
function shared(until: number, magic = 0x31674450, size = 16): Uint8Array {
  const value = Buffer.alloc(size);
  value.writeUInt32LE(magic, 0);
  value.writeBigUInt64LE(BigInt(until), 8);
  return value;
}

test("of the workers that want to close it one does: the one that says so first", () => {
  const s = setup(POLICY);
  s.proxy.setSharedData(VM_ID, SHARED, shared(START + 1));
  times(30, () => assert.equal(once(s, 503), true));
  assert.equal(metric(s, "arm_closed", KEY), 0);
  s.proxy.advance(1);
  once(s, 503);
  assert.equal(metric(s, "arm_closed", KEY), 1);
  assert.equal(once(s, 503), false);
});

test("of the workers that want to open it one does", () => {
  const s = setup(POLICY);
  untilClosed(s, () => true);
  s.proxy.setSharedData(VM_ID, SHARED, shared(0));
  s.proxy.advance(62_000);
  assert.equal(metric(s, "arm_reopened", KEY), 0);
  assert.equal(once(s, 200), true);
});

test("a value of another layout in shared data is as good as none", () => {
  const later = START + 3_600_000;
  for (const value of ["something else", shared(later, 0x32674450), shared(later, 0x31674450, 24)]) {
    const s = setup(POLICY);
    s.proxy.setSharedData(VM_ID, SHARED, value);
    assert.equal(
      untilClosed(s, () => true),
      20,
    );
  }
});
