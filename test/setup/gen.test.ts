/** What the generator refuses: a keyword that nobody would check, a default that the checker would refuse. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDuration } from "./gen/duration.ts";
import { editorSchema } from "./gen/editor.ts";
import { readModel, SchemaError } from "./gen/model.ts";
import { withTable } from "./gen/readme.ts";
import { generateSource, slotNames } from "./gen/source.ts";
import { tableBytes } from "./gen/table.ts";
import { generateTexts } from "./gen/texts.ts";

interface Schema {
  [keyword: string]: unknown;
}

const OWN: Schema = {
  half: "downstream",
  order: 1,
  default: "envoy.filters.http.header_mutation",
  sizeLimit: 100,
};

/** A schema of one property, `x`. */
function schemaOf(x: Schema, more: Schema = {}): Schema {
  return {
    title: "Sample",
    description: "A sample.",
    "x-pointduty": OWN,
    type: "object",
    additionalProperties: false,
    properties: { x: { description: "A field.", ...x } },
    ...more,
  };
}

const INTEGER: Schema = { type: "integer", minimum: 0, maximum: 10 };
const PERIOD: Schema = { type: "string", format: "duration", minimum: "1s", maximum: "1m" };

const REFUSED: readonly (readonly [string, Schema, string])[] = [
  [
    "an unknown keyword",
    schemaOf({ ...INTEGER, exclusiveMaximum: 9 }),
    "/properties/x/exclusiveMaximum: not supported here",
  ],
  ["an unknown keyword at the root", schemaOf(INTEGER, { anyOf: [] }), "/anyOf: not supported here"],
  ["a $ref", schemaOf({ $ref: "#/definitions/x" }), "/properties/x/type: must be object, array"],
  ["an unknown format", schemaOf({ type: "string", format: "cidr" }), "/properties/x/format: must be name or duration"],
  ["a pattern", schemaOf({ type: "string", pattern: "a" }), "/properties/x/pattern: not supported here"],
  ["no bounds", schemaOf({ type: "integer", minimum: 0 }), "/properties/x/maximum: must be a number from 0"],
  [
    "bounds the wrong way",
    schemaOf({ type: "integer", minimum: 2, maximum: 1 }),
    "/properties/x/maximum: must be a number from 2",
  ],
  [
    "finer than thousandths",
    schemaOf({ type: "number", minimum: 0.0001, maximum: 1 }),
    "/properties/x/minimum: must be",
  ],
  [
    "a duration without bounds",
    schemaOf({ type: "string", format: "duration" }),
    "/properties/x/minimum: must be a string",
  ],
  ["a bound that is no duration", schemaOf({ ...PERIOD, maximum: "1d" }), "/properties/x/maximum: must be a duration"],
  [
    "a default out of range",
    schemaOf({ ...INTEGER, default: 11 }),
    "/properties/x/default: is not allowed: a whole number",
  ],
  [
    "a default of another type",
    schemaOf({ ...PERIOD, default: 5 }),
    "/properties/x/default: is not allowed: a duration",
  ],
  [
    "a required default",
    schemaOf({ ...INTEGER, default: 1 }, { required: ["x"] }),
    "/properties/x/default: a required property",
  ],
  ["required without property", schemaOf(INTEGER, { required: ["y"] }), "/required: no such property: y"],
  ["an open object", schemaOf(INTEGER, { additionalProperties: true }), "/additionalProperties: must be false"],
  ["no description", schemaOf({ ...INTEGER, description: "" }), "/properties/x/description: must be a string"],
  ["a oneOf of other things", schemaOf({ oneOf: [INTEGER] }), "/properties/x/oneOf/0/minimum: not supported here"],
  ["an enum without type", schemaOf({ enum: ["a"] }), "/properties/x/type: must be string or integer"],
  [
    "an enum of mixed types",
    schemaOf({ type: "string", enum: ["a", 1] }),
    "/properties/x/enum: 1 is not of type string",
  ],
  ["a list without maximum", schemaOf({ type: "array", items: INTEGER }), "/properties/x/maxItems: must be a number"],
  [
    "a list of what is wrong",
    schemaOf({ type: "array", maxItems: 1, items: {} }),
    "/properties/x/items/type: must be object",
  ],
  [
    "a map without maximum",
    schemaOf({ type: "object", additionalProperties: { type: "boolean" } }),
    "/properties/x/maxProperties: must be a number",
  ],
  [
    "a map of more fields than a table says",
    schemaOf({ type: "object", additionalProperties: { type: "boolean" }, maxProperties: 65536 }),
    "/properties/x/maxProperties: must be a number from 0 to 65535",
  ],
  [
    "a map with fields of its own",
    schemaOf({ type: "object", additionalProperties: { type: "boolean" }, maxProperties: 1, properties: {} }),
    "/properties/x/properties: not supported here",
  ],
  [
    "a map's default of too many fields",
    schemaOf({
      type: "object",
      additionalProperties: { type: "boolean" },
      maxProperties: 1,
      default: { a: true, b: true },
    }),
    "/properties/x/default: is not allowed: an object of 0 to 1 fields",
  ],
  ["no size limit", schemaOf(INTEGER, { "x-pointduty": {} }), "/x-pointduty/sizeLimit: must be a number"],
  [
    "a half of nothing",
    schemaOf(INTEGER, { "x-pointduty": { ...OWN, half: "sideways" } }),
    "/x-pointduty/half: must be one of downstream, upstream",
  ],
  [
    "an unknown direction",
    schemaOf(INTEGER, { "x-pointduty": { ...OWN, traffic: "both" } }),
    "/x-pointduty/traffic: must be one of inbound, outbound",
  ],
  [
    "an order of halves",
    schemaOf(INTEGER, { "x-pointduty": { ...OWN, order: 0.5 } }),
    "/x-pointduty/order: must be a whole number",
  ],
  [
    "a default that nobody renders",
    schemaOf(INTEGER, { "x-pointduty": { ...OWN, default: "envoy.filters.http.lua" } }),
    "/x-pointduty/default: must be one of envoy.filters.http.header_mutation, envoy.filters.http.rbac",
  ],
  [
    "facts that are neither there nor not",
    schemaOf(INTEGER, { "x-pointduty": { ...OWN, facts: "document" } }),
    "/x-pointduty/facts: must be true or false",
  ],
  [
    "a module limit of nothing",
    schemaOf(INTEGER, { "x-pointduty": { ...OWN, moduleLimit: 0 } }),
    "/x-pointduty/moduleLimit: must be a number from 1 to 1048576",
  ],
  ["no title", schemaOf(INTEGER, { title: "a sample" }), "/title: must be a kind"],
  ["a list as a schema", [] as unknown as Schema, ": must be an object"],
];

