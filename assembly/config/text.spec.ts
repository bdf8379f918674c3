import { begin, equal, put, putByte, putDecimal, putQuoted, putShown, putStep, written } from "./text";
import { NOT_ALLOWED } from "./texts.gen";
import { bytesOf, byteCount } from "./testing";
import { encode, sequence } from "./utf8";

const buffer = new StaticArray<u8>(256);

function start(): void {
  begin(changetype<usize>(buffer), 256);
}

function result(): string {
  return String.UTF8.decodeUnsafe(changetype<usize>(buffer), min(written(), 256));
}

function decimal(value: i64, decimals: i32): string {
  start();
  putDecimal(value, decimals);
  return result();
}

describe("text", () => {
  test("numbers have no zeros at their end and a digit before the point", () => {
    expect(decimal(0, 0)).toBe("0");
    expect(decimal(0, 3)).toBe("0");
    expect(decimal(7, 0)).toBe("7");
    expect(decimal(10, 0)).toBe("10");
    expect(decimal(1, 3)).toBe("0.001");
    expect(decimal(10, 3)).toBe("0.01");
    expect(decimal(100, 3)).toBe("0.1");
    expect(decimal(1000, 3)).toBe("1");
    expect(decimal(20000, 3)).toBe("20");
    expect(decimal(20050, 3)).toBe("20.05");
    expect(decimal(-500, 3)).toBe("-0.5");
    expect(decimal(-12345, 3)).toBe("-12.345");
    expect(decimal(-1, 6)).toBe("-0.000001");
    expect(decimal(9007199254740991, 3)).toBe("9007199254740.991");
    expect(decimal(i64.MAX_VALUE, 0)).toBe("9223372036854775807");
    expect(decimal(i64.MIN_VALUE, 0)).toBe("-9223372036854775808");
    expect(decimal(i64.MIN_VALUE, 6)).toBe("-9223372036854.775808");
  });

  test("a user's bytes are shown as printable ASCII, and not more than 40 of them", () => {
    start();
    putShown(bytesOf('a"\\ ~\u007f\né'), byteCount());
    expect(result()).toBe('a"\\ ~\\x7f\\x0a\\xc3\\xa9');
    start();
    putShown(bytesOf("a".repeat(40)), byteCount());
    expect(result()).toBe("a".repeat(40));
    start();
    putShown(bytesOf("a".repeat(41)), byteCount());
    expect(result()).toBe("a".repeat(40) + "...");
  });

  test("a step of a pointer escapes ~ and /", () => {
    start();
    putStep(bytesOf("a/b~c\n"), byteCount());
    expect(result()).toBe("/a~1b~0c\\x0a");
  });

  test("a canonical string escapes quotes and backslashes alone", () => {
    start();
    putQuoted(bytesOf('a"b\\c\né'), byteCount());
    expect(result()).toBe('"a\\"b\\\\c\né"');
  });

  test("beyond its limit it only counts", () => {
    start();
    store<u8>(changetype<usize>(buffer), 0x21, 4);
    begin(changetype<usize>(buffer), 4);
    putShown(bytesOf("abcdef"), byteCount());
    putByte(0x67);
    expect<i32>(written()).toBe(7);
    expect<u8>(buffer[3]).toBe(0x64);
    expect<u8>(buffer[4]).toBe(0x21);
  });

  test("texts of ours are put by address", () => {
    start();
    put(NOT_ALLOWED);
    expect(result()).toBe(" is not allowed; allowed: ");
  });

  test("bytes are compared in full", () => {
    const ptr = bytesOf("modemodE");
    expect<bool>(equal(ptr, 4, ptr, 4)).toBe(true);
    expect<bool>(equal(ptr, 0, ptr + 4, 0)).toBe(true);
    expect<bool>(equal(ptr, 4, ptr, 3)).toBe(false);
    expect<bool>(equal(ptr, 3, ptr + 4, 3)).toBe(true);
    expect<bool>(equal(ptr, 4, ptr + 4, 4)).toBe(false);
  });
});

function sequenceOf(bytes: StaticArray<u8>): usize {
  const ptr = changetype<usize>(bytes);
  return sequence(ptr, ptr + bytes.length);
}

describe("UTF-8", () => {
  test("every character is written and read back", () => {
    for (let code: u32 = 1; code < 0x110000; code += code < 0x11000 ? 1 : 251) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const ptr = changetype<usize>(buffer);
      const len = encode(ptr, code);
      const text = String.fromCodePoint(<i32>code);
      if (<i32>len != String.UTF8.byteLength(text) || String.UTF8.decodeUnsafe(ptr, len) != text) {
        expect<u32>(code).toBe(0, "written");
      }
      if (sequence(ptr, ptr + len) != len) expect<u32>(code).toBe(0, "read");
      if (len > 1 && sequence(ptr, ptr + len - 1) != 0) expect<u32>(code).toBe(0, "cut");
    }
  });

  test("what RFC 3629 forbids is refused", () => {
    expect<usize>(sequenceOf([0x80])).toBe(0, "continuation");
    expect<usize>(sequenceOf([0xbf, 0x80])).toBe(0, "continuation");
    expect<usize>(sequenceOf([0xc0, 0x80])).toBe(0, "overlong NUL");
    expect<usize>(sequenceOf([0xc1, 0xbf])).toBe(0, "overlong");
    expect<usize>(sequenceOf([0xe0, 0x9f, 0xbf])).toBe(0, "overlong");
    expect<usize>(sequenceOf([0xf0, 0x8f, 0xbf, 0xbf])).toBe(0, "overlong");
    expect<usize>(sequenceOf([0xed, 0xa0, 0x80])).toBe(0, "surrogate");
    expect<usize>(sequenceOf([0xed, 0xbf, 0xbf])).toBe(0, "surrogate");
    expect<usize>(sequenceOf([0xf4, 0x90, 0x80, 0x80])).toBe(0, "above U+10FFFF");
    expect<usize>(sequenceOf([0xf5, 0x80, 0x80, 0x80])).toBe(0, "above U+10FFFF");
    expect<usize>(sequenceOf([0xff])).toBe(0, "no lead byte");
    expect<usize>(sequenceOf([0xc2, 0x41])).toBe(0, "second");
    expect<usize>(sequenceOf([0xc2, 0xc2])).toBe(0, "second");
    expect<usize>(sequenceOf([0xe1, 0x80, 0x41])).toBe(0, "third");
    expect<usize>(sequenceOf([0xf1, 0x80, 0x80, 0xc0])).toBe(0, "fourth");
    expect<usize>(sequenceOf([0xe0, 0xa0, 0x80])).toBe(3);
    expect<usize>(sequenceOf([0xed, 0x9f, 0xbf])).toBe(3);
    expect<usize>(sequenceOf([0xf0, 0x90, 0x80, 0x80])).toBe(4);
    expect<usize>(sequenceOf([0xf4, 0x8f, 0xbf, 0xbf])).toBe(4);
  });
});
