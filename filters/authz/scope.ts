/** Whether Istio would apply a resource to this workload. The selection itself is made before: here it must be right. Pure. */
import * as cfg from "../../assembly/config";
import { equal } from "../../assembly/config/text";
import { isObjectName, isTarget } from "./names";
import * as slot from "./schema.gen";
import * as texts from "./texts.gen";

/**
 * Namespace and selector. False after an error.
 * @param workload of the configuration
 * @param wanted the selector's labels; @param ref and @param refs targets
 */
export function isForWorkload(
  namespace: cfg.Node,
  workload: cfg.Node,
  selector: cfg.Node,
  wanted: cfg.Node,
  ref: cfg.Node,
  refs: cfg.Node,
): bool {
  const own = cfg.field(workload, slot.WORKLOAD_NAMESPACE);
  const root = cfg.field(workload, slot.WORKLOAD_ROOT_NAMESPACE);
  const labels = cfg.field(workload, slot.WORKLOAD_LABELS);
  if (!same(namespace, own) && !same(namespace, root)) return cfg.error(namespace, texts.OTHER_NAMESPACE);
  if (ref != cfg.NONE && (selector != cfg.NONE || cfg.len(refs) > 0)) return cfg.error(ref, texts.TWO_SELECTORS);
  if (cfg.len(refs) > 0 && selector != cfg.NONE) return cfg.error(refs, texts.TWO_SELECTORS);
  for (let label = cfg.first(wanted); label != cfg.NONE; label = cfg.next(label)) {
    if (cfg.keyLen(label) == 0) return cfg.error(label, texts.NO_LABEL_NAME);
    if (hasStar(cfg.keyPtr(label), cfg.keyLen(label)) || hasStar(cfg.ptr(label), cfg.len(label)))
      return cfg.error(label, texts.LABEL_WILDCARD);
    if (!hasLabel(labels, label)) return cfg.error(label, texts.OTHER_LABELS);
  }
  return true;
}

/** Whether the resource may have such a target. False after an error; a target that is not there is none. */
export function isTargetOf(group: cfg.Node, kind: cfg.Node, name: cfg.Node): bool {
  if (kind == cfg.NONE) return true;
  if (!isTarget(cfg.ptr(group), cfg.len(group), cfg.ptr(kind), cfg.len(kind))) return cfg.error(kind, texts.BAD_TARGET);
  return isObjectName(cfg.ptr(name), cfg.len(name)) || cfg.error(name, texts.BAD_OBJECT_NAME);
}

function hasLabel(labels: cfg.Node, wanted: cfg.Node): bool {
  for (let label = cfg.first(labels); label != cfg.NONE; label = cfg.next(label))
    if (equal(cfg.keyPtr(label), cfg.keyLen(label), cfg.keyPtr(wanted), cfg.keyLen(wanted))) return same(label, wanted);
  return false;
}

function hasStar(address: usize, length: i32): bool {
  for (let i = 0; i < length; i++) if (load<u8>(address + <usize>i) == 0x2a) return true;
  return false;
}

function same(a: cfg.Node, b: cfg.Node): bool {
  return equal(cfg.ptr(a), cfg.len(a), cfg.ptr(b), cfg.len(b));
}
