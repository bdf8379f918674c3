/**
 * Checked nodes -> compiled policies, with Istio's own validation (pkg/config/validation/validation.go,
 * ValidateAuthorizationPolicy). Pure.
 */
import { ByteBuilder, compareBytes, copyBytes } from "../../assembly/bytes";
import * as cfg from "../../assembly/config";
import { headerPairs } from "../../assembly/headers";
import { KeyTable } from "../../assembly/keys";
import { BASE, DECODE, MERGE } from "../../assembly/path";
import { compileClaims } from "./claims-config";
import { Conditions } from "./conditions";
import { Attribute, Clause, Condition, Origin, Policy, Rule, RuleSet } from "./model";
import { isAnswerHeader, isAnswerValue } from "./names";
import { isResource } from "./scope";
import * as slot from "./schema.gen";
import * as texts from "./texts.gen";
import { compileTokens } from "./token-config";
import { compileKey, keyProblem } from "./when";

const built = new ByteBuilder();
const other = new ByteBuilder();

/** @returns null after an error, whose message is `cfg.messagePtr()` */
export function compile(root: cfg.Node): Policy | null {
  const policy = new Policy();
  policy.name = bytesOf(cfg.field(root, slot.NAME));
  policy.strict = cfg.enumIndex(cfg.field(root, slot.PROFILE)) == slot.PROFILE_STRICT;
  policy.shadow = cfg.enumIndex(cfg.field(root, slot.MODE)) == slot.MODE_SHADOW;
  policy.document = cfg.enumIndex(cfg.field(root, slot.FACTS)) == slot.FACTS_DOCUMENT;
  const identity = cfg.field(root, slot.IDENTITY);
  if (identity != cfg.NONE) {
    if (policy.document) {
      cfg.error(identity, texts.BAD_IDENTITY);
      return null;
    }
    policy.identityKey = bytesOf(cfg.field(identity, slot.IDENTITY_FILTER_STATE));
  }
  const tokenChecks = cfg.enumIndex(cfg.field(root, slot.TOKEN)) == slot.TOKEN_FULL;
  const workload = cfg.field(root, slot.WORKLOAD);
  const list = cfg.field(root, slot.REQUEST_AUTHENTICATIONS);
  if (!compileTokens(policy, list, cfg.field(root, slot.TOKEN_TYPES), workload, tokenChecks)) return null;
  const conditions = new Conditions(policy, tokenChecks && policy.places.length == 0);
  compileWorkload(policy, workload);
  const exempt = cfg.field(root, slot.EXEMPT_PATHS);
  if (cfg.len(exempt) > 0) {
    const condition = new Condition(Attribute.PATH);
    if (!conditions.compile(condition, exempt, cfg.NONE)) return null;
    policy.exempt = condition;
  }
  if (!compileAnswer(policy, cfg.field(root, slot.DENY))) return null;
  return compilePolicies(policy, conditions, cfg.field(root, slot.POLICIES), workload) ? policy : null;
}

function compileWorkload(policy: Policy, workload: cfg.Node): void {
  policy.trustDomains.push(bytesOf(cfg.field(workload, slot.WORKLOAD_TRUST_DOMAIN)));
  const aliases = cfg.field(workload, slot.WORKLOAD_TRUST_DOMAIN_ALIASES);
  for (let item = cfg.first(aliases); item != cfg.NONE; item = cfg.next(item)) policy.trustDomains.push(bytesOf(item));
  switch (cfg.enumIndex(cfg.field(workload, slot.WORKLOAD_PATH_NORMALIZATION))) {
    case slot.WORKLOAD_PATH_NORMALIZATION_BASE:
      policy.steps = BASE;
      break;
    case slot.WORKLOAD_PATH_NORMALIZATION_MERGE_SLASHES:
      policy.steps = BASE | MERGE;
      break;
    case slot.WORKLOAD_PATH_NORMALIZATION_DECODE_AND_MERGE_SLASHES:
      policy.steps = BASE | MERGE | DECODE;
      break;
    default:
      // slot.WORKLOAD_PATH_NORMALIZATION_NONE
      policy.steps = 0;
  }
}

