/**
 * Which rule of a set is the first, in Envoy's order, that matches: those whose keys the request has are judged, and those
 * without keys. Pure.
 */
import { Members } from "../../assembly/members";
import { Scratch } from "../../assembly/scratch";
import { Facts, Peer, Text } from "./facts";
import { Lookup, NO_RULE } from "./lookup";
import { Matcher } from "./match";
import { Policy, Rule, RuleSet } from "./model";
import { Request } from "./request";
import { File } from "./rule-keys";

export class Search {
  private set: RuleSet;
  private degree: i32 = 0;
  /** The first rule so far: those behind it are of no interest. */
  private best: i32 = 0;
  private readonly members: Members = new Members();
  private readonly keyRoom: Scratch = new Scratch();

  constructor(
    private readonly policy: Policy,
    private readonly request: Request,
    private readonly facts: Facts,
    private readonly matcher: Matcher,
  ) {
    this.set = policy.allow;
  }

  /** The first rule of a set that matches to at least this degree of truth; null: none does. */
  first(set: RuleSet, degree: i32): Rule | null {
    const count = set.rules.length;
    // Most policies have rules of one or two actions only.
    if (count == 0) return null;
    const lookup = set.lookup;
    lookup.renew();
    this.set = set;
    this.degree = degree;
    this.best = count;
    const always = lookup.always;
    for (let i = 0; i < always.length; i++) this.judge(unchecked(always[i]));
    if (this.isUnclear(lookup)) for (let i = 0; i < count; i++) this.judge(i);
    else this.judgeFiled(lookup);
    return this.best == count ? null : unchecked(set.rules[this.best]);
  }

  /** Judges a rule, unless one before it matches, or it has been judged for this request. */
  private judge(number: i32): void {
    const set = this.set;
    if (number >= this.best || !set.lookup.isNew(number)) return;
    if (this.matcher.rule(unchecked(set.rules[number])) >= this.degree) this.best = number;
  }

  /** Whether a condition that rules are filed under may have no clear answer: then all rules are judged. */
  private isUnclear(lookup: Lookup): bool {
    if (lookup.has(File.PRINCIPAL) && (!this.facts.ready() || this.facts.peer == Peer.UNCLEAR)) return true;
    if (!this.policy.strict) return false;
    if (lookup.has(File.PRINCIPAL) && this.facts.strictPeer == Peer.UNCLEAR) return true;
    return (lookup.has(File.PATH) && this.request.forms == 0) || (lookup.has(File.HOST) && this.request.hostLength < 0);
  }

  private judgeFiled(lookup: Lookup): void {
    const request = this.request;
    for (let i = 0; i < request.forms; i++) this.judgeUnder(File.PATH, request.formAt(i), request.formLength(i));
    if (!this.policy.strict) this.judgeUnder(File.HOST, request.host, request.hostLength);
    else {
      this.judgeUnder(File.HOST, request.name, request.nameLength);
      this.judgeUnder(File.HOST, request.nameWithPort, request.nameWithPortLength);
    }
    if (this.facts.peer != Peer.NONE) this.judgeByPeer();
    if (lookup.has(File.HEADER)) this.judgeByHeaders(lookup);
  }

  /** Judges the rules that have the text as a key. @param length below 0: there is no text */
  private judgeUnder(file: i32, text: usize, length: i32): void {
    const lookup = this.set.lookup;
    lookup.begin(file, text, length);
    while (lookup.nextKey()) {
      for (let number = lookup.nextRule(); number != NO_RULE; number = lookup.nextRule()) this.judge(number);
    }
  }

  private judgeByPeer(): void {
    const facts = this.facts;
    this.judgeByNames(facts.uris);
    if (this.policy.strict) return;
    this.judgeByNames(facts.dns);
    this.judgeUnder(File.PRINCIPAL, facts.subject.address, facts.subject.length);
  }

  private judgeByNames(names: Text): void {
    const members = this.members.reset(names.address, names.length);
    while (members.next()) this.judgeUnder(File.PRINCIPAL, members.address, members.length);
  }

  private judgeByHeaders(lookup: Lookup): void {
    const pairs = this.request.listed.share(this.request.pairs);
    while (pairs.next()) {
      if (!lookup.hasHeader(pairs.name, pairs.nameLength)) continue;
      // Name, NUL and value lie behind one another in the pairs, as in the keys.
      const head = pairs.nameLength + 1;
      const line = head + pairs.valueLength;
      this.judgeUnder(File.HEADER, pairs.name, line);
      if (this.policy.strict) this.judgeByMembers(pairs.name, head, line);
    }
  }

  /** Judges by each member of a line behind the line's head. */
  private judgeByMembers(pair: usize, head: i32, line: i32): void {
    const key = this.keyRoom.room(line);
    memory.copy(key, pair, <usize>head);
    const members = this.members.reset(pair + <usize>head, line - head);
    while (members.next()) {
      members.trim();
      memory.copy(key + <usize>head, members.address, <usize>members.length);
      this.judgeUnder(File.HEADER, key, head + members.length);
    }
  }
}
