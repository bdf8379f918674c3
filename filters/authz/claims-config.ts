/** `claims` of a policy -> conditions. Pure. */
import { ByteBuilder } from "../../assembly/bytes";
import * as cfg from "../../assembly/config";
import { Store } from "../../assembly/store";
import { compileVariable } from "../../assembly/template";
import { Conditions } from "./conditions";
import { Attribute, Condition, Kind, newNamedCondition, newValue } from "./model";
import * as slot from "./schema.gen";
import * as texts from "./texts.gen";
import { compileKey, keyName } from "./when";

const template = new ByteBuilder();
/** Two numbers. */
const range = memory.data(16);

/** Replaces what is in `to` by the conditions of a list. False after an error. */
export function compileClaims(conditions: Conditions, list: cfg.Node, to: Array<Condition>): bool {
  to.length = 0;
  for (let item = cfg.first(list); item != cfg.NONE; item = cfg.next(item)) {
    const key = cfg.field(item, slot.POLICIES_CLAIMS_KEY);
    if (compileKey(cfg.ptr(key), cfg.len(key)) != Attribute.CLAIM) return cfg.error(key, texts.BAD_CLAIM_KEY);
    const condition = newNamedCondition(conditions.store, Attribute.TYPED_CLAIM, keyName);
    if (!compileComparison(conditions.store, condition, item) || !conditions.provided(Attribute.TYPED_CLAIM, key))
      return false;
    to.push(condition);
  }
  return true;
}

/** Fills in what the claim is compared with. False after an error. */
function compileComparison(room: Store, condition: Condition, item: cfg.Node): bool {
  const number = cfg.field(item, slot.POLICIES_CLAIMS_NUMBER);
  const boolean = cfg.field(item, slot.POLICIES_CLAIMS_BOOLEAN);
  const members = cfg.field(item, slot.POLICIES_CLAIMS_HAS_ALL);
  const path = cfg.field(item, slot.POLICIES_CLAIMS_PATH);
  const given = i32(number != cfg.NONE) + i32(boolean != cfg.NONE) + i32(members != cfg.NONE) + i32(path != cfg.NONE);
  if (given != 1) return cfg.error(item, texts.ONE_COMPARISON);
  if (number != cfg.NONE) {
    const from = cfg.field(number, slot.POLICIES_CLAIMS_NUMBER_MIN);
    const to = cfg.field(number, slot.POLICIES_CLAIMS_NUMBER_MAX);
    const least = from == cfg.NONE ? i64.MIN_VALUE : cfg.milli(from);
    const greatest = to == cfg.NONE ? i64.MAX_VALUE : cfg.milli(to);
    if (least > greatest) return cfg.error(number, texts.BAD_RANGE);
    store<i64>(range, least);
    store<i64>(range, greatest, 8);
    condition.values = newValue(room, Kind.RANGE, range, 16);
  } else if (boolean != cfg.NONE) {
    const value = newValue(room, Kind.BOOLEAN, 0, 0);
    value.number = u16(cfg.flag(boolean));
    condition.values = value;
  } else if (path != cfg.NONE) {
    if (!compileVariable(cfg.ptr(path), cfg.len(path), template)) return cfg.error(path, texts.BAD_VARIABLE);
    condition.values = newValue(room, Kind.VARIABLE, template.address, template.length);
  }
  for (let member = cfg.first(members); member != cfg.NONE; member = cfg.next(member)) {
    const value = newValue(room, Kind.MEMBER, cfg.ptr(member), cfg.len(member));
    value.next = condition.values;
    condition.values = value;
  }
  return true;
}
