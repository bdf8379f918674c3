/** Guarded arms on the real Envoy: what closes one, on how many workers, and what clients can't bring about. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { always, startBackend, type Answer, type Backend } from "../lib/backend.ts";
import { bootstrap, sideBySide, type Message } from "../lib/bootstrap.ts";
import { header, request } from "../lib/client.ts";
import { startEnvoy, waitFor, type Envoy } from "../lib/envoy.ts";
import { GrpcClient } from "../lib/grpc.ts";
import { events, PolicyFile } from "../lib/policy.ts";
import { armRoutes } from "./routing.ts";
import { answering, arrivals } from "./support.ts";

/** Requests at the same time. */
const CLIENTS = 3;
/** The formula's figure for an arm that only fails: `minRequests`. */
const LEAST = 20;
/** With what is on its way when the arm closes. */
const MOST = 25;
const ASKED = 60;

const CLOSED = "header_routing_arm_closed";
const REQUESTS = "header_routing_arm_requests";
const ERRORS = "header_routing_arm_errors";
const UNTIL = "header_routing_arm_closed_until";
const REOPENED = "header_routing_arm_reopened";

interface Scenario {
  readonly name: string;
  readonly answer: Answer;
  readonly grpc?: true;
}

/** The server's faults. */
const FAULTS: readonly Scenario[] = [
  { name: "status-503", answer: { status: 503 } },
  { name: "reset", answer: { fault: "reset" } },
  { name: "reset-in-the-middle", answer: { fault: "reset-after-headers" } },
  { name: "grpc-headers", answer: { grpcStatus: 14 }, grpc: true },
  { name: "grpc-trailers", answer: { grpcStatus: 13, grpcHeadersFirst: true }, grpc: true },
];

/** The clients'. */
const HARMLESS: readonly Scenario[] = [
  { name: "status-400", answer: { status: 400 } },
  { name: "status-429", answer: { status: 429 } },
  { name: "client-leaves", answer: { fault: "never" } },
  { name: "grpc-invalid", answer: { grpcStatus: 3, grpcHeadersFirst: true }, grpc: true },
  { name: "grpc-late", answer: { grpcStatus: 4 }, grpc: true },
];

/** Closes and opens again. */
const REOPENS: Scenario = { name: "reopens", answer: { status: 500 } };

/** Every user is the guarded arm's. */
function policyOf(name: string): object {
  const guard = { maxErrorPercent: 5, reopenAfter: name === REOPENS.name ? "1s" : "10m" };
  const split = { salt: "s", default: "v1", arms: [{ arm: "v2", percent: 100, guard }] };
  return {
    name,
    arms: [{ name: "v1" }, { name: "v2" }],
    rules: [{ name: "canary", key: [{ header: "x-user" }], split }],
  };
}

const backends: Record<string, Backend> = {};
const files: PolicyFile[] = [];

function backend(scenario: Scenario, arm: "v1" | "v2"): Backend {
  const found = backends[`${scenario.grpc ? "grpc" : "h1"}-${arm}`];
  assert.ok(found);
  return found;
}

before(async () => {
  for (const kind of ["h1", "grpc"] as const)
    for (const arm of ["v1", "v2"] as const) {
      backends[`${kind}-${arm}`] = await startBackend({ kind, program: always({ headers: [["x-arm", arm]] }) });
    }
});

after(async () => {
  for (const file of files) file.remove();
  for (const one of Object.values(backends)) await one.close();
});

async function start(workers: number): Promise<Envoy> {
  const policies: PolicyFile[] = [];
  const trees = [...FAULTS, ...HARMLESS, REOPENS].map((scenario): [string, Message] => {
    const file = new PolicyFile(policyOf(scenario.name), { filter: "header-routing" });
    policies.push(file);
    const clusters = Object.entries(backends).map(([name, one]) => ({ name, to: [one] }));
    const routes = armRoutes(["v1", "v2"], (arm) => ({ cluster: `${scenario.grpc ? "grpc" : "h1"}-${arm}` }));
    const hcm = { stat_prefix: scenario.name };
    return [scenario.name, bootstrap({ policies: [file], clusters, routes, hcm })];
  });
  files.push(...policies);
  const extensions = policies.map(({ resource }) => resource);
  return startEnvoy({ bootstrap: sideBySide(trees), workers, extensions, logLevel: "warning" });
}

