/**
 * Cases by chance: a policy, a route's retry settings, and requests that the backend answers in all kinds of ways. What
 * must come of them is what the module says; the real proxy is then held to it. Without time: nothing waits or times out.
 */
import type { Answered, Observed } from "../../cli/cases/expect.ts";
import { observeOnModule } from "../../cli/cases/module.ts";
import type { Answer, Bounds, Case, Env, Expectation, Pairs, Step } from "../../cli/cases/types.ts";
import { random } from "../lib/program.ts";

const FILTER = "retry-budget";
const RETRY_ON = [
  "5xx,reset,connect-failure",
  "gateway-error,retriable-4xx",
  "5xx,retriable-status-codes,envoy-ratelimited",
  "reset,unavailable,internal",
  "connect-failure,refused-stream",
  "retriable-4xx,cancelled,5xx",
];
const STATUSES = [200, 200, 201, 404, 409, 429, 500, 502, 503, 503, 504];
const GRPC_STATUSES = [0, 1, 2, 4, 8, 13, 14];
const EVENTS = ["originals", "retries_granted", "retries_denied.budget", "retries_denied.held"];
/** Headers whose values are compared. */
const HEADERS = ["x-envoy-ratelimited", "grpc-status"];
/** Details of answers whose body is the backend's or ours. */
const KNOWN_WORDS = ["via_upstream", "retry_budget_exhausted"];
const GRPC: Pairs = [["content-type", "application/grpc"]];
const SHARE_OF_RESETS = 0.12;
const SHARE_OF_REFUSALS = 0.1;
const SHARE_OF_GRPC = 0.15;
const SHARE_OF_MARKED = 0.1;

/** Draws with a seed. */
class Dice {
  private readonly next: () => number;

  constructor(seed: number) {
    this.next = random(seed);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  /** From `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  one<T>(list: readonly [T, ...T[]] | readonly T[]): T {
    return list[this.whole(0, list.length - 1)] as T;
  }
}

/** `count` cases of a seed, with the module's results as their expectations. */
export function randomCases(count: number, seed: number): Case[] {
  const dice = new Dice(seed);
  // Few environments: each has its listeners.
  const envs = RETRY_ON.map((on) => environment(on, dice));
  return Array.from({ length: count }, (_, index) => expecting(drawCase(dice, dice.one(envs), index)));
}

function environment(on: string, dice: Dice): Env {
  const statusCodes = on.includes("retriable-status-codes") ? [404, 429] : [];
  return {
    workers: [1],
    retry: { on, max: dice.one([1, 2, 3, 5]), statusCodes, perTryTimeoutMs: undefined, hedge: false },
    timeoutMs: undefined,
    timeoutRetryHeader: dice.chance(0.5),
    mirror: false,
    routes: [
      { path: "/a", authority: undefined, name: "a", cluster: "one", virtualHost: "main" },
      { path: "/", authority: undefined, name: "", cluster: "two", virtualHost: "main" },
    ],
  };
}

function drawCase(dice: Dice, env: Env, index: number): Case {
  const count = dice.one([0, 0, 1, 2, 5]);
  return {
    file: "by chance",
    line: index + 1,
    name: `case ${index + 1}`,
    filter: FILTER,
    policy: {
      budget: { percent: dice.one([0, 10, 20, 50, 100]), interval: "1h" },
      minRetryRate: { count, interval: "1h" },
      per: dice.one(["cluster", "route", "virtualHost", "proxy"]),
      onExhausted: dice.one(["original", "original", "503"]),
      mode: dice.one(["enforce", "enforce", "shadow"]),
    },
    env,
    steps: Array.from({ length: dice.whole(3, 8) }, (_, step) => drawStep(dice, step + 1)),
    onlyModule: undefined,
    place: () => "1:1",
  };
}

function drawStep(dice: Dice, line: number): Step {
  const method = dice.one(["GET", "GET", "POST", "HEAD"]);
  const refused: Answer[] = dice.chance(SHARE_OF_REFUSALS) ? [{ ...answer(200), fault: "connect-failure" }] : [];
  return {
    name: undefined,
    line,
    at: undefined,
    repeat: dice.whole(1, 6),
    clients: 1,
    request: {
      method,
      scheme: "http",
      authority: "shop",
      path: dice.one(["/a", "/b"]),
      headers: dice.chance(0.2) ? GRPC : [],
      body: method === "POST" && dice.chance(0.5) ? "two socks" : "",
      facts: {},
    },
    upstream: refused.length > 0 ? refused : Array.from({ length: dice.whole(1, 4) }, () => drawAnswer(dice)),
    expect: NOTHING,
  };
}

function answer(status: number, headers: Pairs = [], body = ""): Answer {
  return { fault: undefined, status, headers, body, trailers: undefined, delayMs: 0 };
}

function drawAnswer(dice: Dice): Answer {
  if (dice.chance(SHARE_OF_RESETS)) return { ...answer(200), fault: "reset" };
  if (dice.chance(SHARE_OF_GRPC)) return answer(200, [...GRPC, ["grpc-status", String(dice.one(GRPC_STATUSES))]]);
  if (dice.chance(SHARE_OF_MARKED)) return answer(503, [["x-envoy-ratelimited", "true"]], "no more");
  return answer(dice.one(STATUSES), [], dice.one(["", "own"]));
}

const NOTHING: Expectation = {
  status: undefined,
  headers: new Map(),
  absent: [],
  body: undefined,
  details: undefined,
  outcome: undefined,
  upstream: undefined,
  attempts: undefined,
  counters: new Map(),
  keys: new Map(),
};

/** The case with what the module made of it. */
function expecting(test: Case): Case {
  const seen = observeOnModule(test, 1);
  const steps = test.steps.map((step, index) => {
    const observed = seen[index];
    return observed ? { ...step, expect: expectationOf(observed, step.request.method) } : step;
  });
  return { ...test, steps };
}

/** What all answers of the step have in common, and the counts. */
function expectationOf({ answers, counters }: Observed, method: string): Expectation {
  const common = <T>(of: (one: Answered) => T): T | undefined => {
    const [first, ...others] = answers.map(of);
    return others.every((value) => value === first) ? first : undefined;
  };
  const values = HEADERS.map((name) => {
    const value = common(({ headers }) => headers.find(([known]) => known === name)?.[1] ?? "");
    return [name, value] as const;
  });
  const arrived = answers.reduce((sum, { arrivals }) => sum + arrivals.length, 0);
  return {
    status: common(({ status }) => status),
    body: bodyOf(answers, method),
    details: common(({ details }) => details),
    outcome: common(({ outcome }) => outcome),
    headers: new Map(values.flatMap(([name, value]) => (value ? [[name, [value]] as const] : []))),
    absent: values.flatMap(([name, value]) => (value === "" ? [name] : [])),
    upstream: undefined,
    attempts: exactly(arrived),
    counters: new Map(
      EVENTS.flatMap((name) => {
        const value = counters.total.get(name);
        return value === undefined ? [] : [[name, exactly(value)] as const];
      }),
    ),
    keys: new Map(),
  };
}

/** The body that all answers have. Envoy's own words are another matter in each version: those are not compared. */
function bodyOf(answers: readonly Answered[], method: string): string | undefined {
  // The router model gives an answer to HEAD the body that the backend would have sent.
  if (method === "HEAD") return "";
  if (!answers.every(({ details }) => KNOWN_WORDS.includes(details))) return undefined;
  const [first, ...others] = answers.map(({ body }) => body);
  return others.every((body) => body === first) ? first : undefined;
}

function exactly(count: number): Bounds {
  return { min: count, max: count };
}
