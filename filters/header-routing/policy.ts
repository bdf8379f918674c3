/**
 * The decision: of all matches that hold the first one by Gateway API's precedence, then its rule's action. Pure: no host,
 * no clock and no chance of its own.
 */
import { OFFSET, step } from "../../assembly/fnv";
import { Facts } from "./facts";
import { KeyFinder } from "./keys";
import { holds } from "./match";
import { Policy, Rule, Share, Split, Target } from "./model";
import { Request } from "./request";
import { bucketOf, shareOf } from "./split";

/** Bytes of the longest path that matches are filed under: the schema's, `/service/method` of gRPC or a prefix with its slash. */
const LONGEST_PATH: i32 = 2050;

/** How a target was found. */
export namespace Why {
  /** The rule names it, or the bucket of the request's key. */
  export const USUAL: i32 = 0;
  /** The key is forced. */
  export const FORCED: i32 = 1;
  /** The guard has closed the arm that would have been. */
  export const CLOSED: i32 = 2;
  /** There are no sources of keys: a draw for each request. */
  export const CHANCE: i32 = 3;
  /** There are sources, and the request has no key. */
  export const KEYLESS: i32 = 4;
}

/** Which guarded arms are closed now: what only the host knows. */
export abstract class Gates {
  /** @param guard number of a guard of the policy */
  abstract isClosed(guard: i32): bool;
}

/** Decides about the requests of one policy. What came of the last one stands in its fields. */
export class Decider {
  /** Null: no rule matches. */
  rule: Rule | null = null;
  /** Null: the route's own way. Without a rule it means nothing. */
  target: Target | null = null;
  why: i32 = Why.USUAL;
  /** The bucket; -1: there was none to look at. */
  bucket: i64 = -1;
  /** Number of the guard that the request counts for; -1: none. */
  guard: i32 = -1;
  /** The request's key, where one was looked for: a rule has sources of keys only with a split or a table. */
  readonly finder: KeyFinder;
  /** The chance of the decision: the generated key, if there is one. */
  random: u64 = 0;

  constructor(
    private readonly policy: Policy,
    private readonly request: Request,
    readonly facts: Facts,
    private readonly gates: Gates,
  ) {
    this.finder = new KeyFinder(request, facts);
  }

  /** Decides about what `request` and `facts` hold. @param random 64 bits by chance */
  decide(random: u64): void {
    const rule = this.find();
    this.random = random;
    this.rule = rule;
    this.why = Why.USUAL;
    this.bucket = -1;
    this.guard = -1;
    if (rule === null) return;
    const split = rule.split;
    const table = rule.table;
    this.target = rule.target;
    if (split !== null) this.share(rule, split, random);
    else if (table !== null) {
      const finder = this.finder;
      finder.find(rule, random);
      // No entry has an empty key.
      const number = table.find(finder.key, finder.length);
      if (finder.length == 0) this.why = Why.KEYLESS;
      if (number >= 0) this.target = unchecked(this.policy.targets[number]);
    }
  }

  /** The rule of the first match that holds. */
  private find(): Rule | null {
    const policy = this.policy;
    const path = this.request.path;
    const length = this.request.pathLength;
    const end = min(length, LONGEST_PATH);
    let best = this.first(policy.loose, policy.matches.length, false);
    let hash = OFFSET;
    for (let i = 0; i < end; i++) {
      const byte = load<u8>(path + <usize>i);
      hash = step(hash, byte);
      if (byte == 0x2f) best = this.first(policy.prefixes.findHashed(path, i + 1, hash), best, true);
    }
    if (length == end) best = this.first(policy.wholes.findHashed(path, length, hash), best, false);
    return best < policy.matches.length ? unchecked(policy.matches[best]).rule : null;
  }

  /** The first match that holds of those filed with one, unless it comes after `best`. */
  private first(number: i32, best: i32, prefix: bool): i32 {
    while (number >= 0 && number < best) {
      const match = unchecked(this.policy.matches[number]);
      if (holds(match, this.request, this.facts)) return number;
      number = prefix ? match.prefix : match.whole;
    }
    return best;
  }

  private share(rule: Rule, split: Split, random: u64): void {
    this.target = split.fallback;
    if (rule.sources === null) {
      this.why = Why.CHANCE;
      this.take(split, random % split.buckets);
      return;
    }
    const finder = this.finder;
    finder.find(rule, random);
    if (finder.length == 0) {
      this.why = Why.KEYLESS;
      // Without a default the first arm with a weight has those without a key, as bucket 0.
      if (split.fallback === null) this.take(split, 0);
      return;
    }
    const forced = split.forced;
    const number = forced !== null ? forced.find(finder.key, finder.length) : -1;
    if (number >= 0) {
      this.why = Why.FORCED;
      if (number < split.shares.length) this.enter(split, unchecked(split.shares[number]));
      return;
    }
    this.take(split, bucketOf(split, finder.key, finder.length));
  }

  private take(split: Split, bucket: u64): void {
    this.bucket = <i64>bucket;
    const share = shareOf(split, bucket);
    if (share !== null) this.enter(split, share);
  }

  /** An arm that is closed sends all of its users to the default. */
  private enter(split: Split, share: Share): void {
    if (share.guard >= 0 && this.gates.isClosed(share.guard)) {
      this.why = Why.CLOSED;
      return;
    }
    this.target = share.target;
    this.guard = share.guard;
  }
}
