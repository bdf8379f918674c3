import { RULES, RULES_INNER, RULES_NAME, RULES_WAIT, TABLE } from "../../test/module/probes/config/schema.gen";
import { isNewest } from "./arena";
import * as cfg from "./index";
import { data } from "./node";
import { TWICE } from "./texts.gen";
import { canonicalText, checkText, message, stringAt } from "./testing";

/** A list of as many rules as may be, each with five nodes and three strings to unescape: together more than a chunk. */
function longList(last: string): string {
  let text = '{"id":"x","rules":[';
  for (let i = 0; i < 19; i++)
    text += '{"n\\u0061me":"\\u006e' + i.toString() + '","wait":"1\\u0073", "inner" : {"count":3} } ,';
  return text + " " + last + "\n]}";
}

const LAST: string = '{"name":"l\\u0061st"}';

describe("a long list", () => {
  test("keeps no items, and gives each when its turn comes", () => {
    cfg.shedLists(1);
    const list = cfg.field(checkText(longList(LAST), TABLE), RULES);
    expect<bool>(data(list).shed).toBe(true);
    expect<i32>(cfg.len(list)).toBe(20);
    for (let walk = 0; walk < 2; walk++) {
      let names = "";
      for (let item = cfg.first(list); item != cfg.NONE; item = cfg.next(item)) {
        names += stringAt(cfg.field(item, RULES_NAME)) + " ";
        const last = cfg.len(cfg.field(item, RULES_NAME)) == 4;
        expect<i64>(cfg.millis(cfg.field(item, RULES_WAIT))).toBe(last ? 90000 : 1000);
        expect<bool>(isNewest(item)).toBe(true);
      }
      expect(names.startsWith("n0 n1 n2 ") && names.endsWith("n17 n18 last ")).toBe(true, names);
    }
  });

  test("means the same as one that is kept", () => {
    cfg.shedLists(0);
    const kept = checkText(longList(LAST), TABLE);
    expect<bool>(data(cfg.field(kept, RULES)).shed).toBe(false);
    const text = canonicalText(kept);
    const hash = cfg.hash(kept);
    cfg.shedLists(1);
    const shed = checkText(longList(LAST), TABLE);
    expect(canonicalText(shed)).toBe(text);
    expect<i64>(cfg.hash(shed)).toBe(hash);
  });

  test("has its errors where they are", () => {
    const wrong = ['{"name":"a","x":1}', '{"name":7}', "{}", "[", '{"name":"a","inner":[]}', '{"name":"a"} {', "1"];
    for (let i = 0; i < wrong.length; i++) {
      cfg.shedLists(0);
      expect<cfg.Node>(checkText(longList(wrong[i]), TABLE)).toBe(cfg.NONE, wrong[i]);
      const wanted = message();
      cfg.shedLists(1);
      expect<cfg.Node>(checkText(longList(wrong[i]), TABLE)).toBe(cfg.NONE, wrong[i]);
      expect(message()).toBe(wanted, wrong[i]);
    }
  });

  test("gives its items a pointer", () => {
    cfg.shedLists(1);
    let item = cfg.first(cfg.field(checkText(longList(LAST), TABLE), RULES));
    for (let i = 0; i < 7; i++) item = cfg.next(item);
    cfg.error(cfg.field(item, RULES_INNER), TWICE);
    expect(message()).toBe("/rules/7/inner: given twice");
  });

  test("may be one of a short text", () => {
    cfg.shedLists(1024);
    const list = cfg.field(checkText('{"id":"x","rules":[{"name":"a"},{"name":"b"}]}', TABLE), RULES);
    expect<bool>(data(list).shed).toBe(false);
    cfg.shedLists(0);
  });
});
