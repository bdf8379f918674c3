/** What the tests of the filter's life share: one Envoy with policies in its router, and what all of them must find. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Agent } from "node:http";
import type { TestContext } from "node:test";
import { always, startBackend, type Backend, type BackendKind, type Program } from "../lib/backend.ts";
import type { Budget } from "../lib/bound.ts";
import { bootstrap, type BootstrapOptions } from "../lib/bootstrap.ts";
import { header, request, type Response } from "../lib/client.ts";
import { startEnvoy, waitFor, type Envoy } from "../lib/envoy.ts";
import type { PolicyFile, Configuration } from "../lib/policy.ts";
import { WORKERS } from "./support.ts";

export { EXHAUSTED, Line, WORKERS } from "./support.ts";

/** Retries of the template's route: what a request to a failing backend makes of itself without a budget. */
export const ROUTE_RETRIES = 5;

/** No retry at all. */
export function nothing(name: string): object {
  return { name, budget: { percent: 0 }, minRetryRate: { count: 0 } };
}

/** More than any test can ask for. */
export function everything(name: string): object {
  return { name, budget: { percent: 100 }, minRetryRate: { count: 1_000_000, interval: "1s" }, burst: 1_000_000 };
}

/** A percentage and nothing else. */
export function share(name: string, percent: number, interval: string): object {
  return { name, budget: { percent, interval }, minRetryRate: { count: 0 } };
}

/** The promise of `share`. */
export function promise(percent: number, intervalMs: number): Budget {
  return { percent, intervalMs, floor: { count: 0, ms: 1000 }, burst: 0 };
}

export interface Rig {
  envoy: Envoy;
  backend: Backend;
}

export interface RigOptions extends Partial<BootstrapOptions> {
  policies: readonly PolicyFile[];
  /** A bootstrap of the test's own instead of the template's with one cluster `backend`. */
  tree?: (backend: Backend) => object;
  /** Default: 503 for everything. */
  program?: Program;
  kind?: BackendKind;
  /** Names of extension configurations that must be accepted first. Default: those of the policies. */
  extensions?: readonly string[];
  logLevel?: string;
  /** The test lets a VM trap. */
  traps?: boolean;
  /** The test ends Envoy itself. */
  ends?: boolean;
}

/** A backend, and an Envoy before it; both end with the test, which fails if Envoy crashed or a VM trapped. */
export async function rig(t: TestContext, options: RigOptions): Promise<Rig> {
  const {
    policies,
    program = always({ status: 503 }),
    kind,
    tree,
    extensions,
    logLevel,
    traps,
    ends,
    ...rest
  } = options;
  const backend = await startBackend({ program, ...(kind ? { kind } : {}) });
  const undo: (() => unknown)[] = [() => backend.close(), ...policies.map((policy) => () => policy.remove())];
  t.after(async () => {
    for (const step of undo.reverse()) await step();
  });
  const envoy = await startEnvoy({
    bootstrap: tree?.(backend) ?? bootstrap({ clusters: [{ name: "backend", to: [backend] }], ...rest, policies }),
    workers: WORKERS,
    extensions: extensions ?? policies.map(({ resource }) => resource),
    ...(logLevel ? { logLevel } : {}),
  });
  undo.push(async () => {
    if (!traps) assertNoTrap(envoy);
    await envoy.stop().catch((error: unknown) => {
      if (!ends) throw error;
    });
  });
  return { envoy, backend };
}

/** Lines of the log about a VM that trapped, or that found itself broken. */
export function traps(envoy: Envoy): string[] {
  return lines(envoy, /Function: \w+ failed|RuntimeError|broken invariant/);
}

export function assertNoTrap(envoy: Envoy): void {
  assert.deepEqual(traps(envoy), []);
}

/** Lines of Envoy's log that match. */
export function lines(envoy: Envoy, pattern: RegExp): string[] {
  return envoy
    .log()
    .split("\n")
    .filter((line) => pattern.test(line));
}

