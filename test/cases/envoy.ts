/**
 * Runs cases through the real Envoy. Policies are swapped over ECDS, each case under a fresh name; cases of different
 * slots run side by side, those of one slot one after another.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { readEvents } from "../../cli/cases/events.ts";
import { SILENT } from "../../cli/cases/clients.ts";
import { differences, NO_OUTCOME, type Answered, type Arrived, type Difference } from "../../cli/cases/expect.ts";
import { findFilter } from "../../cli/cases/filter.ts";
import { cannot, configurationOf, type CaseResult, type Failure } from "../../cli/cases/module.ts";
import { factsDocument } from "../../cli/host/index.ts";
import type { Case, Pairs, Step } from "../../cli/cases/types.ts";
import { ID_HEADER } from "../lib/backend.ts";
import { startEnvoy, type Envoy } from "../lib/envoy.ts";
import { PolicyFile } from "../lib/policy.ts";
import { CaseBackend } from "./backend.ts";
import { CaseClient } from "./client.ts";
import { bootstrapOf, CLUSTER, DETAILS, FACTS, OUTCOME, REFUSED } from "./mesh.ts";
import { plan, type Process, type Run, type Slot } from "./plan.ts";

/** Slots that are at work at a time: enough that pauses of some cost no time, few enough that requests stay fast. */
const AT_A_TIME = 10;
/** How long counters and arrivals may take to become what is expected after the last answer, ms. */
const SETTLE_MS = 1_500;
const LOOK_EVERY_MS = 30;

export interface EnvoyRun {
  readonly test: Case;
  readonly result: CaseResult;
  /** `Envoy 1.40.0`. */
  readonly on: string;
}

/** Runs all cases but those that are for the module only. Rejects only when Envoy does not start. */
export async function runThroughEnvoy(cases: readonly Case[]): Promise<EnvoyRun[]> {
  const backend = await CaseBackend.start();
  const results: EnvoyRun[] = [];
  const gate = new Gate(AT_A_TIME);
  await Promise.all(plan(cases).map((process) => runProcess(process, backend, gate, results)));
  return results;
}

/** Lets so many through at a time. */
class Gate {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(places: number) {
    this.free = places;
  }

  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free++;
    }
  }
}

async function runProcess(process: Process, backend: CaseBackend, gate: Gate, results: EnvoyRun[]): Promise<void> {
  const policies = process.slots.map(({ name, filter, runs: [first] }) => {
    return new PolicyFile(first ? configurationOf(first.test, first.policy) : {}, { policy: name, filter });
  });
  const port = process.http2 ? backend.h2 : backend.h1;
  try {
    const envoy = await startEnvoy({ bootstrap: bootstrapOf(process, policies, port), workers: process.workers });
    try {
      const each = process.slots.map((slot, index) => {
        const policy = policies[index];
        return policy && gate.pass(() => runSlot(slot, { envoy, policy, backend }, results));
      });
      await Promise.all(each);
    } finally {
      await envoy.stop();
    }
  } finally {
    for (const policy of policies) policy.remove();
  }
}

interface Place {
  readonly envoy: Envoy;
  readonly policy: PolicyFile;
  readonly backend: CaseBackend;
}

async function runSlot(slot: Slot, place: Place, results: EnvoyRun[]): Promise<void> {
  const { envoy, policy } = place;
  for (const [index, run] of slot.runs.entries()) {
    const { test, workers } = run;
    let failures: readonly Failure[];
    try {
      const verdict =
        index === 0
          ? await policy.judged(envoy, { accepted: 0, rejected: 0 })
          : await policy.update(envoy, configurationOf(test, run.policy));
      failures =
        verdict === "accepted" ? await new Runner(slot, run, place).run() : [cannot("Envoy refuses the policy")];
    } catch (error) {
      failures = [cannot(error instanceof Error ? error.message : String(error))];
    }
    results.push({ test, result: { workers, failures }, on: `Envoy ${envoy.version}` });
  }
}

