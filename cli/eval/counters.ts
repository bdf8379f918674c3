/** Which of a policy's counters an event has moved. */
import type { OfflineProxy } from "../host/index.ts";
import { rootId } from "../policy/module.ts";
import type { Policy } from "../policy/types.ts";

/** By name (`event.reason{key}`): by how much, and what it is now. */
export type Moved = Readonly<Record<string, { readonly by: number; readonly now: number }>>;

export class CounterWatch {
  readonly #proxy: OfflineProxy;
  readonly #start: string;
  readonly #prefix: string;
  #before: Map<string, bigint>;

  constructor(proxy: OfflineProxy, { filter, resource }: Policy) {
    this.#proxy = proxy;
    this.#start = `policy=.=${resource.name};.;`;
    this.#prefix = `${rootId(filter.name)}_`;
    this.#before = proxy.metrics();
  }

  /** What has moved since the last call. */
  moved(): Moved {
    const moved: Record<string, { by: number; now: number }> = {};
    const now = this.#proxy.metrics();
    for (const [name, value] of now) {
      const by = Number(value - (this.#before.get(name) ?? 0n));
      if (by === 0 || !name.startsWith(this.#start) || name.endsWith("_heartbeat")) continue;
      const [, key, reason, event = ""] =
        /^(?:key=\.=(.*?);\.;)?(?:reason=\.=(.*?);\.;)?pointduty_(.*)$/.exec(name.slice(this.#start.length)) ?? [];
      const short = event.slice(this.#prefix.length) + (reason === undefined ? "" : `.${reason}`);
      moved[key === undefined ? short : `${short}{${key}}`] = { by, now: Number(value) };
    }
    this.#before = now;
    return moved;
  }
}

/** `event +1 = 3` for each counter. */
export function movedText(moved: Moved | undefined): string[] {
  return Object.entries(moved ?? {}).map(([name, { by, now }]) => `${name} ${by > 0 ? "+" : ""}${by} = ${now}`);
}
