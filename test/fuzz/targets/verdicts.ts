/** authz: random policies and requests, whose verdicts must be those of an oracle that shares nothing with the module. */
import { judge } from "../../lib/authz-oracle.ts";
import { Dice, drawExtended, drawExtendedRequest } from "../../lib/authz-random.ts";
import { loadForOracle } from "../../lib/authz-verdict.ts";
import { anyBytes } from "../choices.ts";
import type { Filter } from "../filters.ts";
import { Finding, hex, isTrap, type Target, type Trace } from "../target.ts";

/** Bytes of an input: the seed of everything. */
const SEED_BYTES = 4;
/** Requests to each policy. */
const REQUESTS = 100;

export function verdictsTarget(filter: Filter): Target {
  return {
    name: `${filter.name}/verdicts`,
    unit: "request",
    weight: 8,
    generate: (from) => anyBytes(from, SEED_BYTES),
    run: (input, trace) => run(filter, input, trace),
    show: hex,
  };
}

function run(filter: Filter, input: Uint8Array, trace?: Trace): number {
  const dice = new Dice(input.reduce((seed, byte) => (seed * 256 + byte) | 0, 0));
  const configuration = drawExtended(dice);
  trace?.(JSON.stringify(configuration));
  try {
    const module = loadForOracle(filter.module, configuration);
    for (let count = 0; count < REQUESTS; count++) {
      const request = drawExtendedRequest(dice);
      const [got, expected] = [module(request), judge(configuration, request)];
      if (got.allowed === expected.allowed && got.rule === expected.rule) continue;
      trace?.(JSON.stringify(request));
      const kind = got.allowed && !expected.allowed ? "allowed what the oracle denies" : "another verdict";
      throw new Finding(kind, `${kind}: module ${JSON.stringify(got)}, oracle ${JSON.stringify(expected)}`);
    }
  } catch (error) {
    if (isTrap(error)) throw new Finding("trap", error.message);
    throw error;
  }
  return REQUESTS;
}
