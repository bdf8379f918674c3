/**
 * Retry budgets in others' words, read as their owners define them:
 * - Gateway API XBackendTrafficPolicy (gateway-api apisx/v1alpha1/xbackendtrafficpolicy_types.go, GEP-3388): its defaults are
 *   its own (20 % in 10 s, and a floor of 10 retries in 1 s where ours is 1 in 10 s), a denied retry is answered with 503.
 * - Linkerd ServiceProfile (linkerd.io/v1alpha2, linkerd2 web/docs "retry budgets"): retryRatio, minRetriesPerSecond, ttl.
 */
import { durationMs } from "../../cli/policy/duration.ts";
import { readTargets } from "../../cli/policy/own.ts";
import {
  isObject,
  type Conversion,
  type Json,
  type JsonObject,
  type Remark,
  type Resource,
} from "../../cli/policy/types.ts";

const GATEWAY = { apiVersion: "gateway.networking.x-k8s.io/v1alpha1", kind: "XBackendTrafficPolicy" };
const LINKERD = { apiVersion: "linkerd.io/v1alpha2", kind: "ServiceProfile" };

export const kinds = [GATEWAY, LINKERD];

type Converted = Conversion | { readonly problems: readonly Remark[] };

export function convert(resource: Resource): Converted {
  return resource.kind === GATEWAY.kind ? fromGateway(resource) : fromLinkerd(resource);
}

/** Complains about the fields of `value` that are not among `allowed`. */
function known(value: JsonObject, pointer: string, allowed: readonly string[], problems: Remark[]): void {
  for (const key of Object.keys(value)) {
    if (allowed.includes(key)) continue;
    problems.push({ pointer: `${pointer}/${key}`, message: `unknown field; allowed: ${allowed.join(", ")}` });
  }
}

/** The object at `key`, or undefined, with a complaint if something else is there. */
function objectAt(value: JsonObject, key: string, pointer: string, problems: Remark[]): JsonObject | undefined {
  const inner = value[key];
  if (inner === undefined || isObject(inner)) return inner;
  problems.push({ pointer: `${pointer}/${key}`, message: "allowed: an object" });
  return undefined;
}

function fromGateway({ name, spec }: Resource): Converted {
  const problems: Remark[] = [];
  const at = "/spec/retryConstraint";
  known(spec, "/spec", ["targetRefs", "retryConstraint", "sessionPersistence"], problems);
  if (spec["targetRefs"] === undefined) {
    problems.push({
      pointer: "/spec/targetRefs",
      message: "missing, but required: a list of 1 to 16 objects with group, kind and name",
    });
  }
  const targets = spec["targetRefs"] === undefined ? [] : readTargets({ targetRefs: spec["targetRefs"] }, problems);
  const constraint = objectAt(spec, "retryConstraint", "/spec", problems);
  if (spec["retryConstraint"] === undefined) {
    problems.push({ pointer: at, message: "missing, but required: without it the resource has no retry budget" });
  }
  if (!constraint) return { problems };
  known(constraint, at, ["budget", "minRetryRate"], problems);
  const budget = objectAt(constraint, "budget", at, problems) ?? {};
  const rate = objectAt(constraint, "minRetryRate", at, problems) ?? { count: 10, interval: "1s" };
  const { percent = 20, interval = "10s" } = budget;
  if (typeof percent === "number" && !Number.isInteger(percent)) {
    problems.push({
      pointer: `${at}/budget/percent`,
      message: `${percent} is not allowed; allowed: a whole number from 0 to 100`,
    });
  }
  // The API defaults the rate as a whole, so one that is given is given entirely.
  for (const key of ["count", "interval"]) {
    if (rate[key] === undefined) {
      problems.push({
        pointer: `${at}/minRetryRate/${key}`,
        message: "missing, but required beside the other of count and interval",
      });
    }
  }
  if (problems.length > 0) return { problems };
  return {
    configuration: { name, budget: { ...budget, percent, interval }, minRetryRate: rate, onExhausted: "503" },
    sources: { "": at, "/name": "/metadata/name" },
    targets,
    remarks:
      spec["sessionPersistence"] === undefined
        ? []
        : [{ pointer: "/spec/sessionPersistence", message: "is not a retry budget's; left to the mesh" }],
  };
}

function fromLinkerd({ name, spec }: Resource): Converted {
  const problems: Remark[] = [];
  const at = "/spec/retryBudget";
  const [service = "", namespace = ""] = name.split(".");
  const budget = objectAt(spec, "retryBudget", "/spec", problems);
  if (spec["retryBudget"] === undefined) {
    problems.push({ pointer: at, message: "missing, but required: retryRatio, minRetriesPerSecond and ttl" });
  }
  if (!budget) return { problems };
  known(budget, at, ["retryRatio", "minRetriesPerSecond", "ttl"], problems);
  for (const key of ["retryRatio", "minRetriesPerSecond", "ttl"]) {
    if (budget[key] === undefined) problems.push({ pointer: `${at}/${key}`, message: "missing, but required" });
  }
  const percent = percentOf(budget["retryRatio"], `${at}/retryRatio`, problems);
  const { minRetriesPerSecond: count = null, ttl = null } = budget;
  if (problems.length > 0) return { problems };
  return {
    configuration: {
      name,
      budget: { percent, interval: ttl },
      minRetryRate: { count, interval: "1s" },
    },
    sources: {
      "": at,
      "/name": "/metadata/name",
      "/budget/percent": `${at}/retryRatio`,
      "/budget/interval": `${at}/ttl`,
      "/minRetryRate/count": `${at}/minRetriesPerSecond`,
    },
    targets: [
      {
        target: { type: "ref", group: "", kind: "Service", name: service, section: "", namespace },
        pointer: "/metadata/name",
      },
    ],
    remarks: Object.keys(spec)
      .filter((key) => key !== "retryBudget")
      .map((key) => ({ pointer: `/spec/${key}`, message: "is not a retry budget's; left to the mesh" })),
  };
}