for (const [name, schema, message] of REFUSED) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => readModel(schema),
      (error: unknown) => error instanceof SchemaError && error.message.startsWith(message),
    );
  });
}

test("refuses two constants of one name", () => {
  const inner = { type: "object", additionalProperties: false, description: "An object.", properties: {} as Schema };
  inner.properties = { b: { ...INTEGER, description: "A field." } };
  const model = readModel(schemaOf(INTEGER, { properties: { a: inner, aB: { ...INTEGER, description: "A field." } } }));
  assert.throws(() => generateSource(model), { message: "/properties: two constants would be called A_B" });
});

test("names slots by their path", () => {
  const inner = {
    type: "object",
    additionalProperties: false,
    description: "An object.",
    properties: { ...schemaOf(INTEGER) },
  };
  inner.properties = { minRate: { ...INTEGER, description: "A field." } } as Schema;
  const list = { type: "array", maxItems: 3, description: "A list.", items: inner };
  const model = readModel(schemaOf({}, { properties: { someRules: list } }));
  assert.deepEqual(slotNames(model), [["SOME_RULES"], ["SOME_RULES_MIN_RATE"]]);
});

test("the fields of equal objects are one slot of several names", () => {
  const inner = { type: "object", additionalProperties: false, description: "An object.", properties: {} as Schema };
  inner.properties = { rate: { ...INTEGER, description: "A field." } };
  const other = { ...inner, description: "Another.", properties: { rate: { ...INTEGER, description: "Its field." } } };
  const model = readModel(schemaOf({}, { properties: { a: inner, b: other } }));
  assert.deepEqual(slotNames(model), [["A"], ["B"], ["A_RATE", "B_RATE"]]);
});