function compileAnswer(policy: Policy, deny: cfg.Node): bool {
  policy.status = <i32>cfg.integer(cfg.field(deny, slot.DENY_STATUS));
  policy.body = bytesOf(cfg.field(deny, slot.DENY_BODY));
  const pairs: Array<StaticArray<u8>> = [];
  const headers = cfg.field(deny, slot.DENY_HEADERS);
  for (let item = cfg.first(headers); item != cfg.NONE; item = cfg.next(item)) {
    const name = cfg.field(item, slot.DENY_HEADERS_NAME);
    const value = cfg.field(item, slot.DENY_HEADERS_VALUE);
    if (!isAnswerHeader(cfg.ptr(name), cfg.len(name))) return cfg.error(name, texts.BAD_ANSWER_HEADER);
    if (!isAnswerValue(cfg.ptr(value), cfg.len(value))) return cfg.error(value, texts.BAD_ANSWER_VALUE);
    pairs.push(bytesOf(name));
    pairs.push(bytesOf(value));
  }
  policy.headers = headerPairs(pairs);
  return true;
}

function compilePolicies(policy: Policy, conditions: Conditions, list: cfg.Node, workload: cfg.Node): bool {
  const known = new KeyTable();
  for (let item = cfg.first(list); item != cfg.NONE; item = cfg.next(item)) {
    const namespace = cfg.field(item, slot.POLICIES_NAMESPACE);
    const name = cfg.field(item, slot.POLICIES_NAME);
    const spec = cfg.field(item, slot.POLICIES_SPEC);
    if (!isResource(namespace, name, spec, workload, known, texts.TWO_POLICIES)) return false;
    conditions.namespace = bytesOf(namespace);
    const set = setOf(policy, spec, cfg.flag(cfg.field(item, slot.POLICIES_DRY_RUN)));
    if (set === null) return false;
    set.present = true;
    if (!compileClaims(conditions, cfg.field(item, slot.POLICIES_CLAIMS), claims)) return false;
    const rules = cfg.field(spec, slot.POLICIES_SPEC_RULES);
    const origin = newOrigin(namespace, name);
    let index = 0;
    for (let rule = cfg.first(rules); rule != cfg.NONE; rule = cfg.next(rule))
      if (!compileRule(set, conditions, new Rule(origin, index++), rule)) return false;
  }
  // All is compiled: what comes now takes the place of the nodes.
  cfg.release();
  const sets = [policy.allow, policy.deny, policy.audit, policy.dryAllow, policy.dryDeny];
  for (let i = 0; i < sets.length; i++) {
    const set = unchecked(sets[i]);
    sort(set.rules);
    set.lookup.build(set.rules);
  }
  return true;
}

/** Envoy evaluates the rules of one action in the order of their names' bytes. Shell's sort: the rules come nearly sorted. */
function sort(rules: Array<Rule>): void {
  for (let gap = rules.length >> 1; gap > 0; gap >>= 1) {
    for (let i = gap; i < rules.length; i++) {
      const rule = unchecked(rules[i]);
      rule.putId(built);
      let j = i;
      for (; j >= gap && isBefore(built, unchecked(rules[j - gap]).putId(other)); j -= gap)
        unchecked((rules[j] = rules[j - gap]));
      unchecked((rules[j] = rule));
    }
  }
}

function isBefore(a: ByteBuilder, b: ByteBuilder): bool {
  const order = compareBytes(a.address, b.address, min(a.length, b.length));
  return order != 0 ? order < 0 : a.length < b.length;
}

function newOrigin(namespace: cfg.Node, name: cfg.Node): Origin {
  built.clear().text(texts.ID_NAMESPACE).bytes(cfg.ptr(namespace), cfg.len(namespace)).text(texts.ID_POLICY);
  const id = built.bytes(cfg.ptr(name), cfg.len(name)).text(texts.ID_RULE).copy();
  built.clear().bytes(cfg.ptr(namespace), cfg.len(namespace)).byte(0x2f);
  return new Origin(id, built.bytes(cfg.ptr(name), cfg.len(name)).byte(0x2f).copy());
}

/** The rules of the policy's action. Null after an error. */
function setOf(policy: Policy, spec: cfg.Node, dryRun: bool): RuleSet | null {
  const action = cfg.field(spec, slot.POLICIES_SPEC_ACTION);
  const provider = cfg.field(spec, slot.POLICIES_SPEC_PROVIDER);
  const rules = cfg.field(spec, slot.POLICIES_SPEC_RULES);
  switch (cfg.enumIndex(action)) {
    case slot.POLICIES_SPEC_ACTION_CUSTOM:
      cfg.error(action, texts.CUSTOM);
      return null;
    case slot.POLICIES_SPEC_ACTION_DENY:
      if (cfg.len(rules) == 0) {
        cfg.error(spec, texts.DENY_WITHOUT_RULES);
        return null;
      }
  }
  if (provider != cfg.NONE) {
    const name = cfg.field(provider, slot.POLICIES_SPEC_PROVIDER_NAME);
    cfg.error(name != cfg.NONE ? name : provider, texts.BAD_PROVIDER);
    return null;
  }
  switch (cfg.enumIndex(action)) {
    case slot.POLICIES_SPEC_ACTION_DENY:
      return dryRun ? policy.dryDeny : policy.deny;
    case slot.POLICIES_SPEC_ACTION_AUDIT:
      // It changes nothing, in a dry run or not.
      return policy.audit;
    default:
      // slot.POLICIES_SPEC_ACTION_ALLOW
      return dryRun ? policy.dryAllow : policy.allow;
  }
}

