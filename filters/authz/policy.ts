/**
 * The decision, in Istio's order: a DENY rule that matches denies; without an ALLOW policy all else is allowed; an ALLOW
 * rule that matches allows; the rest is denied. AUDIT and dry-run rules are looked at and change nothing. Pure.
 */
import { Scratch } from "../../assembly/scratch";
import { Facts, Peer, Text } from "./facts";
import { Lookup } from "./lookup";
import { Matcher, memberAddress, memberLength, nextMember } from "./match";
import {
  clauseCount,
  Clauses,
  Condition,
  conditionAt,
  conditionCount,
  firstClause,
  nextClause,
  Policy,
  Rule,
  RuleSet,
} from "./model";
import { Request } from "./request";
import { File } from "./rule-keys";
import { TokenCheck } from "./token";
import { TokenFinder } from "./token-places";
import { MAYBE, YES } from "./truth";

/** Why a request is allowed or denied. */
export namespace Reason {
  /** Its path needs no permission. */
  export const EXEMPT: i32 = 0;
  /** There is no ALLOW policy, and no DENY rule matches. */
  export const NO_POLICY: i32 = 1;
  /** `rule` allows it. */
  export const ALLOW_RULE: i32 = 2;
  /** `rule` denies it. */
  export const DENY_RULE: i32 = 3;
  /** No ALLOW rule matches. */
  export const NO_RULE: i32 = 4;
  /** strict: the path can't be judged. */
  export const ODD_PATH: i32 = 5;
  /** The headers can't be read. */
  export const HEADERS: i32 = 6;
  /** The facts can't be read. */
  export const FACTS: i32 = 7;
  /** strict: the token is not what a token must be. */
  export const TOKEN: i32 = 8;
}

/** What came of a request. Reused: it belongs to the decision that filled it last. */
export class Verdict {
  allowed: bool;
  reason: i32;
  rule: Rule | null = null;
  /** An AUDIT rule that matches. */
  audit: Rule | null = null;
  /** A dry-run DENY rule that matches. */
  dryDeny: Rule | null = null;
  /** There are dry-run ALLOW policies, and none of their rules matches. */
  dryUnallowed: bool;

  /** Denies for want of knowledge. */
  fail(reason: i32): Verdict {
    this.allowed = false;
    this.reason = reason;
    this.rule = null;
    this.audit = null;
    this.dryDeny = null;
    this.dryUnallowed = false;
    return this;
  }
}

/** ALLOW rules that are searched for the nearest miss. */
const EXPLAINED: i32 = 64;

/** Judges the requests of one configuration. */
export class Decider {
  readonly verdict: Verdict = new Verdict();
  /** After TOKEN: what is wrong with it. */
  fault: usize = 0;
  /** After an allowed request with a token: where it stands. */
  readonly finder: TokenFinder;
  private readonly tokens: TokenCheck;
  private readonly matcher: Matcher;
  private readonly keyRoom: Scratch = new Scratch();
  /** What `explain` found. */
  nearest: Rule | null = null;
  failed: Condition | null = null;
  private failedHere: Condition | null = null;

  constructor(
    private readonly policy: Policy,
    private readonly request: Request,
    private readonly facts: Facts,
  ) {
    this.matcher = new Matcher(policy, request, facts);
    const finder = new TokenFinder(policy, request);
    this.finder = finder;
    this.tokens = new TokenCheck(policy, finder, facts);
  }

  /** Judges what `request` and `facts` hold. */
  decide(): Verdict {
    const policy = this.policy;
    const verdict = this.verdict.fail(Reason.ODD_PATH);
    this.finder.place = null;
    if (this.request.odd) return verdict;
    const exempt = policy.exempt;
    if (exempt !== null && this.matcher.condition(exempt) == YES) return this.allow(Reason.EXEMPT, null);
    if (policy.checksTokens) {
      this.fault = this.tokens.fault();
      if (this.fault != 0) return verdict.fail(Reason.TOKEN);
    }
    this.enforce();
    if (this.facts.failed) verdict.fail(Reason.FACTS);
    verdict.audit = this.first(policy.audit, MAYBE);
    verdict.dryDeny = this.first(policy.dryDeny, MAYBE);
    verdict.dryUnallowed = policy.dryAllow.present && this.first(policy.dryAllow, YES) === null;
    return verdict;
  }

