/** A policy, ready to use: what config.ts makes of the configuration, and what the decision reads. */
import { KeyTable } from "../../assembly/keys";
import { PackedTable } from "./table";

/** How a decision reaches Envoy; the values of the enum in schema.json. */
export namespace Binding {
  export const HEADER: i32 = 0;
  export const ARMS: i32 = 1;
  export const CLUSTER: i32 = 2;
}

/** Where a request can be steered to: an arm, or a cluster of the closed list. */
export class Target {
  /** Its number in the policy. */
  index: i32 = 0;
  request: Changes | null = null;
  response: Changes | null = null;
  /** Its counter; -1: not made yet. */
  counter: i32 = -1;
  constructor(
    /** Name of the arm, or of the cluster. */
    readonly name: StaticArray<u8>,
    /** What the header says: the arm's name, the number at which its interval of weights begins, or a cluster. */
    readonly value: StaticArray<u8>,
    readonly isArm: bool,
  ) {}
}

/** A name and a value that a request must have. */
export class Wanted {
  constructor(
    readonly name: StaticArray<u8>,
    readonly value: StaticArray<u8>,
    /** There must be no such header. */
    readonly absent: bool,
  ) {}
}

/** The type of a claim's value. */
export namespace ClaimType {
  export const STRING: u8 = 0;
  export const NUMBER: u8 = 1;
  export const BOOLEAN: u8 = 2;
}

export class WantedClaim {
  constructor(
    readonly name: StaticArray<u8>,
    readonly type: u8,
    readonly text: StaticArray<u8>,
    /** A number in thousandths; 1 for true. */
    readonly value: i64,
  ) {}
}

/** A SPIFFE ID, or the beginning of one. */
export class WantedPeer {
  constructor(
    readonly value: StaticArray<u8>,
    readonly prefix: bool,
  ) {}
}

export namespace PathKind {
  /** The beginning, by whole elements; "/" fits all. */
  export const PREFIX: u8 = 0;
  export const EXACT: u8 = 1;
  /** The end: a gRPC method of any service. */
  export const SUFFIX: u8 = 2;
}

/** One match of a rule, for one host. All of it must hold. */
export class Match {
  /** Place in Gateway API's precedence: the least one that holds decides. */
  order: i32 = 0;
  host: StaticArray<u8> = new StaticArray<u8>(0);
  /** The host is the end of the request's. */
  wildcard: bool = false;
  pathKind: u8 = PathKind.PREFIX;
  path: StaticArray<u8> = new StaticArray<u8>(0);
  /** Empty: any. */
  method: StaticArray<u8> = new StaticArray<u8>(0);
  grpc: bool = false;
  headers: Array<Wanted> = [];
  query: Array<Wanted> = [];
  claims: Array<WantedClaim> = [];
  peer: WantedPeer | null = null;
  constructor(readonly rule: Rule) {}

  /** The same, still for any host. */
  copy(): Match {
    const other = new Match(this.rule);
    other.pathKind = this.pathKind;
    other.path = this.path;
    other.method = this.method;
    other.grpc = this.grpc;
    other.headers = this.headers;
    other.query = this.query;
    other.claims = this.claims;
    other.peer = this.peer;
    return other;
  }

  /**
   * Gateway API's precedence (HTTPRouteRule.matches, GRPCRouteRule.matches): a whole host before a wildcard, longer ones
   * first; an exact path before a prefix, longer ones first; a method; more headers; more query parameters. What Gateway
   * API does not have comes last.
   */
  get rank(): u64 {
    let path: u64 = this.path.length;
    if (this.pathKind == PathKind.EXACT) path += 4096;
    else if (this.pathKind == PathKind.SUFFIX) path = 1;
    else if (unchecked(this.path[this.path.length - 1]) == 0x2f) path--;
    let rank: u64 = this.host.length;
    if (rank > 0 && !this.wildcard) rank += 512;
    rank = (rank << 13) | path;
    rank = (rank << 1) | (this.method.length > 0 ? 1 : 0);
    rank = (rank << 5) | (<u64>this.headers.length);
    rank = (rank << 5) | (<u64>this.query.length);
    return (rank << 5) | (<u64>this.claims.length + (this.peer !== null ? 1 : 0));
  }
}

