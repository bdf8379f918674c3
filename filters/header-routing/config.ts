/** Checked nodes -> compiled policy: the frame and the rules. Pure. */
import * as cfg from "../../assembly/config";
import { compileFilters } from "./changes-config";
import { compileSources } from "./keys-config";
import { compileMatches, indexMatches } from "./matches-config";
import { Binding, Policy, Rule } from "./model";
import * as slot from "./schema.gen";
import { compileSplit, compileTable } from "./split-config";
import { PackedTable } from "./table";
import { TargetList } from "./targets-config";
import * as texts from "./texts.gen";
import { bytesOf, headerName } from "./values";

/** Bytes of the longest name: it has the schema's format `name`. */
const LONGEST_NAME: i32 = 63;

/** @returns null after an error, whose message is `cfg.messagePtr()` */
export function compile(root: cfg.Node): Policy | null {
  if (root == cfg.NONE) return null;
  const policy = new Policy();
  policy.name = bytesOf(cfg.field(root, slot.NAME));
  policy.shadow = cfg.enumIndex(cfg.field(root, slot.MODE)) == slot.MODE_SHADOW;
  policy.binding = cfg.enumIndex(cfg.field(root, slot.BINDING));
  policy.document = cfg.enumIndex(cfg.field(root, slot.FACTS)) == slot.FACTS_DOCUMENT;
  const identity = cfg.field(root, slot.IDENTITY);
  if (identity != cfg.NONE) {
    if (policy.document) {
      cfg.error(identity, texts.M_IDENTITY);
      return null;
    }
    policy.identityKey = bytesOf(cfg.field(identity, slot.IDENTITY_FILTER_STATE));
  }
  const arms = cfg.field(root, slot.ARMS);
  const clusters = cfg.field(root, slot.CLUSTERS);
  const targets = new TargetList(policy, arms, clusters);
  if (!targets.addArms(arms) || !targets.addClusters(clusters)) return null;
  if (!checkRoute(policy, cfg.field(root, slot.ROUTE))) return null;
  return compileRules(policy, targets, cfg.field(root, slot.RULES)) ? policy : null;
}

/** Of the inserted route nothing is the module's: `render` writes it. */
function checkRoute(policy: Policy, route: cfg.Node): bool {
  if (route == cfg.NONE) return true;
  if (policy.binding != Binding.CLUSTER) return cfg.error(route, texts.M_ONLY_CLUSTER);
  const retries = cfg.field(route, slot.ROUTE_NUM_RETRIES);
  const perTry = cfg.field(route, slot.ROUTE_PER_TRY_TIMEOUT);
  const alone = retries != cfg.NONE ? retries : perTry;
  if (alone != cfg.NONE && cfg.field(route, slot.ROUTE_RETRY_ON) == cfg.NONE) return cfg.error(alone, texts.M_RETRY);
  const timeout = cfg.field(route, slot.ROUTE_TIMEOUT);
  if (timeout != cfg.NONE && cfg.millis(perTry) > cfg.millis(timeout)) return cfg.error(perTry, texts.M_PER_TRY);
  const header = cfg.field(route, slot.ROUTE_HASH_HEADER);
  return header == cfg.NONE || headerName(header).length > 0;
}

function compileRules(policy: Policy, targets: TargetList, list: cfg.Node): bool {
  const known = new PackedTable();
  known.reserve(cfg.len(list), cfg.len(list) * LONGEST_NAME);
  for (let item = cfg.first(list); item != cfg.NONE; item = cfg.next(item)) {
    const name = cfg.field(item, slot.RULES_NAME);
    const rule = new Rule(bytesOf(name));
    rule.index = policy.rules.push(rule) - 1;
    if (known.put(cfg.ptr(name), cfg.len(name), rule.index) >= 0) return cfg.error(name, texts.M_TWICE);
    if (!compileFilters(rule, cfg.field(item, slot.RULES_FILTERS))) return false;
    if (!compileAction(policy, targets, rule, item)) return false;
    if (!compileMatches(policy, rule, item)) return false;
  }
  indexMatches(policy);
  return true;
}

function compileAction(policy: Policy, targets: TargetList, rule: Rule, item: cfg.Node): bool {
  const arm = cfg.field(item, slot.RULES_ARM);
  const cluster = cfg.field(item, slot.RULES_CLUSTER);
  const key = cfg.field(item, slot.RULES_KEY);
  const split = cfg.field(item, slot.RULES_SPLIT);
  const table = cfg.field(item, slot.RULES_TABLE);
  const actions = given(arm) + given(cluster) + given(split) + given(table);
  if (actions > 1) return cfg.error(item, texts.M_ACTIONS);
  if (actions == 0 && cfg.field(item, slot.RULES_FILTERS) == cfg.NONE) return cfg.error(item, texts.M_NO_ACTION);
  if (key != cfg.NONE && split == cfg.NONE && table == cfg.NONE) return cfg.error(key, texts.M_KEY_ALONE);
  if (table != cfg.NONE && cfg.len(key) == 0) return cfg.error(table, texts.M_NEEDS_KEY);
  if (!compileSources(rule, key)) return false;
  if (arm != cfg.NONE) rule.target = targets.arm(arm);
  if (cluster != cfg.NONE) rule.target = targets.cluster(cluster);
  if ((arm != cfg.NONE || cluster != cfg.NONE) && rule.target === null) return false;
  if (split != cfg.NONE) return compileSplit(policy, targets, rule, split);
  return table == cfg.NONE || compileTable(targets, rule, table);
}

function given(node: cfg.Node): i32 {
  return node != cfg.NONE ? 1 : 0;
}
