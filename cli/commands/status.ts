/** `status`: whether the policies in force on running Envoys are the ones they should be. */
import { InvalidArgumentError, type Command } from "commander";
import { filterNames, findFilter } from "../cases/filter.ts";
import { Modules } from "../policy/module.ts";
import { readPolicies } from "../policy/read.ts";
import type { Policy } from "../policy/types.ts";
import { AdminError, adminUrl, askAdmin } from "../status/admin.ts";
import { judge, type EnvoyStatus, type PolicyStatus } from "../status/judge.ts";
import type { Run } from "../program.ts";
import { complain, complainAbout, print, printJson } from "./output.ts";

interface Options {
  readonly admin: readonly string[];
  readonly policy: readonly string[];
  readonly json?: true;
}

export function registerStatus(program: Command, run: Run): void {
  program
    .command("status")
    .description("Ask running Envoys which policies are in force, and compare with policy files.")
    .requiredOption("--admin <url...>", "admin interfaces, such as http://127.0.0.1:9901", collect)
    .option("--policy <file...>", "what should be in force", [])
    .option("--json", "one JSON object")
    .addHelpText(
      "after",
      `
Exit code 1 if anything is not as it should be: another policy in force, an update refused, the default in force, no sign
of life, a chain without the filter, a cluster with filters of its own, or an Envoy that can't be asked.

Examples:
  pointduty status --admin http://127.0.0.1:9901 --policy policy.yaml
  kubectl port-forward deploy/cart 15000 & pointduty status --admin localhost:15000 --json`,
    )
    .action((options: Options) => run(status(options)));
}

function collect(value: string, before: readonly string[] = []): string[] {
  try {
    return [...before, adminUrl(value)];
  } catch (error) {
    throw new InvalidArgumentError(error instanceof AdminError ? error.message : String(error));
  }
}

async function status({ admin, policy, json }: Options): Promise<number> {
  const modules = new Modules();
  const { policies, problems } = await readPolicies(policy, modules);
  if (problems.length > 0) {
    complainAbout(problems);
    return 1;
  }
  const filters = filterNames().flatMap((name) => findFilter(name) ?? []);
  const envoys: (EnvoyStatus | { admin: string; error: string })[] = [];
  for (const origin of admin) {
    try {
      envoys.push(judge(origin, await askAdmin(origin), policies, { filters, modules }));
    } catch (error) {
      if (!(error instanceof AdminError)) throw error;
      envoys.push({ admin: origin, error: error.message });
    }
  }
  const ok = envoys.every((envoy) => !("error" in envoy) && envoy.findings.length === 0);
  if (json) printJson({ ok, envoys });
  else for (const envoy of envoys) show(envoy, policies);
  return ok ? 0 : 1;
}

function show(envoy: EnvoyStatus | { admin: string; error: string }, expected: readonly Policy[]): void {
  if ("error" in envoy) {
    complain(envoy.error);
    return;
  }
  print(`${envoy.admin}: Envoy ${envoy.version}, node ${envoy.node}`);
  for (const policy of envoy.policies) print(`  ${policyText(policy)}`);
  for (const { policy, message } of envoy.findings)
    print(`  WRONG: ${policy === undefined ? "" : `${policy} `}${message}`);
  for (const { policy, message } of expected.length === 0 ? [] : envoy.notes)
    print(`  note: ${policy === undefined ? "" : `${policy} `}${message}`);
}

function policyText(status: PolicyStatus): string {
  const { filter, policy, live, expected, mode, heartbeatAge, accepted, rejected } = status;
  const inForce = live === undefined ? (status.default ? "default in force" : "not in force") : `live ${live}`;
  const parts = [
    `${filter} ${policy}: ${inForce}`,
    ...(expected === undefined ? [] : [`expected ${expected}`]),
    ...(mode === undefined ? [] : [`mode ${mode}`]),
    ...(heartbeatAge === undefined ? [] : [`heartbeat ${heartbeatAge} s ago`]),
    accepted === undefined ? "updates not counted" : `updates ${accepted} accepted, ${rejected} refused`,
  ];
  return parts.join(", ");
}
