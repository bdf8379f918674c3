/** Lists of values -> conditions, and what a configuration must provide for them. Pure. */
import { ByteBuilder, indexOf } from "../../assembly/bytes";
import * as cfg from "../../assembly/config";
import { Store } from "../../assembly/store";
import { inDomain, isDomain, sharedDomain } from "./aliases";
import { Attribute, Condition, Need, newCondition, Policy, Value } from "./model";
import { NO_DIRECT_ADDRESS, NO_SECOND_SAN, NO_TOKEN_CHECKS } from "./texts.gen";
import { compileValue, keepValue, problem } from "./values";

export class Conditions {
  /** Namespace of the policy that is compiled. */
  readonly namespace: ByteBuilder = new ByteBuilder();

  /** @param tokenChecks the token's own form is to be checked wherever claims are used */
  constructor(
    private readonly policy: Policy,
    private readonly tokenChecks: bool,
  ) {}

  get store(): Store {
    return this.policy.store;
  }

  /** Adds a condition to a list; none when both lists of values are empty. False after an error. */
  add(list: Array<Condition>, attribute: u8, values: cfg.Node, notValues: cfg.Node): bool {
    if (cfg.len(values) == 0 && cfg.len(notValues) == 0) return true;
    const condition = newCondition(this.store, attribute);
    if (!this.compile(condition, values, notValues)) return false;
    list.push(condition);
    return true;
  }

  /** Fills a condition. False after an error. */
  compile(condition: Condition, values: cfg.Node, notValues: cfg.Node): bool {
    if (!this.provided(condition.attribute, cfg.len(values) > 0 ? values : notValues)) return false;
    const wanted = this.gather(condition, values);
    condition.values = this.first;
    if (!wanted || !this.gather(condition, notValues)) return false;
    condition.notValues = this.first;
    return true;
  }

  /** The list that is compiled. */
  private first: Value | null = null;
  private last: Value | null = null;

  private gather(condition: Condition, list: cfg.Node): bool {
    this.first = null;
    for (let item = cfg.first(list); item != cfg.NONE; item = cfg.next(item)) {
      if (!this.expand(condition, cfg.ptr(item), cfg.len(item))) return cfg.error(item, problem);
    }
    return true;
  }

  /** Adds the values that one of a policy stands for: trust domains stand for one another. */
  private expand(condition: Condition, address: usize, length: i32): bool {
    const domains = this.policy.trustDomains;
    switch (condition.attribute) {
      case Attribute.PRINCIPAL:
        const own = sharedDomain(address, length, domains);
        if (own < 0) break;
        for (let i = 0; i < domains.length; i++) {
          const other = inDomain(address, length, own, unchecked(domains[i]));
          if (!this.take(condition, other.address, other.length)) return false;
        }
        return true;
      case Attribute.TRUST_DOMAIN:
        if (!isDomain(address, length, domains)) break;
        for (let i = 0; i < domains.length; i++) {
          const other = unchecked(domains[i]);
          if (!this.take(condition, changetype<usize>(other), other.length)) return false;
        }
        return true;
    }
    return this.take(condition, address, length);
  }

  private take(condition: Condition, address: usize, length: i32): bool {
    if (!compileValue(condition.attribute, address, length, this.namespace, this.policy.strict)) return false;
    const value = keepValue(this.store);
    const last = this.last;
    if (this.first === null || last === null) this.first = value;
    else last.next = value;
    this.last = value;
    condition.whole = condition.whole || indexOf(value.bytes, value.length, 0x2c) >= 0;
    return true;
  }

  /** Whether the facts will hold what a condition looks at. */
  provided(attribute: u8, node: cfg.Node): bool {
    const policy = this.policy;
    policy.needs |= needOf(attribute);
    switch (needOf(attribute)) {
      case Need.SOURCE:
        if (policy.document) return true;
        return cfg.error(node, NO_DIRECT_ADDRESS);
      case Need.IDENTITY:
        if (policy.document || !policy.strict || policy.identityKey.length > 0) return true;
        return cfg.error(node, NO_SECOND_SAN);
      case Need.CLAIMS:
        if (!this.tokenChecks || !policy.strict) return true;
        return cfg.error(node, NO_TOKEN_CHECKS);
      default:
        return true;
    }
  }
}

function needOf(attribute: u8): u32 {
  switch (attribute) {
    case Attribute.HOST:
    case Attribute.METHOD:
    case Attribute.PATH:
    case Attribute.HEADER:
      return 0;
    case Attribute.PORT:
    case Attribute.DESTINATION_IP:
      return Need.DESTINATION;
    case Attribute.SNI:
      return Need.SNI;
    case Attribute.SOURCE_IP:
      return Need.SOURCE;
    case Attribute.REMOTE_IP:
      return Need.REMOTE;
    case Attribute.REQUEST_PRINCIPAL:
    case Attribute.CLAIM:
    case Attribute.TYPED_CLAIM:
      return Need.CLAIMS;
    default:
      return Need.IDENTITY;
  }
}
