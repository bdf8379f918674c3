/** Checked nodes -> the closed list of arms and clusters. Pure. */
import { ByteBuilder } from "../../assembly/bytes";
import * as cfg from "../../assembly/config";
import { KeyTable } from "../../assembly/keys";
import { compileFilters } from "./changes-config";
import { Binding, Policy, Target } from "./model";
import * as slot from "./schema.gen";
import * as texts from "./texts.gen";
import { bytesOf, isPrintable } from "./values";

/** The closed list: all that a request can be steered to. */
export class TargetList {
  private readonly names: KeyTable = new KeyTable();
  /** How many of the targets are arms. */
  private arms: i32 = 0;

  constructor(readonly policy: Policy) {}

  /** The number of a target by its name; -1: there is none. */
  number(name: cfg.Node): i32 {
    const place = this.names.begin(cfg.ptr(name), cfg.len(name)).next();
    return place < 0 ? -1 : this.names.numberAt(place);
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
    const built = new ByteBuilder();
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
      if (weight != cfg.NONE) value = built.clear().decimal(before).copy();
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
    if (this.number(name) >= 0) return cfg.error(name, texts.M_TWICE);
    target.index = this.policy.targets.push(target) - 1;
    this.names.add(cfg.ptr(name), cfg.len(name), false, target.index);
    return true;
  }
}
