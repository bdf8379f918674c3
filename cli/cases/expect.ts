/** Compares what came of a step with what the case expects. The same for the module and for the real proxy. */
import type { Counters, Events } from "./events.ts";
import type { Bounds, HeaderExpectation, Pairs, Step } from "./types.ts";

/** One attempt as the backend saw it. Names of headers are in lower case. */
export interface Arrived {
  readonly method: string;
  readonly authority: string;
  readonly path: string;
  readonly headers: Pairs;
}

/** What came of one request. */
export interface Answered {
  /** Why there is no answer; the rest is empty then. */
  readonly error: string | undefined;
  readonly status: number;
  readonly headers: Pairs;
  readonly body: string;
  readonly details: string;
  /** `none` where the filter left nothing. */
  readonly outcome: string;
  readonly cluster: string;
  readonly arrivals: readonly Arrived[];
}

/** The state after a step. */
export interface Observed {
  /** One per request of the step. */
  readonly answers: readonly Answered[];
  /** Arrivals at the backend since the case began, copies (mirrored requests) left out. */
  readonly arrived: number;
  readonly counters: Counters;
}

/** One thing that is not as expected. */
export interface Difference {
  readonly what: string;
  readonly expected: string;
  readonly got: string;
}

/** Outcome of a request that the filter left no word about. */
export const NO_OUTCOME = "none";

/** Everything that is not as the step expects; empty: it passed. */
export function differences(step: Step, observed: Observed): Difference[] {
  const { expect } = step;
  const found: Difference[] = [];
  const { answers } = observed;
  const failed = answers.find(({ error }) => error !== undefined);
  if (failed) found.push({ what: "request", expected: "an answer", got: failed.error ?? "" });
  for (const what of ["status", "body", "details", "outcome"] as const) {
    const wanted = expect[what];
    if (wanted !== undefined) each(answers, what, show(wanted), (answer) => unlike(answer[what], wanted), found);
  }
  headers(expect, answers, "", ({ headers: pairs }) => [pairs], found);
  upstream(step, answers, found);
  const attempts = step.repeat > 0 ? answers.reduce((sum, { arrivals }) => sum + arrivals.length, 0) : observed.arrived;
  if (expect.attempts) bounded("attempts", expect.attempts, attempts, found);
  events(expect.counters, observed.counters.total, "", found);
  for (const [key, counts] of expect.keys) {
    const known = observed.counters.keys.get(key);
    const there = [...observed.counters.keys.keys()].join(", ");
    if (known) events(counts, known, ` of key ${key}`, found);
    else
      found.push({
        what: `key ${key}`,
        expected: "a key of this name",
        got: there === "" ? "no key" : `only ${there}`,
      });
  }
  return found;
}

function show(value: string | number): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** The value in words, if it is not the wanted one. */
function unlike(got: string | number, wanted: string | number): string | undefined {
  return got === wanted ? undefined : show(got);
}

/** Adds one difference for all requests of which `wrong` says something. */
function each(
  answers: readonly Answered[],
  what: string,
  expected: string,
  wrong: (answer: Answered) => string | undefined,
  found: Difference[],
): void {
  let count = 0;
  let first: string | undefined;
  for (const [index, answer] of answers.entries()) {
    const words = answer.error === undefined ? wrong(answer) : undefined;
    if (words === undefined) continue;
    count++;
    first ??= answers.length === 1 ? words : `${words} (request ${index + 1})`;
  }
  if (first === undefined) return;
  found.push({ what, expected, got: count > 1 ? `${first}, and ${count} of ${answers.length} differ` : first });
}

/** Checks header pairs that every answer has one or more sets of. */
function headers(
  expect: HeaderExpectation,
  answers: readonly Answered[],
  of: string,
  sets: (answer: Answered) => readonly Pairs[],
  found: Difference[],
): void {
  for (const [name, values] of expect.headers) {
    const wanted = values.map(show).join(", ");
    const wrong = (pairs: Pairs): string | undefined => {
      const got = valuesOf(pairs, name).map(show).join(", ");
      return got === wanted ? undefined : got || "absent";
    };
    each(answers, `${of}header ${name}`, wanted, (answer) => firstOf(sets(answer), wrong), found);
  }
  for (const name of expect.absent) {
    const wrong = (pairs: Pairs): string | undefined => valuesOf(pairs, name).map(show).join(", ") || undefined;
    each(answers, `${of}header ${name}`, "absent", (answer) => firstOf(sets(answer), wrong), found);
  }
}

function valuesOf(pairs: Pairs, name: string): string[] {
  return pairs.filter(([known]) => known === name).map(([, value]) => value);
}

function firstOf<T>(items: readonly T[], wrong: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const words = wrong(item);
    if (words !== undefined) return words;
  }
  return undefined;
}

function upstream(step: Step, answers: readonly Answered[], found: Difference[]): void {
  const wanted = step.expect.upstream;
  if (!wanted) return;
  const unreached = ({ arrivals }: Answered): string | undefined => (arrivals.length === 0 ? "no attempt" : undefined);
  each(answers, "upstream", "an attempt at the backend", unreached, found);
  const { cluster } = wanted;
  if (cluster !== undefined) {
    each(answers, "upstream cluster", show(cluster), (answer) => unlike(answer.cluster, cluster), found);
  }
  for (const what of ["method", "authority", "path"] as const) {
    const value = wanted[what];
    if (value === undefined) continue;
    const wrong = ({ arrivals }: Answered): string | undefined =>
      firstOf(arrivals, (arrival) => unlike(arrival[what], value));
    each(answers, `upstream ${what}`, show(value), wrong, found);
  }
  headers(wanted, answers, "upstream ", ({ arrivals }) => arrivals.map(({ headers: pairs }) => pairs), found);
}

function bounded(what: string, { min, max }: Bounds, got: number, found: Difference[]): void {
  if (got >= min && got <= max) return;
  const expected =
    min === max ? `${min}` : [min > -Infinity && `>= ${min}`, max < Infinity && `<= ${max}`].filter(Boolean).join(", ");
  found.push({ what, expected, got: String(got) });
}

function events(wanted: ReadonlyMap<string, Bounds>, there: Events, of: string, found: Difference[]): void {
  for (const [event, bounds] of wanted) {
    const got = there.get(event);
    if (got !== undefined) bounded(`${event}${of}`, bounds, got, found);
    else
      found.push({
        what: `${event}${of}`,
        expected: "an event of the filter",
        got: `only ${[...there.keys()].sort().join(", ")}`,
      });
  }
}
