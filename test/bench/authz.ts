/**
 * `npm run bench -- authz`: CPU time of Envoy for each request, by the number of rules, with native RBAC and with authz that
 * have the same rules. The requests are spread over the rules. A listener without rules is the base that is taken off.
 */
import type { OracleConfiguration, OracleRule } from "../lib/authz-oracle.ts";
import { bootstrap } from "../lib/bootstrap.ts";
import { nativeRules } from "../lib/native-rbac.ts";
import { PolicyFile } from "../lib/policy.ts";
import { ANSWER, baseSite, CLUSTERS, costs, KINDS_OF_REQUESTS, row, type Site } from "./sites.ts";

const COUNTS = [1, 10, 100, 500, 2000];
const RBAC = "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC";

const KINDS = {
  "exact, prefix and template keys": keyed,
  "the same, each fifth a negation, suffix or CIDR block": (index: number) =>
    index % 5 === 4 ? unkeyed(index) : keyed(index),
} as const;

/** A rule that is filed under a key. */
function keyed(index: number): OracleRule {
  const path = [`/s${index}/items`, `/s${index}/*`, `/s${index}/{*}/detail`][index % 3] ?? "";
  return { to: [{ operation: { paths: [path], methods: ["GET"] } }] };
}

/** A rule that is judged for each request, and matches none. */
function unkeyed(index: number): OracleRule {
  const sources = [{ remoteIpBlocks: [`10.${index & 255}.0.0/16`] }, { notRemoteIpBlocks: ["0.0.0.0/0"] }];
  if (index % 3 === 0) return { to: [{ operation: { hosts: [`*.s${index}.example`] } }] };
  return { from: [{ source: sources[index % 2] ?? {} }] };
}

/** A path that rule `index` allows. */
function pathOf(index: number): string {
  return [`/s${index}/items`, `/s${index}/x/y`, `/s${index}/7/detail`][index % 3] ?? "";
}

function configuration(rules: readonly OracleRule[]): OracleConfiguration {
  return {
    profile: "compat",
    workload: { trustDomain: "cluster.local", trustDomainAliases: [], pathNormalization: "BASE" },
    policies: [{ namespace: "default", name: "p", spec: { rules: [...rules] } }],
  };
}

function sites(rule: (index: number) => OracleRule, count: number, names: readonly [string, string]): Site[] {
  const all = configuration(Array.from({ length: count }, (_, index) => rule(index)));
  // The rules that the requests are for lie evenly among all of them, and have keys.
  const wanted = Array.from({ length: KINDS_OF_REQUESTS }, (_, n) => Math.floor((n * count) / KINDS_OF_REQUESTS));
  const requests = wanted.map((index) => ({ path: pathOf(index % 5 === 4 ? index - 1 : index) }));
  const [native, ours] = names;
  const rbac = { name: "rbac", typed_config: { "@type": RBAC, rules: nativeRules(all).ALLOW } };
  const policy = new PolicyFile({ ...all, name: ours }, { filter: "authz" });
  return [
    { name: native, requests, tree: bootstrap({ clusters: CLUSTERS, routes: ANSWER, httpFilters: [rbac] }) },
    {
      name: ours,
      requests,
      policy,
      tree: bootstrap({ clusters: CLUSTERS, routes: ANSWER, facts: true, policies: [policy] }),
    },
  ];
}

/** Prints a table for each kind of rules. */
export async function benchAuthz(): Promise<void> {
  const base = baseSite();
  for (const [title, rule] of Object.entries(KINDS)) {
    const pairs = COUNTS.map((count) => sites(rule, count, [`native-${count}`, `ours-${count}`]));
    const all = [base, ...pairs.flat()];
    const seen = await costs(title, all);
    const added = (name: string): number => (seen.get(name) ?? NaN) - (seen.get("base") ?? NaN);
    print(title, (kind, count) => added(`${kind}-${count}`));
  }
}

function print(title: string, added: (kind: "native" | "ours", count: number) => number): void {
  process.stdout.write(`\nMicroseconds of CPU time that the filter adds to a request; rules with ${title}\n`);
  row(["rules", "native RBAC", "authz"]);
  for (const count of COUNTS) row([String(count), added("native", count).toFixed(1), added("ours", count).toFixed(1)]);
  const growth = (kind: "native" | "ours"): string =>
    `${(added(kind, COUNTS.at(-1) ?? 1) / added(kind, COUNTS[0] ?? 1)).toFixed(1)} x`;
  row(["growth", growth("native"), growth("ours")]);
}
