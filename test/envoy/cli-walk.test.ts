/** The READMEs' walks through the command: every line is run as printed; only port numbers differ. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { atExit } from "../lib/cleanup.ts";
import { envoyBinary } from "../lib/envoy.ts";
import { ROOT } from "../setup/common.ts";

interface Step {
  readonly commands: string;
  /** What the README shows below it. */
  readonly shown: string | undefined;
}

/** The blocks between the walk's marks. */
function stepsOf(file: string): Step[] {
  const readme = readFileSync(join(ROOT, file), "utf8");
  const [, walk] = /<!-- walk: .*? -->\n(.*?)<!-- \/walk -->/s.exec(readme) ?? [];
  assert.notEqual(walk, undefined, `${file} has no walk`);
  const blocks = [...(walk ?? "").matchAll(/```(sh|text)\n(.*?)```\n/gs)];
  return blocks.flatMap(([, kind, body = ""], index) => {
    if (kind !== "sh") return [];
    const next = blocks[index + 1];
    return [{ commands: body, shown: next?.[1] === "text" ? next[2] : undefined }];
  });
}

/** A port that nobody listens on, and that the kernel gives to nobody in the meantime: below those that it picks itself. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_001, 32_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

/** A walk waits for things without an end: one that takes longer is stopped, and what it has not shown is missed. */
const LONGEST_MS = 120_000;

/** Runs a script and resolves with what it wrote to stdout. Its children end with it. */
function bash(script: string, cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn("bash", ["-c", script], {
      cwd,
      env,
      stdio: ["ignore", "pipe", "inherit"],
      timeout: LONGEST_MS,
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
    child.on("exit", () => resolve(output));
  });
}

/** What differs between two runs. */
function comparable(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{12}/g, "HASH")
    .replace(/heartbeat \d+ s/, "heartbeat N s")
    .replace(/Envoy 1\.\d+\.\d+/, "Envoy 1.N")
    .replace(/granted: 2[01]\n/, "granted: 20 or 21\n");
}

const MARK = "@@@ end of step";

/** READMEs with a walk, and how many steps it has at least. */
const WALKS: readonly (readonly [readme: string, steps: number])[] = [
  ["README.md", 7],
  ["filters/authz/README.md", 3],
  ["filters/header-routing/README.md", 5],
];

for (const [readme, least] of WALKS) test(`the walk of ${readme}`, () => walk(readme, least));

async function walk(readme: string, least: number): Promise<void> {
  const steps = stepsOf(readme);
  assert.equal(steps.length >= least, true, `${steps.length} steps`);
  // The reader stands in the checkout; here the checkout stays as it is.
  const dir = mkdtempSync(join(tmpdir(), "pointduty-walk-"));
  atExit(() => rmSync(dir, { recursive: true, force: true }));
  const { path: envoy } = await envoyBinary();
  const ports = new Map<string, number>();
  for (const printed of ["8080", "8081", "9901", "10000"]) ports.set(printed, await freePort());
  const printedPorts = new RegExp([...ports.keys()].join("|"), "g");
  const withPorts = (text: string): string => text.replace(printedPorts, (printed) => String(ports.get(printed)));
  const edit = [...ports].map(([printed, port]) => `s/port_value: ${printed}$/port_value: ${port}/`).join(";");
  const body = steps.map(({ commands }) => {
    const run = withPorts(commands);
    const edited = commands.includes("--out mesh") ? `${run}sed -i '${edit}' mesh/bootstrap.yaml\n` : run;
    return `${edited}echo "${MARK}"\n`;
  });
  const script = `npm() { command npm --prefix ${JSON.stringify(ROOT)} "$@"; }
trap 'kill $(jobs -p)' EXIT
${body.join("")}`;
  const started = { PATH: `${dirname(envoy)}:${process.env["PATH"] ?? ""}` };
  const output = await bash(script, dir, { ...process.env, ...started, INIT_CWD: undefined });
  rmSync(dir, { recursive: true, force: true });
  const said = output.split(`${MARK}\n`);
  assert.equal(said.length, steps.length + 1, output);
  for (const [index, { commands, shown }] of steps.entries()) {
    if (shown !== undefined) assert.equal(comparable(said[index] ?? ""), comparable(withPorts(shown)), commands);
  }
}
