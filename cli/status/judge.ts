/** Compares what an Envoy has with what it should have. */
import type { Filter } from "../cases/filter.ts";
import { rootId, type Modules } from "../policy/module.ts";
import { hashText, isObject, type Policy } from "../policy/types.ts";
import { resourceName } from "../render/plain.ts";
import { standInEffect } from "../render/stand-in.ts";
import type { AdminState } from "./admin.ts";
import { readDump, type Chain, type Dump, type Received } from "./dump.ts";
import { mustStartV8 } from "./v8.ts";

/** A policy without a sign of life for longer than this is not running: it ticks at least once a second. */
const HEARTBEAT_LIMIT_S = 10;

export interface PolicyStatus {
  readonly filter: string;
  readonly policy: string;
  /** Hashes in hex; undefined: none. */
  readonly live?: string;
  readonly expected?: string;
  /** Of the policy in force; undefined when that is not known. */
  readonly mode?: string;
  /** The native filter of default_config stands in: no valid policy was ever received. */
  readonly default: boolean;
  /** Seconds, by the Envoy's own clock. */
  readonly heartbeatAge?: number;
  /** undefined: a statistics matcher drops the counts, as Istio's default one does. */
  readonly accepted?: number;
  readonly rejected?: number;
  /** Version that the Envoy says is live. */
  readonly version?: string;
}

const DIES =
  "this Envoy dies when its first Wasm module comes after its start, on a CPU with memory protection keys (flag ospke): " +
  "start V8 in the bootstrap, as envoy/plain/bootstrap.yaml and envoy/istio/start-v8.yaml do";

/** Something that is not as it should be. */
export interface Finding {
  readonly policy?: string;
  readonly message: string;
}

export interface EnvoyStatus {
  readonly admin: string;
  readonly version: string;
  readonly node: string;
  readonly policies: readonly PolicyStatus[];
  readonly findings: readonly Finding[];
  /** What is worth knowing and no fault. */
  readonly notes: readonly Finding[];
}

interface Wanted {
  readonly filter: Filter;
  readonly policy: string;
  readonly expected: Policy | undefined;
}

/** @param about every filter of this checkout, and the built modules */
export function judge(
  admin: string,
  state: AdminState,
  expected: readonly Policy[],
  about: { filters: readonly Filter[]; modules: Modules },
): EnvoyStatus {
  const dump = readDump(state.dump);
  const findings: Finding[] = [];
  const notes: Finding[] = [];
  const wanted = wantedOf(dump, expected, about.filters);
  const policies = wanted.map((policy) =>
    judgePolicy(policy, { state, dump, modules: about.modules, findings, notes }),
  );
  if (wanted.length === 0) findings.push({ message: "no policy of ours is configured here" });
  for (const { what, details } of dump.refused) findings.push({ message: `${what} was refused: ${details}` });
  for (const [name, count] of state.stats) {
    const [, api] = /(?:^|\.)(rds|srds|lds|cds)\.(?:.*\.)?update_rejected$/.exec(name) ?? [];
    if (api === undefined || count === 0) continue;
    findings.push({ message: `${name}: ${count} since the start: Envoy refused what the control plane sent` });
  }
  const { version, node } = state;
  if (mustStartV8(version) && !dump.startsV8) notes.push({ message: DIES });
  return { admin, version, node, policies, findings, notes };
}

/** The policies that are named in a chain or were received, and the expected ones. */
function wantedOf(dump: Dump, expected: readonly Policy[], filters: readonly Filter[]): Wanted[] {
  const names = new Set([
    ...dump.chains.flatMap(({ downstream, upstream }) => [...downstream, ...upstream]),
    ...dump.received.map(({ name }) => name),
  ]);
  const wanted = new Map<string, Wanted>();
  for (const policy of expected) {
    const { filter, resource } = policy;
    wanted.set(resourceName(filter.name, resource.name), { filter, policy: resource.name, expected: policy });
  }
  for (const name of names) {
    const filter = filters.find((known) => name.startsWith(resourceName(known.name, "")));
    if (!filter || wanted.has(name)) continue;
    wanted.set(name, { filter, policy: name.slice(resourceName(filter.name, "").length), expected: undefined });
  }
  return [...wanted.values()];
}

/**
 * The chains that a filter belongs into. What is for the requests that a workload receives stands in a sidecar's inbound
 * chains; a gateway and a plain Envoy have none, there it stands in all.
 */
function chainsFor({ traffic }: Filter, chains: readonly Chain[]): Chain[] {
  const inbound = chains.filter((chain) => chain.inbound);
  if (traffic === "inbound" && inbound.length > 0) return inbound;
  return chains.filter((chain) => !chain.inbound);
}

interface Context {
  readonly state: AdminState;
  readonly dump: Dump;
  readonly modules: Modules;
  readonly findings: Finding[];
  readonly notes: Finding[];
}

