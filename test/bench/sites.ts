/** What benchmarks share: listeners of one Envoy side by side, and the CPU time that a request costs on each. */
import { readdirSync, readFileSync } from "node:fs";
import { bootstrap, sideBySide, type Message } from "../lib/bootstrap.ts";
import { load } from "../lib/client.ts";
import { startEnvoy, type Envoy } from "../lib/envoy.ts";
import type { PolicyFile } from "../lib/policy.ts";
import { say } from "../setup/common.ts";

const ROUNDS = 5;
const REQUESTS = 3000;
const WARM_UP = 300;
const CLIENTS = 4;
/** Different requests of one measurement, at most. */
export const KINDS_OF_REQUESTS = 16;

/** A listener, and the requests that are measured on it. */
export interface Site {
  readonly name: string;
  readonly tree: Message;
  readonly requests: readonly { readonly path: string; readonly headers?: Record<string, string> }[];
  readonly policy?: PolicyFile;
}

/** The site that is taken off the others: as many requests at a time as on these, of one kind. */
export function baseSite(): Site {
  const requests = Array.from({ length: KINDS_OF_REQUESTS }, () => ({ path: "/" }));
  return { name: "base", requests, tree: bootstrap({ clusters: CLUSTERS, routes: ANSWER }) };
}

/** What a bootstrap answers itself, so that no backend is measured. */
export const ANSWER: Message[] = [{ match: { prefix: "/" }, direct_response: { status: 200 } }];
export const CLUSTERS = [{ name: "nobody", to: [1] }];

/**
 * Microseconds of CPU time that a request costs on each site, by its name: the median of some rounds over all of them.
 * @param title for what is said on the way
 */
export async function costs(title: string, sites: readonly Site[]): Promise<ReadonlyMap<string, number>> {
  const policies = sites.flatMap(({ policy }) => (policy ? [policy] : []));
  const envoy = await startEnvoy({
    bootstrap: sideBySide(sites.map(({ name, tree }) => [name, tree] as const)),
    workers: 1,
    extensions: policies.map(({ resource }) => resource),
  });
  const seen = new Map(sites.map(({ name }) => [name, [] as number[]]));
  try {
    for (let round = 0; round < ROUNDS; round++) {
      say(`${title}: round ${round + 1} of ${ROUNDS}`);
      for (const site of sites) seen.get(site.name)?.push(await measure(envoy, site));
    }
  } finally {
    await envoy.stop();
    for (const policy of policies) policy.remove();
  }
  return new Map([...seen].map(([name, values]) => [name, median(values)]));
}

/** Time that the threads of a process have run, in microseconds (Linux: schedstat counts nanoseconds). */
function cpu(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanos = threads.map((id) => Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, "utf8").split(" ")[0]));
  return nanos.reduce((sum, one) => sum + one, 0) / 1000;
}

/** Microseconds of CPU time for a request. Throws when one is denied. */
async function measure(envoy: Envoy, { name, requests: kinds }: Site): Promise<number> {
  const send = async (requests: number): Promise<void> => {
    const port = envoy.port(name);
    const originals = Math.ceil(requests / kinds.length);
    const parts = kinds.map((kind) => ({ port, clients: 1, originals, ...kind }));
    for (let at = 0; at < parts.length; at += CLIENTS) {
      for (const { statuses, errors } of await Promise.all(parts.slice(at, at + CLIENTS).map(load))) {
        if (errors > 0 || Object.keys(statuses).join() !== "200")
          throw new Error(`${name}: ${JSON.stringify(statuses)}`);
      }
    }
  };
  await send(WARM_UP);
  const before = cpu(envoy.pid);
  await send(REQUESTS);
  const spent = cpu(envoy.pid) - before;
  if (spent === 0) throw new Error("this kernel does not count how long threads run (/proc/PID/task/ID/schedstat)");
  return spent / REQUESTS;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** Prints a row of a table. */
export function row(cells: readonly string[]): void {
  process.stdout.write(`${cells.map((cell) => cell.padStart(14)).join("")}\n`);
}
