/**
 * The verbs of the `pointduty` command, in `commands/`. Exit codes: 0 all is well, 1 a finding or a failed test, 2 wrong use
 * (`test` and `conformance` also 3: could not run here). Results go to stdout, everything else to stderr, one line each.
 */
import { Command, CommanderError } from "commander";
import { registerConformance } from "./commands/conformance.ts";
import { registerEval } from "./commands/eval.ts";
import { complain, print } from "./commands/output.ts";
import { registerRender } from "./commands/render.ts";
import { registerStatus } from "./commands/status.ts";
import { registerTest } from "./commands/test.ts";
import { registerValidate } from "./commands/validate.ts";
import { Failure, UsageError } from "./policy/errors.ts";
import { TemplateError } from "./render/template.ts";

/** Runs the action of a verb and keeps its exit code. */
export type Run = (action: Promise<number>) => Promise<void>;

const OUTPUT = { writeOut: (text: string) => print(text.replace(/\n$/, "")), writeErr: () => undefined };

function program(run: Run): Command {
  const command = new Command("pointduty")
    .description("Mesh policies for stock Envoy: check, try, test, render and watch them.")
    .usage("VERB [options]")
    .exitOverride()
    .configureOutput(OUTPUT)
    .showSuggestionAfterError(true)
    .helpCommand(false)
    .addHelpText(
      "after",
      `
Examples:
  pointduty validate policy.yaml
  pointduty eval --policy policy.yaml --events events.jsonl --explain
  pointduty render --target istio policy.yaml | kubectl apply -f -
  pointduty status --admin http://127.0.0.1:9901 --policy policy.yaml

In a checkout: npm run -s pointduty -- VERB. Each verb has --help. Exit codes: 0, 1 (a finding), 2 (wrong use).`,
    );
  for (const register of [
    registerValidate,
    registerEval,
    registerTest,
    registerRender,
    registerStatus,
    registerConformance,
  ]) {
    register(command, run);
  }
  // Options that a verb did not get from its parent when it was added.
  for (const verb of command.commands) verb.exitOverride().configureOutput(OUTPUT);
  return command;
}

/** Runs one command line. @returns the exit code */
export async function runCommand(args: readonly string[]): Promise<number> {
  let code = 0;
  const command = program(async (action) => {
    code = await action;
  });
  if (args.length === 0) {
    complain(`no verb; one of: ${command.commands.map((verb) => verb.name()).join(", ")} (--help shows examples)`);
    return 2;
  }
  try {
    await command.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      complain(error.message.replace(/^error: /, "").replaceAll("\n", " "));
      return 2;
    }
    if (error instanceof UsageError) {
      complain(error.message);
      return 2;
    }
    if (error instanceof Failure || error instanceof TemplateError) {
      complain(error.message);
      return 1;
    }
    throw error;
  }
}
