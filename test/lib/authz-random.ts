/** Random authorization policies and requests, over a vocabulary so small that they often meet. */
import type { KnownFacts } from "../../cli/host/index.ts";
import type { OracleClaim, OracleConfiguration, OraclePolicy, OracleRequest, OracleRule } from "./authz-oracle.ts";

/** mulberry32. */
export class Dice {
  private state: number;
  constructor(seed: number) {
    this.state = seed;
  }
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  chance(share: number): boolean {
    return this.next() < share;
  }
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }
  one<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)]!;
  }
  some<T>(list: readonly T[], most: number): T[] {
    return Array.from({ length: this.whole(1, most) }, () => this.one(list));
  }
}

const VALUES: Readonly<Record<string, readonly string[]>> = {
  hosts: ["a.com", "A.com:81", "*.b.com", "c.*", "*", "b.com.", "*:81", "*.com"],
  methods: ["GET", "POST", "P*", "*T", "*"],
  paths: ["/a", "/a/*", "/b", "*/c", "*", "/a/{*}", "/a/{*}/c/{**}", "/{**}/c", "/adm*", "/a;x", "*;x", "/"],
  ports: ["8080", "81", "0081"],
  principals: [
    "cluster.local/ns/n1/sa/s1",
    "td2/ns/n1/sa/*",
    "*/sa/s1",
    "*",
    "other/ns/n2/sa/s2",
    "*2/ns/n1/sa/s1",
    "cluster*",
  ],
  requestPrincipals: ["i1/s1", "*", "i1/*", "*/s1", "i1", "i*", "*s1", "*1/s1", "i1/s*", "a/b/s1"],
  namespaces: ["n1", "n*", "*2", "n.1", "*"],
  serviceAccounts: ["s1", "n1/s1", "n2/s2"],
  trustDomains: ["cluster.local", "td2", "other", "*2", "o*", "*"],
  ipBlocks: ["10.0.0.0/8", "10.1.2.3", "127.0.0.1", "0.0.0.0/0", "::1"],
  remoteIpBlocks: ["10.0.0.0/9", "8.8.8.8", "127.0.0.0/30"],
};
const KEYS: Readonly<Record<string, readonly string[]>> = {
  "request.headers[X-Role]": ["admin", "user", "ad*", "*in", "*", "a,b"],
  "request.headers[x-b]": ["1", "*"],
  "source.ip": VALUES["ipBlocks"] ?? [],
  "remote.ip": VALUES["remoteIpBlocks"] ?? [],
  "source.namespace": VALUES["namespaces"] ?? [],
  "source.principal": VALUES["principals"] ?? [],
  "source.serviceAccount": VALUES["serviceAccounts"] ?? [],
  "source.trustDomain": VALUES["trustDomains"] ?? [],
  "request.auth.principal": VALUES["requestPrincipals"] ?? [],
  "request.auth.claims[groups]": ["g1", "g*", "*2", "*"],
  "destination.port": VALUES["ports"] ?? [],
  "connection.sni": ["a.com", "*.com", "a*", "*"],
};
const SOURCE = ["principals", "requestPrincipals", "namespaces", "trustDomains", "ipBlocks", "remoteIpBlocks"];
const OPERATION = ["hosts", "methods", "paths", "ports"];
const PATHS = [
  "/a",
  "/a/x",
  "/b",
  "/a/x/c/y",
  "/x/c",
  "/",
  "//a",
  "/x/../a",
  "/%61",
  "/a?x=/b",
  "/a;x",
  "/b/..;y/a",
  "/%2fa",
  "/a/",
  "/a\\c",
  "/adm%69n",
  "/%252e",
  "/a//c",
  "/a/x;y/c/",
  "/a#b",
];
export const SANS = [
  "spiffe://cluster.local/ns/n1/sa/s1",
  "spiffe://td2/ns/n1/sa/s1",
  "spiffe://other/ns/n2/sa/s2",
  "spiffe://other/ns/n1/sa/s1",
  "spiffe://cluster.local/ns/n1/x/y/sa/s1/z/1",
  "spiffe://cluster.local/ns/n1/ns/n2",
  "https://cluster.local/ns/n1/sa/s1",
  "spiffe://cluster.local",
  "spiffe://CLUSTER/ns/n1/sa/s1",
  "spiffe://cluster.local/ns/n.1/sa/s1/",
];

function fields(dice: Dice, names: readonly string[]): Record<string, string[]> {
  const all: Record<string, string[]> = {};
  for (let left = dice.whole(1, 3); left > 0; left--) {
    const name = dice.one(names);
    const key = dice.chance(0.25) ? `not${name.charAt(0).toUpperCase()}${name.slice(1)}` : name;
    all[key] = dice.some(VALUES[name] ?? [], 3);
  }
  return all;
}

