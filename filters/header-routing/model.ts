/** A policy, ready to use: what config.ts makes of the configuration, and what the decision reads. */
import { EMPTY } from "../../assembly/bytes";
import * as pattern from "../../assembly/pattern";
import * as slot from "./schema.gen";
import { PackedTable } from "./table";

/** How a decision reaches Envoy; the values of the enum in schema.json. */
export namespace Binding {
  export const HEADER: i32 = slot.BINDING_HEADER;
  export const ARMS: i32 = slot.BINDING_ARMS;
  export const CLUSTER: i32 = slot.BINDING_CLUSTER;
}

/** What is compared with a value, or done with it. */
export namespace Kind {
  export const EXACT: u8 = pattern.EXACT;
  /** The value is a beginning. */
  export const PREFIX: u8 = pattern.PREFIX;
  /** There must be no such header. */
  export const ABSENT: u8 = 2;
  /** Of a claim: `number`, in thousandths. */
  export const NUMBER: u8 = 3;
  /** Of a claim: `number`, 1 for true. */
  export const BOOLEAN: u8 = 4;
  /** The port that the request came in by is `number`. */
  export const PORT: u8 = 5;
  /** A header is replaced, */
  export const PUT: u8 = 6;
  /** added, */
  export const ADD: u8 = 7;
  /** or removed. */
  export const REMOVE: u8 = 8;
}

/** A name and a value, in a list of such: of headers, query parameters, claims, callers. */
export class Pair {
  next: Pair | null = null;
  constructor(
    readonly kind: u8,
    readonly name: StaticArray<u8>,
    readonly value: StaticArray<u8>,
    readonly number: i64 = 0,
  ) {}
}

/** Puts a pair behind a list. @returns the list */
export function append(list: Pair | null, last: Pair): Pair {
  if (list === null) return last;
  list.next = append(list.next, last);
  return list;
}

/** Bounded by what the schema allows of a list. */
function lengthOf(list: Pair | null): u64 {
  let length: u64 = 0;
  while (list !== null) {
    length++;
    list = list.next;
  }
  return length;
}

/** Changes of a header map, in their order. Names are in lower case. */
export class Changes {
  pairs: Pair | null = null;
}

/** What changes the headers of what it is chosen for. */
export class Changing {
  request: Changes | null = null;
  response: Changes | null = null;
}

/** Where a request can be steered to: an arm, or a cluster of the closed list. */
export class Target extends Changing {
  /** Its number in the policy. */
  index: i32 = 0;
  /** Its counter; -1: not made yet. */
  counter: i32 = -1;
  constructor(
    /** Name of the arm, or of the cluster. */
    readonly name: StaticArray<u8>,
    /** What the header says: the arm's name, the number at which its interval of weights begins, or a cluster. */
    readonly value: StaticArray<u8>,
    readonly isArm: bool,
  ) {
    super();
  }
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
  /** Its place in the configuration. */
  order: i32 = 0;
  /** Numbers of the next matches that are filed as it is, under its whole path and under the path as a prefix; -1: none. */
  whole: i32 = -1;
  prefix: i32 = -1;
  host: StaticArray<u8> = EMPTY;
  /** The host is the end of the request's. */
  wildcard: bool = false;
  pathKind: u8 = PathKind.PREFIX;
  path: StaticArray<u8> = EMPTY;
  /** Empty: any. */
  method: StaticArray<u8> = EMPTY;
  grpc: bool = false;
  headers: Pair | null = null;
  query: Pair | null = null;
  claims: Pair | null = null;
  peer: Pair | null = null;
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
    rank = (rank << 5) | lengthOf(this.headers);
    rank = (rank << 5) | lengthOf(this.query);
    return (rank << 5) | (lengthOf(this.claims) + lengthOf(this.peer));
  }
}

/** Where a key comes from. */
export class KeySource {
  next: KeySource | null = null;
  /** Callers and ports that it is taken from; null: from anybody. */
  trusted: Pair | null = null;
  /** Of a generated cookie: what follows its value in set-cookie. */
  attributes: StaticArray<u8> = EMPTY;
  constructor(
    /** The slot of the field that names it, of schema.gen.ts. */
    readonly kind: i32,
    readonly name: StaticArray<u8>,
  ) {}
}

/** What closes an arm; times in milliseconds. */
export class Guard {
  constructor(
    /** `<rule>/<arm>`. */
    readonly name: StaticArray<u8>,
    readonly window: i64,
    readonly minRequests: i64,
    /** Share of failures that is still right, in thousandths. */
    readonly maxErrors: i64,
    readonly reopenAfter: i64,
  ) {}
}

/** An arm's share of a split: the buckets from `from` on, `width` of them. */
export class Share {
  /** Number of its guard among those of the policy; -1: none. */
  guard: i32 = -1;
  constructor(
    readonly target: Target,
    readonly from: u64,
    readonly width: u64,
  ) {}
}

export class Split {
  /** Salt and a zero byte; empty with algorithm envoy. */
  salt: StaticArray<u8> = EMPTY;
  /** Buckets: 10,000, or the sum of the weights. */
  buckets: u64 = 10_000;
  /** Owner of all buckets that no share owns; null with algorithm envoy. */
  fallback: Target | null = null;
  readonly shares: Array<Share> = [];
  /** Forced keys: the number of a share, or that of none for the default. */
  forced: PackedTable | null = null;
}

/** What becomes of requests that match. */
export class Rule extends Changing {
  /** With a table: for keys without an entry. Null: the route's own way. */
  target: Target | null = null;
  split: Split | null = null;
  /** Numbers of targets by single keys. */
  table: PackedTable | null = null;
  /** The first source of keys. */
  sources: KeySource | null = null;
  /** Its number in the policy. */
  index: i32 = 0;
  constructor(readonly name: StaticArray<u8>) {
    super();
  }
}

export class Policy {
  name: StaticArray<u8> = EMPTY;
  shadow: bool = false;
  binding: i32 = Binding.HEADER;
  /** Facts come as one document. */
  document: bool = true;
  identityKey: StaticArray<u8> = EMPTY;
  readonly targets: Array<Target> = [];
  readonly rules: Array<Rule> = [];
  /** In the order of Gateway API's precedence: the first one that holds decides. */
  readonly matches: Array<Match> = [];
  /** The first match of each whole path, and of each path, with a slash at its end, that is the beginning of others. */
  readonly wholes: PackedTable = new PackedTable();
  readonly prefixes: PackedTable = new PackedTable();
  /** The first match that only knows a path's end; -1: none. */
  loose: i32 = -1;
  readonly guards: Array<Guard> = [];
}
