/** Runs a case on the built module, in the offline host and on virtual time. */
import { OfflineProxy, type LoadedPlugin } from "../host/index.ts";
import { DownstreamDriver } from "./downstream.ts";
import type { Driver, DriverInput } from "./driver.ts";
import { differences, type Difference, type Observed } from "./expect.ts";
import { findFilter, moduleOf, type Half } from "./filter.ts";
import type { Case, Step } from "./types.ts";
import { UpstreamDriver } from "./upstream.ts";

/** What a case came to with one number of workers. */
export interface CaseResult {
  readonly workers: number;
  readonly failures: readonly Failure[];
}

/** A step that did not pass, or why the case could not be run at all (no step). */
export interface Failure {
  readonly step: Step | undefined;
  /** 1-based; 0 without a step. */
  readonly number: number;
  readonly differences: readonly Difference[];
  /** What prevented the step; then there are no differences. */
  readonly error: string | undefined;
}

const DRIVERS: Readonly<Record<Half, (input: DriverInput) => Driver>> = {
  downstream: (input) => new DownstreamDriver(input),
  upstream: (input) => new UpstreamDriver(input),
};

const POLICY = "case";
const modules = new Map<string, WebAssembly.Module>();

function compiled(filter: string): WebAssembly.Module {
  const known = modules.get(filter) ?? new WebAssembly.Module(moduleOf(filter));
  modules.set(filter, known);
  return known;
}

/** The configuration with which a filter runs a case, under a name of its own. */
export function configurationOf(test: Case, policy: string): Readonly<Record<string, unknown>> {
  return findFilter(test.filter)?.named ? { ...test.policy, name: policy } : test.policy;
}

/** Runs a case with one number of workers. Never throws because of what a case says. */
export function runOnModule(test: Case, workers: number): CaseResult {
  const failures: Failure[] = [];
  const error = play(test, workers, (step, number, observed) => {
    const found = differences(step, observed);
    if (found.length > 0) failures.push({ step, number, differences: found, error: undefined });
  });
  return { workers, failures: error ? [...failures, error] : failures };
}

/** What comes of each step. Throws an Error when the case can't be run to its end. */
export function observeOnModule(test: Case, workers: number): Observed[] {
  const steps: Observed[] = [];
  const failure = play(test, workers, (_step, _number, observed) => steps.push(observed));
  if (failure) throw new Error(`${test.name}: ${failure.error}`);
  return steps;
}

/** Plays a case step by step. Returns what prevented it from being played to its end. */
function play(
  test: Case,
  workers: number,
  look: (step: Step, number: number, observed: Observed) => void,
): Failure | undefined {
  const filter = findFilter(test.filter);
  if (!filter) return cannot(`there is no filter ${test.filter}`);
  const proxy = new OfflineProxy({ workers });
  const plugin = proxy.load({
    code: compiled(test.filter),
    vmId: `pointduty.${test.filter}`,
    rootId: test.filter.replaceAll("-", "_"),
    name: POLICY,
    configuration: JSON.stringify(configurationOf(test, POLICY)),
    failurePolicy: "reload",
  });
  if (!plugin.accepted) return cannot(refusal(test, proxy, plugin));
  const driver = DRIVERS[filter.half]({
    proxy,
    plugin,
    test,
    policy: POLICY,
    facts: findFilter(test.filter)?.facts ?? false,
  });
  const startMs = proxy.nowMs;
  for (const [index, step] of test.steps.entries()) {
    const wait = startMs + (step.at ?? 0) - proxy.nowMs;
    if (wait > 0) proxy.advance(wait);
    try {
      look(step, index + 1, driver.run(step));
    } catch (error) {
      return cannot(error instanceof Error ? error.message : String(error), step, index + 1);
    }
  }
  return undefined;
}

/** A case that could not be run, or not beyond a step. */
export function cannot(error: string, step?: Step, number = 0): Failure {
  return { step, number, differences: [], error };
}

/** The filter's own words about a refused configuration, with the place in the case file where it names one. */
function refusal(test: Case, proxy: OfflineProxy, plugin: LoadedPlugin): string {
  const marker = "configuration refused: ";
  const words = proxy.logs.map(({ message }) => message).find((message) => message.includes(marker));
  if (words === undefined) return `the module refuses the policy: ${plugin.reason}`;
  const message = words.slice(words.indexOf(marker) + marker.length);
  const pointer = /^(\/.*?): /.exec(message)?.[1];
  if (pointer === undefined) return `the module refuses the policy: ${message}`;
  const place = test.place(pointer, message.startsWith(`${pointer}: unknown field`));
  return `${test.file}:${place}: /policy${message}`;
}
