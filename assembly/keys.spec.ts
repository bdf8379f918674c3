import { ascii, at } from "./bytes";
import { KeyTable } from "./keys";

function add(table: KeyTable, key: string, prefix: bool, value: i32): void {
  const bytes = ascii(key);
  table.add(at(bytes), bytes.length, prefix, value);
}

/** All numbers that a text leads to, in the order in which they come. */
function found(table: KeyTable, text: string): string {
  const bytes = ascii(text);
  table.begin(at(bytes), bytes.length);
  let shown = "";
  for (let first = table.next(); first >= 0; first = table.next()) {
    for (let place = first; place >= 0; place = table.after(place)) shown += table.numberAt(place).toString() + " ";
  }
  return shown;
}

describe("a table of keys", () => {
  test("finds whole texts and beginnings", () => {
    const table = new KeyTable();
    add(table, "/a", false, 1);
    add(table, "/a", true, 2);
    add(table, "/a/b", true, 3);
    add(table, "/a/b/c", false, 4);
    add(table, "/a", false, 5);
    expect(found(table, "/a")).toBe("2 1 5 ");
    expect(found(table, "/ab")).toBe("2 ");
    expect(found(table, "/a/b/c")).toBe("2 3 4 ");
    expect(found(table, "/a/b/cd")).toBe("2 3 ");
    expect(found(table, "/")).toBe("");
    expect(found(table, "")).toBe("");
    expect(found(table, "x/a")).toBe("");
  });

  test("keeps a number once under a key", () => {
    const table = new KeyTable();
    add(table, "k", false, 7);
    add(table, "k", false, 7);
    add(table, "k", false, -1);
    expect(found(table, "k")).toBe("7 ");
    expect(table.count(at(ascii("k")), 1, false)).toBe(3);
    expect(table.count(at(ascii("k")), 1, true)).toBe(0);
  });

  test("finds every one of many", () => {
    const table = new KeyTable();
    for (let i = 0; i < 3000; i++) add(table, "/key/" + i.toString(), i % 3 == 0, i);
    expect(table.size).toBe(3000);
    for (let i = 0; i < 3000; i++) {
      const values = " " + found(table, "/key/" + i.toString());
      expect(values.includes(" " + i.toString() + " ")).toBe(true, i.toString());
    }
    expect(found(table, "/key/x")).toBe("");
    expect(new KeyTable().begin(0, 0).next() == -1).toBe(true);
  });
});
