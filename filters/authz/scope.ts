/** Whether Istio would apply a resource to this workload. The selection itself is made before: here it must be right. Pure. */
import * as cfg from "../../assembly/config";
import { equal } from "../../assembly/config/text";
import { Origin } from "./model";
import { isObjectName, isTarget } from "./names";
import { Origins } from "./origins";
import * as slot from "./schema.gen";
import * as texts from "./texts.gen";

/**
 * A resource that has a name of its own and is for this workload. Null after an error.
 * @param workload of the configuration
 * @param known those of its kind so far; @param twice what is wrong with a name that is among theirs
 */
export function takeResource(
  namespace: cfg.Node,
  name: cfg.Node,
  spec: cfg.Node,
  workload: cfg.Node,
  known: Origins,
  twice: texts.Text,
): Origin | null {
  if (!isName(namespace) || !isName(name)) return null;
  const origin = known.add(cfg.ptr(namespace), cfg.len(namespace), cfg.ptr(name), cfg.len(name));
  if (origin === null) cfg.error(name, twice);
  else if (hasTargets(spec) && isForWorkload(namespace, spec, workload)) return origin;
  return null;
}

function hasTargets(spec: cfg.Node): bool {
  haveSamePlaces();
  const refs = cfg.field(spec, slot.POLICIES_SPEC_TARGET_REFS);
  if (!isTargetOf(cfg.field(spec, slot.POLICIES_SPEC_TARGET_REF))) return false;
  for (let item = cfg.first(refs); item != cfg.NONE; item = cfg.next(item)) if (!isTargetOf(item)) return false;
  return true;
}

/** The specs of both kinds have the same fields for this, in the same places: that is looked at when this is compiled. */
function haveSamePlaces(): void {
  if (
    slot.POLICIES_SPEC_SELECTOR != slot.REQUEST_AUTHENTICATIONS_SPEC_SELECTOR ||
    slot.POLICIES_SPEC_SELECTOR_MATCH_LABELS != slot.REQUEST_AUTHENTICATIONS_SPEC_SELECTOR_MATCH_LABELS ||
    slot.POLICIES_SPEC_TARGET_REF != slot.REQUEST_AUTHENTICATIONS_SPEC_TARGET_REF ||
    slot.POLICIES_SPEC_TARGET_REF_GROUP != slot.REQUEST_AUTHENTICATIONS_SPEC_TARGET_REF_GROUP ||
    slot.POLICIES_SPEC_TARGET_REF_KIND != slot.REQUEST_AUTHENTICATIONS_SPEC_TARGET_REF_KIND ||
    slot.POLICIES_SPEC_TARGET_REF_NAME != slot.REQUEST_AUTHENTICATIONS_SPEC_TARGET_REF_NAME ||
    slot.POLICIES_SPEC_TARGET_REFS != slot.REQUEST_AUTHENTICATIONS_SPEC_TARGET_REFS ||
    slot.POLICIES_SPEC_TARGET_REF_GROUP != slot.POLICIES_SPEC_TARGET_REFS_GROUP ||
    slot.POLICIES_SPEC_TARGET_REF_KIND != slot.POLICIES_SPEC_TARGET_REFS_KIND ||
    slot.POLICIES_SPEC_TARGET_REF_NAME != slot.POLICIES_SPEC_TARGET_REFS_NAME ||
    slot.POLICIES_SPEC_TARGET_REF_GROUP != slot.REQUEST_AUTHENTICATIONS_SPEC_TARGET_REFS_GROUP ||
    slot.POLICIES_SPEC_TARGET_REF_KIND != slot.REQUEST_AUTHENTICATIONS_SPEC_TARGET_REFS_KIND ||
    slot.POLICIES_SPEC_TARGET_REF_NAME != slot.REQUEST_AUTHENTICATIONS_SPEC_TARGET_REFS_NAME
  )
    ERROR("the fields of selector and targets are in different places");
}

function isForWorkload(namespace: cfg.Node, spec: cfg.Node, workload: cfg.Node): bool {
  const selector = cfg.field(spec, slot.POLICIES_SPEC_SELECTOR);
  const ref = cfg.field(spec, slot.POLICIES_SPEC_TARGET_REF);
  const refs = cfg.field(spec, slot.POLICIES_SPEC_TARGET_REFS);
  const wanted = cfg.field(selector, slot.POLICIES_SPEC_SELECTOR_MATCH_LABELS);
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

/** Whether a resource may have such a target. False after an error; one that is not there is fine. */
function isTargetOf(target: cfg.Node): bool {
  if (target == cfg.NONE) return true;
  const group = cfg.field(target, slot.POLICIES_SPEC_TARGET_REF_GROUP);
  const kind = cfg.field(target, slot.POLICIES_SPEC_TARGET_REF_KIND);
  if (!isTarget(cfg.ptr(group), cfg.len(group), cfg.ptr(kind), cfg.len(kind))) return cfg.error(kind, texts.BAD_TARGET);
  return isName(cfg.field(target, slot.POLICIES_SPEC_TARGET_REF_NAME));
}

function isName(name: cfg.Node): bool {
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
