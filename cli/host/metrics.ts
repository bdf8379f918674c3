/** Metrics: one set of stats for the process, ids local to each VM (Envoy, source/extensions/common/wasm/context.cc). */
import { MetricType, Status } from "./abi.ts";

/** One stat of the process. */
export class Stat {
  readonly type: number;
  readonly name: string;
  /** False when a stats matcher drops it: calls succeed, the value stays 0. */
  readonly kept: boolean;
  value = 0n;
  /** Histogram samples. */
  readonly samples: bigint[] = [];

  constructor(type: number, name: string, kept: boolean) {
    this.type = type;
    this.name = name;
    this.kept = kept;
  }

  add(delta: bigint): void {
    if (this.kept) this.value = BigInt.asUintN(64, this.value + delta);
  }

  set(value: bigint): void {
    if (this.kept) this.value = BigInt.asUintN(64, value);
  }

  sample(value: bigint): void {
    if (this.kept) this.samples.push(value);
  }
}

/** All stats of the process by type and name. */
export class StatStore {
  readonly #stats = new Map<string, Stat>();
  readonly #keep: (name: string) => boolean;

  constructor(keep: (name: string) => boolean) {
    this.#keep = keep;
  }

  /** The stat of this name, created on first use. */
  define(type: number, name: string): Stat {
    const key = `${type}:${name}`;
    let stat = this.#stats.get(key);
    if (!stat) this.#stats.set(key, (stat = new Stat(type, name, this.#keep(name))));
    return stat;
  }

  find(name: string): Stat | undefined {
    return [MetricType.Counter, MetricType.Gauge, MetricType.Histogram]
      .map((type) => this.#stats.get(`${type}:${name}`))
      .find((stat) => stat !== undefined);
  }

  all(): Stat[] {
    return [...this.#stats.values()];
  }
}

/** The metric ids of one VM: the low two bits are the type, each definition takes the next id, also of a name already defined. */
export class VmMetrics {
  readonly #store: StatStore;
  readonly #byId = new Map<number, Stat>();
  readonly #next = [MetricType.Counter, MetricType.Gauge, MetricType.Histogram] as number[];

  constructor(store: StatStore) {
    this.#store = store;
  }

  /** The new id, or undefined for an unknown type (BadArgument). */
  define(type: number, name: string): number | undefined {
    const last = this.#next[type];
    if (last === undefined) return undefined;
    const id = last + 4;
    this.#next[type] = id;
    this.#byId.set(id, this.#store.define(type, name));
    return id;
  }

  increment(id: number, offset: bigint): number {
    const type = id & 3;
    if (type !== MetricType.Counter && type !== MetricType.Gauge) return Status.BadArgument;
    const stat = this.#byId.get(id);
    if (!stat) return Status.NotFound;
    if (type === MetricType.Counter && offset <= 0n) return Status.BadArgument;
    stat.add(offset);
    return Status.Ok;
  }

  record(id: number, value: bigint): number {
    const stat = this.#byId.get(id);
    if (!stat) return Status.NotFound;
    if (stat.type === MetricType.Counter) stat.add(value);
    else if (stat.type === MetricType.Gauge) stat.set(value);
    else stat.sample(value);
    return Status.Ok;
  }

  /** The value, or the status to return. */
  get(id: number): bigint | number {
    const type = id & 3;
    if (type !== MetricType.Counter && type !== MetricType.Gauge) return Status.BadArgument;
    return this.#byId.get(id)?.value ?? Status.NotFound;
  }
}
