/** The reader through its public face, over the schema of all keywords; the retry budget's has its own in test/module. */
import * as cfg from "./index";
import { close, open } from "./message";
import { put } from "./text";
import { TWICE } from "./texts.gen";
import {
  CODES,
  CODES_302,
  CODES_307,
  ID,
  LABELS,
  ON,
  RATIO,
  RULES,
  RULES_INNER,
  RULES_INNER_COUNT,
  RULES_NAME,
  RULES_WAIT,
  TABLE,
} from "../../test/module/probes/config/schema.gen";
import { bytesOf, byteCount, canonicalText, checkText, message, stringAt } from "./testing";

function refused(text: string): string {
  expect<cfg.Node>(checkText(text, TABLE)).toBe(cfg.NONE, text);
  return message();
}

describe("check", () => {
  test("fills in defaults and leaves the rest absent", () => {
    const root = checkText('{"id":"x"}', TABLE);
    expect(message()).toBe("");
    expect(stringAt(cfg.field(root, ID))).toBe("x");
    expect<bool>(cfg.flag(cfg.field(root, ON))).toBe(false);
    expect<cfg.Node>(cfg.field(root, RATIO)).toBe(cfg.NONE);
    expect<cfg.Node>(cfg.field(root, RULES)).toBe(cfg.NONE);
    expect<i32>(cfg.len(cfg.field(root, CODES))).toBe(1);
    expect(canonicalText(root)).toBe('{"codes":["301"],"id":"x","on":false}');
  });

  test("gives every kind of value by its slot", () => {
    const root = checkText(
      '{"rules":[{"name":"a"},{"name":"b","wait":"2s","inner":{"count":-5}}],"codes":[307,302],"ratio":-0.25,"on":true,"id":"\\u00e9\\t"}',
      TABLE,
    );
    expect(message()).toBe("");
    expect(stringAt(cfg.field(root, ID))).toBe("é\t");
    expect<bool>(cfg.flag(cfg.field(root, ON))).toBe(true);
    expect<i64>(cfg.milli(cfg.field(root, RATIO))).toBe(-250);
    const codes = cfg.field(root, CODES);
    expect<i32>(cfg.len(codes)).toBe(2);
    expect<i32>(cfg.enumIndex(cfg.first(codes))).toBe(CODES_307);
    expect<i32>(cfg.enumIndex(cfg.next(cfg.first(codes)))).toBe(CODES_302);
    expect<cfg.Node>(cfg.next(cfg.next(cfg.first(codes)))).toBe(cfg.NONE);
    const rules = cfg.field(root, RULES);
    const a = cfg.first(rules);
    const b = cfg.next(a);
    expect(stringAt(cfg.field(a, RULES_NAME))).toBe("a");
    expect<i64>(cfg.millis(cfg.field(a, RULES_WAIT))).toBe(90000);
    expect<i64>(cfg.integer(cfg.field(cfg.field(a, RULES_INNER), RULES_INNER_COUNT))).toBe(7);
    expect<i64>(cfg.millis(cfg.field(b, RULES_WAIT))).toBe(2000);
    expect<i64>(cfg.integer(cfg.field(cfg.field(b, RULES_INNER), RULES_INNER_COUNT))).toBe(-5);
    expect(canonicalText(root)).toBe(
      '{"codes":["307","302"],"id":"é\t","on":true,"ratio":-0.25,"rules":[{"inner":{"count":7},"name":"a","wait":90000},{"inner":{"count":-5},"name":"b","wait":2000}]}',
    );
  });

  test("names the place of an error by its pointer", () => {
    expect(refused('{"id":"x","rules":[{"name":"a"},{"name":"b","inner":{"count":11}}]}')).toBe(
      "/rules/1/inner/count: 11 is not allowed; allowed: a whole number from -5 to 10",
    );
    expect(refused('{"id":"x","rules":[{"name":"a"},{}]}')).toBe(
      '/rules/1/name: missing, but required: 1 to 63 characters of a-z, 0-9, "-" and ".", the first and the last a letter or digit',
    );
    expect(refused('{"id":"x","rules":[{"name":"a","x":1}]}')).toBe(
      "/rules/0/x: unknown field; allowed: name, wait, inner",
    );
    expect(refused('{"id":"x","codes":[301,300]}')).toBe("/codes/1: 300 is not allowed; one of: 301, 302, 307");
    expect(refused('{"id":"x","codes":["301"]}')).toBe('/codes/0: "301" is not allowed; one of: 301, 302, 307');
  });

  test("holds lists, texts and numbers to their bounds", () => {
    expect(refused('{"id":"x","codes":[]}')).toBe("/codes: a list is not allowed; allowed: a list of 1 to 3 items");
    expect(refused('{"id":"x","codes":[301,301,301,301]}')).toBe(
      "/codes: a list is not allowed; allowed: a list of 1 to 3 items",
    );
    expect<bool>(checkText('{"id":"x","codes":[301,301,301]}', TABLE) != cfg.NONE).toBe(true);
    expect(refused('{"id":""}')).toBe('/id: "" is not allowed; allowed: a string of 1 to 300 bytes');
    expect<bool>(checkText('{"id":"' + "é".repeat(150) + '"}', TABLE) != cfg.NONE).toBe(true);
    expect<cfg.Node>(checkText('{"id":"' + "é".repeat(150) + 'a"}', TABLE)).toBe(cfg.NONE);
    const RATIO_RULE = " is not allowed; allowed: a number from -1.5 to 1000000000000 that is a multiple of 0.25";
    expect(refused('{"id":"x","ratio":0.3}')).toBe("/ratio: 0.3" + RATIO_RULE);
    expect(refused('{"id":"x","ratio":-1.75}')).toBe("/ratio: -1.75" + RATIO_RULE);
    expect(refused('{"id":"x","ratio":1000000000000.25}')).toBe("/ratio: 1000000000000.25" + RATIO_RULE);
    expect<bool>(checkText('{"id":"x","ratio":-1.5}', TABLE) != cfg.NONE).toBe(true);
    expect<bool>(checkText('{"id":"x","ratio":1e12}', TABLE) != cfg.NONE).toBe(true);
    expect(refused('{"id":"x","on":"true"}')).toBe('/on: "true" is not allowed; allowed: true or false');
    expect(refused('{"id":"x","on":1}')).toBe("/on: 1 is not allowed; allowed: true or false");
  });

  test("takes a map's keys as they are, each once", () => {
    const root = checkText('{"id":"x","labels":{"b":"1","a.b/c":"","\\u0061":"2"}}', TABLE);
    expect(message()).toBe("");
    const labels = cfg.field(root, LABELS);
    expect<i32>(cfg.len(labels)).toBe(3);
    const second = cfg.next(cfg.first(labels));
    expect(String.UTF8.decodeUnsafe(cfg.keyPtr(second), cfg.keyLen(second))).toBe("a.b/c");
    expect(stringAt(second)).toBe("");
    expect<cfg.Node>(cfg.field(labels, 0)).toBe(cfg.NONE);
    expect(canonicalText(root)).toBe('{"codes":["301"],"id":"x","labels":{"a":"2","a.b/c":"","b":"1"},"on":false}');
    expect(canonicalText(checkText('{"id":"x","labels":{}}', TABLE))).toBe(
      '{"codes":["301"],"id":"x","labels":{},"on":false}',
    );
    expect(refused('{"id":"x","labels":{"a":"1","b":"2","a":"1"}}')).toBe("/labels/a: given twice");
    expect(refused('{"id":"x","labels":{"a":"1","b":"2","c":"3","d":"4"}}')).toBe(
      "/labels: an object is not allowed; allowed: an object of 0 to 3 fields",
    );
    expect(refused('{"id":"x","labels":{"a/b":1}}')).toBe(
      "/labels/a~1b: 1 is not allowed; allowed: a string of 0 to 5 bytes",
    );
    expect(refused('{"id":"x","labels":[]}')).toBe(
      "/labels: a list is not allowed; allowed: an object of 0 to 3 fields",
    );
  });

  test("forgets the error before", () => {
    refused("{");
    expect<bool>(checkText('{"id":"x"}', TABLE) != cfg.NONE).toBe(true);
    expect(message()).toBe("");
  });

  test("refuses an empty configuration, whatever the address", () => {
    expect<cfg.Node>(cfg.check(0, 0, TABLE)).toBe(cfg.NONE);
    expect(message()).toBe("the configuration is empty; allowed: a JSON object or a google.protobuf.Struct");
  });
});