  private enforce(): void {
    const policy = this.policy;
    const verdict = this.verdict;
    const denied = this.first(policy.deny, MAYBE);
    if (denied !== null) {
      verdict.reason = Reason.DENY_RULE;
      verdict.rule = denied;
      return;
    }
    const allowed = this.first(policy.allow, YES);
    if (allowed !== null) this.allow(Reason.ALLOW_RULE, allowed);
    else if (policy.allow.present) verdict.reason = Reason.NO_RULE;
    else this.allow(Reason.NO_POLICY, null);
  }

  private allow(reason: i32, rule: Rule | null): Verdict {
    this.verdict.allowed = true;
    this.verdict.reason = reason;
    this.verdict.rule = rule;
    return this.verdict;
  }

  /** The first rule, in Envoy's order, that matches to at least this degree. */
  private first(set: RuleSet, degree: i32): Rule | null {
    const count = set.rules.length;
    if (count == 0) return null;
    const lookup = set.lookup;
    // 0 is what no rule has been judged for; after 2^32 requests one rule might be passed over once.
    if (++lookup.request == 0) {
      lookup.request = 1;
      memory.fill(changetype<usize>(lookup.seen), 0, (<usize>count) << 2);
    }
    let best = this.firstOf(set, lookup.always, count, degree);
    if (this.isUnclear(lookup)) {
      for (let i = 0; i < best; i++) if (this.matcher.rule(unchecked(set.rules[i])) >= degree) best = i;
    } else best = this.firstFiled(set, best, degree);
    return best < count ? unchecked(set.rules[best]) : null;
  }

  /** Whether a condition that rules are filed under may have no clear answer: then all rules are judged. */
  private isUnclear(lookup: Lookup): bool {
    if (lookup.has(File.PRINCIPAL) && (!this.facts.ready() || this.facts.peer == Peer.UNCLEAR)) return true;
    if (!this.policy.strict) return false;
    if (lookup.has(File.PRINCIPAL) && this.facts.strictPeer == Peer.UNCLEAR) return true;
    return (lookup.has(File.PATH) && this.request.forms == 0) || (lookup.has(File.HOST) && this.request.hostLength < 0);
  }

  private firstFiled(set: RuleSet, best: i32, degree: i32): i32 {
    const request = this.request;
    const lookup = set.lookup;
    if (lookup.has(File.PATH)) {
      for (let i = 0; i < request.forms; i++)
        best = this.firstUnder(set, File.PATH, request.formAt(i), request.formLength(i), best, degree);
    }
    if (lookup.has(File.HOST) && request.hostLength >= 0) {
      if (!this.policy.strict) best = this.firstUnder(set, File.HOST, request.host, request.hostLength, best, degree);
      else {
        best = this.firstUnder(set, File.HOST, request.name, request.nameLength, best, degree);
        best = this.firstUnder(set, File.HOST, request.nameWithPort, request.nameWithPortLength, best, degree);
      }
    }
    if (lookup.has(File.PRINCIPAL)) best = this.firstOfPeer(set, best, degree);
    return lookup.has(File.HEADER) ? this.firstOfHeaders(set, best, degree) : best;
  }

  private firstOfPeer(set: RuleSet, best: i32, degree: i32): i32 {
    const facts = this.facts;
    if (facts.peer == Peer.NONE) return best;
    best = this.firstOfNames(set, facts.uris, best, degree);
    if (this.policy.strict) return best;
    best = this.firstOfNames(set, facts.dns, best, degree);
    if (facts.subject.length < 0) return best;
    return this.firstUnder(set, File.PRINCIPAL, facts.subject.address, facts.subject.length, best, degree);
  }

