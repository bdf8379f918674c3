/** Counts of host calls: the currency in which the cost of a filter is measured. */

/** Counts of one callback, one stream or the whole process. */
export class CallCount {
  /** All host calls. */
  total = 0;
  /** Those that made the host re-enter the module to allocate memory for the result (about 0.7 us each in Envoy). */
  returning = 0;
  /** Bytes returned through such allocations. */
  bytes = 0;
  /** Host calls by import name, for example `proxy_get_property`. */
  byName: Record<string, number> = {};

  call(name: string): void {
    this.total++;
    this.byName[name] = (this.byName[name] ?? 0) + 1;
  }

  allocation(size: number): void {
    this.returning++;
    this.bytes += size;
  }

  add(other: CallCount): void {
    this.total += other.total;
    this.returning += other.returning;
    this.bytes += other.bytes;
    for (const [name, count] of Object.entries(other.byName)) this.byName[name] = (this.byName[name] ?? 0) + count;
  }

  reset(): void {
    this.total = this.returning = this.bytes = 0;
    this.byName = {};
  }
}
