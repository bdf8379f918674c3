import { textBytes } from "./bytes";
import { recordMetric } from "./host";
import { MetricFamily } from "./metrics";
import { HEARTBEAT, POLICY_HASH } from "./texts.gen";

/** The two gauges that every filter has: that a policy is alive, and which one it is. */
export class Vitals {
  private readonly heartbeat: i32;

  /** @param hash low 48 bits of the hash over the checked configuration */
  constructor(metrics: MetricFamily, hash: u64) {
    this.heartbeat = metrics.gauge(textBytes(HEARTBEAT), null);
    recordMetric(metrics.gauge(textBytes(POLICY_HASH), null), hash);
  }

  /** @param now nanoseconds since 1970 */
  beat(now: u64): void {
    recordMetric(this.heartbeat, now / 1_000_000_000);
  }
}
