/** Policy files that are refused: the whole text of what a user reads, with line and column. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Desk, retryBudget } from "./cli.ts";

const PERCENT = "is not allowed; allowed: a number from 0 to 100 with at most 3 decimals";
const FIELDS = "budget, minRetryRate, burst, per, onExhausted, mode, targetRefs, selector";
const REFS = "a list of 1 to 16 objects with group, kind and name";
const ANCHOR = "anchors and aliases are not allowed; write it out";
const KINDS =
  "Authorization, AuthorizationPolicy, RequestAuthentication, HeaderRouting, RetryBudget, XBackendTrafficPolicy, ServiceProfile";

function resource(lines: string): string {
  return `apiVersion: pointduty.dev/v1alpha1\nkind: RetryBudget\n${lines}`;
}

function gateway(spec: string): string {
  return `apiVersion: gateway.networking.x-k8s.io/v1alpha1\nkind: XBackendTrafficPolicy\nmetadata: { name: shop }\nspec:\n  targetRefs: [{ group: "", kind: Service, name: cart }]\n${spec}`;
}

function profile(budget: string): string {
  return `apiVersion: linkerd.io/v1alpha2\nkind: ServiceProfile\nmetadata: { name: web.shop.svc.cluster.local }\nspec:\n  retryBudget: ${budget}\n`;
}

/** What it is, the file, the lines on stdout without the file's name. */
const BAD: readonly (readonly [name: string, text: string | Uint8Array, lines: string | readonly string[]])[] = [
  // The text.
  ["an empty file", "", "1:1: the file holds no policy"],
  ["comments only", "# nothing\n---\n", "1:1: the file holds no policy"],
  ["a tab", "apiVersion: pointduty.dev/v1alpha1\nspec:\n\tbudget: 1\n", "3:1: a tab; allowed: spaces"],
  ["not UTF-8", new Uint8Array([0x61, 0x3a, 0x20, 0xff]), "1:1: the file is not UTF-8"],
  ["a key twice", retryBudget("  burst: 1\n  burst: 2"), "7:3: the same key is given twice"],
  ["an anchor", retryBudget("  budget: &a { percent: 20 }"), `6:14: ${ANCHOR}`],
  ["an alias", "a: &x 1\nb: *x\n", `1:7: ${ANCHOR}`],
  ["an alias of nothing", retryBudget("  burst: *x"), `6:10: ${ANCHOR}`],
  [
    "an open bracket",
    "a: [1, 2\n",
    "2:1: no YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
  ],
  ["an unknown tag", retryBudget("  burst: !pt 1"), "6:10: no YAML: Unresolved tag: !pt"],
  [
    "yes",
    retryBudget("  mode: yes"),
    "6:9: kubectl reads yes as true or false; allowed: true, false, or the word in quotes",
  ],
  [
    "an octal number",
    retryBudget("  burst: 017"),
    "6:10: kubectl reads 017 as an octal number; allowed: a number without leading zero",
  ],
  ["infinity", retryBudget("  burst: .inf"), "6:10: .inf is no number that JSON knows"],
  ["nested deeper than anything", "a: ".concat("[".repeat(60_000)), "1:1: nested deeper than 64 levels"],
  ["lists in one line", "- ".repeat(60_000), "1:1: nested deeper than 64 levels"],
  ["a far indentation", `a:\n${" ".repeat(5000)}b: 1\n`, "1:1: nested deeper than 64 levels"],
  // The frame.
  ["a list", "- 1\n", "1:1: no policy; allowed: an object with apiVersion, kind, metadata and spec"],
  ["a text", "hello\n", "1:1: no policy; allowed: an object with apiVersion, kind, metadata and spec"],
  [
    "no kind",
    "apiVersion: pointduty.dev/v1alpha1\nmetadata: { name: a }\n",
    `1:1: /kind: missing, but required: one of ${KINDS}`,
  ],
  ["an unknown kind", "apiVersion: v1\nkind: Service\n", `2:7: /kind: "Service" is not allowed; one of: ${KINDS}`],
  [
    "a kind with a typo",
    "apiVersion: pointduty.dev/v1alpha1\nkind: RetryBugdet\n",
    `2:7: /kind: "RetryBugdet" is not allowed; one of: ${KINDS}`,
  ],
  [
    "an unknown apiVersion",
    "apiVersion: pointduty.dev/v1\nkind: RetryBudget\n",
    '1:13: /apiVersion: "pointduty.dev/v1" is not allowed; allowed: pointduty.dev/v1alpha1',
  ],
  ["no apiVersion", "kind: RetryBudget\n", "1:1: /apiVersion: missing, but required: pointduty.dev/v1alpha1"],
  ["no name", resource("metadata: {}\nspec: {}\n"), "3:1: /metadata/name: missing, but required: the policy's name"],
  ["no metadata", resource("spec: {}\n"), "1:1: /metadata/name: missing, but required: the policy's name"],
  ["a number as a name", resource("metadata: { name: 5 }\nspec: {}\n"), "3:19: /metadata/name: allowed: a text"],
  [
    "a namespace that is a list",
    resource("metadata: { name: a, namespace: [] }\nspec: {}\n"),
    "3:22: /metadata/namespace: allowed: a text",
  ],
  ["no spec", resource("metadata: { name: a }\n"), "1:1: /spec: missing, but required: an object"],
  ["an empty spec", resource("metadata: { name: a }\nspec:\n"), "4:6: /spec: allowed: an object"],
  [
    "a field beside spec",
    resource("metadata: { name: a }\nspec: {}\nspce: {}\n"),
    "5:1: /spce: unknown field; allowed: apiVersion, kind, metadata, spec",
  ],
  // What the module says.
  [
    "a typo in line 7",
    retryBudget("  per: cluster\n  bugdet: { percent: 20 }"),
    `7:3: /spec/bugdet: unknown field; allowed: ${FIELDS}`,
  ],
  [
    "a typo inside",
    retryBudget("  budget:\n    percnt: 20"),
    "7:5: /spec/budget/percnt: unknown field; allowed: percent, interval",
  ],
  ["percent 101", retryBudget("  budget:\n    percent: 101"), `7:14: /spec/budget/percent: 101 ${PERCENT}`],
  ["percent as a text", retryBudget('  budget: { percent: "20" }'), `6:22: /spec/budget/percent: "20" ${PERCENT}`],
  ["percent empty", retryBudget("  budget:\n    percent:"), `7:13: /spec/budget/percent: null ${PERCENT}`],
  [
    "an interval without unit",
    retryBudget("  budget: { interval: 10 }"),
    "6:23: /spec/budget/interval: 10 is not allowed; allowed: a duration from 1s to 1h in h, m, s and ms, such as 1m30s",
  ],
  [
    "burst without a floor",
    retryBudget("  minRetryRate: { count: 0 }\n  burst: 3"),
    "7:10: /spec/burst: has no meaning when minRetryRate.count is 0; allowed: leave it out",
  ],
  [
    "an unknown mode",
    retryBudget("  mode: dry-run"),
    '6:9: /spec/mode: "dry-run" is not allowed; one of: enforce, shadow',
  ],
  [
    "budget as a list",
    retryBudget("  budget:\n    - 20"),
    "6:3: /spec/budget: a list is not allowed; allowed: an object",
  ],
  [
    "a name that is none",
    retryBudget("  per: cluster", "Shop_1"),
    '4:9: /metadata/name: "Shop_1" is not allowed; allowed: 1 to 63 characters of a-z, 0-9, "-" and ".", the first and the last a letter or digit',
  ],
  [
    "the name in spec",
    retryBudget("  name: shop"),
    "6:3: /spec/name: unknown field; the policy's name is metadata.name",
  ],
  // Where it applies.
  [
    "both kinds of target",
    retryBudget("  targetRefs: []\n  selector: {}"),
    "7:3: /spec/selector: targetRefs are given too; allowed: one of the two",
  ],
  ["no targets", retryBudget("  targetRefs: []"), `6:3: /spec/targetRefs: allowed: ${REFS}`],
  [
    "a target without kind",
    retryBudget('  targetRefs: [{ group: "", name: a }]'),
    "6:16: /spec/targetRefs/0/kind: missing, but required: a text",
  ],
  [
    "a target with a typo",
    retryBudget('  targetRefs:\n  - { group: "", kind: Service, nmae: a }'),
    [
      "7:5: /spec/targetRefs/0/name: missing, but required: a text",
      "7:33: /spec/targetRefs/0/nmae: unknown field; allowed: group, kind, name, sectionName",
    ],
  ],
  [
    "a selector without labels",
    retryBudget("  selector: {}"),
    "6:3: /spec/selector/matchLabels: missing, but required: at least one label and its value",
  ],
  [
    "expressions in a selector",
    retryBudget("  selector: { matchExpressions: [] }"),
    "6:15: /spec/selector/matchExpressions: unknown field; allowed: matchLabels",
  ],
  [
    "a label that is a number",
    retryBudget("  selector: { matchLabels: { v: 1 } }"),
    "6:33: /spec/selector/matchLabels/v: allowed: a text; quote it",
  ],
  // Gateway API.
  [
    "no retryConstraint",
    gateway(""),
    "4:1: /spec/retryConstraint: missing, but required: without it the resource has no retry budget",
  ],
  [
    "a share of a percent, which Gateway API has not",
    gateway("  retryConstraint: { budget: { percent: 0.5 } }"),
    "6:41: /spec/retryConstraint/budget/percent: 0.5 is not allowed; allowed: a whole number from 0 to 100",
  ],
  [
    "101 percent",
    gateway("  retryConstraint: { budget: { percent: 101 } }"),
    `6:41: /spec/retryConstraint/budget/percent: 101 ${PERCENT}`,
  ],
  [
    "half a rate",
    gateway("  retryConstraint: { minRetryRate: { count: 3 } }"),
    "6:22: /spec/retryConstraint/minRetryRate/interval: missing, but required beside the other of count and interval",
  ],
  [
    "a field that Gateway API has not",
    gateway("  retryConstraint: { burst: 3 }"),
    "6:22: /spec/retryConstraint/burst: unknown field; allowed: budget, minRetryRate",
  ],
  // Linkerd.
  [
    "no ttl",
    profile("{ retryRatio: 0.2, minRetriesPerSecond: 10 }"),
    "5:3: /spec/retryBudget/ttl: missing, but required",
  ],
  [
    "a ratio that percent can't express",
    profile("{ retryRatio: 0.1234567, minRetriesPerSecond: 10, ttl: 10s }"),
    "5:30: /spec/retryBudget/retryRatio: 0.1234567 is not allowed; allowed: a number from 0 to 1 with at most 5 decimals",
  ],
  [
    "a ratio above 1",
    profile("{ retryRatio: 1.5, minRetriesPerSecond: 10, ttl: 10s }"),
    `5:30: /spec/retryBudget/retryRatio: 150 ${PERCENT}`,
  ],
  [
    "a ttl that is too short",
    profile("{ retryRatio: 0.2, minRetriesPerSecond: 10, ttl: 10ms }"),
    '5:65: /spec/retryBudget/ttl: "10ms" is not allowed; allowed: a duration from 1s to 1h in h, m, s and ms, such as 1m30s',
  ],
];

