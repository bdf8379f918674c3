/**
 * Runs shared/vectors/authz.json through the real Envoy: a listener for each vector, with the policy and what `render` puts
 * in front of it, on an address of its own, since policies ask for addresses and ports. Requests are sent as they stand.
 */
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { verdictOf, type CaseOutcome } from "../../cli/commands/conformance.ts";
import { readVectors, type Case, type Vector } from "../../cli/conformance/authz-vectors.ts";
import { isObject, type JsonObject } from "../../cli/policy/types.ts";
import { companion } from "../../filters/authz/convert.ts";
import { startBackend, type Backend } from "../lib/backend.ts";
import { bootstrap, listenerOf, normalization, serveTls, sideBySide, type Message } from "../lib/bootstrap.ts";
import { Authority, type Certificate } from "../lib/certificates.ts";
import { startEnvoy } from "../lib/envoy.ts";
import { PolicyFile } from "../lib/policy.ts";

const DEFAULT_PORT = 8080;
const ANSWER_MS = 10_000;

export async function runVectors(file: JsonObject): Promise<readonly CaseOutcome[]> {
  const authority = new Authority();
  const identities = new Identities(authority);
  const backend = await startBackend();
  const sites = readVectors(file).map((vector, index) => new Site(vector, index));
  try {
    const trees = sites.flatMap((site) => site.listeners(backend, authority));
    const extensions = sites.map(({ policy }) => policy.resource);
    const envoy = await startEnvoy({ bootstrap: sideBySide(trees), workers: 2, extensions, logLevel: "error" });
    try {
      const outcomes: CaseOutcome[] = [];
      for (const site of sites) {
        for (const test of site.vector.cases) {
          outcomes.push(verdictOf(test.id, test.expected, await send(site.address, test, identities)));
        }
      }
      return outcomes;
    } finally {
      await envoy.stop();
    }
  } finally {
    for (const { policy } of sites) policy.remove();
    await backend.close();
  }
}

/** Where one vector's requests go. */
class Site {
  readonly vector: Vector;
  readonly address: string;
  readonly policy: PolicyFile;
  readonly #configuration: JsonObject;
  readonly #name: string;

  constructor(vector: Vector, index: number) {
    this.vector = vector;
    this.address = `127.18.${index >> 8}.${(index & 255) + 1}`;
    this.#name = `v${index}`;
    this.#configuration = vector.configuration(this.#name, this.address);
    this.policy = new PolicyFile(this.#configuration, { filter: "authz" });
  }

  /** A bootstrap for each port that the requests are for, to be put side by side. */
  listeners(backend: Backend, authority: Authority): [name: string, tree: Message][] {
    const ports = new Set(this.vector.cases.map(({ request }) => portOf(request)));
    return [...ports].map((port) => {
      const tree = bootstrap({
        policies: [this.policy],
        clusters: [{ name: "backend", to: [backend] }],
        companion: companion(this.#configuration),
        facts: true,
        hcm: this.#connectionManager(),
      });
      const listener = listenerOf(tree);
      listener["address"] = { socket_address: { address: this.address, port_value: port } };
      const [plain] = structuredClone(listener["filter_chains"]) as [Message];
      serveTls(listener, authority.issue(["DNS:server"]), authority);
      const [secure] = listener["filter_chains"] as [Message];
      listener["filter_chains"] = [
        { ...plain, filter_chain_match: { transport_protocol: "raw_buffer" } },
        { ...secure, filter_chain_match: { transport_protocol: "tls" } },
      ];
      return [`${this.#name}-${port}`, tree];
    });
  }

  /** As Istio sets it up (pilot/pkg/networking/core/listener_builder.go): for a gateway where proxies are trusted. */
  #connectionManager(): Message {
    const { trustedProxies, pathNormalization: mode } = this.vector.around;
    return {
      stat_prefix: this.#name,
      use_remote_address: trustedProxies !== undefined,
      ...(trustedProxies !== undefined && { xff_num_trusted_hops: trustedProxies }),
      ...normalization(mode),
    };
  }
}

/** Certificates of clients, each made once. */
class Identities {
  readonly #authority: Authority;
  readonly #made = new Map<string, Certificate>();

  constructor(authority: Authority) {
    this.#authority = authority;
  }

  /** Undefined: the request comes in plain text. */
  of({ peer, peerCert, sni }: JsonObject): Partial<Certificate> | undefined {
    if (isObject(peerCert)) {
      const { uris = [], dns = [], subject = "/CN=client" } = peerCert;
      const names = [
        ...(uris as string[]).map((name) => `URI:${name}`),
        ...(dns as string[]).map((name) => `DNS:${name}`),
      ];
      return this.#certificate(names, String(subject));
    }
    if (isObject(peer)) return this.#certificate([`URI:spiffe://${String(peer["principal"])}`]);
    return typeof sni === "string" ? {} : undefined;
  }

  #certificate(names: readonly string[], subject = "/CN=client"): Certificate {
    const key = JSON.stringify([names, subject]);
    const made = this.#made.get(key) ?? this.#authority.issue(names, subject);
    this.#made.set(key, made);
    return made;
  }
}

function portOf({ destinationPort = DEFAULT_PORT }: JsonObject): number {
  return Number(destinationPort);
}

/** The status of the answer. Rejects when there is none: a request that Envoy drops is no verdict. */
function send(address: string, { id, request }: Case, identities: Identities): Promise<number> {
  const { method, path, authority, headers = [], xff, sourceIp, sni } = request;
  const forwarded = typeof xff === "string" ? [["x-forwarded-for", xff]] : [];
  const lines = [...(headers as unknown as [string, string][]), ...forwarded].map(
    ([name, value]) => `${name}: ${value}`,
  );
  const head = [
    `${String(method)} ${String(path)} HTTP/1.1`,
    `host: ${String(authority)}`,
    ...lines,
    "connection: close",
  ];
  const where = {
    host: address,
    port: portOf(request),
    ...(typeof sourceIp === "string" && { localAddress: sourceIp }),
  };
  const client = identities.of(request);
  const socket = client
    ? connectTls({ ...where, ...client, rejectUnauthorized: false, servername: typeof sni === "string" ? sni : "" })
    : connect(where);
  return new Promise((resolve, reject) => {
    let text = "";
    const fail = (why: string): void => reject(new Error(`${id}: ${why}`));
    socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error(`no answer in ${ANSWER_MS} ms`)));
    socket.on("error", (error) => fail(error.message));
    socket.on("data", (data) => {
      text += data.toString("latin1");
      const status = /^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1];
      if (status === undefined) return;
      resolve(Number(status));
      // After some answers Envoy waits a second before it closes the connection.
      socket.destroy();
    });
    socket.on("close", () => fail("the connection was closed without an answer"));
    socket.write(`${head.join("\r\n")}\r\n\r\n`, "latin1");
  });
}