function judgePolicy({ filter: known, policy, expected }: Wanted, context: Context): PolicyStatus {
  const { state, dump, modules, findings, notes } = context;
  const { name: filter, half } = known;
  const byDefault = standInEffect(known.standIn);
  const chains = chainsFor(known, dump.chains);
  const name = resourceName(filter, policy);
  const find = (message: string): void => void findings.push({ policy: name, message });
  const gauge = (event: string): number | undefined => {
    const end = `policy=.=${policy};.;pointduty_${rootId(filter)}_${event}`;
    for (const [stat, value] of state.stats) if (stat.endsWith(end)) return value;
    return undefined;
  };
  const discovery = (event: string): number | undefined => {
    let sum: number | undefined;
    for (const [stat, value] of state.stats) {
      if (stat.endsWith(`http_filter.${name}.${event}`)) sum = (sum ?? 0) + value;
    }
    return sum;
  };
  const [accepted, rejected] = [discovery("update_success"), discovery("config_fail")];
  const version = [...state.texts].find(([stat]) => stat.endsWith(`http_filter.${name}.version_text`))?.[1];
  const inChains = chains.filter((chain) => chain[half].includes(name));
  const hash = accepted === 0 ? undefined : gauge("policy_hash");
  const live = hash === undefined ? undefined : hashText(BigInt(hash));
  const received = dump.received.find((entry) => entry.name === name);
  // Until the first tick the gauge is 0: then the age is that of the configuration.
  const beat = gauge("heartbeat") || Math.round((received?.updatedMs ?? NaN) / 1000);
  const age = live === undefined ? NaN : Math.max(0, Math.round(state.nowMs / 1000) - beat);
  const latest = received && judgeReceived(received, filter, policy, modules);
  // Without the counts: a policy that the module accepts can be in force although no gauge says so.
  const neverAccepted = accepted === undefined ? latest === undefined || latest.refused !== undefined : accepted === 0;
  const isDefault = inChains.length > 0 && live === undefined && neverAccepted;

  if (inChains.length === 0) find("is not in any chain of this Envoy");
  else {
    for (const { listener } of chains.filter((chain) => !inChains.includes(chain))) {
      find(`is missing from a chain of listener ${listener}`);
    }
  }
  if (half === "upstream" && inChains.length > 0) {
    for (const { cluster, filters } of dump.ownFilters) {
      if (!filters.includes(name))
        find(`does not hold for cluster ${cluster}: its own http_filters replace the router's`);
    }
  }
  const wantedHash = expected && hashText(expected.hash);
  if (latest?.refused !== undefined) {
    const effect = live === undefined ? `the default is in force: ${byDefault}` : `${live} stays in force`;
    find(`the last update was refused (${latest.refused}); ${effect}`);
  } else if (isDefault) find(`no valid policy was received: the default is in force, ${byDefault}`);
  else if (live !== undefined && latest?.hash !== undefined && latest.hash !== live) {
    find(`${latest.hash} was received and ${live} is in force: Envoy's log says why`);
  } else if (rejected !== undefined && rejected > 0) {
    notes.push({ policy: name, message: `${rejected} updates were refused before; the last one is in force` });
  }
  if (wantedHash !== undefined && live !== undefined && live !== wantedHash) {
    find(`${live} is in force, ${wantedHash} is expected`);
  }
  if (live === undefined && !neverAccepted) {
    const why = accepted === undefined ? ", or Envoy refused it for a reason that its log has" : "";
    find(`publishes no policy_hash: a statistics matcher drops it${why}`);
  }
  if (age > HEARTBEAT_LIMIT_S) find(`gave its last sign of life ${age} s ago`);
  if (expected === undefined && context.dump.chains.length > 0) {
    notes.push({ policy: name, message: "is in no policy file given" });
  }
  const mode = modeOf(live, [latest, expected && { hash: wantedHash, text: expected.text }]);
  return {
    filter,
    policy,
    ...(live === undefined ? {} : { live }),
    ...(wantedHash === undefined ? {} : { expected: wantedHash }),
    ...(mode === undefined ? {} : { mode }),
    default: isDefault,
    ...(Number.isNaN(age) ? {} : { heartbeatAge: age }),
    ...(accepted === undefined ? {} : { accepted }),
    ...(rejected === undefined ? {} : { rejected }),
    ...(version === undefined || version === "" ? {} : { version }),
  };
}

interface Judged {
  readonly hash?: string | undefined;
  /** Why the module refuses it. */
  readonly refused?: string;
  readonly text?: string;
}

/** Envoy keeps what it received last, accepted or not, and not the reason: the module tells it again. */
function judgeReceived({ configuration }: Received, filter: string, policy: string, modules: Modules): Judged {
  if (configuration === undefined) return {};
  const verdict = modules.configure(filter, policy, configuration);
  if (verdict.accepted) return { hash: hashText(verdict.hash), text: configuration };
  return { refused: `${verdict.pointer ? `${verdict.pointer}: ` : ""}${verdict.message}` };
}

/** The mode of the configuration whose hash is live. */
function modeOf(live: string | undefined, known: readonly (Judged | undefined)[]): string | undefined {
  const text = known.find((entry) => live !== undefined && entry?.hash === live)?.text;
  if (text === undefined) return undefined;
  const configuration: unknown = JSON.parse(text);
  const mode = isObject(configuration) ? configuration["mode"] : undefined;
  return typeof mode === "string" ? mode : "enforce";
}