function compileRule(set: RuleSet, conditions: Conditions, rule: Rule, node: cfg.Node): bool {
  ofPermissions.length = 0;
  ofPrincipals.length = 0;
  for (let i = 0; i < claims.length; i++) ofPrincipals.push(unchecked(claims[i]));
  const when = cfg.field(node, slot.POLICIES_SPEC_RULES_WHEN);
  for (let item = cfg.first(when); item != cfg.NONE; item = cfg.next(item))
    if (!compileWhen(conditions, item)) return false;
  clauses.length = 0;
  const from = cfg.field(node, slot.POLICIES_SPEC_RULES_FROM);
  for (let item = cfg.first(from); item != cfg.NONE; item = cfg.next(item)) {
    clause.length = 0;
    if (!compileSource(conditions, cfg.field(item, slot.POLICIES_SPEC_RULES_FROM_SOURCE))) return false;
    addClause(ofPrincipals);
  }
  rule.principals = takeClauses(ofPrincipals);
  const to = cfg.field(node, slot.POLICIES_SPEC_RULES_TO);
  for (let item = cfg.first(to); item != cfg.NONE; item = cfg.next(item)) {
    clause.length = 0;
    if (!compileOperation(conditions, cfg.field(item, slot.POLICIES_SPEC_RULES_TO_OPERATION))) return false;
    addClause(ofPermissions);
  }
  rule.permissions = takeClauses(ofPermissions);
  set.rules.push(rule);
  return true;
}

/** The clause that is compiled, and those before it in the same list; reused. */
const clause: Array<Condition> = [];
const clauses: Array<Clause> = [];
/** The conditions of the policy's own `claims`, which are as those of `when`; reused. */
const claims: Array<Condition> = [];
/** The conditions of `when`; reused. */
const ofPermissions: Array<Condition> = [];
const ofPrincipals: Array<Condition> = [];

/** Ends a clause. Conditions of `when` belong to every `from` or `to` (model.go, New). */
function addClause(when: Array<Condition>): void {
  for (let i = 0; i < when.length; i++) clause.push(unchecked(when[i]));
  clauses.push(StaticArray.fromArray(clause));
}

/** Ends a list of clauses; without any, the conditions of `when` stand alone. */
function takeClauses(when: Array<Condition>): StaticArray<Clause> {
  if (clauses.length == 0) clauses.push(StaticArray.fromArray(when));
  const taken = StaticArray.fromArray(clauses);
  clauses.length = 0;
  return taken;
}

function compileWhen(conditions: Conditions, node: cfg.Node): bool {
  const key = cfg.field(node, slot.POLICIES_SPEC_RULES_WHEN_KEY);
  const values = cfg.field(node, slot.POLICIES_SPEC_RULES_WHEN_VALUES);
  const notValues = cfg.field(node, slot.POLICIES_SPEC_RULES_WHEN_NOT_VALUES);
  const condition = compileKey(cfg.ptr(key), cfg.len(key));
  if (condition === null) return cfg.error(key, keyProblem);
  if (cfg.len(values) == 0 && cfg.len(notValues) == 0) return cfg.error(node, texts.NO_VALUES);
  const attribute = condition.attribute;
  const toPermissions =
    attribute == Attribute.DESTINATION_IP || attribute == Attribute.PORT || attribute == Attribute.SNI;
  if (!conditions.compile(condition, values, notValues)) return false;
  (toPermissions ? ofPermissions : ofPrincipals).push(condition);
  return true;
}

