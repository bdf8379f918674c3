/**
 * The scenarios of `npm start`, and what each comes to.
 */
import type { Backend, Counts } from "../lib/backend.ts";
import type { FaultName } from "./faults.ts";
import { execute, type Keeper } from "./run.ts";

const WORKERS = 2;
const INTERVAL_MS = 10_000;
const ORIGINALS = 2_000;
/** Envoy's own budget multiplies them: fewer are enough to see it. */
const NATIVE_ORIGINALS = 400;

export interface Scenario {
  fault: FaultName;
  keeper: Keeper;
  clients: number;
  originals: number;
  everyMs?: number;
}

/** One entry of the JSON answer: a contract, scripts read it. */
export interface Entry {
  /** `outage-503-interval`: Envoy's own budget with `budget_interval`. */
  name: string;
  policy: "pointduty" | "native";
  clients: number;
  workers: number;
  originals: number;
  retries: number;
  /** retries / originals. */
  ratio: number;
  /** originals + retries, as the backend counted them. */
  backendHits: number;
  /** Retries that percent, floor and burst allow over the run, the same formula for both policies. */
  bound: number;
  /** Whether the run as a whole and every window that ends at a retry kept to it. */
  ok: boolean;
}

/** All scenarios in order. Envoy knows `budget_interval` from 1.39 on; `version` is Envoy's. */
export function scenarios(version: string): Scenario[] {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const keepers: Keeper[] = major > 1 || minor >= 39 ? ["native", "native-interval"] : ["native"];
  const list: Scenario[] = [];
  for (const clients of [1, 10]) {
    list.push({ fault: "outage-503", keeper: "pointduty", clients, originals: ORIGINALS });
    for (const keeper of keepers) list.push({ fault: "outage-503", keeper, clients, originals: NATIVE_ORIGINALS });
  }
  list.push(
    { fault: "outage-503", keeper: "pointduty", clients: 50, originals: ORIGINALS },
    { fault: "outage-503", keeper: "pointduty", clients: 200, originals: ORIGINALS, everyMs: 1_000 },
    { fault: "outage-reset", keeper: "pointduty", clients: 50, originals: ORIGINALS },
    { fault: "outage-timeout", keeper: "pointduty", clients: 50, originals: ORIGINALS },
    { fault: "half", keeper: "pointduty", clients: 10, originals: ORIGINALS },
    { fault: "recovery", keeper: "pointduty", clients: 10, originals: ORIGINALS },
    { fault: "healthy", keeper: "pointduty", clients: 10, originals: ORIGINALS },
  );
  return list;
}

/** The entry's name and policy for a scenario. */
export function nameOf({ fault, keeper }: Scenario): Pick<Entry, "name" | "policy"> {
  if (keeper === "pointduty") return { name: fault, policy: "pointduty" };
  return { name: keeper === "native" ? fault : `${fault}-interval`, policy: "native" };
}

/** Runs a scenario. `p99` is what clients waited, ms. */
export async function play(
  scenario: Scenario,
  percent: number,
  backend: Backend,
  onCounts: (counts: Counts) => void,
): Promise<{ entry: Entry; p99: number }> {
  const { fault, keeper, clients, originals, everyMs } = scenario;
  const pace = everyMs === undefined ? {} : { everyMs };
  const run = {
    fault,
    keeper,
    clients,
    originals,
    ...pace,
    workers: WORKERS,
    percent,
    intervalMs: INTERVAL_MS,
    onCounts,
  };
  const { verdict, p99 } = await execute(run, backend);
  // A run that the backend saw only a part of proves nothing.
  if (verdict.originals < originals) {
    throw new Error(`${fault}: ${originals} requests were sent, but ${verdict.originals} reached the backend`);
  }
  const entry: Entry = {
    ...nameOf(scenario),
    clients,
    workers: WORKERS,
    originals: verdict.originals,
    retries: verdict.retries,
    ratio: Math.round((verdict.retries / verdict.originals) * 10_000) / 10_000,
    backendHits: verdict.originals + verdict.retries,
    bound: verdict.bound,
    ok: verdict.ok,
  };
  return { entry, p99 };
}