const desk = new Desk();
after(() => desk.remove());

for (const [name, text, lines] of BAD) {
  test(`refused: ${name}`, async () => {
    desk.write("p.yaml", text);
    const { code, out, err } = await desk.run("validate", "p.yaml");
    assert.equal(
      out,
      [lines]
        .flat()
        .map((line) => `p.yaml:${line}\n`)
        .join(""),
    );
    assert.equal(err, "");
    assert.equal(code, 1);
  });
}

test("there are at least 40 of them", () => {
  assert.equal(BAD.length >= 40, true, `${BAD.length}`);
});

test("every document of a file is judged, also after one with a problem", async () => {
  desk.write(
    "p.yaml",
    `${retryBudget("  brust: 1", "a")}---\n${retryBudget("  mode: off", "b")}---\n${retryBudget("  per: proxy", "c")}`,
  );
  const { code, out } = await desk.run("validate", "p.yaml");
  assert.match(out, /^p\.yaml:13:9: kubectl reads off/m);
  assert.match(out, /^p\.yaml:6:3: \/spec\/brust: unknown field/m);
  assert.equal(out.split("\n").length, 3, out);
  assert.equal(code, 1);
});

test("two policies for one target: both are named, with their places", async () => {
  const cart = '  targetRefs: [{ group: "", kind: Service, name: cart }]';
  desk.write("a.yaml", `# the first\n${retryBudget(cart, "one")}`);
  desk.write("b.yaml", gateway("  retryConstraint: {}"));
  const { code, out } = await desk.run("validate", "a.yaml", "b.yaml");
  assert.equal(
    out,
    'b.yaml:5:16: /spec/targetRefs/0: XBackendTrafficPolicy "shop" and RetryBudget "one" (a.yaml:2) apply to the same target: Service cart\n',
  );
  assert.equal(code, 1);
});