describe("a filter's own errors", () => {
  test("have the same form", () => {
    const root = checkText('{"id":"x","rules":[{"name":"a"}]}', TABLE);
    const rule = cfg.first(cfg.field(root, RULES));
    expect<bool>(cfg.error(cfg.field(rule, RULES_WAIT), TWICE)).toBe(false);
    expect(message()).toBe("/rules/0/wait: given twice");
    expect<bool>(cfg.error(root, TWICE)).toBe(false);
    expect(message()).toBe("configuration: given twice");
  });
});

describe("getters", () => {
  test("give 0 for NONE and for slots that are not there", () => {
    expect<i64>(cfg.integer(cfg.NONE)).toBe(0);
    expect<i64>(cfg.milli(cfg.NONE)).toBe(0);
    expect<i64>(cfg.millis(cfg.NONE)).toBe(0);
    expect<i32>(cfg.enumIndex(cfg.NONE)).toBe(0);
    expect<bool>(cfg.flag(cfg.NONE)).toBe(false);
    expect<usize>(cfg.ptr(cfg.NONE)).toBe(0);
    expect<i32>(cfg.len(cfg.NONE)).toBe(0);
    expect<usize>(cfg.keyPtr(cfg.NONE)).toBe(0);
    expect<i32>(cfg.keyLen(cfg.NONE)).toBe(0);
    expect<cfg.Node>(cfg.first(cfg.NONE)).toBe(cfg.NONE);
    expect<cfg.Node>(cfg.next(cfg.NONE)).toBe(cfg.NONE);
    expect<cfg.Node>(cfg.field(cfg.NONE, ID)).toBe(cfg.NONE);
    expect<i64>(cfg.hash(cfg.NONE)).toBe(0);
    const root = checkText('{"id":"x","codes":[301]}', TABLE);
    expect<cfg.Node>(cfg.field(root, 6)).toBe(cfg.NONE);
    expect<cfg.Node>(cfg.field(root, -1)).toBe(cfg.NONE);
    expect<cfg.Node>(cfg.field(cfg.field(root, CODES), 0)).toBe(cfg.NONE);
    expect<cfg.Node>(cfg.field(cfg.field(root, ID), 0)).toBe(cfg.NONE);
  });
});

