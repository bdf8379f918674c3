/**
 * `npm run test:mesh -- istiod`: the rendered EnvoyFilter through the generators of Istio's control plane into a stock
 * Envoy whose traffic is intercepted by iptables, as in a pod. Here is what comes before: what the machine must have, the
 * programs, and the network namespace in which istiod/run.ts does the rest. The namespace ends with the processes in it.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { envoyBinary } from "../lib/envoy.ts";
import { capture, ROOT, say } from "../setup/common.ts";
import { findOnPath } from "../setup/envoy-pip.ts";
import { EnvoyError } from "../setup/envoy.ts";
import { buildPlane, CannotBuild, goIsMissing } from "./istiod/build.ts";

/** Commands, and the Debian package of each. */
const COMMANDS = { unshare: "util-linux", ip: "iproute2", iptables: "iptables", openssl: "openssl" };

/** What the machine lacks, all of it, a phrase each. */
function lacks(): string[] {
  const commands = Object.entries(COMMANDS).flatMap(([name, debian]) =>
    findOnPath(name) === undefined ? [`${name} is missing (Debian: apt-get install ${debian})`] : [],
  );
  const root = process.getuid?.() === 0 ? [] : ["root is needed, for a network namespace and iptables"];
  return [...root, ...commands, ...goIsMissing()];
}

/** Runs the suite. Resolves to the exit code. */
export async function runIstiod(): Promise<number> {
  const cannot = (reason: string): number => {
    say(`test:mesh istiod could not run here: ${reason}`);
    return 3;
  };
  const missing = lacks();
  if (missing.length > 0) return cannot(missing.join("; "));
  const namespace = await capture("unshare", ["--net", "true"]);
  if (namespace.failed) return cannot(`no network namespace: ${namespace.output.trim()}`);
  try {
    const envoy = await envoyBinary();
    const plane = await buildPlane(say);
    return await runInside(plane, envoy.path);
  } catch (error) {
    if (error instanceof EnvoyError || error instanceof CannotBuild) return cannot(error.message);
    throw error;
  }
}

/** Runs the rest in a network namespace of its own, with the Envoy that was found: there is no network to fetch one. */
function runInside(plane: string, envoy: string): Promise<number> {
  const program = [process.execPath, "--import", "tsx", join(ROOT, "test/mesh/istiod/run.ts"), plane];
  const env = { ...process.env, ENVOY_BIN: envoy };
  const child = spawn("unshare", ["--net", ...program], { cwd: ROOT, env, stdio: "inherit" });
  // Ctrl-C on a terminal goes to the child, too; it only must not end this process first.
  const forward = (signal: NodeJS.Signals): void => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGKILL"]));
  });
}
