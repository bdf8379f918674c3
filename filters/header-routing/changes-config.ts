/** Checked nodes -> changes of headers: Gateway API's HTTPHeaderFilter. Pure. */
import { EMPTY } from "../../assembly/bytes";
import * as cfg from "../../assembly/config";
import { append, Changes, Changing, Kind, Pair } from "./model";
import * as slot from "./schema.gen";
import * as texts from "./texts.gen";
import { bytesOf, headerName, isValue } from "./values";

/** False after an error. A filter of an arm has the fields of a filter of a rule, in the same slots. */
export function compileFilters(to: Changing, list: cfg.Node): bool {
  for (let item = cfg.first(list); item != cfg.NONE; item = cfg.next(item)) {
    const type = cfg.field(item, slot.RULES_FILTERS_TYPE);
    const ofRequest = cfg.enumIndex(type) == slot.RULES_FILTERS_TYPE_REQUEST_HEADER_MODIFIER;
    const request = cfg.field(item, slot.RULES_FILTERS_REQUEST_HEADER_MODIFIER);
    const response = cfg.field(item, slot.RULES_FILTERS_RESPONSE_HEADER_MODIFIER);
    const own = ofRequest ? request : response;
    if (own == cfg.NONE || cfg.len(item) != 2) return cfg.error(item, texts.M_FILTER);
    if ((ofRequest ? to.request : to.response) !== null) return cfg.error(item, texts.M_TWICE);
    const changes = new Changes();
    if (!compileChanges(changes, own)) return false;
    if (ofRequest) to.request = changes;
    else to.response = changes;
  }
  return true;
}

/**
 * A modifier of responses has the fields of one of requests, in the same slots. Gateway API leaves the order open: what is
 * set first can be added to, and what is removed is gone.
 */
function compileChanges(changes: Changes, node: cfg.Node): bool {
  const set = cfg.field(node, slot.RULES_FILTERS_REQUEST_HEADER_MODIFIER_SET);
  const add = cfg.field(node, slot.RULES_FILTERS_REQUEST_HEADER_MODIFIER_ADD);
  const remove = cfg.field(node, slot.RULES_FILTERS_REQUEST_HEADER_MODIFIER_REMOVE);
  if (!compileHeaders(changes, Kind.PUT, set) || !compileHeaders(changes, Kind.ADD, add)) return false;
  for (let item = cfg.first(remove); item != cfg.NONE; item = cfg.next(item)) {
    const name = headerName(item);
    if (name.length == 0) return false;
    changes.pairs = append(changes.pairs, new Pair(Kind.REMOVE, name, EMPTY));
  }
  return true;
}

function compileHeaders(changes: Changes, kind: u8, list: cfg.Node): bool {
  for (let item = cfg.first(list); item != cfg.NONE; item = cfg.next(item)) {
    const value = cfg.field(item, slot.RULES_FILTERS_REQUEST_HEADER_MODIFIER_SET_VALUE);
    const name = headerName(cfg.field(item, slot.RULES_FILTERS_REQUEST_HEADER_MODIFIER_SET_NAME));
    if (name.length == 0 || !isValue(value)) return false;
    changes.pairs = append(changes.pairs, new Pair(kind, name, bytesOf(value)));
  }
  return true;
}
