import { append, NONE } from "./node";
import { setDecimal, setDouble } from "./number";
import { bytesOf, byteCount } from "./testing";

class Case {
  constructor(
    public text: string,
    public thousandths: i64,
  ) {}
}

const DECIMALS: Case[] = [
  new Case("0", 0),
  new Case("-0", 0),
  new Case("0.000", 0),
  new Case("0e99999", 0),
  new Case("1", 1000),
  new Case("-1", -1000),
  new Case("10", 10000),
  new Case("101", 101000),
  new Case("1001000", 1001000000),
  new Case("0.001", 1),
  new Case("0.0010", 1),
  new Case("-0.001", -1),
  new Case("1.23", 1230),
  new Case("20.05", 20050),
  new Case("1e1", 10000),
  new Case("1E+1", 10000),
  new Case("1e-3", 1),
  new Case("12300e-5", 123),
  new Case("1.5e2", 150000),
  new Case("0.0000000000000000000000000000000005e33", 500),
  new Case("5000000000000000000000000000000000e-33", 5000),
  new Case("9007199254740.991", 9007199254740991),
  new Case("-9007199254740.991", -9007199254740991),
];

/** Numbers that thousandths can't hold exactly. */
const INEXACT: string[] = [
  "0.0001",
  "1.0001",
  "1e-4",
  "12345e-5",
  "9007199254740.992",
  "9007199254740.9911",
  "-9007199254740.992",
  "9007199254741",
  "1e16",
  "1e400",
  "1e-400",
  "1e2147483648",
  "1e-99999999999999999999",
  "99999999999999999999",
  "0.99999999999999999999",
];

describe("a decimal", () => {
  test("is exact in thousandths, whatever its spelling", () => {
    for (let i = 0; i < DECIMALS.length; i++) {
      const text = DECIMALS[i].text;
      const node = append(NONE);
      setDecimal(node, bytesOf(text), byteCount());
      expect<bool>(node.exact).toBe(true, text);
      expect<i64>(node.value).toBe(DECIMALS[i].thousandths, text);
    }
  });

  test("is inexact beyond three decimals and beyond the range", () => {
    for (let i = 0; i < INEXACT.length; i++) {
      const node = append(NONE);
      setDecimal(node, bytesOf(INEXACT[i]), byteCount());
      expect<bool>(node.exact).toBe(false, INEXACT[i]);
    }
  });
});

function exactDouble(value: f64): bool {
  const node = append(NONE);
  setDouble(node, value);
  return node.exact;
}

describe("a double", () => {
  test("is exact if it is the one nearest to thousandths", () => {
    for (let i = -100000; i <= 100000; i += 7) {
      const node = append(NONE);
      setDouble(node, <f64>i / 1000);
      expect<bool>(node.exact).toBe(true);
      expect<i64>(node.value).toBe(i);
    }
    expect<bool>(exactDouble(-0.0)).toBe(true);
    expect<bool>(exactDouble(9007199254740.991)).toBe(true);
  });

  test("is inexact else", () => {
    expect<bool>(exactDouble(100.0001)).toBe(false);
    expect<bool>(exactDouble(0.1 + 0.2)).toBe(false);
    expect<bool>(exactDouble(9007199254740.992)).toBe(false);
    expect<bool>(exactDouble(1e300)).toBe(false);
    expect<bool>(exactDouble(5e-324)).toBe(false);
    expect<bool>(exactDouble(NaN)).toBe(false);
    expect<bool>(exactDouble(Infinity)).toBe(false);
    expect<bool>(exactDouble(-Infinity)).toBe(false);
  });
});