/** How often one request reached the backend, and whether its answer says that a retry was denied. */
export interface Seen {
  status: number;
  hits: number;
  denied: boolean;
}

let requests = 0;

/** One request over a connection of its own. */
export async function seen({ envoy, backend }: Rig, headers: Record<string, string> = {}): Promise<Seen> {
  const id = `seen-${process.pid}-${requests++}`;
  const response = await request({ port: envoy.port(), id, headers });
  const hits = (await backend.events()).filter((arrival) => arrival.id === id).length;
  return { status: response.status, hits, denied: isDenied(response) };
}

function isDenied(response: Response): boolean {
  return header(response, "x-envoy-ratelimited") === "true";
}

/** The answer as it is without a budget. */
export const RETRIED: Seen = { status: 503, hits: ROUTE_RETRIES + 1, denied: false };
/** The answer when no retry is allowed. */
export const DENIED: Seen = { status: 503, hits: 1, denied: true };

/** How Envoy took the configurations of a policy so far. */
export interface Taken {
  update_success: number;
  update_rejected: number;
  config_fail: number;
}

export async function taken(envoy: Envoy, policy: PolicyFile): Promise<Taken> {
  const prefix = `extension_config_discovery.upstream_http_filter.${policy.resource}.`;
  const stats = await envoy.stats(`^${prefix.replaceAll(".", "\\.")}`);
  const value = (name: keyof Taken): number => stats.get(prefix + name) ?? 0;
  return {
    update_success: value("update_success"),
    update_rejected: value("update_rejected"),
    config_fail: value("config_fail"),
  };
}

/** Puts a configuration in force. */
export async function accept(
  rig: Rig,
  policy: PolicyFile,
  configuration: Configuration,
  code?: Uint8Array,
): Promise<void> {
  assert.equal(await policy.update(rig.envoy, configuration, code), "accepted");
}

/** Connections that reach every worker: `agents[w]` is one to worker w. */
export async function connectToEach(envoy: Envoy): Promise<Agent[]> {
  const agents = new Map<number, Agent>();
  for (let tries = 0; agents.size < WORKERS && tries < 500; tries++) {
    const before = await connections(envoy);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await request({ port: envoy.port(), agent, id: `connect-${tries}` });
    const worker = await waitFor("Envoy to count a connection", 5_000, async () => {
      const now = await connections(envoy);
      const at = now.findIndex((count, index) => count > (before[index] ?? 0));
      return at < 0 ? undefined : at;
    });
    if (agents.has(worker)) agent.destroy();
    else agents.set(worker, agent);
    await waitFor("Envoy to count its connections", 5_000, async () => {
      const now = await connections(envoy);
      return now.reduce((sum, count) => sum + count, 0) === agents.size ? true : undefined;
    });
  }
  assert.equal(agents.size, WORKERS, "a connection to every worker");
  return Array.from({ length: WORKERS }, (_, worker) => agents.get(worker) as Agent);
}

/** Downstream connections of each worker. */
async function connections(envoy: Envoy): Promise<number[]> {
  const counts: number[] = [];
  for (const [name, value] of await envoy.stats("^listener\\..*\\.worker_\\d+\\.downstream_cx_active$")) {
    const worker = /worker_(\d+)\./.exec(name)?.[1];
    if (worker !== undefined) counts[Number(worker)] = value;
  }
  return counts;
}

/** A counter or gauge of an upstream filter. Before Envoy 1.39 its name begins with `cluster.<name>.`: the sum of these. */
export async function statEnding(envoy: Envoy, name: string): Promise<number> {
  let sum = 0;
  for (const value of (await envoy.stats(`(^|\\.)${name.replaceAll(".", "\\.")}$`)).values()) sum += value;
  return sum;
}

/** Resident memory of Envoy, KiB. */
export function residentKiB(envoy: Envoy): number {
  const status = readFileSync(`/proc/${envoy.pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
}
