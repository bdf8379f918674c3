/** Checked nodes -> the closed list of arms and clusters. Pure. */
import * as cfg from "../../assembly/config";
import { line } from "../../assembly/line";
import { compileFilters } from "./changes-config";
import { Binding, Policy, Target } from "./model";
import * as slot from "./schema.gen";
import { PackedTable } from "./table";
import * as texts from "./texts.gen";
import { bytesOf, isPrintable } from "./values";

/** The closed list: all that a request can be steered to. */
export class TargetList {
  private readonly names: PackedTable = new PackedTable();
  /** How many of the targets are arms. */
  private arms: i32 = 0;

  /** @param arms what will be added, as that of clusters */
  constructor(
    readonly policy: Policy,
    arms: cfg.Node,
    clusters: cfg.Node,
  ) {
    let bytes = 0;
    for (let item = cfg.first(arms); item != cfg.NONE; item = cfg.next(item))
      bytes += cfg.len(cfg.field(item, slot.ARMS_NAME));
    for (let item = cfg.first(clusters); item != cfg.NONE; item = cfg.next(item)) bytes += cfg.len(item);
    this.names.reserve(cfg.len(arms) + cfg.len(clusters), bytes);
  }

  /** The number of a target by its name; -1: there is none. */
  number(name: cfg.Node): i32 {
    return this.names.find(cfg.ptr(name), cfg.len(name));
  }

  /** The arm of that name; null after an error. */
  arm(name: cfg.Node): Target | null {
    const number = this.number(name);
    if (number >= 0 && number < this.arms) return unchecked(this.policy.targets[number]);
    cfg.error(name, texts.M_NO_ARM);
    return null;
  }

  /** The cluster of that name; null after an error. */
  cluster(name: cfg.Node): Target | null {
    const number = this.number(name);
    if (number >= this.arms) return unchecked(this.policy.targets[number]);
    cfg.error(name, this.policy.binding == Binding.CLUSTER ? texts.M_NO_CLUSTER : texts.M_ONLY_CLUSTER);
    return null;
  }

  addArms(list: cfg.Node): bool {
    const policy = this.policy;
    let before = 0;
    if (policy.binding == Binding.ARMS && cfg.len(list) < 2) return cfg.error(list, texts.M_ONE_ARM);
    for (let item = cfg.first(list); item != cfg.NONE; item = cfg.next(item)) {
      const name = cfg.field(item, slot.ARMS_NAME);
      const cluster = cfg.field(item, slot.ARMS_CLUSTER);
      const weight = cfg.field(item, slot.ARMS_WEIGHT);
      if ((cluster != cfg.NONE) != (policy.binding == Binding.CLUSTER))
        return cluster == cfg.NONE ? cfg.error(item, texts.M_NEEDS_CLUSTER) : cfg.error(cluster, texts.M_ONLY_CLUSTER);
      if ((weight != cfg.NONE) != (policy.binding == Binding.ARMS))
        return weight == cfg.NONE ? cfg.error(item, texts.M_NEEDS_WEIGHT) : cfg.error(weight, texts.M_ONLY_ARMS);
      if (cluster != cfg.NONE && !isPrintable(cluster)) return cfg.error(cluster, texts.M_BAD_CLUSTER);
      let value = bytesOf(cluster != cfg.NONE ? cluster : name);
      if (weight != cfg.NONE) value = line.clear().decimal(before).copy();
      before += <i32>cfg.integer(weight);
      const target = new Target(bytesOf(name), value, true);
      if (!compileFilters(target, cfg.field(item, slot.ARMS_FILTERS)) || !this.add(name, target)) return false;
    }
    this.arms = policy.targets.length;
    return true;
  }

  addClusters(list: cfg.Node): bool {
    for (let item = cfg.first(list); item != cfg.NONE; item = cfg.next(item)) {
      if (this.policy.binding != Binding.CLUSTER) return cfg.error(list, texts.M_ONLY_CLUSTER);
      if (!isPrintable(item)) return cfg.error(item, texts.M_BAD_CLUSTER);
      if (!this.add(item, new Target(bytesOf(item), bytesOf(item), false))) return false;
    }
    return true;
  }

  private add(name: cfg.Node, target: Target): bool {
    target.index = this.policy.targets.push(target) - 1;
    return this.names.put(cfg.ptr(name), cfg.len(name), target.index) < 0 || cfg.error(name, texts.M_TWICE);
  }
}
