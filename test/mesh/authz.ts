/**
 * `npm run test:mesh -- authz`: random authorization policies, translated by Istio's own generator for Envoy's native RBAC
 * filter, against the module in profile compat. The seed is printed; POINTDUTY_AUTHZ_SEED and POINTDUTY_AUTHZ_POLICIES
 * (25 requests to each) ask for another run.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { compareWithNative, comparisonLine, SEED, type NativeRules } from "../lib/authz-differential.ts";
import type { OracleConfiguration } from "../lib/authz-oracle.ts";
import type { Message } from "../lib/bootstrap.ts";
import { canCertify } from "../lib/certificates.ts";
import { atExit } from "../lib/cleanup.ts";
import { envoyBinary } from "../lib/envoy.ts";
import { say } from "../setup/common.ts";
import { countsLine } from "../setup/counts.ts";
import { EnvoyError } from "../setup/envoy.ts";
import { buildPlane, CannotBuild, goIsMissing, RULES } from "./istiod/build.ts";

const POLICIES = Number(process.env["POINTDUTY_AUTHZ_POLICIES"] ?? 400);
/** Differences that are shown. */
const SHOWN = 5;

/** Runs the suite: each pair of policy and request is a check. Resolves to the exit code. */
export async function runAuthz(): Promise<number> {
  const missing = [...(canCertify() ? [] : ["openssl is missing (Debian: apt-get install openssl)"]), ...goIsMissing()];
  const cannot = (reason: string): number => {
    say(`test:mesh authz could not run here: ${reason}`);
    return 3;
  };
  if (missing.length > 0) return cannot(missing.join("; "));
  try {
    const { version } = await envoyBinary();
    if (!version.startsWith("1.40.")) return cannot(`compat is what Envoy 1.40 does, this is ${version}`);
    const program = join(await buildPlane(say), RULES);
    return await compare((configurations) => translate(program, configurations));
  } catch (error) {
    if (error instanceof EnvoyError || error instanceof CannotBuild) return cannot(error.message);
    throw error;
  }
}

async function compare(
  by: (configurations: readonly OracleConfiguration[]) => Promise<NativeRules[]>,
): Promise<number> {
  const compared = await compareWithNative({ seed: SEED, policies: POLICIES, translate: by });
  const { pairs, differences } = compared;
  process.stdout.write(`authz against Istio's generator and Envoy's RBAC: ${comparisonLine(SEED, compared)}\n`);
  for (const difference of differences.slice(0, SHOWN)) say(difference);
  const counts = { passed: pairs - differences.length, failed: differences.length, skipped: 0 };
  process.stdout.write(`${countsLine(counts)}\n`);
  return counts.failed > 0 || counts.passed === 0 ? 1 : 0;
}

/** Asks plane/rules, a line for each configuration. Rejects with its words when Istio refuses a policy. */
async function translate(program: string, configurations: readonly OracleConfiguration[]): Promise<NativeRules[]> {
  const child = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
  const forget = atExit(() => child.kill());
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  const lines = configurations.map(({ workload: { trustDomain, trustDomainAliases: aliases }, policies }) =>
    JSON.stringify({ trustDomain, aliases, policies }),
  );
  child.stdin.end(`${lines.join("\n")}\n`);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  forget();
  const answers = output.trimEnd().split("\n");
  if (code !== 0 || answers.length !== lines.length)
    throw new Error(`rules ended with ${code} after ${answers.length} lines`);
  return answers.map((answer, index) => {
    const filters: unknown = JSON.parse(answer);
    if (typeof filters === "string") throw new Error(`Istio refuses: ${filters}: ${lines[index] ?? ""}`);
    return byAction(filters as { typed_config: { rules: Message } }[]);
  });
}

/** Istio makes one filter for each action; ALLOW is the action that is not written. */
function byAction(filters: readonly { readonly typed_config: { readonly rules: Message } }[]): NativeRules {
  return Object.fromEntries(filters.map(({ typed_config: { rules } }) => [rules["action"] ?? "ALLOW", rules]));
}
