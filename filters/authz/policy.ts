/**
 * The decision, in Istio's order: a DENY rule that matches denies; without an ALLOW policy all else is allowed; an ALLOW
 * rule that matches allows; the rest is denied. AUDIT and dry-run rules are looked at and change nothing. Pure.
 */
import { Facts } from "./facts";
import { Matcher } from "./match";
import { Policy, Rule } from "./model";
import { NearMiss } from "./near-miss";
import { Request } from "./request";
import { Search } from "./search";
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

/** Judges the requests of one configuration. */
export class Decider {
  readonly verdict: Verdict = new Verdict();
  /** After TOKEN: what is wrong with it. */
  fault: usize = 0;
  /** After an allowed request with a token: where it stands. */
  readonly finder: TokenFinder;
  /** After NO_RULE: the rule that came nearest, once it has been asked to find it. */
  readonly nearMiss: NearMiss;
  private readonly tokens: TokenCheck;
  private readonly matcher: Matcher;
  private readonly search: Search;

  constructor(
    private readonly policy: Policy,
    private readonly request: Request,
    private readonly facts: Facts,
  ) {
    const matcher = new Matcher(policy, request, facts);
    this.matcher = matcher;
    this.search = new Search(policy, request, facts, matcher);
    this.nearMiss = new NearMiss(policy, matcher);
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
    verdict.audit = this.search.first(policy.audit, MAYBE);
    verdict.dryDeny = this.search.first(policy.dryDeny, MAYBE);
    verdict.dryUnallowed = policy.dryAllow.present && this.search.first(policy.dryAllow, YES) === null;
    return verdict;
  }

  private enforce(): void {
    const policy = this.policy;
    const verdict = this.verdict;
    const denied = this.search.first(policy.deny, MAYBE);
    if (denied !== null) {
      verdict.reason = Reason.DENY_RULE;
      verdict.rule = denied;
      return;
    }
    const allowed = this.search.first(policy.allow, YES);
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
}