test("a map of objects has slots, and a row in the table", () => {
  const inner = { type: "object", additionalProperties: false, properties: {} as Schema };
  inner.properties = { rate: { ...INTEGER, description: "A field." } };
  const map = {
    type: "object",
    description: "A map.",
    minProperties: 1,
    maxProperties: 3,
    additionalProperties: inner,
  };
  const model = readModel(schemaOf({}, { properties: { limits: map } }));
  assert.deepEqual(slotNames(model), [["LIMITS"], ["LIMITS_RATE"]]);
  const table = withTable("<!-- configuration -->\n<!-- /configuration -->", model) ?? "";
  assert.match(table, /\| `limits` \| an object of 1 to 3 fields \|/);
  assert.match(table, /\| `limits\.\*\.rate` \| a whole number/);
});

test("equal rules are in the table once", () => {
  const field = (description: string): Schema => ({ ...INTEGER, description });
  const one = readModel(schemaOf({}, { properties: { a: field("A.") } }));
  const two = readModel(schemaOf({}, { properties: { a: field("A."), b: field("B.") } }));
  const other = readModel(schemaOf({}, { properties: { a: field("A."), b: { ...field("B."), maximum: 9 } } }));
  const size = (model: typeof one): number => tableBytes(model.root).length;
  // A field is its rule's offset, its key and an empty default; the rule is its type, three numbers and an empty text.
  assert.equal(size(two) - size(one), 5, "a field more, no rule more");
  assert.equal(size(other) - size(two), 8, "a rule more");
});

test("writes the README's table between its markers and nowhere else", () => {
  const model = readModel(schemaOf({ ...INTEGER, default: 3, description: "This | that." }));
  const text = "# A\n\n<!-- configuration -->\nold\n<!-- /configuration -->\n\n| mine |\n";
  const fresh = withTable(text, model) ?? "";
  assert.match(fresh, /^# A\n\n<!-- configuration -->\n\n\| Field /);
  assert.match(fresh, /\| `x` \| a whole number from 0 to 10 \| `3` \| This \\\| that\. \|/);
  assert.match(fresh, /<!-- \/configuration -->\n\n\| mine \|\n$/);
  assert.doesNotMatch(fresh, /old/);
  assert.equal(withTable(fresh, model), fresh);
  assert.equal(withTable("# A\n", model), undefined);
});

test("gives editors what JSON Schema knows: no duration format, no bounds that are strings", () => {
  const text = JSON.stringify(editorSchema(readModel(schemaOf({ ...PERIOD, default: "5s" }))));
  assert.doesNotMatch(text, /"format"|"minimum"|"maximum"/);
  assert.match(text, /"default":"5s"/);
  assert.match(text, /From 1s to 1m\./);
});

test("a module may have 40 KiB unless its schema says otherwise", () => {
  assert.equal(readModel(schemaOf(INTEGER)).moduleLimit, 40960);
  assert.equal(readModel(schemaOf(INTEGER, { "x-pointduty": { ...OWN, moduleLimit: 50000 } })).moduleLimit, 50000);
});

test("texts are ASCII and not longer than a byte can say", () => {
  assert.match(generateTexts({ A: "ab", B: "c" }), /A: Text = TEXTS \+ 0;[^]*B: Text = TEXTS \+ 3;/);
  for (const text of ["", "é", "a\n", "a".repeat(256)]) assert.throws(() => generateTexts({ A: text }), RangeError);
});

test("durations are those of Gateway API", () => {
  assert.equal(parseDuration("1h2m3s4ms"), 3723004);
  for (const text of ["", "1", "1d", "1.5s", "100000s", "1s1s1s1s1s"]) assert.equal(parseDuration(text), undefined);
});
