/**
 * `npm start`: what an outage does to a stock Envoy with Pointduty's retry budget, and to its twin with Envoy's own; then
 * what an authorization policy lets through, and why, and where a routing policy sends whom.
 */
import { always, startBackend } from "../lib/backend.ts";
import { envoyBinary } from "../lib/envoy.ts";
import { showAuthorization } from "./authorization.ts";
import { parseOptions, type Options } from "./options.ts";
import { nameOf, play, scenarios, type Entry } from "./scenarios.ts";
import { showRouting } from "./routing.ts";
import { stayUp } from "./stay.ts";
import { Table } from "./table.ts";

/** Runs all scenarios. Rows go to stdout, or to stderr when stdout is for the JSON object. */
async function runAll(options: Options, version: string): Promise<Entry[]> {
  const table = new Table((line) => (options.json ? process.stderr : process.stdout).write(`${line}\n`));
  const backend = await startBackend();
  const entries: Entry[] = [];
  table.begin();
  for (const scenario of scenarios(version)) {
    const { name, policy } = nameOf(scenario);
    const head = { scenario: name, policy, clients: scenario.clients };
    table.start(head);
    const { entry, p99 } = await play(scenario, options.percent, backend, (counts) => table.live(head, counts));
    table.done(head, { ...entry, p99 });
    entries.push(entry);
  }
  await backend.close();
  return entries;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a table of requests and decisions. False: one was decided otherwise than the policies say. */
async function authorize(): Promise<boolean> {
  const backend = await startBackend({ program: always({ status: 200 }) });
  print("\nAuthorization (the AuthorizationPolicies read-cart and no-internals):");
  const asMeant = await showAuthorization(backend, print);
  await backend.close();
  return asMeant;
}

/** The same of requests and where they go. */
async function route(): Promise<boolean> {
  print(
    "\nHeader routing (the policy checkout: a canary by user, tenants, previews; each arm is a backend of its own):",
  );
  return showRouting(print);
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  const { version } = await envoyBinary();
  const entries = await runAll(options, version);
  const authorized = options.json || (await authorize());
  const routed = options.json || (await route());
  if (options.json) {
    const answer = { envoy: version, percent: options.percent, scenarios: entries };
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  // Envoy's own budget is there to be compared: that it does not hold is not a failure of ours.
  const held = entries.every((entry) => entry.ok || entry.policy === "native");
  if (options.once) return held && authorized && routed ? 0 : 1;
  await stayUp(options.percent);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`npm start could not run: ${(error as Error).message}\n`);
  process.exitCode = 3;
}
