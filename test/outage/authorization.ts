/** The part of `npm start` that shows authz: requests, their answers, and the rule that decided each. */
import type { Backend } from "../lib/backend.ts";
import { bootstrap } from "../lib/bootstrap.ts";
import { request } from "../lib/client.ts";
import { startEnvoy, waitFor, type Envoy } from "../lib/envoy.ts";
import { PolicyFile } from "../lib/policy.ts";

const NAME = "shop";

/** Istio's AuthorizationPolicy, as it stands in a cluster: everybody reads the cart, and nobody an internal page. */
const POLICIES = [
  {
    namespace: "default",
    name: "read-cart",
    spec: { rules: [{ to: [{ operation: { methods: ["GET"], paths: ["/cart", "/cart/*"] } }] }] },
  },
  {
    namespace: "default",
    name: "no-internals",
    spec: { action: "DENY", rules: [{ to: [{ operation: { paths: ["/cart/internal*"] } }] }] },
  },
];

/** What is asked, and the answer that the policies mean. */
const REQUESTS = [
  { method: "GET", path: "/cart/1", status: 200 },
  { method: "DELETE", path: "/cart/1", status: 403 },
  { method: "GET", path: "/cart/internal", status: 403 },
  // Decoded as the application would decode it, whatever the proxy in front does.
  { method: "GET", path: "/cart/%69nternal", status: 403 },
] as const;

const WIDTHS = [8, 20, 8, 0];
const LOG = `authz %REQ(X-TEST-ID)% %FILTER_STATE(wasm.pointduty.authz.${NAME}.outcome:PLAIN)% %FILTER_STATE(wasm.pointduty.authz.${NAME}.rule:PLAIN)%`;

/** What the access log says about a request: outcome, and the rule that decided or came nearest to allowing. */
async function decision(envoy: Envoy, id: string): Promise<string> {
  const line = new RegExp(`^authz ${id} (.*)$`, "m");
  return waitFor(`the access log of ${id}`, 5_000, () => Promise.resolve(line.exec(envoy.log())?.[1]));
}

/** Makes the requests and prints a row for each. False: an answer is not the one that the policies mean. */
export async function showAuthorization(backend: Backend, print: (line: string) => void): Promise<boolean> {
  const row = (...cells: readonly string[]): void =>
    print(cells.map((cell, n) => cell.padEnd(WIDTHS[n] ?? 0)).join(" "));
  // Rules that need neither identity nor address need no facts document either.
  const policy = new PolicyFile({ name: NAME, facts: "properties", policies: POLICIES }, { filter: "authz" });
  const clusters = [{ name: "backend", to: [backend] }];
  const config = bootstrap({ policies: [policy], clusters, accessLog: LOG });
  const envoy = await startEnvoy({ bootstrap: config, workers: 1, extensions: [policy.resource] });
  try {
    let asMeant = true;
    row("method", "path", "answer", "decided by");
    for (const [n, { method, path, status }] of REQUESTS.entries()) {
      const id = `show-${n}`;
      const answer = await request({ port: envoy.port(), id, method, path });
      asMeant &&= answer.status === status;
      row(method, path, String(answer.status), await decision(envoy, id));
    }
    return asMeant;
  } finally {
    await envoy.stop();
    policy.remove();
  }
}
