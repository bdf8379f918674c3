/** The end of Envoy while the filter has work in hand, and thousands of streams at once: nothing crashes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { always, type Answer } from "../lib/backend.ts";
import { check } from "../lib/bound.ts";
import { H2Client, request } from "../lib/client.ts";
import { waitFor, type Envoy } from "../lib/envoy.ts";
import { events, PolicyFile } from "../lib/policy.ts";
import { answering } from "./support.ts";
import { promise, residentKiB, rig, share, WORKERS } from "./lifecycle.ts";

/** Waits until Envoy has ended by itself, and tells how. */
function ended(envoy: Envoy): Promise<string> {
  return waitFor("Envoy to end", 10_000, async () => {
    try {
      envoy.assertAlive();
      return undefined;
    } catch (error) {
      return /exit code \d+|signal \w+/.exec(String(error))?.[0] ?? String(error);
    }
  });
}

const ENDS: Record<string, (envoy: Envoy) => Promise<unknown>> = {
  SIGTERM: async (envoy) => process.kill(envoy.pid, "SIGTERM"),
  quitquitquit: (envoy) => request({ port: envoy.adminPort, method: "POST", path: "/quitquitquit" }),
  "a drain, then SIGTERM": async (envoy) => {
    await request({ port: envoy.adminPort, method: "POST", path: "/drain_listeners?graceful" });
    await request({ port: envoy.adminPort, method: "POST", path: "/healthcheck/fail" });
    process.kill(envoy.pid, "SIGTERM");
  },
};
const EACH = 20;

for (const [how, end] of Object.entries(ENDS)) {
  test(`${how} while attempts are in flight, held and waiting for their turn: exit code 0`, async (t) => {
    const policy = new PolicyFile(share("shop", 50, "1h"));
    const backoff = { reset_headers: [{ name: "retry-after", format: "SECONDS" }], max_interval: "60s" };
    const { envoy, backend } = await rig(t, {
      policies: [policy],
      ends: true,
      retry: { perTryTimeoutMs: 500, more: { rate_limited_retry_back_off: backoff } },
      action: { hedge_policy: { hedge_on_per_try_timeout: true } },
    });
    let sent = 0;
    const send = async (answer: Answer): Promise<void> => {
      for (let n = 0; n < EACH; n++, sent++) {
        void request({ port: envoy.port(), id: `r${sent}`, headers: answering(answer) }).catch(() => undefined);
      }
      await waitFor("all at the backend", 5_000, async () =>
        (await backend.counts()).originals === sent ? true : undefined,
      );
    };
    // Their retries are paid for and come in half a minute: the budget is spent.
    await send({ status: 503, headers: [["retry-after", "30"]] });
    // An attempt that hangs for half a second gets a sibling, which is held back.
    await send({ fault: "never" });
    await waitFor("held attempts", 5_000, async () =>
      ((await events(envoy, "shop"))["retries_denied.held"] ?? 0) >= EACH ? true : undefined,
    );
    await send({ fault: "never" });
    await end(envoy);
    assert.equal(await ended(envoy), "exit code 0");
  });
}

const STREAMS = 5_000;
const PER_CONNECTION = 100;
/** Envoy's own share is about 22 KiB a stream. */
const GROWTH_KIB = 256 * 1024;

test("5,000 streams that a slow backend holds open, then an outage: all are answered within the budget", async (t) => {
  const policy = new PolicyFile(share("shop", 20, "30s"));
  const { envoy, backend } = await rig(t, {
    policies: [policy],
    program: always({ fault: "never" }),
    kind: "h2",
    timeoutMs: 60_000,
  });
  const before = residentKiB(envoy);
  const clients = Array.from({ length: STREAMS / PER_CONNECTION }, () => new H2Client(envoy.port()));
  t.after(() => clients.forEach((client) => client.close()));
  const answers = clients.flatMap((client, c) =>
    Array.from({ length: PER_CONNECTION }, (_, n) => client.request({ id: `${c}-${n}`, timeoutMs: 60_000 })),
  );
  await waitFor("all at the backend", 30_000, async () =>
    (await backend.counts()).originals === STREAMS ? true : undefined,
  );
  const open = residentKiB(envoy);
  await waitFor("a tick", 5_000, async () => {
    const found = await events(envoy, "shop");
    return found["tokens_left"] === STREAMS / 5 ? true : undefined;
  });
  await backend.program(always({ status: 503 }));
  await backend.hangUp();
  const statuses: Record<number, number> = {};
  for (const { status } of await Promise.all(answers)) statuses[status] = (statuses[status] ?? 0) + 1;
  const after = residentKiB(envoy);
  const verdict = check(await backend.events(), promise(20, 30_000));
  t.diagnostic(
    `${WORKERS} workers: ${JSON.stringify(statuses)}, ${verdict.retries} retries, bound ${verdict.bound}, ` +
      `RSS ${before} -> ${open} (open) -> ${after} KiB`,
  );
  assert.deepEqual(statuses, { 503: STREAMS });
  assert.ok(verdict.ok, JSON.stringify(verdict));
  // Some of those that were granted die with a connection before they reach the backend.
  const found = await events(envoy, "shop");
  assert.equal(found["retries_granted"], STREAMS / 5);
  assert.equal(found["originals"], STREAMS);
  assert.ok(after - before < GROWTH_KIB);
});
