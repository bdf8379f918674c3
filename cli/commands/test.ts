/** `test`: runs case files. */
import type { Command } from "commander";
import { userPath } from "../policy/read.ts";
import type { Run } from "../program.ts";
import { print } from "./output.ts";

export function registerTest(program: Command, run: Run): void {
  program
    .command("test")
    .description("Run case files: requests and what is expected of a policy, on the built module, offline.")
    .argument("<dir>", "a folder with case files (*.yaml), or one case file")
    .option("--json", "one JSON object")
    .addHelpText(
      "after",
      `
The last line is "N passed, N failed, N skipped". Exit code 1 if a case failed or nothing ran.

Examples:
  pointduty test filters/retry-budget/cases
  pointduty test my-cases`,
    )
    .action((dir: string, { json }: { json?: true }) =>
      run(
        import("../cases/run.ts").then(
          async ({ runCases }) => (await runCases(userPath(dir), { json: json === true, print })).exitCode,
        ),
      ),
    );
}