/** Changes of a header map. Names are in lower case. */
export class Changes {
  /** Replace those of the same name. */
  readonly put: Array<Wanted> = [];
  readonly add: Array<Wanted> = [];
  readonly remove: Array<StaticArray<u8>> = [];
}

export namespace SourceKind {
  export const CLAIM: u8 = 0;
  export const COOKIE: u8 = 1;
  export const HEADER: u8 = 2;
  export const QUERY: u8 = 3;
  export const BAGGAGE: u8 = 4;
  export const PEER: u8 = 5;
  export const GENERATE: u8 = 6;
}

/** Where a key comes from. */
export class KeySource {
  /** Whom it is taken from: none and no port, anybody. */
  readonly peers: Array<WantedPeer> = [];
  readonly ports: Array<i32> = [];
  /** Of a generated cookie: what follows its value in set-cookie. */
  attributes: StaticArray<u8> = new StaticArray<u8>(0);
  constructor(
    readonly kind: u8,
    readonly name: StaticArray<u8>,
  ) {}

  get isOpen(): bool {
    return this.peers.length == 0 && this.ports.length == 0;
  }
}

/** What closes an arm; times in milliseconds. */
export class GuardLimits {
  constructor(
    readonly window: i64,
    readonly minRequests: i64,
    /** Share of failures that is still right, in thousandths. */
    readonly maxErrors: i64,
    readonly reopenAfter: i64,
  ) {}
}

/** An arm's share of a split: the buckets from `from` on, `width` of them. */
export class Share {
  guard: GuardLimits | null = null;
  /** Number of the guard among those of the policy; -1: none. */
  guardIndex: i32 = -1;
  constructor(
    readonly target: Target,
    readonly from: u64,
    readonly width: u64,
  ) {}
}

export class Split {
  /** Salt and a zero byte; empty with algorithm envoy. */
  salt: StaticArray<u8> = new StaticArray<u8>(0);
  /** Buckets: 10,000, or the sum of the weights. */
  buckets: u64 = 10_000;
  /** Owner of all buckets that no share owns; null with algorithm envoy. */
  fallback: Target | null = null;
  readonly shares: Array<Share> = [];
  /** Forced keys: the number of a share, or that of none for the default. */
  forced: PackedTable | null = null;
}

/** Arms and clusters of single keys. */
export class Entries {
  fallback: Target | null = null;
  /** Numbers of targets. */
  readonly table: PackedTable = new PackedTable();
}

/** What becomes of requests that match. */
export class Rule {
  target: Target | null = null;
  split: Split | null = null;
  entries: Entries | null = null;
  request: Changes | null = null;
  response: Changes | null = null;
  readonly sources: Array<KeySource> = [];
  /** Its number in the policy. */
  index: i32 = 0;
  constructor(readonly name: StaticArray<u8>) {}
}

/** A guarded share of a rule's split. */
export class Guarded {
  constructor(
    readonly rule: Rule,
    readonly share: Share,
    readonly limits: GuardLimits,
  ) {}
}

export class Policy {
  name: StaticArray<u8> = new StaticArray<u8>(0);
  shadow: bool = false;
  binding: i32 = Binding.HEADER;
  /** Facts come as one document. */
  document: bool = true;
  identityKey: StaticArray<u8> = new StaticArray<u8>(0);
  readonly targets: Array<Target> = [];
  readonly rules: Array<Rule> = [];
  /** In the order of their precedence. */
  readonly matches: Array<Match> = [];
  /** Numbers of matches by path; those that only know a path's end are in `loose`. */
  readonly paths: KeyTable = new KeyTable();
  readonly loose: Array<i32> = [];
  readonly guards: Array<Guarded> = [];
}
