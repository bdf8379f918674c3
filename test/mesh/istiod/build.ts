/**
 * Builds the programs in plane/ (the control plane, and rules/) once for each version of them: into the cache, beside Istio's
 * template of the bootstrap.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { atExit } from "../../lib/cleanup.ts";
import { ROOT } from "../../setup/common.ts";
import { findOnPath } from "../../setup/envoy-pip.ts";

const SOURCE = join(ROOT, "test/mesh/istiod/plane");
/** Names in the cached folder. */
export const PROGRAM = "plane";
export const RULES = "rules";
export const TEMPLATE = "envoy_bootstrap.json";

/** Between two lines of progress, ms. */
const PROGRESS_MS = 10_000;
/** Lines of a failed command that are shown. */
const LINES_SHOWN = 20;

/** The program can't be built here; the message is one line. */
export class CannotBuild extends Error {}

/** Where the program of this checkout's source is, or will be. */
export function planeFolder(): { path: string; built: boolean } {
  const hash = createHash("sha256");
  const names = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).sort();
  for (const name of names.filter((entry) => statSync(join(SOURCE, entry)).isFile())) {
    hash.update(`${name}\n`).update(readFileSync(join(SOURCE, name)));
  }
  const cache = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "pointduty", "mesh");
  const path = join(cache, `istiod-${hash.digest("hex").slice(0, 16)}`);
  return { path, built: existsSync(path) };
}

/** What is missing to build the programs, if they are not built yet. */
export function goIsMissing(): string[] {
  return planeFolder().built || findOnPath("go") !== undefined ? [] : ["go is missing (https://go.dev/dl)"];
}

/**
 * Builds the programs unless the cache has it. Rejects with CannotBuild when its modules can't be fetched, with another
 * error when they don't compile.
 * @returns its folder
 */
export async function buildPlane(log: (line: string) => void): Promise<string> {
  const { path, built } = planeFolder();
  if (built) return path;
  log(`building Istio's generators into ${path}: once, several minutes`);
  mkdirSync(join(path, ".."), { recursive: true });
  const started = performance.now();
  const temporary = mkdtempSync(`${path}.`);
  const forget = atExit(() => rmSync(temporary, { recursive: true, force: true }));
  try {
    log("  fetching Go modules");
    const fetched = await go(["mod", "download"]);
    if (fetched.failed) throw new CannotBuild(`Istio's Go modules can't be fetched: ${fetched.lines.at(-1) ?? ""}`);
    const compiled = await go(
      ["build", "-v", "-buildvcs=false", "-ldflags=-s -w", "-o", `${temporary}/`, ".", "./rules"],
      log,
    );
    if (compiled.failed) throw new Error(`go build failed:\n${compiled.lines.slice(-LINES_SHOWN).join("\n")}`);
    const module = await go(["list", "-m", "-f", "{{.Dir}}", "istio.io/istio"]);
    copyFileSync(join(module.lines[0] ?? "", "tools/packaging/common", TEMPLATE), join(temporary, TEMPLATE));
    // Another run may have been faster: its result is as good.
    if (!existsSync(path)) renameSync(temporary, path);
  } finally {
    forget();
    rmSync(temporary, { recursive: true, force: true });
  }
  log(`  built in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  return path;
}

/** Runs go in the source folder; with `log`, counts the lines of its output, which are packages, as it goes. */
function go(args: string[], log?: (line: string) => void): Promise<{ failed: boolean; lines: string[] }> {
  const child = spawn("go", args, { cwd: SOURCE, stdio: ["ignore", "pipe", "pipe"] });
  const forget = atExit(() => child.kill());
  const started = performance.now();
  let output = "";
  const keep = (text: string): void => void (output += text);
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  const lines = (): string[] => output.split("\n").filter((line) => line !== "");
  const progress = setInterval(() => {
    log?.(`  ${lines().length} packages, ${((performance.now() - started) / 1000).toFixed(0)} s`);
  }, PROGRESS_MS);
  const ended = new Promise<{ failed: boolean; lines: string[] }>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ failed: code !== 0, lines: lines() }));
  });
  return ended.finally(() => {
    clearInterval(progress);
    forget();
  });
}
