/** Checked nodes -> splits and tables. Pure. */
import * as cfg from "../../assembly/config";
import { line } from "../../assembly/line";
import { Guard, Policy, Rule, Share, Split, Target } from "./model";
import * as slot from "./schema.gen";
import { BUCKETS } from "./split";
import { PackedTable } from "./table";
import { TargetList } from "./targets-config";
import * as texts from "./texts.gen";

/** Bytes of the longest key: what the list of forced keys allows. */
const LONGEST_KEY: i32 = 1024;

/** False after an error. */
export function compileSplit(policy: Policy, targets: TargetList, rule: Rule, node: cfg.Node): bool {
  const split = new Split();
  rule.split = split;
  const arms = cfg.field(node, slot.RULES_SPLIT_ARMS);
  const fallback = cfg.field(node, slot.RULES_SPLIT_DEFAULT);
  const salt = cfg.field(node, slot.RULES_SPLIT_SALT);
  const byWeight = cfg.enumIndex(cfg.field(node, slot.RULES_SPLIT_ALGORITHM)) == slot.RULES_SPLIT_ALGORITHM_ENVOY;
  if (byWeight) {
    if (salt != cfg.NONE || fallback != cfg.NONE)
      return cfg.error(salt != cfg.NONE ? salt : fallback, texts.M_NOT_ENVOY);
    if (!readWeights(targets, split, arms)) return false;
  } else {
    if (salt == cfg.NONE || fallback == cfg.NONE) return cfg.error(node, texts.M_NEEDS_SHARES);
    split.fallback = targets.arm(fallback);
    if (split.fallback === null) return false;
    const bytes = new StaticArray<u8>(cfg.len(salt) + 1);
    memory.copy(changetype<usize>(bytes), cfg.ptr(salt), <usize>cfg.len(salt));
    split.salt = bytes;
    if (!readPercents(policy, targets, rule, split, arms)) return false;
  }
  return readForced(targets, split, cfg.field(node, slot.RULES_SPLIT_FORCE), rule);
}

/** The arm of a share. Null after an error: an arm has one share, and the default none. */
function shareTarget(targets: TargetList, split: Split, item: cfg.Node): Target | null {
  const name = cfg.field(item, slot.RULES_SPLIT_ARMS_ARM);
  const target = targets.arm(name);
  if (target === null) return null;
  let taken = target === split.fallback;
  for (let i = 0; i < split.shares.length; i++) if (unchecked(split.shares[i]).target === target) taken = true;
  if (!taken) return target;
  cfg.error(name, texts.M_SHARE_TWICE);
  return null;
}

/** algorithm: envoy. */
function readWeights(targets: TargetList, split: Split, arms: cfg.Node): bool {
  let sum: u64 = 0;
  for (let item = cfg.first(arms); item != cfg.NONE; item = cfg.next(item)) {
    const percent = cfg.field(item, slot.RULES_SPLIT_ARMS_PERCENT);
    const max = cfg.field(item, slot.RULES_SPLIT_ARMS_MAX);
    const guard = cfg.field(item, slot.RULES_SPLIT_ARMS_GUARD);
    const other = percent != cfg.NONE ? percent : max != cfg.NONE ? max : guard;
    if (other != cfg.NONE) return cfg.error(other, texts.M_NOT_ENVOY);
    const weight = cfg.field(item, slot.RULES_SPLIT_ARMS_WEIGHT);
    if (weight == cfg.NONE) return cfg.error(item, texts.M_NO_WEIGHT);
    const target = shareTarget(targets, split, item);
    if (target === null) return false;
    const width = <u64>cfg.integer(weight);
    split.shares.push(new Share(target, sum, width));
    sum += width;
  }
  if (sum == 0) return cfg.error(arms, texts.M_WEIGHTS);
  split.buckets = sum;
  return true;
}

/** algorithm: pointduty. An arm owns the buckets from the sum of the `max` before it. */
function readPercents(policy: Policy, targets: TargetList, rule: Rule, split: Split, arms: cfg.Node): bool {
  const equal = equalShare(arms);
  let from: u64 = 0;
  for (let item = cfg.first(arms); item != cfg.NONE; item = cfg.next(item)) {
    const weight = cfg.field(item, slot.RULES_SPLIT_ARMS_WEIGHT);
    if (weight != cfg.NONE) return cfg.error(weight, texts.M_NOT_POINTDUTY);
    const percent = cfg.field(item, slot.RULES_SPLIT_ARMS_PERCENT);
    if (percent == cfg.NONE) return cfg.error(item, texts.M_NEEDS_SHARES);
    const given = cfg.field(item, slot.RULES_SPLIT_ARMS_MAX);
    const max = given == cfg.NONE ? equal : bucketsOf(given);
    if (bucketsOf(percent) > max) return cfg.error(percent, texts.M_MAX);
    const target = shareTarget(targets, split, item);
    if (target === null) return false;
    const share = new Share(target, from, bucketsOf(percent));
    readGuard(policy, rule, share, cfg.field(item, slot.RULES_SPLIT_ARMS_GUARD));
    split.shares.push(share);
    from += max;
  }
  return from <= BUCKETS || cfg.error(arms, texts.M_SUM);
}

