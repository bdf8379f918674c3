/** Runs shared/vectors/routing.json offline: Gateway API's own conformance cases, and sticky splits measured on Envoy 1.40.0. */
import { moduleOf } from "../cases/filter.ts";
import type { CaseOutcome } from "../commands/conformance.ts";
import {
  DownstreamRequest,
  FACTS_KEY,
  factsDocument,
  OfflineProxy,
  text,
  utf8,
  type HeaderMap,
} from "../host/index.ts";
import type { JsonObject } from "../policy/types.ts";
import { faultOf, NATIVE, readRoutingVectors, type RoutingCase, type RoutingVectors } from "./routing-vectors.ts";

const NAME = "vector";
const ARM = "x-pd-arm";
/** gRPC's UNIMPLEMENTED: no method of that name. */
const UNIMPLEMENTED = 12;

export async function runVectors(file: JsonObject): Promise<readonly CaseOutcome[]> {
  return readRoutingVectors(file, NAME).flatMap(runOne);
}

function runOne(vectors: RoutingVectors): CaseOutcome[] {
  const send = load(vectors);
  return vectors.cases.map((test): CaseOutcome => {
    const { id, category } = test;
    if (NATIVE.includes(category))
      return { id, outcome: "skipped", detail: `${category}: the native router's work, not the filter's` };
    if (typeof send === "string") return { id, outcome: "failed", detail: send };
    for (let i = 0; i < test.repeat; i++) {
      const fault = send(test);
      if (fault !== undefined) return { id, outcome: "failed", detail: fault };
    }
    return { id, outcome: "passed" };
  });
}

/** The filter with the rules in the offline host, or its words on why it refuses. What it returns says what is wrong with a case. */
function load({ configuration, weighted }: RoutingVectors): ((test: RoutingCase) => string | undefined) | string {
  const proxy = new OfflineProxy();
  const plugin = proxy.load({
    code: compiled(),
    vmId: "pointduty.header-routing",
    rootId: "header_routing",
    name: NAME,
    configuration: JSON.stringify(configuration),
  });
  if (!plugin.accepted) return proxy.logs.at(0)?.message ?? plugin.reason;
  return (test) => {
    const request = new DownstreamRequest();
    request.setNativeFilterState(FACTS_KEY, utf8(factsDocument({})));
    const stream = proxy.worker(0).stream(plugin, { request });
    stream.requestHeaders(
      [
        [":method", test.method],
        [":scheme", "http"],
        [":authority", test.authority],
        [":path", test.path],
        ...test.headers.map(([name, value]): [string, string] => [name, value]),
      ],
      { endOfStream: true },
    );
    const upstream = listOf(stream.requestHeaderMap);
    const backend = weighted ? picked(weighted, upstream) : upstream.find(([name]) => name === ARM)?.[1];
    const grpc = test.headers.some(([name, value]) => name === "content-type" && value.startsWith("application/grpc"));
    if (backend === undefined) {
      stream.end();
      // What stands behind the filter in this model is a route for each arm, and none besides.
      return faultOf(test, {
        status: grpc ? 200 : 404,
        grpcStatus: grpc ? UNIMPLEMENTED : undefined,
        backend,
        upstream,
        response: [],
      });
    }
    stream.responseHeaders(
      [[":status", "200"], ...test.answer.map(([name, value]): [string, string] => [name, value])],
      {
        endOfStream: true,
      },
    );
    const response = stream.responseHeaderMap ? listOf(stream.responseHeaderMap) : [];
    stream.end();
    return faultOf(test, { status: 200, grpcStatus: grpc ? 0 : undefined, backend, upstream, response });
  };
}

/** Envoy's WeightedCluster.header_name: the number in the header, modulo the sum of the weights, counted up in list order. */
function picked(
  { header, weights }: NonNullable<RoutingVectors["weighted"]>,
  headers: readonly (readonly [string, string])[],
): string | undefined {
  const value = headers.find(([name]) => name === header)?.[1];
  const sum = weights.reduce((total, [, weight]) => total + BigInt(weight), 0n);
  let rest = BigInt(value ?? "0") % sum;
  for (const [name, weight] of weights) {
    if (rest < BigInt(weight)) return name;
    rest -= BigInt(weight);
  }
  return undefined;
}

function listOf(headers: HeaderMap): [string, string][] {
  return headers.list().map(([name, value]): [string, string] => [text(name), text(value)]);
}

let module_: WebAssembly.Module | undefined;

function compiled(): WebAssembly.Module {
  module_ ??= new WebAssembly.Module(new Uint8Array(moduleOf("header-routing")));
  return module_;
}
