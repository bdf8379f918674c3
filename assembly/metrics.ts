/**
 * Metrics by the suite's contract: `policy=.=<policy>;.;key=.=<key>;.;pointduty_<filter>_<event>`, Istio's own tag form.
 * Names are process-wide: all VMs of all workers share one value, which is why policy and key are part of the name.
 */
import { MetricType } from "./abi/types";
import { ByteBuilder } from "./bytes";
import { defineMetric } from "./host";
import { KEY, METRICS, POLICY, REASON, TAG_END, Text } from "./texts.gen";

const name = new ByteBuilder();

/** Names the metrics of one policy. */
export class MetricFamily {
  constructor(
    private filter: StaticArray<u8>,
    private policy: StaticArray<u8>,
  ) {}

  /** A gauge. @param key null when the value belongs to the policy as a whole */
  gauge(event: StaticArray<u8>, key: StaticArray<u8> | null): i32 {
    return this.define(MetricType.Gauge, event, key, null);
  }

  /** A counter. @param reason null when the event has only one */
  counter(event: StaticArray<u8>, key: StaticArray<u8> | null, reason: StaticArray<u8> | null): i32 {
    return this.define(MetricType.Counter, event, key, reason);
  }

  private define(type: i32, event: StaticArray<u8>, key: StaticArray<u8> | null, reason: StaticArray<u8> | null): i32 {
    name.clear();
    tag(POLICY, this.policy);
    if (key !== null) tag(KEY, key);
    if (reason !== null) tag(REASON, reason);
    name.text(METRICS).add(this.filter).byte(0x5f).add(event);
    return defineMetric(type, name.address, name.length);
  }
}

/**
 * Appends a tag. Bytes that could end it or upset a statistics sink are percent-encoded, `%` itself too: two keys
 * never share a name, since two budgets that share a name would grant each other's retries.
 */
function tag(label: Text, value: StaticArray<u8>): void {
  name.text(label).byte(0x3d).byte(0x2e).byte(0x3d);
  for (let i = 0; i < value.length; i++) {
    const byte = unchecked(value[i]);
    if (byte > 0x20 && byte < 0x7f && byte != 0x25 && byte != 0x3b) {
      name.byte(byte);
    } else {
      name
        .byte(0x25)
        .byte(hex(byte >> 4))
        .byte(hex(byte & 15));
    }
  }
  name.text(TAG_END);
}

function hex(digit: u8): u8 {
  return digit + (digit < 10 ? 0x30 : 0x37);
}
