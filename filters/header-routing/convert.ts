/** What a change of a policy means for users, and what the policy asks of the platform's routes. Pure. */
import { isObject, type Json, type JsonObject } from "../../cli/policy/types.ts";

export { routesOf as routes } from "./convert-routes.ts";

/** Resources of other projects: none. Their routes stay theirs. */
export const kinds: readonly { readonly apiVersion: string; readonly kind: string }[] = [];

/** Where no native filter writes the facts document. @param peer filter state that holds the caller's identity */
export function withProperties(configuration: JsonObject, peer: string): JsonObject {
  return { identity: { filterState: peer }, ...configuration, facts: "properties" };
}

/** What changes for users, a line each. Both configurations have their defaults filled in. */
export function compare(before: JsonObject, after: JsonObject): string[] {
  const changes: string[] = [];
  const say = (field: string, meaning: string): void => {
    const [a, b] = [before[field], after[field]];
    if (JSON.stringify(a) !== JSON.stringify(b)) changes.push(`${field} ${text(a)} -> ${text(b)}: ${meaning}`);
  };
  say("mode", after["mode"] === "enforce" ? "requests are now steered" : "nothing is steered any more");
  say("binding", "decisions reach other routes: change these first");
  const rules = new Map(objects(before["rules"]).map((rule) => [String(rule["name"]), rule]));
  for (const rule of objects(after["rules"])) {
    const name = String(rule["name"]);
    const old = rules.get(name);
    rules.delete(name);
    if (!old) changes.push(`rule ${name}: new`);
    else changes.push(...compareRules(name, old, rule));
  }
  for (const name of rules.keys()) changes.push(`rule ${name}: gone, its requests go by other rules`);
  const order = (configuration: JsonObject): string[] =>
    objects(configuration["rules"]).map(({ name }) => String(name));
  if (
    rules.size === 0 &&
    changes.every((line) => !line.endsWith(": new")) &&
    text(order(before)) !== text(order(after))
  )
    changes.push("rules in another order: of matches of equal rank another one may decide");
  return changes;
}

function compareRules(name: string, before: JsonObject, after: JsonObject): string[] {
  const changes: string[] = [];
  for (const field of ["hostnames", "matches", "filters", "arm", "cluster"]) {
    if (text(before[field]) !== text(after[field]))
      changes.push(
        field === "arm" || field === "cluster"
          ? `rule ${name}: ${field} ${text(before[field])} -> ${text(after[field])}`
          : `rule ${name}: other ${field}`,
      );
  }
  const [a, b] = [before["split"], after["split"]];
  if (isObject(a) && isObject(b)) changes.push(...compareSplits(name, before, after, a, b));
  else if (isObject(a) !== isObject(b))
    changes.push(`rule ${name}: reshuffle: a split ${isObject(b) ? "begins" : "ends"}`);
  else if (text(before["key"]) !== text(after["key"])) changes.push(`rule ${name}: keys come from elsewhere`);
  if (text(before["table"]) !== text(after["table"])) changes.push(`rule ${name}: ${tableWords(before, after)}`);
  return changes;
}

/** An arm's place among the buckets: where it begins, and how wide it is. */
interface Place {
  readonly arm: string;
  readonly from: number;
  readonly width: number;
}

