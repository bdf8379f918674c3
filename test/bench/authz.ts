/**
 * `npm run bench -- authz`: CPU time of Envoy for each request, by the number of rules, with native RBAC and with authz that
 * have the same rules. The requests are spread over the rules. A listener without rules is the base that is taken off.
 */
import { readdirSync, readFileSync } from "node:fs";
import type { OracleConfiguration, OracleRule } from "../lib/authz-oracle.ts";
import { bootstrap, sideBySide, type Message } from "../lib/bootstrap.ts";
import { load } from "../lib/client.ts";
import { startEnvoy, type Envoy } from "../lib/envoy.ts";
import { nativeRules } from "../lib/native-rbac.ts";
import { PolicyFile } from "../lib/policy.ts";
import { say } from "../setup/common.ts";

const COUNTS = [1, 10, 100, 500, 2000];
const ROUNDS = 5;
const REQUESTS = 3000;
const WARM_UP = 300;
const CLIENTS = 4;
/** Different requests of one measurement. */
const PATHS = 16;
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

/** A listener, and the requests that are measured on it. */
interface Site {
  readonly name: string;
  readonly tree: Message;
  readonly paths: readonly string[];
  readonly policy?: PolicyFile;
}

const ANSWER = [{ match: { prefix: "/" }, direct_response: { status: 200 } }];
const CLUSTERS = [{ name: "nobody", to: [1] }];

function sites(rule: (index: number) => OracleRule, count: number, names: readonly [string, string]): Site[] {
  const all = configuration(Array.from({ length: count }, (_, index) => rule(index)));
  // The rules that the requests are for lie evenly among all of them, and have keys.
  const wanted = Array.from({ length: PATHS }, (_, n) => Math.floor((n * count) / PATHS));
  const paths = wanted.map((index) => pathOf(index % 5 === 4 ? index - 1 : index));
  const [native, ours] = names;
  const rbac = { name: "rbac", typed_config: { "@type": RBAC, rules: nativeRules(all).ALLOW } };
  const policy = new PolicyFile({ ...all, name: ours }, { filter: "authz" });
  return [
    { name: native, paths, tree: bootstrap({ clusters: CLUSTERS, routes: ANSWER, httpFilters: [rbac] }) },
    {
      name: ours,
      paths,
      policy,
      tree: bootstrap({ clusters: CLUSTERS, routes: ANSWER, facts: true, policies: [policy] }),
    },
  ];
}

/** Time that the threads of a process have run, in microseconds (Linux: schedstat counts nanoseconds). */
function cpu(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanos = threads.map((id) => Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, "utf8").split(" ")[0]));
  return nanos.reduce((sum, one) => sum + one, 0) / 1000;
}

/** Microseconds of CPU time for a request. Throws when one is denied. */
async function measure(envoy: Envoy, { name, paths }: Site): Promise<number> {
  const send = async (requests: number): Promise<void> => {
    const port = envoy.port(name);
    const parts = paths.map((path) => ({ port, clients: 1, originals: Math.ceil(requests / paths.length), path }));
    for (let at = 0; at < parts.length; at += CLIENTS) {
      for (const { statuses, errors } of await Promise.all(parts.slice(at, at + CLIENTS).map(load))) {
        if (errors > 0 || Object.keys(statuses).join() !== "200")
          throw new Error(`${name}: ${JSON.stringify(statuses)}`);
      }
    }
  };
  await send(WARM_UP);
  const before = cpu(envoy.pid);
  await send(REQUESTS);
  const spent = cpu(envoy.pid) - before;
  if (spent === 0) throw new Error("this kernel does not count how long threads run (/proc/PID/task/ID/schedstat)");
  return spent / REQUESTS;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** Prints a table for each kind of rules. */
export async function benchAuthz(): Promise<void> {
  const base: Site = { name: "base", paths: ["/"], tree: bootstrap({ clusters: CLUSTERS, routes: ANSWER }) };
  for (const [title, rule] of Object.entries(KINDS)) {
    const pairs = COUNTS.map((count) => sites(rule, count, [`native-${count}`, `ours-${count}`]));
    const all = [base, ...pairs.flat()];
    const policies = all.flatMap(({ policy }) => (policy ? [policy] : []));
    const envoy = await startEnvoy({
      bootstrap: sideBySide(all.map(({ name, tree }) => [name, tree] as const)),
      workers: 1,
      extensions: policies.map(({ resource }) => resource),
    });
    const seen = new Map(all.map(({ name }) => [name, [] as number[]]));
    try {
      for (let round = 0; round < ROUNDS; round++) {
        say(`${title}: round ${round + 1} of ${ROUNDS}`);
        for (const site of all) seen.get(site.name)?.push(await measure(envoy, site));
      }
    } finally {
      await envoy.stop();
      for (const policy of policies) policy.remove();
    }
    const added = (name: string): number => median(seen.get(name) ?? []) - median(seen.get("base") ?? []);
    print(title, (kind, count) => added(`${kind}-${count}`));
  }
}

function print(title: string, added: (kind: "native" | "ours", count: number) => number): void {
  const row = (cells: readonly string[]): void =>
    void process.stdout.write(`${cells.map((cell) => cell.padStart(12)).join("")}\n`);
  process.stdout.write(`\nMicroseconds of CPU time that the filter adds to a request; rules with ${title}\n`);
  row(["rules", "native RBAC", "authz"]);
  for (const count of COUNTS) row([String(count), added("native", count).toFixed(1), added("ours", count).toFixed(1)]);
  const growth = (kind: "native" | "ours"): string =>
    `${(added(kind, COUNTS.at(-1) ?? 1) / added(kind, COUNTS[0] ?? 1)).toFixed(1)} x`;
  row(["growth", growth("native"), growth("ours")]);
}
