/**
 * The command line of `npm start`.
 */
import { Command, CommanderError, InvalidArgumentError } from "commander";

export interface Options {
  /** Of the budget, 0 to 100, at most three decimals. */
  percent: number;
  /** End after the scenarios. */
  once: boolean;
  /** One JSON object on stdout. */
  json: boolean;
}

function percent(text: string): number {
  const value = /^\d+(\.\d{1,3})?$/.test(text) ? Number(text) : NaN;
  if (!(value <= 100)) throw new InvalidArgumentError("allowed is a number from 0 to 100 with at most three decimals.");
  return value;
}

/** Reads the arguments after the script's name. Ends the process on --help (0) and on wrong use (one line, 2). */
export function parseOptions(argv: readonly string[]): Options {
  const command = new Command("npm start --")
    .description("Outages through a stock Envoy: retries with Pointduty's retry budget, and with Envoy's own.")
    .option("--percent <N>", "retries per hundred requests, for both", percent, 20)
    .option("--once", "end after the scenarios: exit 0 if every bound of ours held, else 1", false)
    .option("--json", "one JSON object on stdout, with --once", false)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  try {
    const options = command.parse([...argv], { from: "user" }).opts<Options>();
    if (options.json && !options.once) command.error("error: --json goes with --once");
    return options;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) process.exit(0);
    process.stderr.write(`${error.message.replace(/\s*\n\s*/g, " ")}\n`);
    process.exit(2);
  }
}
