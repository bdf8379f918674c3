/**
 * Random policies and requests: the module in profile compat decides as Envoy's own RBAC filter does with the rules that
 * Istio's generator makes of them. Requests go through the real Envoy, over TLS with client certificates and from several
 * addresses; the module gets the same facts in the offline host (that Envoy writes them so is authz-facts.test.ts).
 * The seed is printed; POINTDUTY_AUTHZ_SEED and POINTDUTY_AUTHZ_POLICIES ask for another run.
 */
import assert from "node:assert/strict";
import { Agent, request as send } from "node:https";
import { test } from "node:test";
import { DownstreamRequest, FACTS_KEY, factsDocument, OfflineProxy } from "../../cli/host/index.ts";
import type { KnownFacts, LoadedPlugin } from "../../cli/host/index.ts";
import type { OracleConfiguration, OracleRequest } from "../lib/authz-oracle.ts";
import { Dice, drawConfiguration, drawRequest, SANS } from "../lib/authz-random.ts";
import { bootstrap, listenerOf, serveTls, sideBySide, type Message } from "../lib/bootstrap.ts";
import { Authority, canCertify, type Certificate } from "../lib/certificates.ts";
import { envoyBinary, startEnvoy, type Envoy } from "../lib/envoy.ts";
import { nativeRules } from "../lib/native-rbac.ts";
import { modulePath } from "../lib/policy.ts";
import { encodeStruct } from "../module/config/struct.ts";
import { readFileSync } from "node:fs";

const SEED = Number(process.env["POINTDUTY_AUTHZ_SEED"] ?? 20261126);
const POLICIES = Number(process.env["POINTDUTY_AUTHZ_POLICIES"] ?? 200);
const REQUESTS = 25;
const SKIP = canCertify() ? false : "openssl is not there";
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
function tree(configurations: readonly OracleConfiguration[], authority: Authority): Message {
  const server = authority.issue(["DNS:localhost"]);
  const listeners = MODES.map((mode) => {
    const routes = configurations.flatMap((configuration, index) =>
      configuration.workload.pathNormalization === mode ? [routeOf(configuration, index)] : [],
    );
    const made = bootstrap({
      clusters: [{ name: "nobody", to: [1] }],
      routes,
      httpFilters: [claimsFilter(), rbac("DENY"), rbac("ALLOW")],
      hcm: {
        stat_prefix: mode,
        use_remote_address: false,
        normalize_path: mode !== "NONE",
        merge_slashes: mode.endsWith("MERGE_SLASHES"),
        path_with_escaped_slashes_action: mode.startsWith("DECODE") ? "UNESCAPE_AND_FORWARD" : "KEEP_UNCHANGED",
      },
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

function routeOf(configuration: OracleConfiguration, index: number): Message {
  const actions = (["DENY", "ALLOW"] as const).flatMap((action) => {
    const rules = nativeRules(configuration, action);
    return rules ? [[`rbac.${action}`, { "@type": `${RBAC}.RBACPerRoute`, rbac: { rules } }] as const] : [];
  });
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

test("native RBAC and the module give the same verdict", { skip: SKIP }, async (t) => {
  // Older ones join repeated headers, and keep dot segments with parameters: compat means 1.40.
  const { version } = await envoyBinary();
  if (!version.startsWith("1.40.")) return t.skip(`compat is what Envoy 1.40 does, this is ${version}`);
  const dice = new Dice(SEED);
  const authority = new Authority();
  const known = clients(authority);
  const configurations = Array.from({ length: POLICIES }, () => ({
    ...drawConfiguration(dice),
    profile: "compat" as const,
  }));
  const envoy = await startEnvoy({ bootstrap: tree(configurations, authority), workers: 2 });
  const code = readFileSync(modulePath("authz"));
  const seen = new Map<number, number>();
  try {
    for (const [index, configuration] of configurations.entries()) {
      const proxy = new OfflineProxy();
      const text = { ...configuration, name: "x", workload: { ...configuration.workload, namespace: "n1" } };
      const plugin = proxy.load({ code, vmId: "v", rootId: "authz", name: "x", configuration: JSON.stringify(text) });
      assert.ok(plugin.accepted, proxy.logs[0]?.message);
      await Promise.all(
        Array.from({ length: REQUESTS }, async () => {
          const client = dice.one(known);
          const drawn = sendable(dice, client, envoy.port(configuration.workload.pathNormalization));
          const expected = await through(envoy, configuration, index, drawn, client);
          seen.set(expected, (seen.get(expected) ?? 0) + 1);
          // What the codec refuses, no filter sees.
          if (expected === 400) return;
          const got = offline(proxy, plugin, drawn);
          const what = `seed ${SEED}, policy ${index}\n${JSON.stringify(configuration)}\n${JSON.stringify(drawn)}`;
          assert.equal(got, expected, what);
        }),
      );
    }
  } finally {
    await envoy.stop();
  }
  const counts = [...seen].map(([status, count]) => `${count} of status ${status}`).join(", ");
  console.error(`  seed ${SEED}: ${counts}`);
  assert.deepEqual(
    [...seen.keys()].filter((status) => ![200, 400, 403].includes(status)),
    [],
  );
  assert.ok(Math.min(seen.get(200) ?? 0, seen.get(403) ?? 0) * 8 > POLICIES * REQUESTS, counts);
});
