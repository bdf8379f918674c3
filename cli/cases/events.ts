/** A filter's events, out of the names of metrics: `policy=.=<policy>;.;key=.=<key>;.;reason=.=<reason>;.;pointduty_<filter>_<event>`. */

/** Values by event, and by `event.reason` for events that have reasons. */
export type Events = ReadonlyMap<string, number>;

export interface Counters {
  /** Summed over keys and reasons. */
  readonly total: Events;
  readonly keys: ReadonlyMap<string, Events>;
}

const NAME = /policy=\.=(.*?);\.;(?:key=\.=(.*?);\.;)?(?:reason=\.=(.*?);\.;)?pointduty_([a-z0-9_]+)$/;

/** Whatever stands before `policy=` in a metric's name (the proxy's prefixes) is left out of account. */
export function readEvents(
  metrics: Iterable<readonly [name: string, value: number]>,
  filter: string,
  policy: string,
): Counters {
  const prefix = `${filter.replaceAll("-", "_")}_`;
  const total = new Map<string, number>();
  const keys = new Map<string, Map<string, number>>();
  for (const [metric, value] of metrics) {
    const [, owner, key, reason, name = ""] = NAME.exec(metric) ?? [];
    if (owner !== policy || !name.startsWith(prefix)) continue;
    const event = name.slice(prefix.length);
    for (const place of [total, key === undefined ? undefined : of(keys, key)]) {
      if (!place) continue;
      add(place, event, value);
      if (reason !== undefined) add(place, `${event}.${reason}`, value);
    }
  }
  return { total, keys };
}

function of(keys: Map<string, Map<string, number>>, key: string): Map<string, number> {
  const known = keys.get(key) ?? new Map<string, number>();
  keys.set(key, known);
  return known;
}

function add(to: Map<string, number>, name: string, value: number): void {
  to.set(name, (to.get(name) ?? 0) + value);
}
