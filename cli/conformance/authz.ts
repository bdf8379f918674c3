/** Runs shared/vectors/authz.json offline: Istio policies and requests, with what Istio and a stock Envoy 1.40.0 make of them. */
import { verdictOf, type CaseOutcome } from "../commands/conformance.ts";
import { moduleOf } from "../cases/filter.ts";
import { DownstreamRequest, FACTS_KEY, factsDocument, OfflineProxy, utf8 } from "../host/index.ts";
import type { JsonObject } from "../policy/types.ts";
import { factsOf, LOCAL_ADDRESS } from "./authz-facts.ts";
import { readVectors, type Case, type Vector } from "./authz-vectors.ts";

const NAME = "vector";

export async function runVectors(file: JsonObject): Promise<readonly CaseOutcome[]> {
  return readVectors(file).flatMap(runVector);
}

function runVector(vector: Vector): CaseOutcome[] {
  const status = load(vector);
  return vector.cases.map((test): CaseOutcome => {
    const elsewhere = answeredElsewhere(test);
    if (elsewhere) return { id: test.id, outcome: "skipped", detail: elsewhere };
    return typeof status === "string"
      ? { id: test.id, outcome: "failed", detail: status }
      : verdictOf(test.id, test.expected, status(test));
  });
}

/** Why the filter never sees such a request, or can't judge it alone. */
function answeredElsewhere({ observed: { status, details } }: Case): string | undefined {
  if (status === 400) return "400: answered by the codec, not by the policy";
  if (status === 401 || details.startsWith("jwt_authn")) return `${status}: answered by jwt_authn, not by the policy`;
  return undefined;
}

/** The filter with a configuration in the offline host, or its words on why it refuses. */
function load(vector: Vector): ((test: Case) => number) | string {
  const proxy = new OfflineProxy();
  const plugin = proxy.load({
    code: compiled(),
    vmId: "pointduty.authz",
    rootId: "authz",
    name: NAME,
    configuration: JSON.stringify(vector.configuration(NAME, LOCAL_ADDRESS)),
  });
  if (!plugin.accepted) return proxy.logs.at(0)?.message ?? plugin.reason;
  return (test) => {
    const request = new DownstreamRequest();
    request.setNativeFilterState(FACTS_KEY, utf8(factsDocument(factsOf(test.request, vector.around))));
    const stream = proxy.worker(0).stream(plugin, { request });
    stream.requestHeaders(pairsOf(test), { endOfStream: true });
    stream.end();
    return stream.localReply?.status ?? 200;
  };
}

let module_: WebAssembly.Module | undefined;

function compiled(): WebAssembly.Module {
  module_ ??= new WebAssembly.Module(new Uint8Array(moduleOf("authz")));
  return module_;
}

function pairsOf({ request, path }: Case): [string, string][] {
  const headers = (request["headers"] ?? []) as unknown as readonly [string, string][];
  return [
    [":method", String(request["method"])],
    [":scheme", "http"],
    [":authority", String(request["authority"])],
    [":path", path],
    ...headers.map(([name, value]): [string, string] => [name.toLowerCase(), value]),
  ];
}
