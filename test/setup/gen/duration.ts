const UNITS: Readonly<Record<string, number>> = { h: 3600000, m: 60000, s: 1000, ms: 1 };

/** Milliseconds of a duration in Gateway API's form (GEP-2257); undefined: it is not one. */
export function parseDuration(text: string): number | undefined {
  if (!/^([0-9]{1,5}(h|m|s|ms)){1,4}$/.test(text)) return undefined;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/([0-9]+)(ms|h|m|s)/g)) total += Number(count) * (UNITS[unit ?? ""] ?? 0);
  return total;
}
