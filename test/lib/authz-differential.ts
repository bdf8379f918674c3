/**
 * Random policies and requests: the module in profile compat must decide as Envoy's own RBAC filter does with the rules that
 * Istio makes of the same policies. Requests go through the real Envoy, over TLS with client certificates and from several
 * addresses; the module gets the same facts in the offline host (that Envoy writes them so is authz-facts.test.ts).
 */
import { readFileSync } from "node:fs";
import { Agent, request as send } from "node:https";
import { DownstreamRequest, FACTS_KEY, factsDocument, OfflineProxy } from "../../cli/host/index.ts";
import type { KnownFacts, LoadedPlugin } from "../../cli/host/index.ts";
import { encodeStruct } from "../module/config/struct.ts";
import type { OracleConfiguration, OracleRequest } from "./authz-oracle.ts";
import { Dice, drawConfiguration, drawRequest, SANS } from "./authz-random.ts";
import { bootstrap, listenerOf, normalization, serveTls, sideBySide, type Message } from "./bootstrap.ts";
import { Authority, type Certificate } from "./certificates.ts";
import { startEnvoy, type Envoy } from "./envoy.ts";
import { modulePath } from "./policy.ts";

export const SEED = Number(process.env["POINTDUTY_AUTHZ_SEED"] ?? 20261126);
export const POLICIES = Number(process.env["POINTDUTY_AUTHZ_POLICIES"] ?? 200);
/** Requests to each policy. */
const REQUESTS = 25;
const API = "type.googleapis.com/envoy.extensions";
const RBAC = `${API}.filters.http.rbac.v3`;
/** Request headers of the test's own. */
const CHOICE = "x-pd-test-policy";
const PAYLOAD = "x-pd-test-payload";
const MODES = ["NONE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"] as const;

/** A client certificate and what Envoy knows by it. */
interface Client {
  readonly certificate: Certificate | undefined;
  readonly known: KnownFacts["certificate"];
}

function clients(authority: Authority): Client[] {
  const named: readonly (readonly [uris: readonly string[], dns: readonly string[]])[] = [
    ...SANS.map((san) => [[san], []] as const),
    [[SANS[0] ?? "", SANS[2] ?? ""], []],
    [["spiffe://evil/x", SANS[0] ?? ""], ["a.com"]],
    [[], ["a.com", "b.com"]],
    [[], []],
  ];
  const made = named.map(([uris, dns]): Client => {
    const certificate = authority.issue([...uris.map((uri) => `URI:${uri}`), ...dns.map((name) => `DNS:${name}`)]);
    return { certificate, known: { uris, dns, subject: "CN=client" } };
  });
  return [{ certificate: undefined, known: undefined }, ...made];
}

/** Envoy with a listener for each mode of normalization, and a route with its own rules for each configuration. */
function tree(
  configurations: readonly OracleConfiguration[],
  rules: readonly NativeRules[],
  authority: Authority,
): Message {
  const server = authority.issue(["DNS:localhost"]);
  const listeners = MODES.map((mode) => {
    const routes = configurations.flatMap((configuration, index) =>
      configuration.workload.pathNormalization === mode ? [routeOf(rules[index] ?? {}, index)] : [],
    );
    const made = bootstrap({
      clusters: [{ name: "nobody", to: [1] }],
      routes,
      httpFilters: [claimsFilter(), rbac("DENY"), rbac("ALLOW")],
      hcm: { stat_prefix: mode, use_remote_address: false, ...normalization(mode) },
    });
    serveTls(listenerOf(made), server, authority);
    return [mode, made] as const;
  });
  return sideBySide(listeners);
}

/** Writes claims where jwt_authn would: a google.protobuf.Value from a header. */
function claimsFilter(): Message {
  const rule = {
    header: PAYLOAD,
    on_header_present: {
      metadata_namespace: "envoy.filters.http.jwt_authn",
      key: "payload",
      type: "PROTOBUF_VALUE",
      encode: "BASE64",
    },
    remove: true,
  };
  const type = `${API}.filters.http.header_to_metadata.v3.Config`;
  return { name: "claims", typed_config: { "@type": type, request_rules: [rule] } };
}

function rbac(action: string): Message {
  return { name: `rbac.${action}`, typed_config: { "@type": `${RBAC}.RBAC` } };
}

function routeOf(native: NativeRules, index: number): Message {
  const actions = Object.entries(native).map(
    ([action, rules]) => [`rbac.${action}`, { "@type": `${RBAC}.RBACPerRoute`, rbac: { rules } }] as const,
  );
  return {
    match: { prefix: "/", headers: [{ name: CHOICE, string_match: { exact: String(index) } }] },
    direct_response: { status: 200 },
    typed_per_filter_config: Object.fromEntries(actions),
  };
}

