/** Gateway API's durations (GEP-2257): `1m30s`. */

const MILLIS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** Milliseconds of a duration that the module has accepted; 0 for anything else. */
export function durationMs(text: unknown): number {
  if (typeof text !== "string" || !/^([0-9]{1,5}(h|m|s|ms)){1,4}$/.test(text)) return 0;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/([0-9]+)(ms|h|m|s)/g))
    total += Number(count) * (MILLIS[unit ?? ""] ?? 0);
  return total;
}