for (const workers of [1, 2, 4]) {
  test(`with ${workers} workers`, async (t) => {
    const envoy = await start(workers);
    t.after(() => envoy.stop());
    const prefixOf = ({ name }: Scenario, round: number): string => `${workers}-${name}-${round}-`;

    /** One request of a user of the guarded arm. */
    async function ask({ name, grpc, answer }: Scenario, id: string): Promise<void> {
      const headers = { "x-user": "anna", ...answering(answer) };
      if (!grpc) {
        const timeoutMs = answer.fault === "never" ? 100 : 10_000;
        await request({ port: envoy.port(name), id, headers, timeoutMs }).catch(() => undefined);
        return;
      }
      const client = new GrpcClient(envoy.port(name));
      await client.unary(Buffer.from(id), { ...headers, "x-test-id": id });
      client.close();
    }

    /** Many, some at a time. Returns how many of them came to the default arm, and to the guarded one. */
    async function many(scenario: Scenario, round: number): Promise<[v1: number, v2: number]> {
      const prefix = prefixOf(scenario, round);
      let next = 0;
      const one = async (): Promise<void> => {
        while (next < ASKED) await ask(scenario, `${prefix}${next++}`);
      };
      await Promise.all(Array.from({ length: CLIENTS }, one));
      return [await arrivals(backend(scenario, "v1"), prefix), await arrivals(backend(scenario, "v2"), prefix)];
    }

    for (const scenario of FAULTS) {
      await t.test(`${scenario.name} closes the arm after ${LEAST} of its requests`, async () => {
        const [others, seen] = await many(scenario, 1);
        assert.ok(seen >= LEAST && seen <= MOST, `${seen} requests came to the arm`);
        assert.equal(others, ASKED - seen);
        const counted = await events(envoy, scenario.name, "canary/v2");
        assert.deepEqual([counted[CLOSED], counted[REQUESTS], counted[ERRORS]], [1, seen, seen]);
        assert.ok((counted[UNTIL] ?? 0) > Date.now() / 1000);
        assert.deepEqual(await many(scenario, 2), [ASKED, 0], "its users stay with the default arm");
        const said = envoy.log().match(/arm canary\/v2 is closed: \d+ of \d+ requests failed/g) ?? [];
        assert.equal(said.length, FAULTS.indexOf(scenario) + 1, "one line for each that closes");
      });
    }

    for (const scenario of HARMLESS) {
      await t.test(`${scenario.name} closes nothing`, async () => {
        const [others, seen] = await many(scenario, 1);
        assert.equal(others, 0);
        // Of those whose client left some may not have come so far.
        assert.ok(seen > LEAST, `${seen} requests came to the arm`);
        const counted = await events(envoy, scenario.name, "canary/v2");
        assert.deepEqual([counted[CLOSED], counted[ERRORS], counted[UNTIL]], [0, 0, 0]);
      });
    }

    await t.test("it opens again after its time, and closes by the same rule", async () => {
      assert.ok((await many(REOPENS, 1))[1] <= MOST);
      await waitFor("the arm to open", 10_000, async () =>
        (await events(envoy, REOPENS.name, "canary/v2"))[REOPENED] === 1 ? true : undefined,
      );
      assert.equal((await events(envoy, REOPENS.name, "canary/v2"))[UNTIL], 0);
      const answer = await request({ port: envoy.port(REOPENS.name), headers: { "x-user": "anna" } });
      assert.equal(header(answer, "x-arm"), "v2");
      const [, seen] = await many(REOPENS, 2);
      assert.ok(seen >= LEAST - 1 && seen <= MOST, `${seen} requests came to the arm`);
      assert.equal((await events(envoy, REOPENS.name, "canary/v2"))[CLOSED], 2);
    });
  });
}
