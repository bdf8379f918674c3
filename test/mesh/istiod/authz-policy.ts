/** The policy of the suite, through the command that operators use: `render` for what is applied, `status` for what holds. */
import { waitFor } from "../../lib/envoy.ts";
import type { Pods } from "./authz-mesh.ts";

/** Name of the extension configuration and of the EnvoyFilter. */
export const RESOURCE = "pointduty.authz.orders";
const PUSH_MS = 30_000;

/** What the suite changes of the policy. */
export interface Settings {
  readonly mode: "enforce" | "shadow";
  /** Who may read orders. */
  readonly principal: string;
}

function policyFile({ mode, principal }: Settings): string {
  return `apiVersion: pointduty.dev/v1alpha1
kind: Authorization
metadata: { name: orders, namespace: shop }
spec:
  mode: ${mode}
  workload: { namespace: shop, labels: { app: orders } }
  selector: { matchLabels: { app: orders } }
  policies:
    - namespace: shop
      name: read
      spec:
        rules:
          - from: [{ source: { principals: ["${principal}"] } }]
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

/** What `status` says. */
export interface Status {
  readonly code: number;
  readonly policy: { live?: string; expected?: string; default: boolean; mode?: string } | undefined;
  /** What it says for people. */
  readonly text: string;
}

export async function status(pods: Pods, settings: Settings): Promise<Status> {
  const args = ["status", "--admin", `127.0.0.1:${pods.envoy.adminPort}`, "--policy", write(pods, settings)];
  const { code, out: json } = await pods.desk.run(...args, "--json");
  const { out: text } = await pods.desk.run(...args);
  const { envoys } = JSON.parse(json) as { envoys: [{ policies: NonNullable<Status["policy"]>[] }] };
  return { code, policy: envoys[0].policies[0], text };
}

/** Waits until `status` says what is expected. Rejects with what it says in the end. */
export async function untilStatus(pods: Pods, settings: Settings, is: (status: Status) => boolean): Promise<Status> {
  let last: Status | undefined;
  try {
    return await waitFor("the status", PUSH_MS, async () => {
      last = await status(pods, settings);
      return is(last) ? last : undefined;
    });
  } catch (error) {
    throw new Error(`${(error as Error).message}; it says:\n${last?.text ?? ""}`);
  }
}

/** Applies the policy and waits until it is in force. */
export async function apply(pods: Pods, settings: Settings): Promise<void> {
  await pods.apply(await rendered(pods, settings));
  await untilStatus(pods, settings, ({ policy }) => policy?.live !== undefined && policy.live === policy.expected);
}
