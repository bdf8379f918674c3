/**
 * Case files that must be refused: what is wrong, the text, the messages. Lines are numbered from 1; GOOD is the case
 * that the most are made from.
 */

export const GOOD = `name: a case
filter: retry-budget
policy: { budget: { percent: 20 } }
env: { workers: [1], retry: { on: "5xx", max: 5 } }
steps:
  - name: down
    repeat: 2
    upstream: [503]
    expect: { status: 503 }
`;

export type BadCase = readonly [what: string, text: string, messages: readonly string[]];

/** GOOD with one part replaced. */
function but(part: string, by: string): string {
  if (!GOOD.includes(part)) throw new Error(`GOOD has no ${part}`);
  return GOOD.replace(part, by);
}

const CASE_FIELDS = "name, filter, policy, policyFile, env, only, why, steps";
const STEP_FIELDS = "name, at, repeat, clients, request, upstream, expect";
const EXPECT_FIELDS = "status, headers, absent, body, details, outcome, upstream, attempts, counters, keys";
const ANSWERS = "a whole number from 200 to 599, or reset, timeout, connect-failure, or a map";

export const BAD_CASES: readonly BadCase[] = [
  ["nothing", "", ["1:1: the file holds no case"]],
  ["a comment", "# later\n", ["1:1: the file holds no case"]],
  ["a list", "- filter: retry-budget\n", ["1:1: a list is not allowed; allowed: a map"]],
  ["a text", "retry-budget\n", ['1:1: "retry-budget" is not allowed; allowed: a map']],
  [
    "an empty case",
    "{}\n",
    ["1:1: /filter: missing, but required: a text that is not empty", "1:1: /steps: missing, but required: a list"],
  ],
  ["a tab", but("    repeat", "\trepeat"), ["7:1: Tabs are not allowed as indentation"]],
  [
    "a bracket too few",
    but("[503]", "[503"),
    ["9:5: Flow sequence in block collection must be sufficiently indented and end with a ]"],
  ],
  ["a field twice", but("    repeat: 2", "    repeat: 2\n    repeat: 3"), ["8:5: Map keys must be unique"]],
  [
    "an anchor",
    but("upstream: [503]", "upstream: &down [503]"),
    ["8:21: anchors and aliases are not allowed; write it out"],
  ],
  ["an alias", but("upstream: [503]", "upstream: *down"), ["8:15: anchors and aliases are not allowed; write it out"]],
  ["an unknown field", but("steps:", "stepps: []\nsteps:"), [`5:1: /stepps: unknown field; allowed: ${CASE_FIELDS}`]],
  [
    "an unknown field of a step",
    but("    repeat: 2", "    times: 2"),
    [`7:5: /steps/0/times: unknown field; allowed: ${STEP_FIELDS}`],
  ],
  [
    "an unknown expectation",
    but("status: 503", "statsu: 503"),
    [`9:15: /steps/0/expect/statsu: unknown field; allowed: ${EXPECT_FIELDS}`],
  ],
  [
    "an unknown field of env",
    but("workers: [1]", "worker: 1"),
    ["4:8: /env/worker: unknown field; allowed: workers, retry, timeoutMs, timeoutRetryHeader, mirror, routes"],
  ],
  [
    "an unknown field of retry",
    but("max: 5", "max: 5, backoff: 1"),
    ["4:50: /env/retry/backoff: unknown field; allowed: on, max, statusCodes, perTryTimeoutMs, hedge"],
  ],
  [
    "retry without max",
    but(", max: 5", ""),
    ["4:29: /env/retry/max: missing, but required: a whole number from 0 to 100"],
  ],
  [
    "a condition that Envoy does not know",
    but('"5xx"', '"5xx,6xx"'),
    ["4:35: /env/retry/on: unknown retry_on condition"],
  ],
  ["no worker", but("[1]", "[0]"), ["4:18: /env/workers/0: 0 is not allowed; allowed: a whole number from 1 to 16"]],
  [
    "an empty list of workers",
    but("[1]", "[]"),
    ["4:17: /env/workers: a list of 0 is not allowed; allowed: at least 1"],
  ],
  [
    "an unknown filter",
    but("retry-budget", "retry-bugdet"),
    ["2:9: /filter: there is no filter retry-bugdet; allowed: "],
  ],
  [
    "no policy",
    but("policy: { budget: { percent: 20 } }\n", ""),
    ["1:1: /policy: exactly one of policy and policyFile is required"],
  ],
  [
    "two policies",
    but("env:", "policyFile: x.yaml\nenv:"),
    ["4:13: /policy: exactly one of policy and policyFile is required"],
  ],
  [
    "a policy file that is not there",
    but("policy: { budget: { percent: 20 } }", "policyFile: nowhere.yaml"),
    ["3:13: /policyFile: the file can't be read"],
  ],
  [
    "a policy with a name",
    but("{ budget", "{ name: shop, budget"),
    ["3:17: /policy/name: has no meaning in a case: every run gives a fresh name; allowed: leave it out"],
  ],
  [
    "a policy that is a text",
    but("{ budget: { percent: 20 } }", "shop"),
    ['3:9: /policy: "shop" is not allowed; allowed: a map'],
  ],
  ["only without why", but("env:", "only: [module]\nenv:"), ["4:7: /only: needs why: the reason, for the summary"]],
  ["why without only", but("env:", "why: slow\nenv:"), ["4:6: /why: has no meaning without only"]],
  ["only Envoy", but("env:", "only: [envoy]\nwhy: x\nenv:"), ['4:8: /only/0: "envoy" is not allowed; allowed: module']],
  [
    "no steps",
    "filter: retry-budget\npolicy: {}\nsteps: []\n",
    ["3:8: /steps: a list of 0 is not allowed; allowed: at least 1"],
  ],
  ["no expectation", but("    expect: { status: 503 }\n", ""), ["6:3: /steps: the case expects nothing"]],
  [
    "a status that is none",
    but("[503]", "[5033]"),
    ["8:16: /steps/0/upstream/0: 5033 is not allowed; allowed: a whole number from 200 to 599"],
  ],
  [
    "an answer that is none",
    but("[503]", "[rest]"),
    ['8:16: /steps/0/upstream/0: "rest" is not allowed; allowed: reset, timeout, connect-failure'],
  ],
  [
    "an answer of another type",
    but("[503]", "[true]"),
    [`8:16: /steps/0/upstream/0: true is not allowed; allowed: ${ANSWERS}`],
  ],
  ["an answer that is no list", but("[503]", "503"), ["8:15: /steps/0/upstream: 503 is not allowed; allowed: a list"]],
  [
    "a fault with a status",
    but("[503]", "[{ fault: reset, status: 503 }]"),
    ["8:40: /steps/0/upstream/0/status: has no meaning beside fault"],
  ],
  [
    "a timeout that never comes",
    but("[503]", "[timeout]"),
    ["8:16: /steps/0/upstream/0: timeout needs env.retry.perTryTimeoutMs or env.timeoutMs"],
  ],
  [
    "a connect failure among others",
    but("[503]", "[503, connect-failure]"),
    [
      "8:21: /steps/0/upstream/1: connect-failure is not allowed among others: all attempts of a request go to one place",
    ],
  ],
  [
    "hedging without a timeout",
    but("max: 5", "max: 5, hedge: true"),
    ["4:57: /env/retry/hedge: needs perTryTimeoutMs"],
  ],
  [
    "no repetition",
    but("repeat: 2", "repeat: 0"),
    ["7:13: /steps/0/repeat: 0 is not allowed; allowed: a whole number from 1 to 1000000"],
  ],
  [
    "half a repetition",
    but("repeat: 2", "repeat: 2.5"),
    ["7:13: /steps/0/repeat: 2.5 is not allowed; allowed: a whole number from 1 to 1000000"],
  ],
  [
    "a number as text",
    but("repeat: 2", 'repeat: "2"'),
    ['7:13: /steps/0/repeat: "2" is not allowed; allowed: a whole number from 1 to 1000000'],
  ],
  [
    "nothing to repeat",
    but("    upstream: [503]\n    expect: { status: 503 }", "    expect: { attempts: 0 }"),
    ["7:13: /steps/0/repeat: has no meaning without request or upstream"],
  ],
  [
    "an answer to no request",
    but("    repeat: 2\n    upstream: [503]\n", ""),
    ["7:23: /steps/0/expect/status: has no meaning in a step that sends no request"],
  ],
  [
    "a time that is over",
    `${but("    repeat: 2", "    at: 500")}  - { at: 400, expect: { attempts: 1 } }\n`,
    ["10:11: /steps/1/at: an earlier step is at 500; allowed: 500 or more"],
  ],
  [
    "a path without slash",
    but("upstream:", "request: { path: cart }\n    upstream:"),
    ['8:22: /steps/0/request/path: "cart" is not allowed; allowed: a text that begins with /'],
  ],
  [
    "who sends it, which the filter can't see",
    but("upstream:", "request: { peer: { ip: 10.0.0.7 } }\n    upstream:"),
    ["8:22: /steps/0/request/peer: retry-budget runs after the router and can't see it"],
  ],
  [
    "headers as a map",
    but("upstream:", "request: { headers: { x-role: user } }\n    upstream:"),
    ["8:25: /steps/0/request/headers: a map is not allowed; allowed: a list"],
  ],
  [
    "a header without a value",
    but("upstream:", "request: { headers: [[x-role]] }\n    upstream:"),
    ["8:26: /steps/0/request/headers/0: a list of 1 is not allowed; allowed: 2"],
  ],
  [
    "a header that is a field",
    but("upstream:", "request: { headers: [[':path', /x]] }\n    upstream:"),
    ['8:27: /steps/0/request/headers/0/0: ":path" is no header name; allowed: a token such as x-role'],
  ],
  ["bounds without a bound", but("status: 503", "attempts: {}"), ["9:25: /steps/0/expect/attempts: needs min or max"]],
  [
    "bounds that exclude each other",
    but("status: 503", "counters: { originals: { min: 5, max: 4 } }"),
    ["9:38: /steps/0/expect/counters/originals: min 5 is above max 4"],
  ],
  [
    "a bound that is a text",
    but("status: 503", "counters: { originals: many }"),
    ['9:38: /steps/0/expect/counters/originals: "many" is not allowed; allowed: a whole number, or a map'],
  ],
  [
    "an unknown field of upstream",
    but("status: 503", "upstream: { host: x }"),
    ["9:27: /steps/0/expect/upstream/host: unknown field; allowed: cluster, method, authority, path, headers, absent"],
  ],
  [
    "three mistakes",
    GOOD.replace("repeat: 2", "repeat: x").replace("[1]", "[one]").replace("status: 503", "status: ok"),
    [
      '4:18: /env/workers/0: "one" is not allowed; allowed: a whole number from 1 to 16',
      '7:13: /steps/0/repeat: "x" is not allowed; allowed: a whole number from 1 to 1000000',
      '9:23: /steps/0/expect/status: "ok" is not allowed; allowed: a whole number from 100 to 599',
    ],
  ],
  [
    "the second of two cases",
    `${GOOD}---\n${but("max: 5", "max: many")}`,
    ['14:47: /env/retry/max: "many" is not allowed; allowed: a whole number from 0 to 100'],
  ],
];

