/** `eval`: what policies decide about recorded events, by the built module, offline. */
import { readFileSync } from "node:fs";
import { InvalidArgumentError, type Command } from "commander";
import { AttemptPlayer, type Decision } from "../eval/attempts.ts";
import { movedText } from "../eval/counters.ts";
import { readEvents } from "../eval/events.ts";
import { Output } from "./eval-output.ts";
import { RequestPlayer, requestText } from "../eval/request-player.ts";
import { readRequests } from "../eval/requests.ts";
import { fileError, UsageError } from "../policy/errors.ts";
import { Modules } from "../policy/module.ts";
import { readPolicies, userPath } from "../policy/read.ts";
import type { Policy } from "../policy/types.ts";
import type { Run } from "../program.ts";
import { complain, complainAbout, complainOf } from "./output.ts";

interface Options {
  readonly policy: readonly string[];
  readonly events?: string;
  readonly requests?: string;
  readonly explain?: true;
  readonly json?: true;
}

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
goes on without the policy.

Lines of a request file; what is left out is as here, but for headers (none), body (none) and id (the line's number):
  {"id":"r1","method":"GET","scheme":"http","authority":"shop","path":"/","headers":[["x-role","user"]],"body":"text"}
and, for filters that ask who sends it:
  "peer":{"uriSans":["spiffe://cluster.local/ns/shop/sa/web"],"ip":"10.0.0.7"},"claims":{"sub":"u1"}
Each is answered with allow, deny, route or pass; shadow-deny is what enforce would have denied, error a module that failed.

Exit code 0 whatever the decisions, 1 if a line can't be read; the others are judged all the same.

Examples:
  pointduty eval --policy policy.yaml --events events.jsonl
  pointduty eval --policy policy.yaml --events events.jsonl --explain --json
  pointduty eval --policy policy.yaml --requests requests.jsonl`,
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
  const { policies, problems, remarks } = await readPolicies(options.policy, modules);
  complainOf(remarks);
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
  if (requests !== undefined) return playRequests(chosen, modules, requests, options);
  return playEvents(chosen, modules, events ?? "", options);
}

function playEvents(policies: readonly Policy[], modules: Modules, file: string, options: Options): number {
  const lines = readEvents(contentOf(file));
  const explain = options.explain === true;
  const workers = lines.reduce((most, line) => ("op" in line ? Math.max(most, line.worker + 1) : most), 1);
  const players = policies.map((policy) => new AttemptPlayer(policy, modules, { workers, explain }));
  const output = new Output(file, options.json === true);
  for (const line of lines) {
    if (!("op" in line)) {
      output.bad(line);
      continue;
    }
    for (const player of players) {
      const result = player.play(line);
      if (typeof result === "string") output.bad({ line: line.line, message: result });
      else for (const decision of result) output.decided(decision, decisionText(decision));
    }
  }
  const skipped = players.reduce((sum, player) => sum + player.skipped, 0);
  if (skipped > 0) complain(`${skipped} events left out: their attempts are not sent under this policy`);
  return output.close();
}

function playRequests(policies: readonly Policy[], modules: Modules, file: string, options: Options): number {
  const lines = readRequests(contentOf(file));
  const players = policies.map((policy) => new RequestPlayer(policy, modules, options.explain === true));
  const output = new Output(file, options.json === true);
  for (const line of lines) {
    if ("message" in line) output.bad(line);
    else {
      for (const player of players) {
        const decision = player.play(line);
        output.decided(decision, requestText(line, decision));
      }
    }
  }
  return output.close();
}

function contentOf(file: string): string {
  try {
    return readFileSync(userPath(file), "utf8");
  } catch (error) {
    throw new UsageError(`${file}: ${fileError(error)}`);
  }
}

function decisionText(decision: Decision): string {
  const { id, t, policy, stream, attempt, op, verdict, status, details, moot, responseHeaders, counters } = decision;
  const head = `${id}: t=${t} ${policy}: ${op} of stream ${stream}, attempt ${attempt}: ${verdict}`;
  const answer = [status, details].filter((part) => part !== undefined).join(" ");
  const headers = Object.entries(responseHeaders ?? {}).map(([name, value]) => `${name}: ${value}`);
  const moved = movedText(counters);
  const parts = [head, ...(moot ? ["denied before"] : []), ...(answer === "" ? [] : [answer]), ...headers, ...moved];
  return parts.join("; ");
}
