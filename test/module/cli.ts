/** Runs the command in this process, in a folder of its own, and keeps what it says. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { streams } from "../../cli/commands/output.ts";
import { runCommand } from "../../cli/program.ts";
import { atExit } from "../lib/cleanup.ts";

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A folder with files in which command lines run. */
export class Desk {
  readonly dir = mkdtempSync(join(tmpdir(), "pointduty-cli-"));

  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    atExit(() => this.remove());
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  write(name: string, text: string | Uint8Array): void {
    writeFileSync(join(this.dir, name), text);
  }

  /** Runs `pointduty ARGS`. One at a time: the streams are everybody's. */
  async run(...args: string[]): Promise<Said> {
    const before = { ...streams, initCwd: process.env["INIT_CWD"] };
    let [out, err] = ["", ""];
    streams.out = (text) => void (out += text);
    streams.err = (text) => void (err += text);
    process.env["INIT_CWD"] = this.dir;
    try {
      return { code: await runCommand(args), out, err };
    } finally {
      streams.out = before.out;
      streams.err = before.err;
      if (before.initCwd === undefined) delete process.env["INIT_CWD"];
      else process.env["INIT_CWD"] = before.initCwd;
    }
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** A policy file: lines of `spec`, indented by two already. */
export function retryBudget(spec: string, name = "shop"): string {
  return `apiVersion: pointduty.dev/v1alpha1\nkind: RetryBudget\nmetadata:\n  name: ${name}\nspec:\n${spec}\n`;
}
