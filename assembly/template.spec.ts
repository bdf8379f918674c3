import { ascii, at, ByteBuilder } from "./bytes";
import {
  compileTemplate,
  compileVariable,
  isTemplate,
  literalLength,
  matchesTemplate,
  variable,
  variableLength,
} from "./template";

const compiled = new ByteBuilder();

function compiles(text: string): bool {
  const bytes = ascii(text);
  return compileTemplate(at(bytes), bytes.length, compiled);
}

function matches(template: string, path: string): bool {
  const text = ascii(path);
  expect(compiles(template)).toBe(true, template);
  return matchesTemplate(compiled.address, compiled.length, at(text), text.length);
}

describe("a template", () => {
  test("is known by an operator", () => {
    const yes = ["/{*}", "/a/{**}/b", "{*}x"];
    const no = ["/", "/{", "/{*", "/{**", "/*", "/{}", "/{***}"];
    for (let i = 0; i < yes.length; i++) expect(isTemplate(at(ascii(yes[i])), yes[i].length)).toBe(true, yes[i]);
    for (let i = 0; i < no.length; i++) expect(isTemplate(at(ascii(no[i])), no[i].length)).toBe(false, no[i]);
  });

  test("has operators of a segment each, one {**} and nothing but literals behind it", () => {
    const good = [
      "/{*}",
      "/{**}",
      "/a/{*}/b/{**}",
      "/a/{**}/b/c",
      "/{*}/{*}",
      "/a/{*}/",
      "/a.b-c_d~e%20!$&'()+,;:@=/{*}",
    ];
    for (let i = 0; i < good.length; i++) expect(compiles(good[i])).toBe(true, good[i]);
    const bad = [
      "{*}",
      "a/{*}",
      "/a{*}",
      "/{*}a",
      "/{**}/{*}",
      "/{**}/{**}",
      "//{*}",
      "/a//{*}",
      "/{*}//b",
      "/a*/{*}",
      "/{a}/{*}",
      "/{*}/\x80",
      "",
      "/a b/{*}",
    ];
    for (let i = 0; i < bad.length; i++) expect(compiles(bad[i])).toBe(false, bad[i]);
  });

  // Paths and results: istio tests/integration/security/testdata/authz/path-templating.yaml.tmpl, and Envoy 1.40.
  test("{*} is one segment that is not empty", () => {
    expect(matches("/foo/{*}/bar", "/foo/x/bar")).toBe(true);
    expect(matches("/foo/{*}/bar", "/foo/x*y%/bar")).toBe(true);
    expect(matches("/foo/{*}/bar", "/foo//bar")).toBe(false);
    expect(matches("/foo/{*}/bar", "/foo/x/y/bar")).toBe(false);
    expect(matches("/foo/{*}/bar", "/foo/x/bar/")).toBe(false);
    expect(matches("/foo/{*}", "/foo/")).toBe(false);
    expect(matches("/foo/{*}/", "/foo/x/")).toBe(true);
    expect(matches("/foo/{*}/", "/foo/x")).toBe(false);
  });

  test("{**} is any text", () => {
    expect(matches("/allow/admin/{**}", "/allow/admin/")).toBe(true);
    expect(matches("/allow/admin/{**}", "/allow/admin")).toBe(false);
    expect(matches("/allow/admin/{**}", "/allow/admin/a/b.txt")).toBe(true);
    expect(matches("/foo/{*}/bar/{**}", "/foo/buzz/bar/bat/fuzz.txt")).toBe(true);
    expect(matches("/foo/{*}/bar/{**}", "/foo//bar/bat.txt")).toBe(false);
    expect(matches("/store/{**}/cart", "/store//cart")).toBe(true);
    expect(matches("/store/{**}/cart", "/store/cart")).toBe(false);
    expect(matches("/store/{**}/cart", "/store/a/b/cart")).toBe(true);
    expect(matches("/store/{**}/cart", "/store/a/cartx")).toBe(false);
    expect(matches("/{**}", "/")).toBe(true);
  });

  test("begins with its literal", () => {
    expect(compiles("/a/b/{*}/c")).toBe(true);
    expect(literalLength(compiled.address, compiled.length)).toBe(5);
  });
});

/** The variable's text in a path; `none` when it does not match, `bad` when the template is refused. */
function variableIn(template: string, path: string): string {
  const bytes = ascii(template);
  if (!compileVariable(at(bytes), bytes.length, compiled)) return "bad";
  const text = ascii(path);
  if (!matchesTemplate(compiled.address, compiled.length, at(text), text.length)) return "none";
  return String.UTF8.decodeUnsafe(variable, variableLength);
}

describe("a template with a variable", () => {
  test("finds its text", () => {
    expect(variableIn("/users/{id}", "/users/u1")).toBe("u1");
    expect(variableIn("/{*}/users/{id_2}/x/{*}", "/a/users/b/x/c")).toBe("b");
    expect(variableIn("/{Id}/{**}", "/a/b/c")).toBe("a");
    expect(variableIn("/{*}/{*}/{id}", "/a/b/c")).toBe("c");
    expect(variableIn("/{id}/", "/a/")).toBe("a");
  });

  test("matches as {*} does", () => {
    const no = ["/users/", "/users/a/b", "/users", "/user/a", "/users/a/"];
    for (let i = 0; i < no.length; i++) expect(variableIn("/users/{id}", no[i])).toBe("none", no[i]);
  });

  test("has one, which is a segment of its own and has a name", () => {
    const bad = [
      "/users",
      "/{*}",
      "/{a}/{b}",
      "/x{a}",
      "/{a}x",
      "/{}",
      "/{a-b}",
      "/{a",
      "/{a}/{",
      "{a}",
      "/{a/b}",
      "/{**}/{a}",
      "",
    ];
    for (let i = 0; i < bad.length; i++) expect(variableIn(bad[i], "/a")).toBe("bad", bad[i]);
  });
});