function drawRule(dice: Dice): OracleRule {
  const when = (): NonNullable<OracleRule["when"]>[number] => {
    const key = dice.one(Object.keys(KEYS));
    const values = (): string[] => dice.some(KEYS[key] ?? [], 2);
    if (dice.chance(0.2)) return { key, values: values(), notValues: values() };
    return dice.chance(0.3) ? { key, notValues: values() } : { key, values: values() };
  };
  const source = (): Record<string, string[]> =>
    dice.chance(0.1) ? { serviceAccounts: dice.some(VALUES["serviceAccounts"] ?? [], 2) } : fields(dice, SOURCE);
  const times = <T>(make: () => T): T[] => Array.from({ length: dice.chance(0.2) ? 2 : 1 }, make);
  return {
    ...(dice.chance(0.5) && { from: times(() => ({ source: source() })) }),
    ...(dice.chance(0.6) && { to: times(() => ({ operation: fields(dice, OPERATION) })) }),
    ...(dice.chance(0.3) && { when: times(when) }),
  };
}

export function drawConfiguration(dice: Dice): OracleConfiguration {
  const policies = Array.from({ length: dice.whole(1, 3) }, (_, index): OraclePolicy => {
    const rules = Array.from({ length: dice.chance(0.05) ? 12 : dice.whole(1, 4) }, () => drawRule(dice));
    const spec = dice.chance(0.35) ? { action: "DENY" as const, rules } : { rules };
    return { namespace: dice.one(["n1", "istio-system"]), name: `p${index}`, spec };
  });
  return {
    profile: dice.one(["compat", "strict"]),
    workload: {
      trustDomain: "cluster.local",
      trustDomainAliases: dice.chance(0.5) ? ["td2"] : [],
      pathNormalization: dice.one(["NONE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"]),
    },
    policies,
  };
}

const CLAIMS: readonly OracleClaim[] = [
  { key: "request.auth.claims[level]", number: { min: 3, max: 5.5 } },
  { key: "request.auth.claims[level]", number: { min: 4 } },
  { key: "request.auth.claims[level]", number: { max: -1 } },
  { key: "request.auth.claims[deep][level]", number: { min: 3, max: 3 } },
  { key: "request.auth.claims[staff]", boolean: true },
  { key: "request.auth.claims[staff]", boolean: false },
  { key: "request.auth.claims[groups]", hasAll: ["g1"] },
  { key: "request.auth.claims[groups]", hasAll: ["x", "g1"] },
  { key: "request.auth.claims[user]", path: "/a/{id}" },
  { key: "request.auth.claims[user]", path: "/{id}/{**}" },
  { key: "request.auth.claims[user]", path: "/{*}/{id}/c/{*}" },
];

/** A configuration that says in addition what no Istio resource can. */
export function drawExtended(dice: Dice): OracleConfiguration {
  const configuration = drawConfiguration(dice);
  const policies = configuration.policies.map((policy) =>
    dice.chance(0.3) ? { ...policy, claims: dice.some(CLAIMS, 2) } : policy,
  );
  return { ...configuration, policies };
}

/** A request whose token may have what `drawExtended` asks for. */
export function drawExtendedRequest(dice: Dice): OracleRequest {
  const request = drawRequest(dice);
  const { payload } = request.facts;
  if (payload === undefined) return request;
  const level = (): unknown => dice.one<unknown>([3, 4.5, 5.501, -2, "4", 3.0001, null, true]);
  const more = {
    level: level(),
    deep: dice.one<unknown>([{ level: level() }, "x", [1]]),
    staff: dice.one<unknown>([true, false, "true", 1]),
    user: dice.one<unknown>(["a", "x", "a", "x", "x;y", "%61", 7, ""]),
  };
  return { ...request, facts: { ...request.facts, payload: { ...(payload as object), ...more } } };
}

export function drawRequest(dice: Dice): OracleRequest {
  const header = (): [string, string] => [
    "x-role",
    dice.one(["admin", "user", "user,admin", "a,b", "", "admin , user"]),
  ];
  const headers = dice.chance(0.5) ? [] : Array.from({ length: dice.whole(1, 2) }, header);
  if (dice.chance(0.3)) headers.push(["x-b", "1"]);
  const certificate: KnownFacts["certificate"] = dice.chance(0.15)
    ? dice.one([{}, { subject: "CN=x" }, { dns: ["a.com", "spiffe://cluster.local/ns/n1/sa/s1"] }])
    : { uris: dice.some(SANS, dice.chance(0.15) ? 2 : 1), subject: dice.one(["", "CN=x"]) };
  const payload = {
    iss: dice.one(["i1", "i2", "a/b", ""]),
    sub: dice.one(["s1", "s2", "", ["s1"]]),
    groups: dice.one<unknown>(["g1", ["g1", "x"], ["g2"], 1, null]),
  };
  const facts: KnownFacts = {
    ...(dice.chance(0.8) && { certificate }),
    ...(dice.chance(0.3) && { sni: dice.one(["a.com", "b.com", ""]) }),
    ...(dice.chance(0.5) && { direct: dice.one(["10.1.2.3", "10.200.0.1", "8.8.8.8", "::1"]) }),
    ...(dice.chance(0.3) && { remote: "8.8.8.8" }),
    ...(dice.chance(0.3) && { port: 81 }),
    ...(dice.chance(0.6) && { payload }),
  };
  return {
    method: dice.one(["GET", "POST", "PUT"]),
    authority: dice.one(["a.com", "A.com", "a.com:81", "x.b.com", "b.com.", "c.org:8080", "b.com.:81", "me@a.com"]),
    path: dice.one(PATHS),
    headers,
    facts,
  };
}
