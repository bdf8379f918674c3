/** Requests through a filter before the router, in the offline host: odd headers, facts that lie, policies that change. */
import {
  DownstreamRequest,
  FACTS_KEY,
  factsDocument,
  type KnownFacts,
  type LoadedPlugin,
  OfflineProxy,
} from "../../../cli/host/index.ts";
import type { Json } from "../../module/config/struct.ts";
import { anyBytes, below, chance, pick, Tape } from "../choices.ts";
import type { Filter } from "../filters.ts";
import { value } from "../grammar.ts";
import { drawn } from "../mutate.ts";
import { Finding, hex, type Target, type Trace } from "../target.ts";

const LONGEST = 6_000;
const MOST_MEMORY = 32 << 20;
const METHODS = ["GET", "POST", "CONNECT", "OPTIONS", ""] as const;
const PATHS = [
  "/",
  "/cart",
  "/admin",
  "/a/b/c",
  "*",
  "",
  "/x/../admin",
  "/%2e%2E;a/%00#",
  "//",
  "/a?b=c",
  "/;;/..;",
] as const;
const HOSTS = ["shop", "deny.a.com:81", "[::1]:80", ":", ".", ""] as const;
const NAMES = ["x-role", "authorization", ":path", ":method", "host", "", "x-a"] as const;
const VALUES = ["admin", "user,admin", ",", " ,\t", "", "Bearer a.b.c"] as const;
const SANS = ["spiffe://cluster.local/ns/shop/sa/web", "spiffe://a,spiffe://b", "spiffe://", "x", ""] as const;
const CLAIMS: readonly [Json, ...Json[]] = [
  null,
  {},
  { iss: "https://issuer", sub: "u" },
  { groups: ["admin", 1, null, [[]]] },
  [],
  "x",
];

export function requestsTarget(filter: Filter, corpus: readonly Uint8Array[]): Target {
  return {
    name: `${filter.name}/requests`,
    unit: "callback",
    weight: 3,
    generate: (from) => drawn(from, corpus, LONGEST),
    run: (input, trace) => new Run(filter, new Tape(input), trace).play(),
    show: hex,
  };
}

class Run {
  private readonly filter: Filter;
  private readonly tape: Tape;
  private readonly trace: Trace | undefined;
  private readonly proxy = new OfflineProxy({ workers: 1 });
  private readonly plugin: LoadedPlugin;

  constructor(filter: Filter, tape: Tape, trace?: Trace) {
    this.filter = filter;
    this.tape = tape;
    this.trace = trace;
    const { module: code, name } = filter;
    this.plugin = this.proxy.load({ code, vmId: "fuzz.vm", rootId: name, name: "p", configuration: this.good() });
  }

  play(): number {
    if (!this.plugin.inForce)
      throw new Finding("refused", `a policy of the case files is refused: ${this.plugin.reason}`);
    let count = 0;
    while (!this.tape.ended) {
      if (chance(this.tape, 4)) this.change();
      else this.send();
      count++;
    }
    return count;
  }

  /** A policy that the filter takes. */
  private good(): string {
    const policy = this.filter.policies[below(this.tape, this.filter.policies.length)];
    return JSON.stringify({ ...(policy as Record<string, Json>), name: "shop" });
  }

  private change(): void {
    const configuration = chance(this.tape, 64) ? JSON.stringify(value(this.filter.schema, this.tape)) : this.good();
    this.trace?.(`update ${configuration}`);
    this.plugin.update({ configuration });
  }

  private send(): void {
    const request = new DownstreamRequest();
    const facts = this.facts();
    if (facts !== undefined) request.setNativeFilterState(FACTS_KEY, facts);
    const headers = this.headers();
    this.trace?.(`request ${JSON.stringify(headers)} with facts ${facts === undefined ? "" : hex(facts)}`);
    const stream = this.proxy.worker(0).stream(this.plugin, { request });
    stream.requestHeaders(headers, { endOfStream: true });
    const vm = this.proxy.worker(0).vm(this.plugin);
    if (vm.dead) throw new Finding(`trap: ${vm.trap}`, `worker 0: ${vm.trap}`);
    if (vm.memoryBytes > MOST_MEMORY) throw new Finding("memory", `${vm.memoryBytes} bytes of memory`);
    const reply = stream.localReply;
    const { statuses, details } = this.filter.replies;
    if (reply && !(statuses.includes(reply.status) && details.test(reply.details))) {
      throw new Finding("reply", `a local reply of status ${reply.status} with details ${reply.details}`);
    }
    stream.end();
    if (this.proxy.logs.length > 1000) this.proxy.logs.length = 0;
  }

  private headers(): [string, string][] {
    const { tape } = this;
    const headers: [string, string][] = [];
    if (!chance(tape, 16)) headers.push([":method", pick(tape, METHODS)]);
    if (!chance(tape, 16)) headers.push([":authority", this.text(HOSTS)]);
    if (!chance(tape, 16)) headers.push([":path", this.text(PATHS)]);
    for (let left = below(tape, 4); left > 0; left--) headers.push([pick(tape, NAMES), this.text(VALUES)]);
    return headers;
  }

  private text(known: readonly [string, ...string[]]): string {
    if (!chance(this.tape, 64)) return pick(this.tape, known);
    return Buffer.from(anyBytes(this.tape, below(this.tape, 40))).toString("latin1");
  }

  /** The document, mostly as Envoy writes it. */
  private facts(): Uint8Array | undefined {
    const { tape } = this;
    if (chance(tape, 16)) return undefined;
    const known: KnownFacts = {
      ...(below(tape, 2) === 0 && { certificate: { uris: [pick(tape, SANS)], dns: ["a.b"], subject: "CN=x" } }),
      ...(below(tape, 2) === 0 && { direct: pick(tape, ["10.1.2.3", "::1", "/run/x.sock", "", "1.2.3.4.5"]) }),
      payload: pick(tape, CLAIMS),
    };
    const bytes = new Uint8Array(Buffer.from(factsDocument(known)));
    if (!chance(tape, 64)) return bytes;
    for (let left = 1 + below(tape, 4); left > 0; left--) bytes[below(tape, bytes.length)] = tape.byte();
    return bytes.subarray(0, chance(tape, 64) ? below(tape, bytes.length) : bytes.length);
  }
}
