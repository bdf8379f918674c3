/**
 * Runs shared/vectors/routing.json through the real Envoy: a listener for each set of routes, with the policy, a route for
 * each arm, and behind them one that answers 404 (which Envoy itself turns into UNIMPLEMENTED for gRPC).
 */
import { createServer, request as h1Request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { CaseOutcome } from "../../cli/commands/conformance.ts";
import {
  faultOf,
  NATIVE,
  readRoutingVectors,
  type RoutingCase,
  type RoutingVectors,
} from "../../cli/conformance/routing-vectors.ts";
import type { JsonObject } from "../../cli/policy/types.ts";
import { bootstrap, sideBySide, type Message } from "../lib/bootstrap.ts";
import { startEnvoy } from "../lib/envoy.ts";
import { PolicyFile } from "../lib/policy.ts";

type Pairs = [string, string][];

/** Request headers between runner, route and backend. */
const ANSWER = "x-test-answer";
const CHOSEN = "x-test-chosen";
const GRPC = "application/grpc";

export async function runVectors(file: JsonObject): Promise<readonly CaseOutcome[]> {
  const backend = await startEcho();
  const sites = readRoutingVectors(file, "vector")
    .filter(({ cases }) => cases.some(({ category }) => !NATIVE.includes(category)))
    .map((vectors, index) => new Site(vectors, index));
  const skipped = readRoutingVectors(file, "vector")
    .flatMap(({ cases }) => cases)
    .filter(({ category }) => NATIVE.includes(category))
    .map(({ id, category }): CaseOutcome => {
      return { id, outcome: "skipped", detail: `${category}: the native router's work, not the filter's` };
    });
  try {
    const trees = sites.map((site) => site.tree(backend.port));
    const extensions = sites.map(({ policy }) => policy.resource);
    const envoy = await startEnvoy({ bootstrap: sideBySide(trees), workers: 2, extensions, logLevel: "error" });
    try {
      const outcomes: CaseOutcome[] = [];
      for (const site of sites) {
        for (const test of site.vectors.cases.filter(({ category }) => !NATIVE.includes(category)))
          outcomes.push(await run(envoy.port(site.name), test, backend));
      }
      return [...outcomes, ...skipped];
    } finally {
      await envoy.stop();
    }
  } finally {
    for (const { policy } of sites) policy.remove();
    await backend.close();
  }
}

/** One set of routes. */
class Site {
  readonly vectors: RoutingVectors;
  readonly name: string;
  readonly policy: PolicyFile;

  constructor(vectors: RoutingVectors, index: number) {
    this.vectors = vectors;
    this.name = `v${index}`;
    this.policy = new PolicyFile({ ...vectors.configuration, name: this.name }, { filter: "header-routing" });
  }

  tree(port: number): [name: string, tree: Message] {
    const { configuration, weighted } = this.vectors;
    const arms = (configuration["arms"] as unknown as { name: string }[]).map(({ name }) => name);
    const tell = (arm: string): Message => ({
      request_headers_to_add: [{ header: { key: CHOSEN, value: arm }, append_action: "OVERWRITE_IF_EXISTS_OR_ADD" }],
    });
    const routes: Message[] = weighted
      ? [
          {
            match: { prefix: "/" },
            route: {
              weighted_clusters: {
                header_name: weighted.header,
                clusters: weighted.weights.map(([name, weight]) => ({ name: "backend", weight, ...tell(name) })),
              },
            },
          },
        ]
      : arms.map((arm) => ({
          match: { prefix: "/", headers: [{ name: "x-pd-arm", string_match: { exact: arm } }] },
          route: { cluster: "backend" },
          ...tell(arm),
        }));
    const fallback = { match: { prefix: "/" }, direct_response: { status: 404 } };
    return [
      this.name,
      bootstrap({
        policies: [this.policy],
        clusters: [{ name: "backend", to: [port] }],
        facts: true,
        routes: [...routes, fallback],
        hcm: { stat_prefix: this.name },
      }),
    ];
  }
}

async function run(port: number, test: RoutingCase, backend: Echo): Promise<CaseOutcome> {
  for (let i = 0; i < test.repeat; i++) {
    const fault = await send(port, test, backend);
    if (fault !== undefined) return { id: test.id, outcome: "failed", detail: fault };
  }
  return { id: test.id, outcome: "passed" };
}

function send(port: number, test: RoutingCase, backend: Echo): Promise<string | undefined> {
  backend.last = [];
  const { method, path, authority, headers, answer } = test;
  const lines = ["host", authority, ...headers.flat(), ANSWER, JSON.stringify(answer)];
  return new Promise((resolve, reject) => {
    const sent = h1Request({ host: "127.0.0.1", port, method, path, headers: lines, agent: false }, (response) => {
      response.resume();
      response.on("error", reject);
      response.on("end", () => {
        const got = pairsOf(response.rawHeaders);
        const grpc = got.find(([name]) => name === "grpc-status")?.[1];
        resolve(
          faultOf(test, {
            status: response.statusCode ?? 0,
            grpcStatus: grpc === undefined ? undefined : Number(grpc),
            backend: backend.last.find(([name]) => name === CHOSEN)?.[1],
            upstream: backend.last,
            response: got,
          }),
        );
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** A backend that keeps the headers of the last request, and answers with what the request says. */
class Echo {
  last: Pairs = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      this.last = pairsOf(request.rawHeaders);
      const told = this.last.find(([name]) => name === ANSWER)?.[1] ?? "[]";
      const grpc = request.headers["content-type"]?.startsWith(GRPC) === true;
      const own: Pairs = grpc
        ? [
            ["content-type", GRPC],
            ["grpc-status", "0"],
          ]
        : [];
      response.writeHead(200, [...own, ...(JSON.parse(told) as Pairs)].flat());
      response.end();
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

function startEcho(): Promise<Echo> {
  return new Echo().listen();
}

function pairsOf(raw: readonly string[]): Pairs {
  return Array.from({ length: raw.length / 2 }, (_, i) => [(raw[2 * i] ?? "").toLowerCase(), raw[2 * i + 1] ?? ""]);
}
