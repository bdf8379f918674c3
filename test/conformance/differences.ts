/**
 * What older Envoys are known to answer otherwise than the offline host, which is the newest one's equal. A row that is
 * not seen on a version to which it applies is an error, so that no row outlives its reason.
 */
import { describe, type Comparison, type Difference } from "./sections.ts";

interface Known {
  /** The first version that answers as the offline host does. */
  readonly until: string;
  readonly section: RegExp;
  readonly call: string;
  /** What the older versions say; the offline host's answer is in the comparison. */
  readonly envoy: RegExp;
  readonly reason: string;
}

export const KNOWN: readonly Known[] = [
  {
    until: "1.39.0",
    section: /^mirror all$/,
    call: "get_metric counter of the same name",
    envoy: /^0\|3$/,
    reason:
      "metrics of a filter in a cluster have the prefix `cluster.<name>.`: its counters are not those of the same name elsewhere",
  },
  {
    until: "1.38.0",
    section: /^connect failure/,
    call: "client",
    envoy: /, transport failure reason: delayed connect error: Connection refused /,
    reason: "the body of the router's own 503 names the transport failure",
  },
];

function before(version: string, other: string): boolean {
  return version.localeCompare(other, "en", { numeric: true }) < 0;
}

function matches(known: Known, { section, call, envoy }: Difference): boolean {
  return known.section.test(section) && known.call === call && envoy !== undefined && known.envoy.test(envoy);
}

export interface Verdict {
  /** Lines for people: differences that nothing explains, and known ones that did not show. */
  readonly problems: readonly string[];
  /** Differences that a row explains. */
  readonly explained: number;
}

/** @param names sections that were compared: a row applies to them only */
export function judge(version: string, names: readonly string[], { differences }: Comparison): Verdict {
  const applying = KNOWN.filter(
    (known) => before(version, known.until) && names.some((name) => known.section.test(name)),
  );
  const open = differences.filter((difference) => !applying.some((known) => matches(known, difference)));
  const unseen = applying.filter((known) => !differences.some((difference) => matches(known, difference)));
  return {
    problems: [
      ...open.map(describe),
      ...unseen.map(({ section, call, reason }) => `known difference not seen: ${section.source} ${call}: ${reason}`),
    ],
    explained: differences.length - open.length,
  };
}
