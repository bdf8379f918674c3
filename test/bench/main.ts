/** `npm run bench -- NAME`: what a filter costs, beside Envoy's own. Ratios of one run count; times differ between machines. */
import { usage } from "../setup/common.ts";
import { benchAuthz } from "./authz.ts";
import { benchRouting } from "./routing.ts";

const BENCHES: Readonly<Record<string, () => Promise<void>>> = { authz: benchAuthz, "header-routing": benchRouting };

const [name, ...more] = process.argv.slice(2);
const bench = name !== undefined && Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
if (bench === undefined || more.length > 0) {
  const given = name === undefined ? "no bench" : `not a bench: ${[name, ...more].join(" ")}`;
  usage(`bench: ${given}; allowed: one of ${Object.keys(BENCHES).join(", ")}`);
}
await bench();
