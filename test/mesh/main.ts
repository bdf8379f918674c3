/**
 * `npm run test:mesh -- SUITE`: what real control planes make of our configuration. Heavy: each suite says what it needs.
 * Exit codes as for npm test.
 */
import { usage } from "../setup/common.ts";
import { runAuthz } from "./authz.ts";
import { runIstiod } from "./istiod.ts";

const SUITES: Readonly<Record<string, () => Promise<number>>> = { authz: runAuthz, istiod: runIstiod };

const [name, ...more] = process.argv.slice(2);
const suite = name !== undefined && Object.hasOwn(SUITES, name) ? SUITES[name] : undefined;
if (suite === undefined || more.length > 0) {
  const given = name === undefined ? "no suite" : `not a suite: ${[name, ...more].join(" ")}`;
  usage(`test:mesh: ${given}; allowed: one of ${Object.keys(SUITES).join(", ")}`);
}
process.exitCode = await suite();
