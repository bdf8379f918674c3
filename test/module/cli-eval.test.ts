/** `eval --events`: decisions of the built module about recorded attempts. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Desk, retryBudget, type Said } from "./cli.ts";

const desk = new Desk({
  "none.yaml": retryBudget("  budget: { percent: 0 }\n  minRetryRate: { count: 0 }"),
  "shadow.yaml": retryBudget("  budget: { percent: 0 }\n  minRetryRate: { count: 0 }\n  mode: shadow"),
  "shop.yaml": retryBudget("  budget: { percent: 20 }\n  per: proxy"),
});
after(() => desk.remove());

type Line = Record<string, unknown>;

function play(policy: string, events: readonly (object | string)[], ...more: string[]): Promise<Said> {
  desk.write("e.jsonl", events.map((event) => (typeof event === "string" ? event : JSON.stringify(event))).join("\n"));
  return desk.run("eval", "--policy", policy, "--events", "e.jsonl", ...more);
}

function decisions({ out }: Said): Line[] {
  return out
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
}

function verdicts(said: Said): string[] {
  return decisions(said).map(({ id, verdict }) => `${String(id)} ${String(verdict)}`);
}

const request = (t: number, stream: string, attempt: number, more: object = {}) => ({
  t,
  op: "request",
  stream,
  attempt,
  ...more,
});
const response = (t: number, stream: string, attempt: number, status: number) => ({
  t,
  op: "response",
  stream,
  attempt,
  status,
});
const reset = (t: number, stream: string, attempt: number) => ({ t, op: "reset", stream, attempt });

test("a line for each decision, by its line or its own id", async () => {
  const said = await play(
    "shop.yaml",
    [
      request(0, "a", 1),
      reset(5, "a", 1),
      request(10, "a", 2, { id: "mine" }),
      reset(15, "a", 2),
      "",
      request(20, "a", 3),
      { t: 30, op: "tick" },
    ],
    "--json",
  );
  assert.deepEqual(decisions(said), [
    { id: 1, filter: "retry-budget", policy: "shop", t: 0, stream: "a", attempt: 1, op: "request", verdict: "pass" },
    {
      id: "mine",
      filter: "retry-budget",
      policy: "shop",
      t: 10,
      stream: "a",
      attempt: 2,
      op: "request",
      verdict: "grant",
    },
    {
      ...{
        id: 6,
        filter: "retry-budget",
        policy: "shop",
        t: 20,
        stream: "a",
        attempt: 3,
        op: "request",
        verdict: "deny",
      },
      ...{ status: 503, details: "retry_budget_exhausted" },
    },
  ]);
  assert.equal(said.code, 0);
});

test("a denied answer is marked; what the recording has beyond it is moot", async () => {
  const events = [
    ...[request(0, "a", 1), reset(1, "a", 1), request(2, "a", 2)],
    ...[
      request(10, "b", 1),
      response(11, "b", 1, 503),
      request(12, "b", 2),
      response(13, "b", 2, 503),
      request(14, "b", 3),
    ],
    ...[request(20, "b", 1), response(21, "b", 1, 200)],
  ];
  const said = await play("none.yaml", events, "--json");
  assert.deepEqual(verdicts(said), ["1 pass", "3 deny", "4 pass", "5 pass", "6 deny", "8 deny", "9 pass", "10 pass"]);
  assert.deepEqual(decisions(said)[5]?.["moot"], true);
  assert.equal(said.err, "1 events left out: their attempts are not sent under this policy\n");
  const words = await play("none.yaml", events);
  assert.match(words.out, /\n5 pass, 2 deny, 1 attempts of requests that were denied before\n$/);
});

test("an attempt that would kill one that may still answer is held, and denied when that one dies", async () => {
  const events = [
    request(0, "a", 1),
    request(10, "a", 2),
    reset(20, "a", 1),
    { t: 500, op: "tick" },
    request(600, "b", 1),
    request(610, "b", 2),
    response(620, "b", 1, 200),
    reset(620, "b", 2),
  ];
  const said = await play("none.yaml", events, "--json");
  assert.deepEqual(verdicts(said), ["1 pass", "2 hold", "2 deny", "5 pass", "6 hold", "7 pass"]);
  assert.equal(Number(decisions(said)[2]?.["t"]) <= 500, true);
});

test("shadow says what enforce would have done", async () => {
  const events = [request(0, "a", 1), reset(1, "a", 1), request(2, "a", 2), request(3, "b", 1), request(4, "b", 2)];
  assert.deepEqual(verdicts(await play("shadow.yaml", events, "--json")), [
    ...["1 pass", "3 shadow-deny", "4 pass", "5 shadow-hold"],
  ]);
});

test("--explain names the counters that moved", async () => {
  const said = await play(
    "none.yaml",
    [request(0, "a", 1, { key: "cart" }), reset(1, "a", 1), request(2, "a", 2)],
    "--explain",
  );
  assert.equal(
    said.out,
    `1: t=0 shop: request of stream a, attempt 1: pass; originals{cart} +1 = 1
3: t=2 shop: request of stream a, attempt 2: deny; 503 retry_budget_exhausted; answered{cart} +1 = 1; retries_denied.budget{cart} +1 = 1
1 pass, 1 deny
`,
  );
});

test("a bad line is named, the rest is judged, exit code 1", async () => {
  const events = [
    "nonsense",
    "[1]",
    request(0, "a", 1),
    { t: 1, op: "retry", stream: "a" },
    { op: "tick" },
    { t: -1, op: "tick" },
    { t: 1, op: "request" },
    { t: 1, op: "request", stream: "a", attmept: 2 },
    { t: 1, op: "response", stream: "a", attempt: 1 },
    { t: 1, op: "response", stream: "a", attempt: 1, status: 99 },
    { t: 1, op: "request", stream: "a", attempt: 1.5 },
    { t: 1, op: "request", stream: "a", attempt: 3 },
    { t: 1, op: "request", stream: "a", attempt: 1 },
    { t: 1, op: "request", stream: "a", attempt: 2, worker: 1 },
    { t: 1, op: "request", stream: "x", worker: 64 },
    { t: 1, op: "request", stream: "x", key: "" },
    { t: 1, op: "reset", stream: "x" },
    { t: 1, op: "reset", stream: "a", attempt: 7 },
    { t: 1, op: "tick", id: [] },
    { t: 1, op: "request", stream: {} },
    reset(2, "a", 1),
    { t: 1, op: "tick" },
  ];
  const said = await play("shop.yaml", events);
  const fields = "id, t, op, stream, attempt, status, worker, key";
  assert.deepEqual(said.err.trimEnd().split("\n"), [
    "e.jsonl:1: no JSON; allowed: one JSON object a line",
    "e.jsonl:2: no JSON object; allowed: one JSON object a line",
    'e.jsonl:4: op: "retry"; one of: request, response, reset, tick',
    "e.jsonl:5: t: missing; allowed: a number from 0 to 2678400000",
    "e.jsonl:6: t: -1; allowed: a number from 0 to 2678400000",
    "e.jsonl:7: stream: missing, but a request needs it",
    `e.jsonl:8: attmept: unknown field; allowed: ${fields}`,
    "e.jsonl:9: status: missing; allowed: a whole number from 100 to 599",
    "e.jsonl:10: status: 99; allowed: a whole number from 100 to 599",
    "e.jsonl:11: attempt: 1.5; allowed: a whole number from 1 to 1000",
    "e.jsonl:12: attempt 3 of stream a does not follow attempt 1",
    "e.jsonl:13: stream a still runs; attempt 1 begins a new one",
    "e.jsonl:14: stream a runs on worker 0, not 1",
    "e.jsonl:15: worker: 64; allowed: a whole number from 0 to 63",
    "e.jsonl:16: key: allowed: a name",
    "e.jsonl:17: stream x has 0 running attempts; attempt must say which",
    "e.jsonl:18: attempt 7 of stream a does not run",
    "e.jsonl:19: id: allowed: a text or a number",
    "e.jsonl:20: stream: allowed: a text or a number",
    "e.jsonl:22: t: 1 is before the line above (2); allowed: lines in the order of time",
  ]);
  assert.equal(said.out, "3: t=0 shop: request of stream a, attempt 1: pass\n1 pass\n");
  assert.equal(said.code, 1);
  const json = decisions(await play("shop.yaml", ["nonsense"], "--json"));
  assert.deepEqual(json, [{ id: 1, verdict: "error", error: "no JSON; allowed: one JSON object a line" }]);
});

test("workers of one proxy share the budget, over 100,000 lines", async (t) => {
  const events: object[] = [];
  for (let i = 0; i < 25_000; i++) {
    const worker = i % 4;
    events.push(
      request(i, `${i}`, 1, { worker }),
      reset(i, `${i}`, 1),
      request(i, `${i}`, 2, { worker }),
      reset(i, `${i}`, 2),
    );
  }
  const started = performance.now();
  // The resets of denied retries are left out.
  const said = await play("shop.yaml", events, "--json");
  t.diagnostic(`${(performance.now() - started).toFixed(0)} ms`);
  const grants = decisions(said).filter(({ verdict }) => verdict === "grant").length;
  assert.equal(grants <= 5000 + 3 && grants > 4800, true, `${grants} grants`);
});
