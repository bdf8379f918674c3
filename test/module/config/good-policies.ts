/** Configurations of the retry budget that must be accepted, with what the reader makes of them. */
import { encodeStruct } from "./struct.ts";
import type { Json } from "./struct.ts";

/** What the input is, the input, the canonical text: keys sorted, defaults filled in, durations in milliseconds. */
export type GoodPolicy = readonly [name: string, input: string | Uint8Array, canonical: string];

interface Values {
  readonly [key: string]: Json;
}

/** The canonical text of a policy called `shop` that sets `given` and leaves the rest to the defaults. */
function shop(given: Values = {}, budget: Values = {}, minRetryRate: Values = {}): string {
  const values: Record<string, Json> = {
    budget: { interval: 10000, percent: 20, ...budget },
    minRetryRate: { count: 1, interval: 10000, ...minRetryRate },
    mode: "enforce",
    name: "shop",
    onExhausted: "original",
    per: "cluster",
    ...given,
  };
  return JSON.stringify(Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function percent(text: string): string {
  return `{"name":"shop","budget":{"percent":${text}}}`;
}

function interval(text: string): string {
  return `{"name":"shop","budget":{"interval":"${text}"}}`;
}

const FULL: Values = {
  name: "shop",
  budget: { percent: 33.333, interval: "2s" },
  minRetryRate: { count: 5, interval: "1m" },
  burst: 10,
  per: "virtualHost",
  onExhausted: "503",
  mode: "shadow",
};
const FULL_TEXT = shop(
  { burst: 10, per: "virtualHost", onExhausted: "503", mode: "shadow" },
  { percent: 33.333, interval: 2000 },
  { count: 5, interval: 60000 },
);

/** Numbers as JSON may write them, and the number that each is. */
const PERCENTS: readonly (readonly [string, number])[] = [
  ["0", 0],
  ["-0", 0],
  ["0.0", 0],
  ["0e400", 0],
  ["20.0", 20],
  ["20.000", 20],
  ["20.00000000000000000000000000000", 20],
  ["2e1", 20],
  ["2E+1", 20],
  ["0.2e2", 20],
  ["200e-1", 20],
  ["20000000000000000000000e-21", 20],
  ["0.00000000000000000000002e24", 20],
  ["0.001", 0.001],
  ["1e-3", 0.001],
  ["99.999", 99.999],
  ["100", 100],
  ["33.3", 33.3],
];

const INTERVALS: readonly (readonly [string, number])[] = [
  ["1s", 1000],
  ["1000ms", 1000],
  ["00001s", 1000],
  ["1m30s", 90000],
  ["30s1m", 90000],
  ["1s1s1s1s", 4000],
  ["60m", 3600000],
  ["1h", 3600000],
  ["0h59m59s999ms", 3599999],
];

export const GOOD_POLICIES: readonly GoodPolicy[] = [
  ["the name alone", '{"name":"shop"}', shop()],
  ["white space", ' \t\r\n{ "name"\n:\r"shop"\t}\n ', shop()],
  ["empty objects", '{"name":"shop","budget":{},"minRetryRate":{}}', shop()],
  ["every field", JSON.stringify(FULL), FULL_TEXT],
  ["escapes", '{"\\u006eame":"\\u0073\\u0068op","p\\u0065r":"r\\u006Fute"}', shop({ per: "route" })],
  ["503 as a number", '{"name":"shop","onExhausted":503}', shop({ onExhausted: "503" })],
  ["503 as a decimal", '{"name":"shop","onExhausted":5.03e2}', shop({ onExhausted: "503" })],
  [
    "bounds of the floor",
    '{"name":"shop","minRetryRate":{"count":0,"interval":"1ms"}}',
    shop({}, {}, { count: 0, interval: 1 }),
  ],
  ["the largest burst", '{"name":"shop","burst":1000000}', shop({ burst: 1000000 })],
  ["a name of one character", '{"name":"a"}', shop({ name: "a" })],
  ["a name of 63 characters", `{"name":"${"a".repeat(63)}"}`, shop({ name: "a".repeat(63) })],
  ["a name with dots and dashes", '{"name":"0.shop-a..b--9"}', shop({ name: "0.shop-a..b--9" })],
  ["nearly 64 KiB of white space", `${" ".repeat(65000)}{"name":"shop"}`, shop()],
  ...PERCENTS.map(([text, value]): GoodPolicy => [`percent ${text}`, percent(text), shop({}, { percent: value })]),
  ...INTERVALS.map(([text, value]): GoodPolicy => [`interval ${text}`, interval(text), shop({}, { interval: value })]),
  ["Struct: the name alone", encodeStruct({ name: "shop" }), shop()],
  ["Struct: every field", encodeStruct(FULL), FULL_TEXT],
  ["Struct: every field, backwards", encodeStruct(FULL, (keys) => keys.reverse()), FULL_TEXT],
  ["Struct: 503 as a number", encodeStruct({ name: "shop", onExhausted: 503 }), shop({ onExhausted: "503" })],
  [
    "Struct: a duration at the end",
    encodeStruct({ name: "shop", budget: { interval: "1m" } }),
    shop({}, { interval: 60000 }),
  ],
  ["Struct: negative zero", encodeStruct({ name: "shop", budget: { percent: -0 } }), shop({}, { percent: 0 })],
  ["Struct: thousandths", encodeStruct({ name: "shop", budget: { percent: 0.001 } }), shop({}, { percent: 0.001 })],
  // A Struct begins with 0x0a, a line break; here its first length is one too, or white space, or an opening brace.
  ["Struct: first length 0x0d", encodeStruct({ name: "abc" }), shop({ name: "abc" })],
  ["Struct: first length 0x20", encodeStruct({ name: "a".repeat(22) }), shop({ name: "a".repeat(22) })],
];