test("two policies without a target, with one selector, with one name", async () => {
  for (const [first, second, line] of [
    [
      retryBudget("  per: proxy", "a"),
      retryBudget("  per: route", "b"),
      'b.yaml:5:1: /spec: RetryBudget "b" and RetryBudget "a" (a.yaml:1) apply to the same target: all workloads',
    ],
    [
      retryBudget("  selector: { matchLabels: { a: b, c: d } }", "a"),
      retryBudget("  selector: { matchLabels: { c: d, a: b } }", "b"),
      'b.yaml:6:3: /spec/selector: RetryBudget "b" and RetryBudget "a" (a.yaml:1) apply to the same target: workloads with a=b, c=d',
    ],
    [
      retryBudget("  selector: { matchLabels: { a: b } }", "a"),
      retryBudget("  selector: { matchLabels: { a: c } }", "a"),
      'b.yaml:4:9: /metadata/name: RetryBudget "a" and RetryBudget "a" (a.yaml:1) have one name; their counts would be mixed',
    ],
  ] as const) {
    desk.write("a.yaml", first);
    desk.write("b.yaml", second);
    const { code, out } = await desk.run("validate", "a.yaml", "b.yaml");
    assert.equal(out, `${line}\n`);
    assert.equal(code, 1);
  }
});
