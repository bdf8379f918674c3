/**
 * Checked nodes -> compiled policies, with Istio's own validation (pkg/config/validation/validation.go,
 * ValidateAuthorizationPolicy). Pure.
 */
import { copyBytes } from "../../assembly/bytes";
import * as cfg from "../../assembly/config";
import { headerPairs } from "../../assembly/headers";
import { BASE, DECODE, MERGE } from "../../assembly/path";
import { Store } from "../../assembly/store";
import { compileClaims } from "./claims-config";
import { Conditions } from "./conditions";
import { Attribute, Condition, newCondition, newNamedCondition, Origin, Policy, Rule, RuleSet } from "./model";
import { isAnswerHeader, isAnswerValue } from "./names";
import { Origins } from "./origins";
import { takeResource } from "./scope";
import * as slot from "./schema.gen";
import * as texts from "./texts.gen";
import { compileTokens } from "./token-config";
import { compileKey, keyName, keyProblem } from "./when";

/** Bytes of text: a list that is longer is read item by item. */
const LONG_LIST: usize = 1024;
cfg.shedLists(LONG_LIST);

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
    const condition = newCondition(policy.store, Attribute.PATH);
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
  const known = new Origins(policy.store);
  for (let item = cfg.first(list); item != cfg.NONE; item = cfg.next(item)) {
    const namespace = cfg.field(item, slot.POLICIES_NAMESPACE);
    const name = cfg.field(item, slot.POLICIES_NAME);
    const spec = cfg.field(item, slot.POLICIES_SPEC);
    const origin = takeResource(namespace, name, spec, workload, known, texts.TWO_POLICIES);
    if (origin === null) return false;
    conditions.namespace.clear().bytes(cfg.ptr(namespace), cfg.len(namespace));
    const set = setOf(policy, spec, cfg.flag(cfg.field(item, slot.POLICIES_DRY_RUN)));
    if (set === null) return false;
    set.present = true;
    if (!compileClaims(conditions, cfg.field(item, slot.POLICIES_CLAIMS), claims)) return false;
    const rules = cfg.field(spec, slot.POLICIES_SPEC_RULES);
    let index = 0;
    for (let rule = cfg.first(rules); rule != cfg.NONE; rule = cfg.next(rule))
      if (!compileRule(set, conditions, origin, index++, rule)) return false;
  }
  return true;
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

function compileRule(set: RuleSet, conditions: Conditions, origin: Origin, index: i32, node: cfg.Node): bool {
  ofPermissions.length = 0;
  ofPrincipals.length = 0;
  for (let i = 0; i < claims.length; i++) ofPrincipals.push(unchecked(claims[i]));
  const when = cfg.field(node, slot.POLICIES_SPEC_RULES_WHEN);
  for (let item = cfg.first(when); item != cfg.NONE; item = cfg.next(item))
    if (!compileWhen(conditions, item)) return false;
  beginClauses();
  const from = cfg.field(node, slot.POLICIES_SPEC_RULES_FROM);
  for (let item = cfg.first(from); item != cfg.NONE; item = cfg.next(item)) {
    clause.length = 0;
    if (!compileSource(conditions, cfg.field(item, slot.POLICIES_SPEC_RULES_FROM_SOURCE))) return false;
    addClause(ofPrincipals);
  }
  const rule = changetype<Rule>(takeClauses(conditions.store, ofPrincipals, <i32>offsetof<Rule>()));
  rule.origin = origin;
  rule.index = index;
  const to = cfg.field(node, slot.POLICIES_SPEC_RULES_TO);
  for (let item = cfg.first(to); item != cfg.NONE; item = cfg.next(item)) {
    clause.length = 0;
    if (!compileOperation(conditions, cfg.field(item, slot.POLICIES_SPEC_RULES_TO_OPERATION))) return false;
    addClause(ofPermissions);
  }
  rule.permissions = takeClauses(conditions.store, ofPermissions, 0);
  set.rules.push(rule);
  return true;
}

/** The clause that is compiled, and the list that it belongs to, as `Clauses` lie in the store; reused. */
const clause: Array<Condition> = [];
const words: Array<usize> = [0];
/** The conditions of the policy's own `claims`, which are as those of `when`; reused. */
const claims: Array<Condition> = [];
/** The conditions of `when`; reused. */
const ofPermissions: Array<Condition> = [];
const ofPrincipals: Array<Condition> = [];

function beginClauses(): void {
  words.length = 1;
  unchecked((words[0] = 0));
}

/** Ends a clause. Conditions of `when` belong to every `from` or `to` (model.go, New). */
function addClause(when: Array<Condition>): void {
  words.push(clause.length + when.length);
  for (let i = 0; i < clause.length; i++) words.push(changetype<usize>(unchecked(clause[i])));
  for (let i = 0; i < when.length; i++) words.push(changetype<usize>(unchecked(when[i])));
  unchecked(words[0]++);
}

/**
 * Ends a list of clauses; without any, the conditions of `when` stand alone.
 * @returns where the list lies in the store, behind `before` bytes
 */
function takeClauses(room: Store, when: Array<Condition>, before: i32): usize {
  if (words.length == 1) {
    clause.length = 0;
    addClause(when);
  }
  const bytes = words.length * <i32>sizeof<usize>();
  const taken = room.take(before + bytes);
  memory.copy(taken + <usize>before, words.dataStart, <usize>bytes);
  beginClauses();
  return taken;
}

function compileWhen(conditions: Conditions, node: cfg.Node): bool {
  const key = cfg.field(node, slot.POLICIES_SPEC_RULES_WHEN_KEY);
  const values = cfg.field(node, slot.POLICIES_SPEC_RULES_WHEN_VALUES);
  const notValues = cfg.field(node, slot.POLICIES_SPEC_RULES_WHEN_NOT_VALUES);
  const attribute = compileKey(cfg.ptr(key), cfg.len(key));
  if (attribute < 0) return cfg.error(key, keyProblem);
  if (cfg.len(values) == 0 && cfg.len(notValues) == 0) return cfg.error(node, texts.NO_VALUES);
  const condition = newNamedCondition(conditions.store, <u8>attribute, keyName);
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
