import { StreamTable } from "./streams";

describe("StreamTable", () => {
  test("finds what was added and nothing else", () => {
    const table = new StreamTable(12);
    store<u32>(table.add(7), 70, 4);
    expect(load<u32>(table.find(7), 4)).toBe(70);
    expect(load<u32>(table.find(7), 8)).toBe(0);
    expect(table.find(8)).toBe(0);
    expect(table.find(0)).toBe(0);
    expect(table.size).toBe(1);
  });

  test("adding again clears the entry", () => {
    const table = new StreamTable(12);
    store<u32>(table.add(7), 70, 4);
    expect(load<u32>(table.add(7), 4)).toBe(0);
    expect(table.size).toBe(1);
  });

  test("entries that share a place survive each other's removal, also over the table's end", () => {
    const table = new StreamTable(8);
    // All of them want the last place of the first 1,024.
    for (let i: u32 = 1; i <= 5; i++) store<u32>(table.add(1024 * i - 1), i, 4);
    store<u32>(table.add(1024), 9, 4);
    table.remove(1023);
    table.remove(3071);
    expect(table.find(1023)).toBe(0);
    expect(table.find(3071)).toBe(0);
    expect(load<u32>(table.find(2047), 4)).toBe(2);
    expect(load<u32>(table.find(4095), 4)).toBe(4);
    expect(load<u32>(table.find(5119), 4)).toBe(5);
    expect(load<u32>(table.find(1024), 4)).toBe(9);
    expect(table.size).toBe(4);
  });

  test("behaves like a plain list through 20,000 random steps, and grows", () => {
    const table = new StreamTable(8);
    const live: u32[] = [];
    let seed: u32 = 12345;
    let next: u32 = 1;
    for (let step = 0; step < 20000; step++) {
      seed = seed * 1664525 + 1013904223;
      if (live.length == 0 || (seed >> 16) % 100 < 55) {
        store<u32>(table.add(next), next ^ 0xabcd, 4);
        live.push(next);
        next += 1 + ((seed >> 24) % 3) * 1024;
      } else {
        const index = <i32>((seed >> 8) % <u32>live.length);
        table.remove(live[index]);
        expect(table.find(live[index])).toBe(0);
        live[index] = live[live.length - 1];
        live.pop();
      }
    }
    expect(table.size).toBe(<u32>live.length);
    let right = 0;
    for (let i = 0; i < live.length; i++) if (load<u32>(table.find(live[i]), 4) == (live[i] ^ 0xabcd)) right++;
    expect(right).toBe(live.length);
    let walked = 0;
    for (let place: u32 = 0; place < table.places; place++) if (table.entry(place) != 0) walked++;
    expect(walked).toBe(live.length);
    expect(table.entry(table.places)).toBe(0);
  });

  test("removing what is not there changes nothing", () => {
    const table = new StreamTable(8);
    table.add(3);
    table.remove(4);
    table.remove(0);
    expect(table.size).toBe(1);
  });
});