describe("hash", () => {
  test("is the same for the same meaning, and has 48 bits", () => {
    const one = cfg.hash(checkText('{"id":"x","ratio":0.5,"rules":[{"name":"a","wait":"1m30s"}]}', TABLE));
    const two = cfg.hash(
      checkText('{"rules":[{"inner":{},"name":"\\u0061"}],"codes":[301],"ratio":5e-1,"id":"x"}', TABLE),
    );
    expect<i64>(one).toBe(two);
    expect<bool>(one > 0 && one < 1 << 48).toBe(true);
  });

  test("tells apart what differs", () => {
    const hashes: i64[] = [
      cfg.hash(checkText('{"id":"x"}', TABLE)),
      cfg.hash(checkText('{"id":"y"}', TABLE)),
      cfg.hash(checkText('{"id":"x","on":true}', TABLE)),
      cfg.hash(checkText('{"id":"x","ratio":0}', TABLE)),
      cfg.hash(checkText('{"id":"x","rules":[]}', TABLE)),
      cfg.hash(checkText('{"id":"x","codes":[301,302]}', TABLE)),
      cfg.hash(checkText('{"id":"x","codes":[302,301]}', TABLE)),
      cfg.hash(checkText('{"id":"x\\",\\"on\\":true"}', TABLE)),
    ];
    for (let i = 0; i < hashes.length; i++) {
      for (let j = 0; j < i; j++) expect<i64>(hashes[i]).not.toBe(hashes[j], i.toString() + " " + j.toString());
    }
  });
});

describe("fits", () => {
  test("refuses by the announced size", () => {
    expect<bool>(cfg.fits(64, 64)).toBe(true);
    expect(message()).toBe("");
    expect<bool>(cfg.fits(65, 64)).toBe(false);
    expect(message()).toBe("the configuration has 65 bytes; allowed: at most 64");
    expect<bool>(cfg.fits(-1, 64)).toBe(false);
    expect(message()).toBe("the configuration has 4294967295 bytes; allowed: at most 64");
  });
});

describe("a message", () => {
  test("is cut at 1024 bytes", () => {
    open();
    for (let i = 0; i < 200; i++) put(TWICE);
    close();
    expect<i32>(cfg.messageLen()).toBe(1024);
  });

  test("is about the configuration, not about the address", () => {
    const ptr = bytesOf('xx{"id":1}xx');
    expect<cfg.Node>(cfg.check(ptr + 2, byteCount() - 4, TABLE)).toBe(cfg.NONE);
    expect(message()).toBe("/id: 1 is not allowed; allowed: a string of 1 to 300 bytes");
  });
});
