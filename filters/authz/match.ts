/**
 * Conditions against a request. A condition holds, does not, or can't be said to do either: a header whose members disagree,
 * a path that means different things to different servers, an identity that can't be read. A DENY rule matches on the
 * third, an ALLOW rule does not. `compat` knows the third only where Envoy itself would have an answer and we have none.
 */
import { matches } from "../../assembly/pattern";
import {
  firstItem,
  isString,
  member,
  Node,
  nextItem,
  NONE,
  textAddress,
  textLength,
  textMember,
} from "../../assembly/document";
import { isInBlock } from "../../assembly/cidr";
import { equal } from "../../assembly/config/text";
import { Members } from "../../assembly/members";
import { holds } from "./claims";
import { Address, Facts } from "./facts";
import {
  Attribute,
  Clause,
  clauseCount,
  Clauses,
  Condition,
  conditionAt,
  conditionCount,
  firstClause,
  nextClause,
  Policy,
  Rule,
  Value,
} from "./model";
import { Request } from "./request";
import { holdsOfPeer } from "./peer";
import { ISS, SUB } from "./texts.gen";
import { MAYBE, NO, YES } from "./truth";
import { anyText, crisp } from "./value-match";

/** One request before one configuration. */
export class Matcher {
  private readonly members: Members = new Members();

  constructor(
    readonly policy: Policy,
    readonly request: Request,
    readonly facts: Facts,
  ) {}

  /** Whether a rule matches: some `to` and some `from`. */
  rule(rule: Rule): i32 {
    const permissions = this.some(rule.permissions);
    return permissions == NO ? NO : min(permissions, this.some(rule.principals));
  }

  private some(clauses: Clauses): i32 {
    let best = NO;
    let clause = firstClause(clauses);
    for (let left = clauseCount(clauses); left > 0 && best < YES; left--) {
      best = max(best, this.all(clause));
      clause = nextClause(clause);
    }
    return best;
  }

  private all(clause: Clause): i32 {
    let worst = YES;
    for (let i = 0; i < conditionCount(clause) && worst > NO; i++)
      worst = min(worst, this.condition(conditionAt(clause, i)));
    return worst;
  }

  condition(condition: Condition): i32 {
    switch (condition.attribute) {
      case Attribute.HOST:
        return this.host(condition);
      case Attribute.METHOD:
        return crisp(condition, this.request.method, this.request.methodLength);
      case Attribute.PATH:
        return this.path(condition);
      case Attribute.HEADER:
        return this.policy.strict ? this.headerMembers(condition) : this.headerLines(condition);
      default:
        return this.facts.ready() ? this.fact(condition) : MAYBE;
    }
  }

  private fact(condition: Condition): i32 {
    const facts = this.facts;
    switch (condition.attribute) {
      case Attribute.PORT:
        return this.port(condition);
      case Attribute.DESTINATION_IP:
        return this.address(condition, facts.local);
      case Attribute.SOURCE_IP:
        return this.address(condition, facts.direct);
      case Attribute.REMOTE_IP:
        return this.address(condition, facts.remote);
      case Attribute.SNI:
        // None is the empty name.
        return facts.sniKnown ? crisp(condition, facts.sni.address, max(facts.sni.length, 0)) : MAYBE;
      case Attribute.REQUEST_PRINCIPAL:
      case Attribute.CLAIM:
        return facts.claimsKnown ? this.token(condition) : MAYBE;
      case Attribute.TYPED_CLAIM:
        return facts.claimsKnown ? holds(condition, this.claim(condition), this.request) : MAYBE;
      default:
        return holdsOfPeer(condition, facts, this.policy);
    }
  }

  private host(condition: Condition): i32 {
    const request = this.request;
    if (!this.policy.strict) return crisp(condition, request.host, request.hostLength);
    if (request.hostLength < 0) return MAYBE;
    const wanted = condition.values === null || this.anyHost(condition.values);
    return wanted && !this.anyHost(condition.notValues) ? YES : NO;
  }

  /** strict: a port counts only for patterns that have one themselves, the dot at the end of a name never. */
  private anyHost(values: Value | null): bool {
    const request = this.request;
    let value = values;
    while (value !== null) {
      const withPort = value.number != 0;
      const name = withPort ? request.nameWithPort : request.name;
      const length = withPort ? request.nameWithPortLength : request.nameLength;
      if (matches(value.kind, value.bytes, value.length, name, length)) return true;
      value = value.next;
    }
    return false;
  }

