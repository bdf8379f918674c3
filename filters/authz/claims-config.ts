/** `claims` of a policy -> conditions. Pure. */
import { copyBytes } from "../../assembly/bytes";
import * as cfg from "../../assembly/config";
import { compileVariable } from "../../assembly/template";
import { Conditions } from "./conditions";
import { Attribute, Condition, Kind, Value } from "./model";
import * as slot from "./schema.gen";
import * as texts from "./texts.gen";
import { compileKey } from "./when";

/** Replaces what is in `to` by the conditions of a list. False after an error. */
export function compileClaims(conditions: Conditions, list: cfg.Node, to: Array<Condition>): bool {
  to.length = 0;
  for (let item = cfg.first(list); item != cfg.NONE; item = cfg.next(item)) {
    const key = cfg.field(item, slot.POLICIES_CLAIMS_KEY);
    const named = compileKey(cfg.ptr(key), cfg.len(key));
    if (named === null || named.attribute != Attribute.CLAIM) return cfg.error(key, texts.BAD_CLAIM_KEY);
    const condition = new Condition(Attribute.TYPED_CLAIM);
    condition.claim = named.claim;
    if (!compileComparison(condition, item) || !conditions.provided(Attribute.TYPED_CLAIM, key)) return false;
    to.push(condition);
  }
  return true;
}

/** Fills in what the claim is compared with. False after an error. */
function compileComparison(condition: Condition, item: cfg.Node): bool {
  const number = cfg.field(item, slot.POLICIES_CLAIMS_NUMBER);
  const boolean = cfg.field(item, slot.POLICIES_CLAIMS_BOOLEAN);
  const members = cfg.field(item, slot.POLICIES_CLAIMS_HAS_ALL);
  const path = cfg.field(item, slot.POLICIES_CLAIMS_PATH);
  const given = i32(number != cfg.NONE) + i32(boolean != cfg.NONE) + i32(members != cfg.NONE) + i32(path != cfg.NONE);
  if (given != 1) return cfg.error(item, texts.ONE_COMPARISON);
  if (number != cfg.NONE) {
    const range = new StaticArray<u8>(16);
    const from = cfg.field(number, slot.POLICIES_CLAIMS_NUMBER_MIN);
    const to = cfg.field(number, slot.POLICIES_CLAIMS_NUMBER_MAX);
    const least = from == cfg.NONE ? i64.MIN_VALUE : cfg.milli(from);
    const greatest = to == cfg.NONE ? i64.MAX_VALUE : cfg.milli(to);
    if (least > greatest) return cfg.error(number, texts.BAD_RANGE);
    store<i64>(changetype<usize>(range), least);
    store<i64>(changetype<usize>(range), greatest, 8);
    condition.values = new Value(Kind.RANGE, range);
  } else if (boolean != cfg.NONE) {
    const value = new Value(Kind.BOOLEAN);
    value.number = i32(cfg.flag(boolean));
    condition.values = value;
  } else if (path != cfg.NONE) {
    const template = compileVariable(cfg.ptr(path), cfg.len(path));
    if (template === null) return cfg.error(path, texts.BAD_VARIABLE);
    condition.values = new Value(Kind.VARIABLE, template);
  }
  for (let member = cfg.first(members); member != cfg.NONE; member = cfg.next(member)) {
    const value = new Value(Kind.MEMBER, copyBytes(cfg.ptr(member), cfg.len(member)));
    value.next = condition.values;
    condition.values = value;
  }
  return true;
}
