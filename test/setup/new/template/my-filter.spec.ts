import { ascii, at } from "../../assembly/bytes";
import * as cfg from "../../assembly/config";
import { headerPair, HeaderPairs } from "../../assembly/headers";
import { compile, Policy } from "./config";
import { judge, Verdict } from "./policy";
import { TABLE } from "./schema.gen";

function compiled(text: string): Policy | null {
  const bytes = ascii(text);
  const root = cfg.check(at(bytes), bytes.length, TABLE);
  return root == cfg.NONE ? null : compile(root);
}

function message(): string {
  return String.UTF8.decodeUnsafe(cfg.messagePtr(), <usize>cfg.messageLen());
}

function textOf(bytes: StaticArray<u8>): string {
  return String.UTF8.decodeUnsafe(at(bytes), <usize>bytes.length);
}

describe("configuration", () => {
  test("defaults", () => {
    const policy = compiled('{"name":"shop"}');
    expect(policy !== null).toBe(true);
    if (policy === null) return;
    expect(textOf(policy.name)).toBe("shop");
    expect(policy.require.length).toBe(0);
    expect(textOf(policy.header)).toBe("x-my-filter");
    expect(textOf(policy.value)).toBe("passed");
    expect(policy.shadow).toBe(false);
  });

  test("every field", () => {
    const policy = compiled('{"name":"a","require":"x-a","header":"x_b","value":"","mode":"shadow"}');
    expect(policy !== null).toBe(true);
    if (policy === null) return;
    expect(textOf(policy.require)).toBe("x-a");
    expect(textOf(policy.header)).toBe("x_b");
    expect(policy.value.length).toBe(0);
    expect(policy.shadow).toBe(true);
  });

  test("what is no header", () => {
    expect(compiled('{"name":"a","require":"X-A"}') === null).toBe(true);
    expect(message()).toBe("/require: is no header name; allowed: a-z, 0-9, - and _");
    expect(compiled('{"name":"a","header":":path"}') === null).toBe(true);
    expect(message()).toBe("/header: is no header name; allowed: a-z, 0-9, - and _");
    expect(compiled('{"name":"a","value":"a\\nb"}') === null).toBe(true);
    expect(message()).toBe("/value: is no header value; allowed: printable ASCII");
  });
});

/** The verdict on a request with one header. */
function verdict(policy: Policy | null, name: string, value: string): i32 {
  const bytes = headerPair(ascii(name), ascii(value));
  return policy === null ? -1 : judge(policy, new HeaderPairs().reset(at(bytes), bytes.length));
}

describe("the decision", () => {
  test("nothing is denied unless a header is required", () => {
    expect(verdict(compiled('{"name":"a"}'), "x-a", "")).toBe(Verdict.Pass);
  });

  test("a required header, whatever its value", () => {
    const policy = compiled('{"name":"a","require":"x-a"}');
    expect(verdict(policy, "x-a", "")).toBe(Verdict.Pass);
    expect(verdict(policy, "x-a", "1")).toBe(Verdict.Pass);
    expect(verdict(policy, "x-ab", "1")).toBe(Verdict.Deny);
    expect(verdict(policy, "x-", "a")).toBe(Verdict.Deny);
  });

  test("headers that can't be read are denied", () => {
    const policy = compiled('{"name":"a"}');
    const bytes = ascii("\0");
    expect(policy !== null && judge(policy, new HeaderPairs().reset(at(bytes), 1)) == Verdict.Deny).toBe(true);
  });
});
