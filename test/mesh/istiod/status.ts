/** What operators see: `pointduty status`, and Envoy's own configuration dump. */
import assert from "node:assert/strict";
import type { Envoy } from "../../lib/envoy.ts";
import { waitFor } from "../../lib/envoy.ts";
import type { Desk } from "../../module/cli.ts";
import { differences, resourcesOf, type Difference, type Resources } from "./dump.ts";

const SYNC_MS = 30_000;

/** What `status` says. */
export interface Status {
  code: number;
  policies: { live?: string; expected?: string; default: boolean; heartbeatAge?: number; mode?: string }[];
  findings: string[];
  /** The same for people. */
  text: string;
}

/** @param file the policy file, in the desk's folder */
export async function askStatus(desk: Desk, { adminPort }: Envoy, file: string): Promise<Status> {
  const args = ["status", "--admin", `127.0.0.1:${adminPort}`, "--policy", file];
  const { code, out: json } = await desk.run(...args, "--json");
  // Asked later: what the first answer has seen, this one has, too.
  const { out } = await desk.run(...args);
  const { envoys } = JSON.parse(json) as { envoys: [Pick<Status, "policies"> & { findings: { message: string }[] }] };
  const [{ policies, findings }] = envoys;
  return { code, policies, findings: findings.map(({ message }) => message), text: out };
}

/** Asks until `status` says what is expected. Rejects with what it says in the end. */
export async function until(ask: () => Promise<Status>, is: (status: Status) => boolean): Promise<Status> {
  let last: Status | undefined;
  try {
    return await waitFor("the status", SYNC_MS, async () => {
      last = await ask();
      return is(last) ? last : undefined;
    });
  } catch (error) {
    throw new Error(`${(error as Error).message}; it says:\n${last?.text ?? ""}`);
  }
}

/** Whether `status` has seen a refused policy. */
export function isRefused({ findings }: Status): boolean {
  return findings.some((line) => line.startsWith("the last update was refused"));
}

/** Waits until Envoy is configured as it was before, but for a policy that it lists as long as its old listeners drain. */
export async function untilAsBefore(envoy: Envoy, before: Resources, policy: string): Promise<void> {
  let left: Difference[] = [];
  await waitFor("the configuration from before", SYNC_MS, async () => {
    left = differences(before, resourcesOf(await envoy.configDump())).filter(
      ({ resource }) => resource !== `ecds_filters ${policy}`,
    );
    return left.length === 0 ? true : undefined;
  }).catch(() => assert.deepEqual(left, []));
}