/** One request through Envoy. Resolves with its status. */
function through(
  envoy: Envoy,
  { workload }: OracleConfiguration,
  index: number,
  { method, authority, path, headers, facts }: OracleRequest,
  client: Client,
): Promise<number> {
  const claims = facts.payload === undefined ? [] : [PAYLOAD, valueOf(facts.payload as object)];
  const forwarded = facts.remote === undefined ? [] : ["x-forwarded-for", facts.remote];
  const options = {
    ...{ host: "127.0.0.1", port: envoy.port(workload.pathNormalization), method, path, rejectUnauthorized: false },
    ...{ localAddress: facts.direct ?? "127.0.0.1", servername: facts.sni ?? "", agent: new Agent() },
    headers: ["host", authority, CHOICE, String(index), ...claims, ...forwarded, ...headers.flat()],
    ...(client.certificate && { cert: client.certificate.cert, key: client.certificate.key }),
  };
  return new Promise((resolve, reject) => {
    const sent = send(options, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    sent.on("error", reject);
    sent.end();
  }).finally(() => options.agent.destroy()) as Promise<number>;
}

/** A Struct as a google.protobuf.Value, in base64. */
function valueOf(payload: object): string {
  const struct = encodeStruct(payload as never);
  const length = struct.length < 128 ? [struct.length] : [(struct.length & 127) | 128, struct.length >> 7];
  return Buffer.concat([Buffer.from([0x2a, ...length]), struct]).toString("base64");
}

/** The request as the clients of this test can send it. */
function sendable(dice: Dice, client: Client, port: number): OracleRequest {
  const { facts, ...drawn } = drawRequest(dice);
  return {
    ...drawn,
    // A fragment is the codec's to refuse.
    path: drawn.path.replace(/#.*/, ""),
    facts: {
      ...(client.known && { certificate: client.known }),
      tls: true,
      ...(facts.sni ? { sni: facts.sni } : {}),
      direct: dice.one(["127.0.0.1", "127.0.5.1"]),
      ...(facts.remote !== undefined && { remote: facts.remote }),
      port,
      ...(facts.payload !== undefined && { payload: facts.payload }),
    },
  };
}

function offline(proxy: OfflineProxy, plugin: LoadedPlugin, drawn: OracleRequest): number {
  const request = new DownstreamRequest({
    properties: { connection: { uri_san_peer_certificate: drawn.facts.certificate?.uris?.[0] } },
  });
  request.setNativeFilterState(FACTS_KEY, factsDocument(drawn.facts));
  const stream = proxy.worker(0).stream(plugin, { request });
  const { method, authority, path, headers } = drawn;
  stream.requestHeaders([
    [":method", method],
    [":authority", authority],
    [":path", path],
    ...headers.map(([name, value]): [string, string] => [name, value]),
  ]);
  stream.end();
  return stream.localReply?.status ?? 200;
}

/** The `rules` of Envoy's RBAC filters for one configuration; no action: Istio makes no filter for it. */
export type NativeRules = { readonly [action in "ALLOW" | "DENY"]?: Message };

export interface Run {
  readonly seed: number;
  readonly policies: number;
  /** What Istio makes of each configuration. */
  translate(configurations: readonly OracleConfiguration[]): Promise<readonly NativeRules[]>;
}

export interface Comparison {
  /** How often native Envoy answered with each status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Pairs of policy and request that both judged. */
  readonly pairs: number;
  /** Pairs with different verdicts, a line each that says how to see it again. */
  readonly differences: readonly string[];
}

/** Lets both judge. Throws when the module refuses a policy. */
export async function compareWithNative({ seed, policies, translate }: Run): Promise<Comparison> {
  const dice = new Dice(seed);
  const authority = new Authority();
  const known = clients(authority);
  const configurations = Array.from({ length: policies }, () => ({
    ...drawConfiguration(dice),
    profile: "compat" as const,
  }));
  const rules = await translate(configurations);
  const envoy = await startEnvoy({ bootstrap: tree(configurations, rules, authority), workers: 2 });
  const code = new WebAssembly.Module(readFileSync(modulePath("authz")));
  const statuses = new Map<number, number>();
  const differences: string[] = [];
  let pairs = 0;
  try {
    for (const [index, configuration] of configurations.entries()) {
      const proxy = new OfflineProxy();
      const plugin = loaded(proxy, code, configuration);
      const one = async (): Promise<void> => {
        const client = dice.one(known);
        const drawn = sendable(dice, client, envoy.port(configuration.workload.pathNormalization));
        const expected = await through(envoy, configuration, index, drawn, client);
        statuses.set(expected, (statuses.get(expected) ?? 0) + 1);
        // What the codec refuses, no filter sees.
        if (expected === 400) return;
        pairs++;
        const got = offline(proxy, plugin, drawn);
        if (got === expected) return;
        const what = `${JSON.stringify(configuration)} ${JSON.stringify(drawn)}`;
        differences.push(`seed ${seed}, policy ${index}: native ${expected}, module ${got}: ${what}`);
      };
      await Promise.all(Array.from({ length: REQUESTS }, one));
    }
  } finally {
    await envoy.stop();
  }
  return { statuses, pairs, differences };
}

function loaded(proxy: OfflineProxy, code: WebAssembly.Module, configuration: OracleConfiguration): LoadedPlugin {
  const text = { ...configuration, name: "x", workload: { ...configuration.workload, namespace: "n1" } };
  const plugin = proxy.load({ code, vmId: "v", rootId: "authz", name: "x", configuration: JSON.stringify(text) });
  if (!plugin.accepted) throw new Error(`${proxy.logs[0]?.message}: ${JSON.stringify(configuration)}`);
  return plugin;
}

/** One line about a comparison. */
export function comparisonLine(seed: number, { statuses, pairs, differences }: Comparison): string {
  const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${count} of status ${status}`);
  return `seed ${seed}: ${pairs} pairs, ${differences.length} different (${counts.join(", ")})`;
}