function compileSource(conditions: Conditions, source: cfg.Node): bool {
  const principals = cfg.field(source, slot.POLICIES_SPEC_RULES_FROM_SOURCE_PRINCIPALS);
  const notPrincipals = cfg.field(source, slot.POLICIES_SPEC_RULES_FROM_SOURCE_NOT_PRINCIPALS);
  const tokens = cfg.field(source, slot.POLICIES_SPEC_RULES_FROM_SOURCE_REQUEST_PRINCIPALS);
  const notTokens = cfg.field(source, slot.POLICIES_SPEC_RULES_FROM_SOURCE_NOT_REQUEST_PRINCIPALS);
  const accounts = cfg.field(source, slot.POLICIES_SPEC_RULES_FROM_SOURCE_SERVICE_ACCOUNTS);
  const notAccounts = cfg.field(source, slot.POLICIES_SPEC_RULES_FROM_SOURCE_NOT_SERVICE_ACCOUNTS);
  const domains = cfg.field(source, slot.POLICIES_SPEC_RULES_FROM_SOURCE_TRUST_DOMAINS);
  const notDomains = cfg.field(source, slot.POLICIES_SPEC_RULES_FROM_SOURCE_NOT_TRUST_DOMAINS);
  const namespaces = cfg.field(source, slot.POLICIES_SPEC_RULES_FROM_SOURCE_NAMESPACES);
  const notNamespaces = cfg.field(source, slot.POLICIES_SPEC_RULES_FROM_SOURCE_NOT_NAMESPACES);
  const remote = cfg.field(source, slot.POLICIES_SPEC_RULES_FROM_SOURCE_REMOTE_IP_BLOCKS);
  const notRemote = cfg.field(source, slot.POLICIES_SPEC_RULES_FROM_SOURCE_NOT_REMOTE_IP_BLOCKS);
  const direct = cfg.field(source, slot.POLICIES_SPEC_RULES_FROM_SOURCE_IP_BLOCKS);
  const notDirect = cfg.field(source, slot.POLICIES_SPEC_RULES_FROM_SOURCE_NOT_IP_BLOCKS);
  const names = cfg.len(principals) + cfg.len(notPrincipals) + cfg.len(namespaces) + cfg.len(notNamespaces);
  if (names > 0 && cfg.len(accounts) + cfg.len(notAccounts) > 0)
    return cfg.error(cfg.len(accounts) > 0 ? accounts : notAccounts, texts.ACCOUNTS_ALONE);
  const added =
    conditions.add(clause, Attribute.PRINCIPAL, principals, notPrincipals) &&
    conditions.add(clause, Attribute.REQUEST_PRINCIPAL, tokens, notTokens) &&
    conditions.add(clause, Attribute.SERVICE_ACCOUNT, accounts, notAccounts) &&
    conditions.add(clause, Attribute.TRUST_DOMAIN, domains, notDomains) &&
    conditions.add(clause, Attribute.NAMESPACE, namespaces, notNamespaces) &&
    conditions.add(clause, Attribute.REMOTE_IP, remote, notRemote) &&
    conditions.add(clause, Attribute.SOURCE_IP, direct, notDirect);
  return added && (clause.length > 0 || cfg.error(source, texts.EMPTY_SOURCE));
}

function compileOperation(conditions: Conditions, operation: cfg.Node): bool {
  const hosts = cfg.field(operation, slot.POLICIES_SPEC_RULES_TO_OPERATION_HOSTS);
  const notHosts = cfg.field(operation, slot.POLICIES_SPEC_RULES_TO_OPERATION_NOT_HOSTS);
  const methods = cfg.field(operation, slot.POLICIES_SPEC_RULES_TO_OPERATION_METHODS);
  const notMethods = cfg.field(operation, slot.POLICIES_SPEC_RULES_TO_OPERATION_NOT_METHODS);
  const paths = cfg.field(operation, slot.POLICIES_SPEC_RULES_TO_OPERATION_PATHS);
  const notPaths = cfg.field(operation, slot.POLICIES_SPEC_RULES_TO_OPERATION_NOT_PATHS);
  const ports = cfg.field(operation, slot.POLICIES_SPEC_RULES_TO_OPERATION_PORTS);
  const notPorts = cfg.field(operation, slot.POLICIES_SPEC_RULES_TO_OPERATION_NOT_PORTS);
  const added =
    conditions.add(clause, Attribute.HOST, hosts, notHosts) &&
    conditions.add(clause, Attribute.METHOD, methods, notMethods) &&
    conditions.add(clause, Attribute.PATH, paths, notPaths) &&
    conditions.add(clause, Attribute.PORT, ports, notPorts);
  return added && (clause.length > 0 || cfg.error(operation, texts.EMPTY_OPERATION));
}

function bytesOf(text: cfg.Node): StaticArray<u8> {
  return copyBytes(cfg.ptr(text), cfg.len(text));
}