/** What each arm without `max` may grow to: an equal part of what the others leave. */
function equalShare(arms: cfg.Node): u64 {
  let left = BUCKETS;
  let without: u64 = 0;
  for (let item = cfg.first(arms); item != cfg.NONE; item = cfg.next(item)) {
    const given = cfg.field(item, slot.RULES_SPLIT_ARMS_MAX);
    if (given == cfg.NONE) without++;
    else left -= min(left, bucketsOf(given));
  }
  return without == 0 ? 0 : left / without;
}

/** Hundredths of a percent. */
function bucketsOf(percent: cfg.Node): u64 {
  return <u64>(cfg.milli(percent) / 10);
}

function readGuard(policy: Policy, rule: Rule, share: Share, node: cfg.Node): void {
  if (node == cfg.NONE) return;
  const name = line.clear().add(rule.name).byte(0x2f).add(share.target.name).copy();
  const guard = new Guard(
    name,
    cfg.millis(cfg.field(node, slot.RULES_SPLIT_ARMS_GUARD_WINDOW)),
    cfg.integer(cfg.field(node, slot.RULES_SPLIT_ARMS_GUARD_MIN_REQUESTS)),
    cfg.milli(cfg.field(node, slot.RULES_SPLIT_ARMS_GUARD_MAX_ERROR_PERCENT)) / 100,
    cfg.millis(cfg.field(node, slot.RULES_SPLIT_ARMS_GUARD_REOPEN_AFTER)),
  );
  share.guard = policy.guards.push(guard) - 1;
}

/** Forced keys by the number of their share; the number behind the last share is the default. */
function readForced(targets: TargetList, split: Split, list: cfg.Node, rule: Rule): bool {
  if (cfg.len(list) == 0) return true;
  if (rule.sources === null) return cfg.error(list, texts.M_NEEDS_KEY);
  let count = 0;
  let bytes = 0;
  for (let item = cfg.first(list); item != cfg.NONE; item = cfg.next(item)) {
    const keys = cfg.field(item, slot.RULES_SPLIT_FORCE_KEYS);
    for (let key = cfg.first(keys); key != cfg.NONE; key = cfg.next(key)) {
      count++;
      bytes += cfg.len(key);
    }
  }
  const table = new PackedTable();
  table.reserve(count, bytes);
  split.forced = table;
  for (let item = cfg.first(list); item != cfg.NONE; item = cfg.next(item)) {
    const name = cfg.field(item, slot.RULES_SPLIT_FORCE_ARM);
    const target = targets.arm(name);
    if (target === null) return false;
    let number = target === split.fallback ? split.shares.length : -1;
    for (let i = 0; i < split.shares.length; i++) if (unchecked(split.shares[i]).target === target) number = i;
    if (number < 0) return cfg.error(name, texts.M_FORCED_ARM);
    const keys = cfg.field(item, slot.RULES_SPLIT_FORCE_KEYS);
    for (let key = cfg.first(keys); key != cfg.NONE; key = cfg.next(key))
      if (table.put(cfg.ptr(key), cfg.len(key), number) >= 0) return cfg.error(key, texts.M_TWICE);
  }
  return true;
}

/** False after an error. */
export function compileTable(targets: TargetList, rule: Rule, node: cfg.Node): bool {
  const table = new PackedTable();
  rule.table = table;
  const fallback = cfg.field(node, slot.RULES_TABLE_DEFAULT);
  if (fallback != cfg.NONE) {
    const number = targets.number(fallback);
    if (number < 0) return cfg.error(fallback, texts.M_NO_TARGET);
    rule.target = unchecked(targets.policy.targets[number]);
  }
  const map = cfg.field(node, slot.RULES_TABLE_ENTRIES);
  let bytes = 0;
  for (let item = cfg.first(map); item != cfg.NONE; item = cfg.next(item)) bytes += cfg.keyLen(item);
  table.reserve(cfg.len(map), bytes);
  for (let item = cfg.first(map); item != cfg.NONE; item = cfg.next(item)) {
    const length = cfg.keyLen(item);
    if (length == 0 || length > LONGEST_KEY) return cfg.error(item, texts.M_BAD_KEY);
    const number = targets.number(item);
    if (number < 0) return cfg.error(item, texts.M_NO_TARGET);
    table.put(cfg.keyPtr(item), length, number);
  }
  return true;
}
