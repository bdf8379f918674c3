/** Checked nodes -> changes of headers: Gateway API's HTTPHeaderFilter. Pure. */
import * as cfg from "../../assembly/config";
import { Changes, Rule, Target, Wanted } from "./model";
import * as slot from "./schema.gen";
import * as texts from "./texts.gen";
import { bytesOf, headerName, isValue } from "./values";

/** What the filters of the list that was compiled last change. */
let request: Changes | null = null;
let response: Changes | null = null;

/** False after an error. */
export function compileRuleFilters(rule: Rule, list: cfg.Node): bool {
  if (!compileFilters(list)) return false;
  rule.request = request;
  rule.response = response;
  return true;
}

/** False after an error. */
export function compileArmFilters(target: Target, list: cfg.Node): bool {
  if (!compileFilters(list)) return false;
  target.request = request;
  target.response = response;
  return true;
}

/** A filter of an arm has the fields of a filter of a rule, in the same slots. */
function compileFilters(list: cfg.Node): bool {
  request = null;
  response = null;
  for (let item = cfg.first(list); item != cfg.NONE; item = cfg.next(item)) {
    const type = cfg.field(item, slot.RULES_FILTERS_TYPE);
    const ofRequest = cfg.enumIndex(type) == slot.RULES_FILTERS_TYPE_REQUEST_HEADER_MODIFIER;
    const requestNode = cfg.field(item, slot.RULES_FILTERS_REQUEST_HEADER_MODIFIER);
    const responseNode = cfg.field(item, slot.RULES_FILTERS_RESPONSE_HEADER_MODIFIER);
    const own = ofRequest ? requestNode : responseNode;
    const other = ofRequest ? responseNode : requestNode;
    if (own == cfg.NONE || other != cfg.NONE) return cfg.error(item, texts.M_FILTER);
    if ((ofRequest ? request : response) !== null) return cfg.error(item, texts.M_TWICE);
    const changes = compileChanges(own);
    if (changes === null) return false;
    if (ofRequest) request = changes;
    else response = changes;
  }
  return true;
}

/** A modifier of responses has the fields of one of requests, in the same slots. */
function compileChanges(node: cfg.Node): Changes | null {
  const changes = new Changes();
  const set = cfg.field(node, slot.RULES_FILTERS_REQUEST_HEADER_MODIFIER_SET);
  const add = cfg.field(node, slot.RULES_FILTERS_REQUEST_HEADER_MODIFIER_ADD);
  const remove = cfg.field(node, slot.RULES_FILTERS_REQUEST_HEADER_MODIFIER_REMOVE);
  if (!compileHeaders(set, changes.put) || !compileHeaders(add, changes.add)) return null;
  for (let item = cfg.first(remove); item != cfg.NONE; item = cfg.next(item)) {
    const name = headerName(item);
    if (name.length == 0) return null;
    changes.remove.push(name);
  }
  return changes;
}

/** Of equal names the first one counts. */
function compileHeaders(list: cfg.Node, to: Array<Wanted>): bool {
  for (let item = cfg.first(list); item != cfg.NONE; item = cfg.next(item)) {
    const value = cfg.field(item, slot.RULES_FILTERS_REQUEST_HEADER_MODIFIER_SET_VALUE);
    const name = headerName(cfg.field(item, slot.RULES_FILTERS_REQUEST_HEADER_MODIFIER_SET_NAME));
    if (name.length == 0 || !isValue(value)) return false;
    to.push(new Wanted(name, bytesOf(value), false));
  }
  return true;
}