/** Runs one case. */
class Runner {
  private readonly planned: Run;
  private readonly place: Place;
  private readonly port: number;
  private readonly clients: CaseClient[] = [];
  private readonly arrivals: (readonly Arrived[])[] = [];
  private readonly id: string;
  private sent = 0;

  constructor(slot: Slot, run: Run, place: Place) {
    this.planned = run;
    this.place = place;
    this.port = place.envoy.port(slot.name);
    this.id = `${place.envoy.pid}-${run.policy}`;
  }

  async run(): Promise<Failure[]> {
    const began = performance.now();
    const failures: Failure[] = [];
    try {
      for (const [index, step] of this.planned.test.steps.entries()) {
        const wait = began + (step.at ?? 0) - performance.now();
        if (wait > 0) await sleep(wait);
        const found = await this.step(step);
        if (found.length > 0) failures.push({ step, number: index + 1, differences: found, error: undefined });
      }
    } finally {
      for (const client of this.clients) client.close();
    }
    return failures;
  }

  private async step(step: Step): Promise<Difference[]> {
    const answers = await this.send(step);
    const end = performance.now() + SETTLE_MS;
    for (;;) {
      const arrived = this.arrivals.reduce((sum, list) => sum + list.length, 0);
      const found = differences(step, { answers, arrived, counters: await this.counters(step) });
      if (found.length === 0 || performance.now() > end) return found;
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** All requests of the step, by as many clients as it has; a client alone uses connections to several workers. */
  private async send(step: Step): Promise<Answered[]> {
    const answers: Answered[] = [];
    const { workers } = this.planned;
    let next = 0;
    const client = async (number: number): Promise<void> => {
      while (next < step.repeat) {
        const index = next++;
        const connection = step.clients > 1 || workers === 1 ? number : this.sent % (2 * workers);
        answers[index] = await this.request(step, connection);
      }
    };
    await Promise.all(Array.from({ length: step.clients }, (_, number) => client(number)));
    return answers;
  }

  private async request(step: Step, connection: number): Promise<Answered> {
    const client = (this.clients[connection] ??= new CaseClient(this.port));
    const id = `${this.id}-${this.sent++}`;
    const arrivals = this.place.backend.expect(id, step.upstream);
    this.arrivals.push(arrivals);
    const refused = step.upstream[0]?.fault === "connect-failure";
    const facts = findFilter(this.planned.test.filter)?.facts ? factsDocument(step.request.facts) : undefined;
    const own: Pairs = [
      [ID_HEADER, id],
      ...(refused ? [[REFUSED, "1"] as const] : []),
      ...(facts === undefined ? [] : [[FACTS, facts] as const]),
    ];
    try {
      const { status, headers, body } = await client.request(step.request, own);
      const told = (name: string): string => headers.find(([known]) => known === name)?.[1] ?? "";
      // A dash for each policy of the slot but the one that has a word.
      const outcome = told(OUTCOME)
        .split(" ")
        .filter((word) => word !== "-")
        .join(" ");
      return {
        error: undefined,
        status,
        headers: headers.filter(([name]) => ![DETAILS, OUTCOME, CLUSTER].includes(name)),
        body,
        details: told(DETAILS),
        outcome: outcome === "" ? NO_OUTCOME : outcome,
        cluster: told(CLUSTER),
        arrivals,
      };
    } catch (error) {
      this.place.envoy.assertAlive();
      const words = error instanceof Error ? error.message : String(error);
      return { ...SILENT, error: words, arrivals };
    }
  }

  private async counters(step: Step): Promise<ReturnType<typeof readEvents>> {
    const { counters, keys } = step.expect;
    const { test, policy } = this.planned;
    const asked = counters.size > 0 || keys.size > 0;
    const stats = asked ? await this.place.envoy.stats(`policy=\\.=${policy};`) : [];
    return readEvents(stats, test.filter, policy);
  }
}
