import { ascii, at } from "./bytes";
import { ANY, EXACT, find, fits, glob, PREFIX, SOME, SUFFIX } from "./pattern";

function matches(kind: u8, pattern: string, text: string): bool {
  const bytes = ascii(text);
  return fits(kind, ascii(pattern), at(bytes), bytes.length);
}

function globs(pattern: string, text: string): bool {
  const bytes = ascii(text);
  const own = ascii(pattern);
  return glob(at(own), own.length, at(bytes), bytes.length);
}

describe("a pattern", () => {
  test("matches a whole text, its beginning or its end", () => {
    expect(matches(EXACT, "/a", "/a")).toBe(true);
    expect(matches(EXACT, "/a", "/A")).toBe(false);
    expect(matches(EXACT, "/a", "/a/")).toBe(false);
    expect(matches(EXACT, "/a", "/")).toBe(false);
    expect(matches(EXACT, "", "")).toBe(true);
    expect(matches(PREFIX, "/a", "/a")).toBe(true);
    expect(matches(PREFIX, "/a", "/ab")).toBe(true);
    expect(matches(PREFIX, "/a", "/b")).toBe(false);
    expect(matches(PREFIX, "/ab", "/a")).toBe(false);
    expect(matches(SUFFIX, ".png", "a.png")).toBe(true);
    expect(matches(SUFFIX, ".png", ".png")).toBe(true);
    expect(matches(SUFFIX, ".png", "png")).toBe(false);
    expect(matches(SUFFIX, ".png", "a.pngx")).toBe(false);
  });

  test("of no text matches some or any", () => {
    expect(matches(SOME, "", "x")).toBe(true);
    expect(matches(SOME, "", "")).toBe(false);
    expect(matches(SOME, "", "a\nb")).toBe(false);
    expect(matches(ANY, "", "")).toBe(true);
    expect(matches(ANY, "", "a\nb")).toBe(true);
  });
});

describe("glob", () => {
  test("stretches each star as far as needed", () => {
    expect(globs("*/ns/foo/*", "spiffe://td/ns/foo/sa/x")).toBe(true);
    expect(globs("*/ns/foo/*", "spiffe://td/ns/foo")).toBe(false);
    expect(globs("*/ns/f*o/*", "spiffe://td/ns/f/sa/o/x")).toBe(true);
    expect(globs("*/ns/a.b/*", "spiffe://td/ns/axb/sa/x")).toBe(false);
    expect(globs("a*b*c", "abbbc")).toBe(true);
    expect(globs("a*b*c", "abbb")).toBe(false);
    expect(globs("*", "")).toBe(true);
    expect(globs("", "")).toBe(true);
    expect(globs("", "x")).toBe(false);
    expect(globs("a**", "a")).toBe(true);
    expect(globs("*ab", "aab")).toBe(true);
  });

  test("never over a line break", () => {
    expect(globs("*b", "a\nb")).toBe(false);
    expect(globs("a*", "a\nb")).toBe(false);
  });
});

describe("find", () => {
  test("gives the first place from a position on", () => {
    const text = ascii("abcabc");
    const own = ascii("bc");
    expect(find(at(own), 2, at(text), 6, 0)).toBe(1);
    expect(find(at(own), 2, at(text), 6, 2)).toBe(4);
    expect(find(at(own), 2, at(text), 6, 5)).toBe(-1);
    expect(find(at(ascii("abcabcd")), 7, at(text), 6, 0)).toBe(-1);
  });
});
