/** What every task of the set-up shares. */
import { execFile } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of the checkout. */
export const ROOT: string = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Writes one line of progress or complaint to stderr; stdout belongs to results. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Ends a task that was given arguments but takes none: exit 2 with one line. */
export function noArguments(task: string): void {
  if (process.argv.length > 2) usage(`${task} takes no arguments: ${process.argv.slice(2).join(" ")}`);
}

/** Ends the process because of wrong use: one line on stderr, exit 2. */
export function usage(message: string): never {
  say(message);
  process.exit(2);
}

/** Most bytes of a program's output that are kept. */
const OUTPUT_LIMIT = 1 << 24;

/**
 * Runs a program to its end.
 * @param timeout ms after which it is killed, which counts as failed; 0 = never
 * @returns whether it failed (no start, exit code other than 0, signal), and stdout followed by stderr
 */
export function capture(
  program: string,
  args: readonly string[],
  timeout = 0,
): Promise<{ failed: boolean; output: string }> {
  return new Promise((resolve) => {
    const options = { timeout, killSignal: "SIGKILL", maxBuffer: OUTPUT_LIMIT } as const;
    execFile(program, args, options, (error, stdout, stderr) => {
      resolve({ failed: error !== null, output: stdout + stderr });
    });
  });
}