  private firstOfNames(set: RuleSet, names: Text, best: i32, degree: i32): i32 {
    let from = 0;
    while (from <= names.length) {
      let end = from;
      while (end < names.length && load<u8>(names.address + <usize>end) != 0x2c) end++;
      best = this.firstUnder(set, File.PRINCIPAL, names.address + <usize>from, end - from, best, degree);
      from = end + 1;
    }
    return best;
  }

  private firstOfHeaders(set: RuleSet, best: i32, degree: i32): i32 {
    const pairs = this.request.listed.share(this.request.pairs);
    while (pairs.next()) {
      if (!set.lookup.hasHeader(pairs.name, pairs.nameLength)) continue;
      // Name, NUL and value lie behind one another in the pairs, as in the keys.
      const length = pairs.nameLength + 1 + pairs.valueLength;
      best = this.firstUnder(set, File.HEADER, pairs.name, length, best, degree);
      if (this.policy.strict) best = this.firstOfMembers(set, best, degree);
    }
    return best;
  }

  /** The members of the line that `listed` has come to, each behind the name. */
  private firstOfMembers(set: RuleSet, best: i32, degree: i32): i32 {
    const pairs = this.request.listed;
    const head = pairs.nameLength + 1;
    const key = this.keyRoom.room(head + pairs.valueLength);
    memory.copy(key, pairs.name, <usize>head);
    let from = 0;
    while (from <= pairs.valueLength) {
      from = nextMember(pairs.value, pairs.valueLength, from, true);
      memory.copy(key + <usize>head, memberAddress, <usize>memberLength);
      best = this.firstUnder(set, File.HEADER, key, head + memberLength, best, degree);
    }
    return best;
  }

  /** @param best the first rule so far; those behind it are of no interest */
  private firstUnder(set: RuleSet, file: i32, address: usize, length: i32, best: i32, degree: i32): i32 {
    const lookup = set.lookup;
    lookup.begin(file, address, length);
    while (lookup.nextKey()) {
      for (let number = lookup.nextRule(); number < best; number = lookup.nextRule())
        if (this.matches(set, number, degree)) best = number;
    }
    return best;
  }

  private firstOf(set: RuleSet, numbers: Array<i32>, best: i32, degree: i32): i32 {
    for (let i = 0; i < numbers.length; i++) {
      const number = unchecked(numbers[i]);
      if (number >= best || this.matches(set, number, degree)) return min(number, best);
    }
    return best;
  }

  /** Judges a rule, once for each request: false if it was judged before, and did not match. */
  private matches(set: RuleSet, number: i32, degree: i32): bool {
    const lookup = set.lookup;
    if (unchecked(lookup.seen[number]) == lookup.request) return false;
    unchecked((lookup.seen[number] = lookup.request));
    return this.matcher.rule(unchecked(set.rules[number])) >= degree;
  }

  /**
   * For a request that no ALLOW rule matches: the rule that came nearest, and its first condition that fails. Only for the
   * log and for `eval`: it is not part of the verdict.
   */
  explain(): void {
    this.nearest = null;
    this.failed = null;
    const rules = this.policy.allow.rules;
    let most = -1;
    for (let i = 0; i < rules.length && i < EXPLAINED; i++) {
      const rule = unchecked(rules[i]);
      const met = this.met(rule.permissions);
      let total = met;
      let failed = this.failedHere;
      if (failed === null) {
        total += this.met(rule.principals) + 1;
        failed = this.failedHere;
      }
      if (total <= most || failed === null) continue;
      most = total;
      this.nearest = rule;
      this.failed = failed;
    }
  }

  /** How many conditions hold in the clause that comes nearest; `failedHere` is the one that does not, null if all do. */
  private met(clauses: Clauses): i32 {
    let most = -1;
    let clause = firstClause(clauses);
    for (let left = clauseCount(clauses); left > 0; left--) {
      const count = conditionCount(clause);
      let held = 0;
      while (held < count && this.matcher.condition(conditionAt(clause, held)) == YES) held++;
      if (held > most) {
        most = held;
        this.failedHere = held < count ? conditionAt(clause, held) : null;
        if (held == count) return held;
      }
      clause = nextClause(clause);
    }
    return most;
  }
}
