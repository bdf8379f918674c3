/**
 * Claims by their type, and claims against parts of the path. A claim that the token has not does not match; one of another
 * type can't be said to match or not, and neither can a segment that servers read in several ways. Pure.
 */
import {
  firstItem,
  isList,
  isNull,
  isString,
  nextItem,
  Node,
  NONE,
  NO_NUMBER,
  textAddress,
  textLength,
  thousandths,
  truth,
} from "../../assembly/document";
import { equal } from "../../assembly/config/text";
import { matchesTemplate, variable, variableLength } from "../../assembly/template";
import { Condition, Kind, Value } from "./model";
import { Request } from "./request";
import { MAYBE, NO, YES } from "./truth";

/** Whether all values of a condition hold. @param claim NONE: there is none such */
export function holds(condition: Condition, claim: Node, request: Request): i32 {
  if (claim == NONE || isNull(claim)) return NO;
  let worst = YES;
  let value = condition.values;
  while (value !== null && worst > NO) {
    worst = min(worst, compare(value, claim, request));
    value = value.next;
  }
  return worst;
}

function compare(value: Value, claim: Node, request: Request): i32 {
  switch (value.kind) {
    case Kind.RANGE:
      return inRange(value.bytes, thousandths(claim));
    case Kind.BOOLEAN:
      return truth(claim) < 0 ? MAYBE : answer(truth(claim) == value.number);
    case Kind.MEMBER:
      return isList(claim) ? answer(hasMember(claim, value)) : MAYBE;
    default:
      return isString(claim) ? isInPath(value, claim, request) : MAYBE;
  }
}

function answer(matches: bool): i32 {
  return matches ? YES : NO;
}

function inRange(range: usize, number: i64): i32 {
  return number == NO_NUMBER ? MAYBE : answer(number >= load<i64>(range) && number <= load<i64>(range, 8));
}

function hasMember(list: Node, value: Value): bool {
  for (let item = firstItem(list); item != NONE; item = nextItem(item))
    if (isString(item) && equal(textAddress(item), textLength(item), value.bytes, value.length)) return true;
  return false;
}

/** Whether all forms of the path have the claim there, or none. */
function isInPath(template: Value, claim: Node, request: Request): i32 {
  if (request.forms == 0) return MAYBE;
  let best = NO;
  let worst = YES;
  for (let i = 0; i < request.forms; i++) {
    const here = isVariable(template, claim, request.formAt(i), request.formLength(i));
    best = max(best, here);
    worst = min(worst, here);
  }
  return best == worst ? best : MAYBE;
}

function isVariable(template: Value, claim: Node, address: usize, length: i32): i32 {
  if (!matchesTemplate(template.bytes, template.length, address, length)) return NO;
  for (let i = 0; i < variableLength; i++) {
    const byte = load<u8>(variable + <usize>i);
    // An escape, parameters, or what some take for a slash.
    if (byte == 0x25 || byte == 0x3b || byte == 0x5c) return MAYBE;
  }
  return answer(equal(textAddress(claim), textLength(claim), variable, variableLength));
}