function compareSplits(
  name: string,
  ruleBefore: JsonObject,
  ruleAfter: JsonObject,
  a: JsonObject,
  b: JsonObject,
): string[] {
  const reshuffle = (why: string): string[] => [`rule ${name}: reshuffle: ${why}; users change between arms`];
  if (text(ruleBefore["key"]) !== text(ruleAfter["key"])) return reshuffle("keys come from elsewhere");
  for (const field of ["algorithm", "salt", "default"])
    if (a[field] !== b[field]) return reshuffle(`${field} ${text(a[field])} -> ${text(b[field])}`);
  const [old, now] = [placesOf(a), placesOf(b)];
  const moved = now.find(({ arm, from }) => old.some((one) => one.arm === arm && one.from !== from));
  if (moved)
    return reshuffle(
      `arm ${moved.arm} owns other buckets (${b["algorithm"] === "envoy" ? "weights" : "max, or the order of arms,"} changed)`,
    );
  const changes: string[] = [];
  const fallback = text(b["default"]);
  for (const { arm, width } of now) {
    const before = old.find((one) => one.arm === arm)?.width ?? 0;
    if (width > before)
      changes.push(`rule ${name}: arm ${arm} ${share(before)} -> ${share(width)}: users of ${fallback} move to it`);
    if (width < before)
      changes.push(`rule ${name}: arm ${arm} ${share(before)} -> ${share(width)}: users of it move to ${fallback}`);
  }
  for (const { arm, width } of old)
    if (!now.some((one) => one.arm === arm))
      changes.push(`rule ${name}: arm ${arm} ${share(width)} -> 0 %: users of it move to ${fallback}`);
  if (text(a["force"]) !== text(b["force"])) changes.push(`rule ${name}: other forced keys`);
  if (text(guards(a)) !== text(guards(b))) changes.push(`rule ${name}: other guards`);
  return changes;
}

/** As filters/header-routing/split-config.ts lays them out, in hundredths of a percent or in weights. */
function placesOf(split: JsonObject): Place[] {
  const arms = objects(split["arms"]);
  const hundredths = (value: Json | undefined): number => Math.round(Number(value) * 100);
  const given = arms.filter(({ max }) => max !== undefined).reduce((sum, { max }) => sum + hundredths(max), 0);
  const without = arms.filter(({ max }) => max === undefined).length;
  const equal = without === 0 ? 0 : Math.floor(Math.max(0, 10_000 - given) / without);
  const places: Place[] = [];
  let from = 0;
  for (const { arm, percent, max, weight } of arms) {
    const byWeight = split["algorithm"] === "envoy";
    places.push({ arm: String(arm), from, width: byWeight ? Number(weight) : hundredths(percent) });
    from += byWeight ? Number(weight) : max === undefined ? equal : hundredths(max);
  }
  return byWeightSum(split, places);
}

/** By weights the sum decides too: with another one every key has another bucket. */
function byWeightSum(split: JsonObject, places: Place[]): Place[] {
  if (split["algorithm"] !== "envoy") return places;
  const sum = places.reduce((total, { width }) => total + width, 0);
  return places.map((place) => ({ ...place, from: place.from + sum * 1_000_000 }));
}

function share(hundredths: number): string {
  return `${hundredths / 100} %`;
}

function guards(split: JsonObject): Json {
  return objects(split["arms"]).flatMap(({ arm, guard }): Json[] =>
    guard === undefined ? [] : [[arm ?? null, guard]],
  );
}

function tableWords(before: JsonObject, after: JsonObject): string {
  const entries = (rule: JsonObject): JsonObject => {
    const table = rule["table"];
    return isObject(table) && isObject(table["entries"]) ? table["entries"] : {};
  };
  const [a, b] = [entries(before), entries(after)];
  const fresh = Object.keys(b).filter((key) => !(key in a)).length;
  const gone = Object.keys(a).filter((key) => !(key in b)).length;
  const other = Object.keys(b).filter((key) => key in a && a[key] !== b[key]).length;
  return `table: ${fresh} entries new, ${gone} gone, ${other} with another target`;
}

/** What a configuration means on `proxies` proxies together. */
export function remarks(configuration: JsonObject, proxies: number): string[] {
  const guarded = objects(configuration["rules"]).flatMap((rule) => {
    const split = rule["split"];
    return isObject(split) ? objects(split["arms"]).filter(({ guard }) => guard !== undefined) : [];
  });
  if (guarded.length === 0) return [];
  const least = Math.min(...guarded.map(({ guard }) => (isObject(guard) ? Number(guard["minRequests"] ?? 20) : 20)));
  return [
    `guards: each of ${proxies} proxies sees its own requests: one that sends an arm fewer than ${least} in a window never closes it`,
  ];
}

function text(value: Json | undefined): string {
  if (value === undefined) return "none";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as Json[]).filter(isObject) : [];
}