  private path(condition: Condition): i32 {
    const request = this.request;
    if (request.forms == 0) return this.policy.strict ? MAYBE : crisp(condition, 0, -1);
    let yes = false;
    let no = false;
    for (let i = 0; i < request.forms; i++) {
      if (crisp(condition, request.formAt(i), request.formLength(i)) == YES) yes = true;
      else no = true;
    }
    return yes ? (no ? MAYBE : YES) : NO;
  }

  /** Envoy 1.40: each line for itself, and one that matches is enough. */
  private headerLines(condition: Condition): i32 {
    const pairs = this.request.pairs.rewind();
    let wanted: bool = condition.values === null;
    while (pairs.next()) {
      if (!isName(condition, pairs.name, pairs.nameLength)) continue;
      if (anyText(condition.notValues, pairs.value, pairs.valueLength)) return NO;
      wanted = wanted || anyText(condition.values, pairs.value, pairs.valueLength);
    }
    return wanted ? YES : NO;
  }

  /** strict: a server may read any member of any line. */
  private headerMembers(condition: Condition): i32 {
    const pairs = this.request.pairs.rewind();
    const split = !condition.whole && load<u8>(condition.name) != 0x3a;
    let yes = false;
    let no = false;
    while (pairs.next()) {
      if (!isName(condition, pairs.name, pairs.nameLength)) continue;
      const members = this.members.reset(pairs.value, pairs.valueLength);
      while (split ? members.next() : members.rest()) {
        members.trim();
        if (crisp(condition, members.address, members.length) == YES) yes = true;
        else no = true;
      }
    }
    if (!yes && !no) return condition.values === null ? YES : NO;
    return yes ? (no ? MAYBE : YES) : NO;
  }

  private port(condition: Condition): i32 {
    const port = this.facts.port;
    if (port < 0) return MAYBE;
    const wanted = condition.values === null || anyPort(condition.values, port);
    return wanted && !anyPort(condition.notValues, port) ? YES : NO;
  }

  private address(condition: Condition, address: Address): i32 {
    if (!address.known || (address.family == 0 && this.policy.strict)) return MAYBE;
    const wanted = condition.values === null || anyBlock(condition.values, address);
    return wanted && !anyBlock(condition.notValues, address) ? YES : NO;
  }

  /** The claim that a condition looks at; NONE: the token has none such, or there is no token. */
  private claim(condition: Condition): Node {
    const keys = condition.name;
    let node = this.facts.payload;
    let from = 0;
    while (from <= condition.nameLength) {
      let end = from;
      while (end < condition.nameLength && load<u8>(keys + <usize>end) != 0) end++;
      node = member(node, keys + <usize>from, end - from);
      from = end + 1;
    }
    return node;
  }

  private token(condition: Condition): i32 {
    const wanted = condition.values === null || this.anyToken(condition, condition.values);
    return wanted && !this.anyToken(condition, condition.notValues) ? YES : NO;
  }

  private anyToken(condition: Condition, values: Value | null): bool {
    if (condition.attribute == Attribute.REQUEST_PRINCIPAL) return anyPrincipal(values, this.facts.payload);
    const node = this.claim(condition);
    if (isString(node)) return anyText(values, textAddress(node), textLength(node));
    for (let item = firstItem(node); item != NONE; item = nextItem(item)) {
      if (isString(item) && anyText(values, textAddress(item), textLength(item))) return true;
    }
    return false;
  }
}

function anyPrincipal(values: Value | null, payload: Node): bool {
  const issuer = textMember(payload, ISS);
  const subject = textMember(payload, SUB);
  if (!isString(issuer) || !isString(subject)) return false;
  let value = values;
  while (value !== null) {
    if (
      matches(<u8>value.number, value.bytes, value.length, textAddress(issuer), textLength(issuer)) &&
      matches(value.secondKind, value.second, value.secondLength, textAddress(subject), textLength(subject))
    )
      return true;
    value = value.next;
  }
  return false;
}

function anyPort(values: Value | null, port: i32): bool {
  let value = values;
  while (value !== null) {
    if (value.number == port) return true;
    value = value.next;
  }
  return false;
}

function anyBlock(values: Value | null, address: Address): bool {
  let value = values;
  while (value !== null) {
    // The bytes are as many as the family says; 0 is none.
    if (value.length == address.family && isInBlock(value.bytes, value.number, address.bytes)) return true;
    value = value.next;
  }
  return false;
}

function isName(condition: Condition, address: usize, length: i32): bool {
  return equal(condition.name, condition.nameLength, address, length);
}