/** A ratio as percent in thousandths, exactly: 0.2 is 20, 0.12345 is 12.345. Complains about what that can't express. */
function percentOf(ratio: Json | undefined, pointer: string, problems: Remark[]): number {
  const [, whole = "", decimals = ""] = /^([0-9]+)(?:\.([0-9]+))?$/.exec(String(ratio)) ?? [];
  if (ratio === undefined) return 0;
  if (typeof ratio === "number" && whole !== "" && decimals.length <= 5) {
    return Number(`${whole}${decimals.padEnd(5, "0")}`) / 1000;
  }
  const message = `${JSON.stringify(ratio)} is not allowed; allowed: a number from 0 to 1 with at most 5 decimals`;
  problems.push({ pointer, message });
  return 0;
}

/** A configuration with its defaults, in numbers. */
interface Figures {
  readonly percent: number;
  readonly intervalMs: number;
  readonly count: number;
  readonly rateMs: number;
  readonly burst: number;
  readonly per: string;
  readonly onExhausted: string;
  readonly mode: string;
}

function figures(configuration: JsonObject): Figures {
  const { budget, minRetryRate, burst, per, onExhausted, mode } = configuration;
  const { percent, interval } = isObject(budget) ? budget : {};
  const { count, interval: rate } = isObject(minRetryRate) ? minRetryRate : {};
  return {
    percent: Number(percent),
    intervalMs: durationMs(interval),
    count: Number(count),
    rateMs: durationMs(rate),
    burst: burst === undefined ? Number(count) : Number(burst),
    per: String(per),
    onExhausted: String(onExhausted),
    mode: String(mode),
  };
}

function seconds(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}

export function compare(before: JsonObject, after: JsonObject): string[] {
  const [a, b] = [figures(before), figures(after)];
  const changes: string[] = [];
  if (a.mode !== b.mode) {
    const meaning = b.mode === "enforce" ? "retries over the budget are now denied" : "nothing is denied any more";
    changes.push(`mode ${a.mode} -> ${b.mode}: ${meaning}`);
  }
  if (a.percent !== b.percent) {
    changes.push(`budget ${direction(a.percent, b.percent)}: ${a.percent} % -> ${b.percent} % of the requests`);
  }
  if (a.intervalMs !== b.intervalMs) {
    const [word, meaning] =
      b.intervalMs < a.intervalMs
        ? ["shorter", "a calm time is forgotten sooner"]
        : ["longer", "more retries can be saved up for one moment"];
    changes.push(`interval ${word}: ${seconds(a.intervalMs)} -> ${seconds(b.intervalMs)}: ${meaning}`);
  }
  const [floorBefore, floorAfter] = [perMinute(a), perMinute(b)];
  if (floorBefore !== floorAfter) {
    changes.push(
      `floor ${direction(floorBefore, floorAfter)}: ${floorText(a)} -> ${floorText(b)}, on each proxy and for each key`,
    );
  }
  if (a.burst !== b.burst) changes.push(`burst ${direction(a.burst, b.burst)}: ${a.burst} -> ${b.burst}`);
  if (a.per !== b.per) {
    changes.push(`budgets per ${a.per} -> per ${b.per}: what had a budget of its own changes, and all begin empty`);
  }
  if (a.onExhausted !== b.onExhausted) {
    const meaning = b.onExhausted === "503" ? "status 503" : "the backend's own answer";
    changes.push(`onExhausted ${a.onExhausted} -> ${b.onExhausted}: clients get ${meaning} when a retry is denied`);
  }
  return changes;
}

function direction(before: number, after: number): string {
  return after < before ? "lower" : "higher";
}

function perMinute({ count, rateMs }: Figures): number {
  return (count * 60_000) / rateMs;
}

function floorText({ count, rateMs }: Figures): string {
  return count === 0 ? "none" : `${count} in ${seconds(rateMs)}`;
}

export function remarks(configuration: JsonObject, proxies: number): string[] {
  const figure = figures(configuration);
  const { count, rateMs, burst } = figure;
  if (count === 0) return [`no floor: ${proxies} proxies together retry nothing beyond the percentage`];
  const rate = Number(((count * 1000 * proxies) / rateMs).toPrecision(6));
  const each = `${floorText(figure)} on each of ${proxies} proxies`;
  return [`floor: ${each}: together up to ${rate} retries a second for each key, and ${burst * proxies} at once`];
}
