import { ascii, at, equals } from "./bytes";
import { headerPair, HeaderPairs, headerPairs } from "./headers";

/** A buffer as the host makes it, of `x-role: user` and `x-role: admin`. */
function twoRoles(): StaticArray<u8> {
  const first = headerPair(ascii("x-role"), ascii("user"));
  const second = headerPair(ascii("x-role"), ascii("admin"));
  const both = new StaticArray<u8>(first.length + second.length - 4);
  store<u32>(at(both), 2);
  memory.copy(at(both) + 4, at(first) + 4, 8);
  memory.copy(at(both) + 12, at(second) + 4, 8);
  memory.copy(at(both) + 20, at(first) + 12, <usize>first.length - 12);
  memory.copy(at(both) + 20 + <usize>first.length - 12, at(second) + 12, <usize>second.length - 12);
  return both;
}

describe("HeaderPairs", () => {
  test("shows every value of a repeated header", () => {
    const buffer = twoRoles();
    const pairs = new HeaderPairs().reset(at(buffer), buffer.length);
    expect(pairs.valid).toBe(true);
    expect(pairs.count).toBe(2);
    expect(pairs.next()).toBe(true);
    expect(equals(pairs.name, pairs.nameLength, ascii("x-role"))).toBe(true);
    expect(equals(pairs.value, pairs.valueLength, ascii("user"))).toBe(true);
    expect(pairs.next()).toBe(true);
    expect(equals(pairs.name, pairs.nameLength, ascii("x-role"))).toBe(true);
    expect(equals(pairs.value, pairs.valueLength, ascii("admin"))).toBe(true);
    expect(pairs.next()).toBe(false);
    expect(pairs.next()).toBe(false);
  });

  test("an absent map is empty and valid", () => {
    const pairs = new HeaderPairs().reset(0, 0);
    expect(pairs.valid).toBe(true);
    expect(pairs.next()).toBe(false);
  });

  test("a view can be laid anew", () => {
    const buffer = twoRoles();
    const pairs = new HeaderPairs().reset(at(buffer), buffer.length);
    pairs.next();
    pairs.reset(at(buffer), buffer.length);
    pairs.next();
    expect(equals(pairs.value, pairs.valueLength, ascii("user"))).toBe(true);
  });

  test("a view can start again, and be shared", () => {
    const buffer = twoRoles();
    const pairs = new HeaderPairs().reset(at(buffer), buffer.length);
    const other = new HeaderPairs().share(pairs);
    pairs.next();
    pairs.next();
    expect(other.next()).toBe(true);
    expect(equals(other.value, other.valueLength, ascii("user"))).toBe(true);
    expect(pairs.rewind().next()).toBe(true);
    expect(equals(pairs.value, pairs.valueLength, ascii("user"))).toBe(true);
    expect(other.count).toBe(pairs.count);
  });

  test("pairs for the host are those that a view reads", () => {
    const bytes = headerPairs([ascii("a"), ascii("1"), ascii("b"), ascii("")]);
    const pairs = new HeaderPairs().reset(at(bytes), bytes.length);
    expect(pairs.valid && pairs.count == 2).toBe(true);
    pairs.next();
    expect(equals(pairs.name, pairs.nameLength, ascii("a")) && equals(pairs.value, pairs.valueLength, ascii("1"))).toBe(
      true,
    );
    pairs.next();
    expect(equals(pairs.name, pairs.nameLength, ascii("b")) && pairs.valueLength == 0).toBe(true);
  });

  test("lengths that lie make it invalid and empty", () => {
    const pairs = new HeaderPairs();
    for (let length = 1; length < 46; length++) {
      const buffer = twoRoles();
      if (length != buffer.length) expect(pairs.reset(at(buffer), length).valid).toBe(false);
    }
    for (let field = 0; field < 5; field++) {
      const buffer = twoRoles();
      store<u32>(at(buffer) + ((<usize>field) << 2), 0xffffffff);
      pairs.reset(at(buffer), buffer.length);
      expect(pairs.valid).toBe(false);
      expect(pairs.count).toBe(0);
      expect(pairs.next()).toBe(false);
    }
  });
});
