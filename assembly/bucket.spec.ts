import { empty, giveBack, take, tokens } from "./bucket";

const SECOND: u64 = 1_000_000_000;

describe("token bucket", () => {
  test("a full one gives its burst and no more", () => {
    let state: u64 = 0;
    for (let i = 0; i < 3; i++) {
      expect(tokens(state, SECOND, SECOND, 3)).toBe(3 - <u64>i);
      const next = take(state, SECOND, SECOND, 3);
      expect(next).toBeGreaterThan(state);
      state = next;
    }
    expect(tokens(state, SECOND, SECOND, 3)).toBe(0);
    expect(take(state, SECOND, SECOND, 3)).toBe(state);
  });

  test("a token comes back after one emission, not a nanosecond earlier", () => {
    const state = empty(SECOND, SECOND, 1);
    expect(tokens(state, 2 * SECOND - 1, SECOND, 1)).toBe(0);
    expect(tokens(state, 2 * SECOND, SECOND, 1)).toBe(1);
    expect(take(state, 2 * SECOND - 1, SECOND, 1)).toBe(state);
    expect(take(state, 2 * SECOND, SECOND, 1)).toBe(3 * SECOND);
  });

  test("what is given back can be taken again", () => {
    const state = take(0, SECOND, SECOND, 1);
    expect(take(state, SECOND, SECOND, 1)).toBe(state);
    expect(take(giveBack(state, SECOND), SECOND, SECOND, 1)).toBe(state);
    expect(giveBack(SECOND / 2, SECOND)).toBe(0);
  });

  test("it never holds more than its burst, however long it rests", () => {
    expect(tokens(take(0, SECOND, SECOND, 2), 1_000_000 * SECOND, SECOND, 2)).toBe(2);
  });
});
