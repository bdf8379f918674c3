/** `eval`: what policies decide about recorded events, by the built module, offline. */
import { readFileSync } from "node:fs";
import { InvalidArgumentError, type Command } from "commander";
import { AttemptPlayer, type Decision } from "../eval/attempts.ts";
import { readEvents, type BadLine, type Event } from "../eval/events.ts";
import { fileError, UsageError } from "../policy/errors.ts";
import { Modules } from "../policy/module.ts";
import { readPolicies, userPath } from "../policy/read.ts";
import type { Policy } from "../policy/types.ts";
import type { Run } from "../program.ts";
import { complain, complainAbout, streams } from "./output.ts";

interface Options {
  readonly policy: readonly string[];
  readonly events?: string;
  readonly requests?: string;
  readonly explain?: true;
  readonly json?: true;
}

/** Bytes of results that are written at once. */
const CHUNK = 1 << 16;

export function registerEval(program: Command, run: Run): void {
  program
    .command("eval")
    .description("Say what policies decide about events or requests, offline, by the module that Envoy loads.")
    .option("--policy <file...>", "policy files", [])
    .option("--events <file>", "attempts, one JSON object a line (filters in the router: retry-budget)", named)
    .option("--requests <file>", "requests, one JSON object a line (filters before the router)", named)
    .option("--explain", "also the counters that each event moved")
    .option("--json", "one JSON object a line for each decision")
    .addHelpText(
      "after",
      `
Lines of an event file, in the order of time (t in milliseconds):
  {"t":0,"op":"request","stream":"a","attempt":1,"worker":0,"key":"cart"}
  {"t":5,"op":"response","stream":"a","attempt":1,"status":503}
  {"t":30,"op":"request","stream":"a","attempt":2}
  {"t":40,"op":"reset","stream":"a","attempt":2}
  {"t":2000,"op":"tick"}
worker, key, id and attempt may be left out. Each request and response is answered with a decision: pass, grant, deny or
hold; shadow-deny and shadow-hold are what enforce would have done; "moot": the retry was denied before, the recording
goes on without the policy. Exit code 0 whatever the decisions, 1 if a line
can't be read; the others are judged all the same.

Examples:
  pointduty eval --policy policy.yaml --events events.jsonl
  pointduty eval --policy policy.yaml --events events.jsonl --explain --json`,
    )
    .action((options: Options) => run(evaluate(options)));
}

function named(file: string): string {
  if (file === "") throw new InvalidArgumentError("allowed: a file");
  return file;
}

async function evaluate(options: Options): Promise<number> {
  const { events, requests } = options;
  if (options.policy.length === 0) throw new UsageError("eval: --policy FILE is missing");
  if ((events === undefined) === (requests === undefined)) {
    throw new UsageError("eval: one of --events FILE and --requests FILE is needed");
  }
  const modules = new Modules();
  const { policies, problems } = await readPolicies(options.policy, modules);
  if (problems.length > 0) {
    complainAbout(problems);
    return 1;
  }
  const half = events === undefined ? "downstream" : "upstream";
  const others = policies.filter(({ filter }) => filter.half !== half);
  const chosen = policies.filter(({ filter }) => filter.half === half);
  const use = half === "upstream" ? "--requests" : "--events";
  if (chosen.length === 0) {
    const names = [...new Set(others.map(({ filter }) => filter.name))].join(", ");
    throw new UsageError(
      `eval: ${names} judges ${half === "upstream" ? "requests, not attempts" : "attempts, not requests"}: use ${use} FILE`,
    );
  }
  for (const { filter, resource } of others) complain(`${filter.name} ${resource.name} is left out: it needs ${use}`);
  if (requests !== undefined) {
    throw new UsageError("eval: this version has no filter that judges requests; --events works for retry-budget");
  }
  return playEvents(chosen, modules, events ?? "", options);
}

function playEvents(policies: readonly Policy[], modules: Modules, file: string, options: Options): number {
  let content: string;
  try {
    content = readFileSync(userPath(file), "utf8");
  } catch (error) {
    throw new UsageError(`${file}: ${fileError(error)}`);
  }
  const lines = readEvents(content);
  const explain = options.explain === true;
  const workers = lines.reduce((most, line) => ("op" in line ? Math.max(most, line.worker + 1) : most), 1);
  const players = policies.map((policy) => new AttemptPlayer(policy, modules, { workers, explain }));
  const output = new Output(options.json === true);
  for (const line of lines) {
    if (!("op" in line)) output.bad(file, line);
    else for (const player of players) output.played(file, line, player.play(line));
  }
  const skipped = players.reduce((sum, player) => sum + player.skipped, 0);
  if (skipped > 0) complain(`${skipped} events left out: their attempts are not sent under this policy`);
  return output.close();
}

/** Writes decisions in chunks and counts them. */
class Output {
  readonly #json: boolean;
  readonly #verdicts = new Map<string, number>();
  #buffer = "";
  #bad = 0;
  #moot = 0;

  constructor(json: boolean) {
    this.#json = json;
  }

  played(file: string, event: Event, result: readonly Decision[] | string): void {
    if (typeof result === "string") {
      this.bad(file, { line: event.line, message: result });
      return;
    }
    for (const decision of result) {
      if (decision.moot) this.#moot++;
      else this.#verdicts.set(decision.verdict, (this.#verdicts.get(decision.verdict) ?? 0) + 1);
      this.#add(this.#json ? JSON.stringify(decision) : decisionText(decision));
    }
  }

  bad(file: string, { line, message }: BadLine): void {
    this.#bad++;
    complain(`${file}:${line}: ${message}`);
    if (this.#json) this.#add(JSON.stringify({ id: line, verdict: "error", error: message }));
  }

  /** @returns the exit code */
  close(): number {
    const counts = [...this.#verdicts].map(([verdict, n]) => `${n} ${verdict}`);
    if (this.#moot > 0) counts.push(`${this.#moot} attempts of requests that were denied before`);
    if (!this.#json) this.#add(counts.length === 0 ? "no decisions" : counts.join(", "));
    this.#flush();
    return this.#bad > 0 ? 1 : 0;
  }

  #add(line: string): void {
    this.#buffer += `${line}\n`;
    if (this.#buffer.length > CHUNK) this.#flush();
  }

  #flush(): void {
    streams.out(this.#buffer);
    this.#buffer = "";
  }
}

function decisionText(decision: Decision): string {
  const { id, t, policy, stream, attempt, op, verdict, status, details, moot, responseHeaders, counters } = decision;
  const head = `${id}: t=${t} ${policy}: ${op} of stream ${stream}, attempt ${attempt}: ${verdict}`;
  const answer = [status, details].filter((part) => part !== undefined).join(" ");
  const headers = Object.entries(responseHeaders ?? {}).map(([name, value]) => `${name}: ${value}`);
  const moved = Object.entries(counters ?? {}).map(
    ([name, { by, now }]) => `${name} ${by > 0 ? "+" : ""}${by} = ${now}`,
  );
  const parts = [head, ...(moot ? ["denied before"] : []), ...(answer === "" ? [] : [answer]), ...headers, ...moved];
  return parts.join("; ");
}