/** Cases that are read, and can't run or don't pass: what the report says, its first line left out. */
export const FAILING_CASES: readonly BadCase[] = [
  [
    "a policy that the filter refuses",
    but("percent: 20", "percent: 120"),
    [
      "    case.yaml:3:30: /policy/budget/percent: 120 is not allowed; allowed: a number from 0 to 100 with at most 3 decimals",
    ],
  ],
  [
    "a policy field that the filter does not know",
    but("percent: 20", "percnt: 20"),
    ["    case.yaml:3:21: /policy/budget/percnt: unknown field; allowed: percent, interval"],
  ],
  [
    "another status",
    but("status: 503", "status: 200"),
    ["  step 1 (down), line 6:", "    status: expected 200", "            got      503 (request 1), and 2 of 2 differ"],
  ],
  [
    "an event that the filter does not have",
    but("status: 503", "counters: { retires_denied: 0 }"),
    [
      "  step 1 (down), line 6:",
      "    retires_denied: expected an event of the filter",
      "                    got      only answered, heartbeat, keys_overflowed, leases_returned, originals, policy_hash, retries_denied, retries_denied.budget, retries_denied.held, retries_granted, tokens_left",
    ],
  ],
  [
    "a key that is not there",
    but("status: 503", "keys: { mian: { originals: 2 } }"),
    ["  step 1 (down), line 6:", "    key mian: expected a key of this name", "              got      only main"],
  ],
  [
    "a header",
    but("status: 503", 'headers: { x-envoy-ratelimited: "false" }, absent: [x-envoy-ratelimited]'),
    [
      "  step 1 (down), line 6:",
      '    header x-envoy-ratelimited: expected "false"',
      '                                got      "true" (request 1), and 2 of 2 differ',
      "    header x-envoy-ratelimited: expected absent",
      '                                got      "true" (request 1), and 2 of 2 differ',
    ],
  ],
  [
    "bounds",
    but("status: 503", "attempts: { min: 4, max: 9 }, counters: { originals: { max: 1 } }"),
    [
      "  step 1 (down), line 6:",
      "    attempts: expected >= 4, <= 9",
      "              got      3",
      "    originals: expected <= 1",
      "               got      2",
    ],
  ],
  [
    "what the backend saw",
    but("status: 503", "upstream: { cluster: other, path: /cart, headers: { x-role: user } }"),
    [
      "  step 1 (down), line 6:",
      '    upstream cluster: expected "other"',
      '                      got      "main" (request 1), and 2 of 2 differ',
      '    upstream path: expected "/cart"',
      '                   got      "/" (request 1), and 2 of 2 differ',
      '    upstream header x-role: expected "user"',
      "                            got      absent (request 1), and 2 of 2 differ",
    ],
  ],
];
