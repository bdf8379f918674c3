import { ascii, at } from "./bytes";
import { BASE, DECODE, isPlain, MERGE, normalize, PARAMETERS, pathLength } from "./path";

const out = memory.data(256);

function form(path: string, steps: i32): string {
  const bytes = ascii(path);
  return String.UTF8.decodeUnsafe(out, normalize(at(bytes), bytes.length, steps, out));
}

describe("normalize", () => {
  // The first groups are what Envoy 1.40 was seen to do (research: IT-24, IT-26, IT-27).
  test("BASE", () => {
    expect(form("/app/../admin", BASE)).toBe("/admin");
    expect(form("/app/%2E./admin", BASE)).toBe("/admin");
    expect(form("/app//../../admin", BASE)).toBe("/admin");
    expect(form("//admin", BASE)).toBe("//admin");
    expect(form("/%2Fadmin", BASE)).toBe("/%2Fadmin");
    expect(form("/%2e%2e%2fadmin", BASE)).toBe("/..%2fadmin");
    expect(form("/a\\b", BASE)).toBe("/a/b");
    expect(form("/%61%7e%41-%5F", BASE)).toBe("/a~A-_");
    expect(form("/a/.", BASE)).toBe("/a/");
    expect(form("/a/..", BASE)).toBe("/");
    expect(form("/..", BASE)).toBe("/");
    expect(form("/../../a", BASE)).toBe("/a");
    expect(form("/a/./b/", BASE)).toBe("/a/b/");
    expect(form("/", BASE)).toBe("/");
    expect(form("*", BASE)).toBe("*");
    expect(form("", BASE)).toBe("");
  });

  test("MERGE_SLASHES and DECODE_AND_MERGE_SLASHES", () => {
    expect(form("//a///b/", BASE | MERGE)).toBe("/a/b/");
    expect(form("/a//../b", BASE | MERGE)).toBe("/b");
    const all = BASE | MERGE | DECODE;
    expect(form("/%5cadmin", all)).toBe("/admin");
    expect(form("/%5C%2f%5c%2e%2e%2fadmin", all)).toBe("/admin");
    expect(form("/app%2f..%2Fadmin", all)).toBe("/admin");
    expect(form("/%252fadmin", all)).toBe("/%252fadmin");
    expect(form("/%c0%2fadmin", all)).toBe("/%c0/admin");
    expect(form("/%c0%afadmin", all)).toBe("/%c0%afadmin");
  });

  test("dot segments with parameters", () => {
    expect(form("/x/..;/admin", BASE)).toBe("/admin");
    expect(form("/x/..;a=b/admin", BASE)).toBe("/admin");
    expect(form("/x/.;/../admin", BASE)).toBe("/admin");
    expect(form("/.../admin", BASE)).toBe("/.../admin");
    expect(form("/;/admin", BASE)).toBe("/;/admin");
    expect(form("/..a/b", BASE)).toBe("/..a/b");
  });

  test("parameters", () => {
    const all = BASE | MERGE | DECODE | PARAMETERS;
    expect(form("/admin;a=b", all)).toBe("/admin");
    expect(form("/a;x/admin;y/", all)).toBe("/a/admin/");
    expect(form("/;/admin", all)).toBe("/admin");
    expect(form("/a;b%2fc", all)).toBe("/a/c");
  });

  test("broken escapes stay", () => {
    expect(form("/%", BASE | DECODE)).toBe("/%");
    expect(form("/%2", BASE | DECODE)).toBe("/%2");
    expect(form("/%zz%4", BASE | DECODE)).toBe("/%zz%4");
    expect(form("/%4g", BASE | DECODE)).toBe("/%4g");
  });

  test("applied twice changes nothing more", () => {
    const paths = ["/%2e%2e%2fadmin", "/%252e", "/a/%2E%2E/b", "/x/..;/a", "//a//../b", "/%5C..\\c"];
    for (let i = 0; i < paths.length; i++) {
      const once = form(paths[i], BASE | MERGE | DECODE);
      expect(form(once, BASE | MERGE | DECODE)).toBe(once, paths[i]);
    }
  });
});

describe("a path", () => {
  test("ends before its query and fragment", () => {
    const texts = ["/a?b", "/a#b", "/a?b#c?d", "/a", "?", ""];
    const lengths = [2, 2, 2, 2, 0, 0];
    for (let i = 0; i < texts.length; i++)
      expect(pathLength(at(ascii(texts[i])), texts[i].length)).toBe(lengths[i], texts[i]);
  });

  test("is plain when no step can change it", () => {
    const plain = ["/", "/a/b.c", "/a.b/c-d", ""];
    for (let i = 0; i < plain.length; i++) expect(isPlain(at(ascii(plain[i])), plain[i].length)).toBe(true, plain[i]);
    const not = ["//", "/a/.b", "/a/../b", "/%61", "/a\\b", "/a;b"];
    for (let i = 0; i < not.length; i++) expect(isPlain(at(ascii(not[i])), not[i].length)).toBe(false, not[i]);
  });
});
