import { readDuration } from "./duration";
import { bytesOf, byteCount } from "./testing";

function millis(text: string): i64 {
  return readDuration(bytesOf(text), byteCount());
}

/** What Gateway API's pattern ^([0-9]{1,5}(h|m|s|ms)){1,4}$ refuses. */
const REFUSED: string[] = [
  "",
  "1",
  "s",
  "ms",
  "1S",
  "1d",
  "1us",
  "1 s",
  " 1s",
  "1s ",
  "+1s",
  "-1s",
  "1.5s",
  "100000s",
  "1s100000ms",
  "1s1s1s1s1s",
  "1s1",
  "1sm",
  "1mss",
  "1hh",
  "9999999999999999999999s",
];

describe("a duration", () => {
  test("adds up its parts", () => {
    expect<i64>(millis("0s")).toBe(0);
    expect<i64>(millis("1ms")).toBe(1);
    expect<i64>(millis("1s")).toBe(1000);
    expect<i64>(millis("1m")).toBe(60000);
    expect<i64>(millis("1h")).toBe(3600000);
    expect<i64>(millis("00001h")).toBe(3600000);
    expect<i64>(millis("1h2m3s4ms")).toBe(3723004);
    expect<i64>(millis("4ms3s2m1h")).toBe(3723004);
    expect<i64>(millis("1m1ms")).toBe(60001);
    expect<i64>(millis("99999h99999h99999h99999h")).toBe(4 * 99999 * 3600000);
  });

  test("is refused in every other form", () => {
    for (let i = 0; i < REFUSED.length; i++) expect<i64>(millis(REFUSED[i])).toBe(-1, REFUSED[i]);
  });
});
