/** The policy of the suite, through the command that operators use: `render` for what is applied, `status` for what holds. */
import type { Arrival } from "../../lib/backend.ts";
import { check, type Budget } from "../../lib/bound.ts";
import type { Mesh } from "./mesh.ts";
import { askStatus, isRefused, until, type Status } from "./status.ts";

/** Name of the extension configuration and of the EnvoyFilter. */
export const RESOURCE = "pointduty.retry-budget.shop";
const INTERVAL_MS = 10_000;

/** A policy file for the sidecars of the namespace. */
function policyFile(percent: number): string {
  return `apiVersion: pointduty.dev/v1alpha1
kind: RetryBudget
metadata: { name: shop, namespace: shop }
spec:
  budget: { percent: ${percent}, interval: ${INTERVAL_MS / 1000}s }
  selector: { matchLabels: { app: client } }
`;
}

/** What `render --target istio` makes of it. */
export async function rendered(mesh: Mesh, percent: number): Promise<string> {
  mesh.desk.write(`shop-${percent}.yaml`, policyFile(percent));
  const { code, out, err } = await mesh.desk.run("render", "--target", "istio", `shop-${percent}.yaml`);
  if (code !== 0) throw new Error(`render: ${err}`);
  return out;
}

/** The same with a percentage that no module takes, and `render` would not have let pass. */
export async function broken(mesh: Mesh): Promise<string> {
  const good = await rendered(mesh, 20);
  const bad = good.replace('"percent": 20', '"percent": 101');
  if (bad === good) throw new Error("the rendered policy does not have its percentage where this test looks for it");
  return bad;
}

export function status(mesh: Mesh, percent: number): Promise<Status> {
  mesh.desk.write(`shop-${percent}.yaml`, policyFile(percent));
  return askStatus(mesh.desk, mesh.envoy, `shop-${percent}.yaml`);
}

/** Waits until `status` says what is expected. */
export function untilStatus(mesh: Mesh, percent: number, is: (status: Status) => boolean): Promise<Status> {
  return until(() => status(mesh, percent), is);
}

/** Waits until `status` has seen a refused policy. */
export function untilRefused(mesh: Mesh, percent: number): Promise<Status> {
  return untilStatus(mesh, percent, isRefused);
}

/** Applies the policy and waits until it is in force. */
export async function apply(mesh: Mesh, percent: number): Promise<void> {
  await mesh.plane.apply(await rendered(mesh, percent));
  await untilRight(mesh, percent);
}

/** Waits until the policy is in force and `status` finds nothing wrong, but for what it counts since Envoy's start. */
export async function untilRight(mesh: Mesh, percent: number): Promise<void> {
  await untilStatus(mesh, percent, ({ policies, findings }) => {
    return policies[0]?.live !== undefined && findings.every((line) => line.includes("update_rejected: "));
  });
}

/** Rejects unless the log keeps to the budget in every window and uses it. */
export function mustHold(arrivals: readonly Arrival[], percent: number, least = percent * 0.75): void {
  const budget: Budget = { percent, intervalMs: INTERVAL_MS, floor: { count: 1, ms: 10_000 }, burst: 1 };
  const { ok, originals, retries, bound, trailing } = check(arrivals, budget);
  const counts = `${retries} retries for ${originals} requests`;
  if (!ok) throw new Error(`${counts}, allowed ${bound}; the worst window has ${trailing.excess} too many`);
  // A sidecar that does not retry at all would keep to any budget.
  if (retries < (originals * least) / 100) throw new Error(`${counts}: the budget of ${percent} % is not used`);
}

/** Rejects unless every request of an outage is retried as often as the VirtualService says: there is no policy. */
export async function mustRetryAlways(mesh: Mesh): Promise<void> {
  const attempts = 5;
  await mesh.forget("cart");
  const arrivals = await mesh.outage("cart", 50);
  const retries = arrivals.filter(({ kind }) => kind === "retry").length;
  const originals = arrivals.length - retries;
  if (retries !== attempts * originals)
    throw new Error(`${retries} retries for ${originals} requests, not ${attempts} each`);
}
