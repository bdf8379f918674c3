/** What the authz module makes of the oracle's configurations and requests, in the offline host. */
import { DownstreamRequest, FACTS_KEY, factsDocument, OfflineProxy, text } from "../../cli/host/index.ts";
import type { OracleConfiguration, OracleRequest, OracleVerdict } from "./authz-oracle.ts";

/** The module with a configuration. Throws when it is refused. */
export function loadForOracle(
  code: WebAssembly.Module,
  configuration: OracleConfiguration,
): (request: OracleRequest) => OracleVerdict {
  const proxy = new OfflineProxy();
  const plugin = proxy.load({
    code,
    vmId: "pointduty.authz",
    rootId: "authz",
    name: "x",
    configuration: JSON.stringify({
      ...configuration,
      name: "x",
      token: "claimsOnly",
      workload: { ...configuration.workload, namespace: "n1" },
    }),
  });
  if (!plugin.accepted) throw new Error(proxy.logs[0]?.message ?? plugin.reason);
  return ({ method, authority, path, headers, facts }) => {
    const request = new DownstreamRequest({
      properties: { connection: { uri_san_peer_certificate: facts.certificate?.uris?.[0] } },
    });
    request.setNativeFilterState(FACTS_KEY, factsDocument(facts));
    const stream = proxy.worker(0).stream(plugin, { request });
    stream.requestHeaders([
      [":method", method],
      [":authority", authority],
      [":path", path],
      ...headers.map(([name, value]): [string, string] => [name, value]),
    ]);
    stream.end();
    const said = text(request.filterState("pointduty.authz.x.rule") ?? new Uint8Array());
    return { allowed: stream.localReply === undefined, rule: said.replace(/, nearest .*/, "") };
  };
}
