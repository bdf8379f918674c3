/**
 * `npm run bench -- header-routing`: CPU time of Envoy for each request, by the number of keys in a table and of rules by
 * path, beside a native route table of the same size. A listener with one route is the base that is taken off.
 */
import { bootstrap, type Message } from "../lib/bootstrap.ts";
import { PolicyFile } from "../lib/policy.ts";
import { ANSWER, baseSite, CLUSTERS, costs, KINDS_OF_REQUESTS, row, type Site } from "./sites.ts";

const ARMS = [{ name: "v1" }, { name: "v2" }];
const OK = { direct_response: { status: 200 } };

interface Kind {
  readonly title: string;
  readonly counts: readonly number[];
  readonly request: (index: number) => Site["requests"][number];
  readonly rules: (count: number) => object[];
  readonly routes: (index: number) => Message;
}

function tenant(index: number): string {
  return `tenant-${String(index).padStart(6, "0")}`;
}

function pathOf(index: number): string {
  return index % 2 === 0 ? `/service-${index}/items` : `/service-${index}`;
}

const KINDS: readonly Kind[] = [
  {
    title: "a table of keys in a header; natively a route for each key",
    counts: [10, 100, 1000, 10_000],
    request: (index) => ({ path: "/", headers: { "x-tenant": tenant(index) } }),
    rules: (count) => {
      const entries = Object.fromEntries(Array.from({ length: count }, (_, i) => [tenant(i), i % 2 ? "v1" : "v2"]));
      return [{ name: "t", key: [{ header: "x-tenant" }], table: { entries } }];
    },
    routes: (index) => ({
      match: { prefix: "/", headers: [{ name: "x-tenant", string_match: { exact: tenant(index) } }] },
      ...OK,
    }),
  },
  {
    title: "rules by path, half of them exact, half prefixes; natively a route for each",
    counts: [10, 100, 500],
    request: (index) => ({ path: pathOf(index) + (index % 2 === 0 ? "" : "/a/b") }),
    rules: (count) =>
      Array.from({ length: count }, (_, i) => ({
        name: `r${i}`,
        matches: [{ path: { type: i % 2 === 0 ? "Exact" : "PathPrefix", value: pathOf(i) } }],
        arm: i % 2 ? "v1" : "v2",
      })),
    routes: (index) => ({
      match: index % 2 === 0 ? { path: pathOf(index) } : { path_separated_prefix: pathOf(index) },
      ...OK,
    }),
  },
];

function sites({ request, rules, routes }: Kind, count: number): Site[] {
  const requests = Array.from({ length: KINDS_OF_REQUESTS }, (_, n) =>
    request(Math.floor((n * count) / KINDS_OF_REQUESTS)),
  );
  const ours = `ours-${count}`;
  const policy = new PolicyFile({ name: ours, arms: ARMS, rules: rules(count) }, { filter: "header-routing" });
  const native = Array.from({ length: count }, (_, index) => routes(index));
  return [
    { name: `native-${count}`, requests, tree: bootstrap({ clusters: CLUSTERS, routes: [...native, ...ANSWER] }) },
    { name: ours, requests, policy, tree: bootstrap({ clusters: CLUSTERS, routes: ANSWER, policies: [policy] }) },
  ];
}

/** Prints a table for each kind of policy. */
export async function benchRouting(): Promise<void> {
  const base = baseSite();
  for (const kind of KINDS) {
    const { title, counts } = kind;
    const seen = await costs(title, [base, ...counts.flatMap((count) => sites(kind, count))]);
    const added = (name: string): number => (seen.get(name) ?? NaN) - (seen.get("base") ?? NaN);
    process.stdout.write(`\nMicroseconds of CPU time that are added to a request: ${title}\n`);
    row(["size", "native", "header-routing"]);
    for (const count of counts)
      row([String(count), added(`native-${count}`).toFixed(1), added(`ours-${count}`).toFixed(1)]);
    const [least, most] = [counts[0] ?? 1, counts.at(-1) ?? 1];
    row([
      "growth",
      ...["native", "ours"].map((who) => `${(added(`${who}-${most}`) / added(`${who}-${least}`)).toFixed(1)} x`),
    ]);
  }
}
