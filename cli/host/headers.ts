/** Envoy's header map as far as a module can see it (Envoy, source/common/http/header_map_impl.cc). */
import { type Bytes, bytes, joinBytes, text } from "./bytes.ts";
import type { Pair } from "./pairs.ts";

export type HeaderInput = readonly (readonly [name: Bytes, value: Bytes])[];

/**
 * Headers that Envoy keeps in one slot: a second value is appended to the first with a comma instead of becoming a second entry.
 * (envoy/http/header_map.h, the INLINE_* lists, plus the custom ones that a stock Envoy registers are not listed: they behave so only where used.)
 */
const INLINE_BOTH = [
  "connection",
  "content-length",
  "content-type",
  "grpc-status",
  "grpc-message",
  "keep-alive",
  "proxy-connection",
  "proxy-status",
  "transfer-encoding",
  "upgrade",
  "via",
  "x-envoy-attempt-count",
  "x-envoy-decorator-operation",
  "x-request-id",
];
const INLINE_REQUEST = [
  ":authority",
  ":method",
  ":path",
  ":protocol",
  ":scheme",
  "expect",
  "grpc-timeout",
  "te",
  "user-agent",
  "x-client-trace-id",
  "x-envoy-downstream-service-cluster",
  "x-envoy-downstream-service-node",
  "x-envoy-expected-rq-timeout-ms",
  "x-envoy-external-address",
  "x-envoy-force-trace",
  "x-envoy-hedge-on-per-try-timeout",
  "x-envoy-internal",
  "x-envoy-ip-tags",
  "x-envoy-is-timeout-retry",
  "x-envoy-max-retries",
  "x-envoy-original-path",
  "x-envoy-original-url",
  "x-envoy-retriable-header-names",
  "x-envoy-retriable-status-codes",
  "x-envoy-retry-grpc-on",
  "x-envoy-retry-on",
  "x-envoy-upstream-alt-stat-name",
  "x-envoy-upstream-rq-per-try-timeout-ms",
  "x-envoy-upstream-rq-timeout-alt-response",
  "x-envoy-upstream-rq-timeout-ms",
  "x-forwarded-client-cert",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
];
const INLINE_RESPONSE = [
  ":status",
  "date",
  "location",
  "server",
  "x-envoy-degraded",
  "x-envoy-immediate-health-check-fail",
  "x-envoy-ratelimited",
  "x-envoy-upstream-canary",
  "x-envoy-upstream-healthchecked-cluster",
  "x-envoy-upstream-service-time",
];

export type HeaderMapKind = "request" | "response" | "trailers";

const INLINE: Record<HeaderMapKind, ReadonlySet<string>> = {
  request: new Set([...INLINE_BOTH, ...INLINE_REQUEST]),
  response: new Set([...INLINE_BOTH, ...INLINE_RESPONSE]),
  trailers: new Set(["grpc-status", "grpc-message"]),
};

const COMMA = bytes(",");

interface Entry {
  readonly name: string;
  readonly key: Uint8Array;
  value: Uint8Array;
}

/** A mutable header map. Names are lower case; values are bytes. */
export class HeaderMap {
  readonly #inline: ReadonlySet<string>;
  #entries: Entry[] = [];

  constructor(kind: HeaderMapKind, headers: HeaderInput = []) {
    this.#inline = INLINE[kind];
    for (const [name, value] of headers) this.add(name, value);
  }

  get size(): number {
    return this.#entries.length;
  }

  /** Sum of the lengths of names and values: what proxy_get_header_map_size returns. */
  get byteSize(): number {
    return this.#entries.reduce((sum, entry) => sum + entry.key.length + entry.value.length, 0);
  }

  /** The FIRST value: Envoy's Wasm extension gives a module no other through a single get. */
  get(name: Bytes): Uint8Array | undefined {
    const key = lower(name);
    return this.#entries.find((entry) => entry.name === key)?.value;
  }

  getText(name: Bytes): string | undefined {
    const value = this.get(name);
    return value && text(value);
  }

  getAll(name: Bytes): Uint8Array[] {
    const key = lower(name);
    return this.#entries.filter((entry) => entry.name === key).map((entry) => entry.value);
  }

  add(name: Bytes, value: Bytes): void {
    const key = lower(name);
    const data = bytes(value);
    const existing = this.#inline.has(key) ? this.#entries.find((entry) => entry.name === key) : undefined;
    if (existing) {
      if (existing.value.length === 0) existing.value = data;
      else if (data.length > 0) existing.value = joinBytes(joinBytes(existing.value, COMMA), data);
      return;
    }
    const entry = { name: key, key: bytes(key), value: data };
    // Pseudo headers stay in front of the others.
    const at = key.startsWith(":") ? this.#entries.findIndex((other) => !other.name.startsWith(":")) : -1;
    if (at < 0) this.#entries.push(entry);
    else this.#entries.splice(at, 0, entry);
  }

  /** All values go, one comes back at the end (HeaderMapImpl::setCopy); an absent header is added. */
  replace(name: Bytes, value: Bytes): void {
    this.remove(name);
    this.add(name, value);
  }

  /** What the proxy itself does with a header of which there is one: the value changes where it stands. */
  set(name: Bytes, value: Bytes): void {
    const key = lower(name);
    const existing = this.#entries.find((entry) => entry.name === key);
    if (existing) existing.value = bytes(value);
    else this.add(name, value);
  }

  remove(name: Bytes): void {
    const key = lower(name);
    this.#entries = this.#entries.filter((entry) => entry.name !== key);
  }

  clear(): void {
    this.#entries = [];
  }

  /** The pairs in order. */
  list(): Pair[] {
    return this.#entries.map((entry) => [entry.key, entry.value]);
  }

  /** The same as text, for messages and comparisons in tests. */
  listText(): [string, string][] {
    return this.#entries.map((entry) => [entry.name, text(entry.value)]);
  }
}

function lower(name: Bytes): string {
  const raw = typeof name === "string" ? name : text(name);
  return /[A-Z]/.test(raw) ? raw.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : raw;
}
