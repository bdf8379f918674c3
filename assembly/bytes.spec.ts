import { ascii, at, ByteBuilder, equals, parseDecimal, compareBytes } from "./bytes";

function decimal(text: string): i32 {
  const bytes = ascii(text);
  return parseDecimal(at(bytes), bytes.length);
}

describe("equals", () => {
  test("compares bytes and length", () => {
    const word = ascii("admin");
    expect(equals(at(ascii("admin")), 5, word)).toBe(true);
    expect(equals(at(ascii("admin!")), 6, word)).toBe(false);
    expect(equals(at(ascii("Admin")), 5, word)).toBe(false);
    expect(equals(0, 0, ascii(""))).toBe(true);
  });
});

describe("parseDecimal", () => {
  test("reads 1 to 9 digits", () => {
    expect(decimal("0")).toBe(0);
    expect(decimal("503")).toBe(503);
    expect(decimal("999999999")).toBe(999999999);
  });
  test("refuses everything else", () => {
    expect(decimal("")).toBe(-1);
    expect(decimal("-1")).toBe(-1);
    expect(decimal("5 3")).toBe(-1);
    expect(decimal("5:3")).toBe(-1);
    expect(decimal("1234567890")).toBe(-1);
  });
});

describe("ByteBuilder", () => {
  test("grows and copies", () => {
    const builder = new ByteBuilder();
    for (let i = 0; i < 100; i++) builder.add(ascii("abc")).byte(0x2f);
    expect(builder.length).toBe(400);
    const copy = builder.copy();
    expect(copy.length).toBe(400);
    expect(equals(at(copy) + 396, 4, ascii("abc/"))).toBe(true);
    expect(builder.clear().length).toBe(0);
    expect(copy.length).toBe(400);
  });
});

test("runs of bytes are ordered by their first difference, wherever it stands", () => {
  const texts = ["", "a", "b", "abcdefgh", "abcdefgi", "abcdefghi", "abcdefghj", "abcdefgX"];
  for (let i = 0; i < texts.length; i++) {
    for (let j = 0; j < texts.length; j++) {
      const length = min(texts[i].length, texts[j].length);
      const order = compareBytes(at(ascii(texts[i])), at(ascii(texts[j])), length);
      const a = texts[i].slice(0, length);
      const b = texts[j].slice(0, length);
      expect(order == 0).toBe(a == b, a + " " + b);
      expect(order < 0).toBe(a < b, a + " " + b);
    }
  }
});
