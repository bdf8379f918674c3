import { ascii, at } from "./bytes";
import { MAX_NAMES, NameTable } from "./names";

function add(table: NameTable, name: string): i32 {
  const bytes = ascii(name);
  return table.add(at(bytes), bytes.length);
}

function find(table: NameTable, name: string): i32 {
  const bytes = ascii(name);
  return table.find(at(bytes), bytes.length);
}

describe("NameTable", () => {
  test("numbers names in the order in which they come", () => {
    const table = new NameTable();
    expect(find(table, "a")).toBe(-1);
    expect(add(table, "a")).toBe(0);
    expect(add(table, "b")).toBe(1);
    expect(add(table, "")).toBe(2);
    expect(find(table, "a")).toBe(0);
    expect(find(table, "b")).toBe(1);
    expect(find(table, "")).toBe(2);
    expect(find(table, "aa")).toBe(-1);
    expect(table.size).toBe(3);
  });

  test("holds its limit and not one more", () => {
    const table = new NameTable();
    for (let i = 0; i < MAX_NAMES; i++) add(table, "outbound|80||" + i.toString() + ".svc");
    let right = 0;
    for (let i = 0; i < MAX_NAMES; i++) if (find(table, "outbound|80||" + i.toString() + ".svc") == i) right++;
    expect(right).toBe(MAX_NAMES);
    expect(add(table, "one more")).toBe(-1);
    expect(find(table, "one more")).toBe(-1);
  });
});
