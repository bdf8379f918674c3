/** Random configurations for a schema: mostly nearly right, since noise alone never gets past the first field. */
import fc from "fast-check";
import { ownKeys, type Schema } from "./oracle.ts";
import type { Json } from "./struct.ts";

/** Text without NUL, which both input forms refuse, and without lone surrogates. */
// A key with ": " would make the end of the pointer in a message ambiguous, for these tests too.
const text = fc.string({ unit: "binary", maxLength: 12 }).filter((value) => !/\0|: /.test(value));

const noise: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    false,
    0,
    1,
    -1,
    20,
    503,
    "",
    "503",
    "original",
    "10s",
    "shop",
    [],
    {},
    [301],
    [[]],
  ),
  text,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.jsonValue({ maxDepth: 2 }).filter((value) => !JSON.stringify(value).includes("\\u0000")) as fc.Arbitrary<Json>,
);

const duration: fc.Arbitrary<Json> = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 120000 }), fc.constantFrom("h", "m", "s", "ms", "", "d")), {
    minLength: 0,
    maxLength: 5,
  })
  .map((parts) => parts.map(([count, unit]) => `${count}${unit}`).join(""));

const simpleDuration: fc.Arbitrary<Json> = fc
  .tuple(fc.integer({ min: 0, max: 99 }), fc.constantFrom("m", "s", "s", "ms"))
  .map(([count, unit]) => `${count}${unit}`);

function number(schema: Schema): fc.Arbitrary<Json> {
  const least = Number(schema.minimum);
  const greatest = Number(schema.maximum);
  const near = fc.constantFrom(least, greatest, least - 1, greatest + 1, least - 0.001, greatest + 0.001, -0);
  const thousandths = fc.integer({ min: -10000, max: 200000 }).map((value) => value / 1000);
  const inside = fc.integer({ min: Math.ceil(least), max: Math.min(Math.floor(greatest), 1000000) });
  return fc.oneof(
    { weight: 4, arbitrary: inside },
    near,
    thousandths,
    fc.double({ min: least, max: greatest, noNaN: true }),
  );
}

function string(schema: Schema): fc.Arbitrary<Json> {
  if (schema.format === "duration") return fc.oneof({ weight: 4, arbitrary: simpleDuration }, duration);
  if (schema.format !== "name") {
    // Texts of a low bound keep it mostly: else no value that holds several is ever valid.
    const short = (schema.maxLength ?? 310) < 10;
    const some = fc.string({ unit: short ? "binary-ascii" : "grapheme", maxLength: short ? 4 : 310 }).filter(noNul);
    return short ? fc.oneof({ weight: 20, arbitrary: some }, text) : fc.oneof(text, some);
  }
  const good = fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/);
  return fc.oneof({ weight: 5, arbitrary: good }, fc.stringMatching(/^[-a-zA-Z0-9._]{0,70}$/));
}

function noNul(value: string): boolean {
  return !value.includes("\0");
}

function object(schema: Schema): fc.Arbitrary<Json> {
  const own = ownKeys(schema);
  if (own !== undefined) {
    const keys = fc.oneof(text, fc.constantFrom("", "a", "b", "apiVersion", "a/b", "~"));
    return fc.dictionary(keys.map(String).filter(noNul), nearly(own), { maxKeys: 4 });
  }
  const properties = Object.entries(schema.properties ?? {});
  const fields = Object.fromEntries(properties.map(([key, inner]) => [key, nearly(inner)]));
  const record = fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<Record<string, Json>>;
  const complete = fc.record(fields, { requiredKeys: [...(schema.required ?? [])] }) as typeof record;
  const extra = fc.oneof(
    { weight: 19, arbitrary: fc.constant<readonly [string, Json][]>([]) },
    fc.array(fc.tuple(fc.oneof(text, fc.constantFrom("apiVersion", "kind", "Name", "a/b", "~")), noise), {
      maxLength: 2,
    }),
  );
  return fc
    .tuple(fc.oneof({ weight: 19, arbitrary: complete }, record), extra, fc.infiniteStream(fc.nat()))
    .map(([value, more, ranks]) => {
      const entries = [...Object.entries(value), ...more].map((entry) => ({
        entry,
        rank: ranks.next().value as number,
      }));
      return Object.fromEntries(entries.sort((a, b) => a.rank - b.rank).map(({ entry }) => entry));
    });
}

/** Values that keep `schema`, or nearly: of the whole configurations of these tests about one in seven does. */
export function nearly(schema: Schema): fc.Arbitrary<Json> {
  let good: fc.Arbitrary<Json>;
  if (schema.oneOf !== undefined) good = fc.oneof(...schema.oneOf.map(nearly));
  else if (schema.enum !== undefined) good = fc.constantFrom(...schema.enum);
  else if (schema.type === "object") good = object(schema);
  else if (schema.type === "array") good = fc.array(nearly(schema.items ?? {}), { maxLength: 4 });
  else if (schema.type === "boolean") good = fc.boolean();
  else if (schema.type === "string") good = string(schema);
  else good = number(schema);
  return fc.oneof({ weight: 60, arbitrary: good }, noise);
}

/** JSON text of a value in a spelling that JSON.stringify does not use: escapes, exponents, white space. */
export function respell(value: Json, pick: () => number): string {
  const space = (): string => [" ", "\n", "\t", "\r", "", "", "", ""][pick() % 8] ?? "";
  if (typeof value === "number") return respellNumber(value, pick());
  if (typeof value === "string") return respellString(value, pick);
  if (Array.isArray(value)) {
    return `[${space()}${value.map((item: Json) => respell(item, pick) + space()).join(`,${space()}`)}]`;
  }
  if (typeof value !== "object" || value === null) return String(value);
  const fields = Object.entries(value).map(([key, inner]: [string, Json]) => {
    return `${respellString(key, pick)}${space()}:${space()}${respell(inner, pick)}`;
  });
  return `{${space()}${fields.join(`${space()},${space()}`)}${space()}}`;
}

function respellNumber(value: number, choice: number): string {
  const plain = Object.is(value, -0) ? "-0" : String(value).replace("e+", "e");
  if (plain.includes("e")) return plain.replace("e", choice % 2 === 0 ? "E" : "e");
  if (choice % 3 === 0) return `${plain}${plain.includes(".") ? "" : "."}000`;
  return choice % 3 === 1 ? `${plain}e${choice % 2 === 0 ? "+" : "-"}0` : plain;
}

function respellString(value: string, pick: () => number): string {
  const units = Array.from(value, (character) => {
    const plain = JSON.stringify(character).slice(1, -1);
    if (pick() % 4 !== 0) return plain;
    return Array.from({ length: character.length }, (_, i) => {
      return `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`;
    }).join("");
  });
  return `"${units.join("")}"`;
}
