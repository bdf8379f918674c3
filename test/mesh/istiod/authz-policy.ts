/** The policy of the suite, through the command that operators use: `render` for what is applied, `status` for what holds. */
import type { Pods } from "./authz-mesh.ts";
import { askStatus, until, type Status } from "./status.ts";

/** Name of the extension configuration and of the EnvoyFilter. */
export const RESOURCE = "pointduty.authz.orders";

/** What the suite changes of the policy. */
export interface Settings {
  readonly mode: "enforce" | "shadow";
  /** Who may read orders. */
  readonly principal: string;
  /** A JSON Web Key Set: who reads orders needs a token of ISSUER that one of these keys has signed. */
  readonly keys?: string;
}

export const ISSUER = "https://issuer.example";

function policyFile({ mode, principal, keys }: Settings): string {
  const source = { principals: [principal], ...(keys === undefined ? {} : { requestPrincipals: [`${ISSUER}/*`] }) };
  const spec = { jwtRules: [{ issuer: ISSUER, jwks: keys ?? "" }] };
  const tokens = keys === undefined ? [] : [{ namespace: "shop", name: "tokens", spec }];
  return `apiVersion: pointduty.dev/v1alpha1
kind: Authorization
metadata: { name: orders, namespace: shop }
spec:
  mode: ${mode}
  workload: { namespace: shop, labels: { app: orders } }
  selector: { matchLabels: { app: orders } }
  requestAuthentications: ${JSON.stringify(tokens)}
  policies:
    - namespace: shop
      name: read
      spec:
        rules:
          - from: [{ source: ${JSON.stringify(source)} }]
            to: [{ operation: { methods: [GET], paths: ["/orders", "/orders/*"] } }]
`;
}

function write(pods: Pods, settings: Settings): string {
  const file = "orders-policy.yaml";
  pods.desk.write(file, policyFile(settings));
  return file;
}

/** What `render --target istio` makes of it. */
export async function rendered(pods: Pods, settings: Settings): Promise<string> {
  const { code, out, err } = await pods.desk.run("render", "--target", "istio", write(pods, settings));
  if (code !== 0) throw new Error(`render: ${err}`);
  return out;
}

/** The same with an action that no module takes, and `render` would not have let pass. */
export async function broken(pods: Pods, settings: Settings): Promise<string> {
  const good = await rendered(pods, settings);
  const bad = good.replace('"rules": [', '"action": "CUSTOM", "rules": [');
  if (bad === good) throw new Error("the rendered policy does not have its rules where this test looks for them");
  return bad;
}

/** Waits until `status` says what is expected. */
export function untilStatus(pods: Pods, settings: Settings, is: (status: Status) => boolean): Promise<Status> {
  const file = write(pods, settings);
  return until(() => askStatus(pods.desk, pods.envoy, file), is);
}

/** Applies the policy and waits until it is in force. */
export async function apply(pods: Pods, settings: Settings): Promise<void> {
  await pods.apply(await rendered(pods, settings));
  await untilStatus(
    pods,
    settings,
    ({ policies: [policy] }) => policy?.live !== undefined && policy.live === policy.expected,
  );
}
