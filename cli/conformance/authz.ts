/** Runs shared/vectors/authz.json: Istio policies and requests, with what Istio and a stock Envoy 1.40.0 make of them. */
import type { CaseOutcome } from "../commands/conformance.ts";
import { moduleOf } from "../cases/filter.ts";
import { DownstreamRequest, FACTS_KEY, factsDocument, OfflineProxy, utf8 } from "../host/index.ts";
import { Failure } from "../policy/errors.ts";
import { isObject, type Json, type JsonObject } from "../policy/types.ts";
import { factsOf, LOCAL_ADDRESS, type Surroundings } from "./authz-facts.ts";

const NAME = "vector";

interface Loaded {
  status(request: JsonObject, path: string): number;
}

export async function runVectors(
  file: JsonObject,
  { envoy }: { readonly envoy: boolean },
): Promise<readonly CaseOutcome[]> {
  if (envoy) throw new Failure("authz cases do not run through Envoy yet: leave --envoy out");
  const vectors = objects(file["vectors"]).flatMap(runVector);
  return [...vectors, ...objects(file["hardening"]).map(runHardening)];
}

function runVector(vector: JsonObject): CaseOutcome[] {
  const id = String(vector["id"]);
  const configuration = configurationOf(vector, "compat");
  const cases = objects(vector["cases"]);
  const loaded = load(configuration, surroundings(vector));
  return cases.map((test, index): CaseOutcome => {
    const name = `${id}/${index} (${String(test["name"])})`;
    const expected = Number(object(test["expect"])["status"]);
    const observed = object(test["observed"]);
    const elsewhere = answeredElsewhere(expected, String(observed["responseCodeDetails"] ?? ""));
    if (elsewhere) return { id: name, outcome: "skipped", detail: elsewhere };
    if (typeof loaded === "string") return { id: name, outcome: "failed", detail: loaded };
    const request = object(test["request"]);
    return verdict(name, [expected], loaded.status(request, String(observed["pathSeenByFilters"] ?? request["path"])));
  });
}

/** Why the filter never sees such a request. */
function answeredElsewhere(status: number, details: string): string | undefined {
  if (status === 400) return "400: answered by the codec, not by the policy";
  if (status === 401 || details.startsWith("jwt_authn")) return `${status}: answered by jwt_authn, not by the policy`;
  return undefined;
}

function runHardening(vector: JsonObject): CaseOutcome {
  const id = String(vector["id"]);
  if (objects(vector["jwtRules"]).length > 0) {
    const detail = "needs jwt_authn's verdict on the token; checks of its form are not in this version";
    return { id, outcome: "skipped", detail };
  }
  const policy = { metadata: { name: "p", namespace: "foo" }, spec: object(vector["policy"]) };
  const around = { policies: [policy], workload: { namespace: "foo", labels: {} }, mesh: {}, ...vector };
  const loaded = load(configurationOf(around, "strict"), surroundings(around));
  if (typeof loaded === "string") return { id, outcome: "failed", detail: loaded };
  const request = object(vector["request"]);
  const expected = object(vector["expect"])["status"] as readonly number[];
  const observed = object(vector["envoy_1_40_observed"]);
  return verdict(id, expected, loaded.status(request, String(observed["pathSeenByFilters"] ?? request["path"])));
}

function surroundings(vector: JsonObject): Surroundings {
  const tokens = objects(vector["requestAuthentications"]).length > 0;
  return { tokens, trustedProxies: Number(object(vector["mesh"])["numTrustedProxies"] ?? 1) };
}

function verdict(id: string, expected: readonly number[], got: number): CaseOutcome {
  if (expected.includes(got)) return { id, outcome: "passed" };
  return { id, outcome: "failed", detail: `expected ${expected.join(" or ")}, got ${got}` };
}

/** The filter with a configuration in the offline host, or its words on why it refuses. */
function load(configuration: JsonObject, around: Surroundings): Loaded | string {
  const proxy = new OfflineProxy();
  const plugin = proxy.load({
    code: compiled(),
    vmId: "pointduty.authz",
    rootId: "authz",
    name: NAME,
    configuration: JSON.stringify(configuration).replaceAll("$DESTIP", LOCAL_ADDRESS),
  });
  if (!plugin.accepted) return proxy.logs.at(0)?.message ?? plugin.reason;
  return {
    status: (given, path) => {
      const request = new DownstreamRequest();
      request.setNativeFilterState(FACTS_KEY, utf8(factsDocument(factsOf(given, around))));
      const stream = proxy.worker(0).stream(plugin, { request });
      stream.requestHeaders(pairsOf(given, path), { endOfStream: true });
      stream.end();
      return stream.localReply?.status ?? 200;
    },
  };
}

let module_: WebAssembly.Module | undefined;

function compiled(): WebAssembly.Module {
  module_ ??= new WebAssembly.Module(new Uint8Array(moduleOf("authz")));
  return module_;
}

function pairsOf(request: JsonObject, path: string): [string, string][] {
  const headers = (request["headers"] ?? []) as unknown as readonly [string, string][];
  return [
    [":method", String(request["method"])],
    [":scheme", "http"],
    [":authority", String(request["authority"])],
    [":path", path],
    ...headers.map(([name, value]): [string, string] => [name.toLowerCase(), value]),
  ];
}

/** The filter's configuration for a workload: the policies that Istio would apply to it, and its description. */
function configurationOf(vector: JsonObject, profile: "compat" | "strict"): JsonObject {
  const mesh = object(vector["mesh"]);
  const workload = object(vector["workload"]);
  const root = String(mesh["rootNamespace"] ?? "istio-system");
  const policies = objects(vector["policies"]).filter((policy) => applies(policy, workload, root));
  return {
    name: NAME,
    profile,
    workload: {
      namespace: String(workload["namespace"]),
      labels: object(workload["labels"]),
      trustDomain: mesh["trustDomain"] ?? "cluster.local",
      trustDomainAliases: mesh["trustDomainAliases"] ?? [],
      rootNamespace: root,
      pathNormalization: normalization(mesh["pathNormalization"]),
    },
    policies: policies.map((policy) => {
      const metadata = object(policy["metadata"]);
      const dryRun = object(metadata["annotations"])["istio.io/dry-run"] === "true";
      return {
        namespace: metadata["namespace"] ?? "",
        name: metadata["name"] ?? "",
        dryRun,
        spec: policy["spec"] ?? {},
      };
    }),
  };
}

function normalization(given: Json | undefined): Json {
  return given === undefined || given === "DEFAULT" ? "BASE" : given;
}

/** Policies of the root namespace and of the workload's own whose selector asks for no other labels. */
function applies(policy: JsonObject, workload: JsonObject, root: string): boolean {
  const namespace = object(policy["metadata"])["namespace"];
  if (namespace !== root && namespace !== workload["namespace"]) return false;
  const wanted = object(object(object(policy["spec"])["selector"])["matchLabels"]);
  const labels = object(workload["labels"]);
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

function object(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as Json[]).filter(isObject) : [];
}
