import { ascii, at } from "./bytes";
import { Members } from "./members";

const members = new Members();

function say(): string {
  return "<" + String.UTF8.decodeUnsafe(members.address, members.length) + ">";
}

/** All members of a text, each in angle brackets. */
function all(text: string, trimmed: bool = false): string {
  const bytes = ascii(text);
  let found = "";
  members.reset(at(bytes), bytes.length);
  while (members.next()) {
    if (trimmed) members.trim();
    found += say();
  }
  return found;
}

describe("members", () => {
  test("stand between commas, and can be empty", () => {
    expect(all("")).toBe("<>");
    expect(all("a")).toBe("<a>");
    expect(all("a,bc,")).toBe("<a><bc><>");
    expect(all(",a+b-c,,d")).toBe("<><a+b-c><><d>");
  });

  test("of no text are none", () => {
    expect(members.reset(0, -1).next()).toBe(false);
    expect(members.rest()).toBe(false);
  });

  test("behind the last one stay none", () => {
    expect(all("a,b")).toBe("<a><b>");
    expect(members.next() || members.rest()).toBe(false);
  });

  test("what is left is one", () => {
    const bytes = ascii("a,b,c");
    expect(members.reset(at(bytes), bytes.length).next()).toBe(true);
    expect(members.rest()).toBe(true);
    expect(say()).toBe("<b,c>");
    expect(members.next()).toBe(false);
    expect(members.reset(at(bytes), bytes.length).rest()).toBe(true);
    expect(say()).toBe("<a,b,c>");
    expect(members.rest()).toBe(false);
  });

  test("lose white space at their ends alone", () => {
    expect(all(" a b\t,\t \t,c ,  d", true)).toBe("<a b><><c><d>");
  });
});
