/** The `pointduty` command as a program; its verbs are in program.ts. */
import { runCommand } from "./program.ts";

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // The reader has seen enough (`| head`).
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
process.exitCode = await runCommand(process.argv.slice(2));
