/**
 * Configurations of the retry budget that must be refused, each with the whole message: what a user sees in Envoy's log.
 * Every input is given as JSON text or as bytes; all of them go to the built reader in config.test.ts.
 */
import { encodeStruct as struct } from "./struct.ts";
import type { Json } from "./struct.ts";

/** What the input is, the input, the message. */
export type BadPolicy = readonly [name: string, input: string | Uint8Array, message: string];

const NAME =
  ' is not allowed; allowed: 1 to 63 characters of a-z, 0-9, "-" and ".", the first and the last a letter or digit';
const NO_NAME =
  '/name: missing, but required: 1 to 63 characters of a-z, 0-9, "-" and ".", the first and the last a letter or digit';
const PERCENT = " is not allowed; allowed: a number from 0 to 100 with at most 3 decimals";
const INTERVAL = " is not allowed; allowed: a duration from 1s to 1h in h, m, s and ms, such as 1m30s";
const BURST = " is not allowed; allowed: a whole number from 1 to 1000000";
const FIELDS = ": unknown field; allowed: name, budget, minRetryRate, burst, per, onExhausted, mode";
const PER = " is not allowed; one of: cluster, virtualHost, route, proxy";
const MODE = " is not allowed; one of: enforce, shadow";
const ON_EXHAUSTED = " is not allowed; one of: original, 503";
const AN_OBJECT = " is not allowed; allowed: an object";
const VALUE = "expected a value: object, list, string in double quotes, number, true or false";
const OBJECT = "expected {; allowed: a JSON object or a google.protobuf.Struct";
const KEY = "expected a field name in double quotes";
const RESOURCE =
  'configuration: a whole Kubernetes resource; allowed: the contents of its "spec", and "name" (`pointduty render` makes them)';
const STRUCT = " of the google.protobuf.Struct: ";

function hex(digits: string): Buffer {
  return Buffer.from(digits.replaceAll(" ", ""), "hex");
}

/** `inner` within `depth` brackets. */
function nest(open: string, inner: string, close: string, depth: number): string {
  return open.repeat(depth) + inner + close.repeat(depth);
}

/** An empty list within lists, `depth` in all. */
function lists(depth: number): Json {
  return depth === 1 ? [] : [lists(depth - 1)];
}

/** An empty object within objects, `depth` in all. */
function objects(depth: number): Json {
  return depth === 1 ? {} : { budget: objects(depth - 1) };
}

export const BAD_POLICIES: readonly BadPolicy[] = [
  // No object, or no JSON.
  ["0 bytes", "", "the configuration is empty; allowed: a JSON object or a google.protobuf.Struct"],
  ["white space only", " \n", "line 2 column 1: the text ends too early"],
  ["YAML", "name: shop\n", `line 1 column 1: ${OBJECT}`],
  ["YAML after a line break", "\nname: shop\n", `line 2 column 1: ${OBJECT}`],
  ["a list", '[{"name":"shop"}]', `configuration: a list${AN_OBJECT}`],
  ["a string", '"shop"', `configuration: "shop"${AN_OBJECT}`],
  ["a number", "5", `configuration: 5${AN_OBJECT}`],
  ["null", "null", `configuration: null${AN_OBJECT}`],
  ["true", "true", `configuration: true${AN_OBJECT}`],
  ["a byte order mark", '\ufeff{"name":"shop"}', "line 1 column 1: byte order mark; allowed: UTF-8 without one"],
  ["UTF-16", Buffer.from('{"name":"shop"}', "utf16le"), "line 1 column 2: NUL is not allowed"],
  ["text after the end", '{"name":"shop"} {}', "line 1 column 17: text after the configuration"],
  ["a comment", '{"name":"shop"} // budget', "line 1 column 17: text after the configuration"],
  ["a comma after the last field", '{"name":"shop",}', `line 1 column 16: ${KEY}`],
  ["two commas", '{"name":"shop",,"burst":1}', `line 1 column 16: ${KEY}`],
  ["no comma", '{"name":"shop" "burst":1}', 'line 1 column 16: expected "," or "}"'],
  ["no colon", '{"name" "shop"}', 'line 1 column 9: expected ":" after the field name'],
  ["a name without quotes", '{name:"shop"}', `line 1 column 2: ${KEY}`],
  ["single quotes", "{'name':'shop'}", `line 1 column 2: ${KEY}`],
  ["an unfinished object", '{"name":"shop"', "line 1 column 15: the text ends too early"],
  ["an unfinished string", '{"name":"shop', "line 1 column 14: a string without its closing quote"],
  ["an unfinished escape", '{"name":"shop\\', "line 1 column 15: a string without its closing quote"],
  ["a number as a name", "{1:2}", `line 1 column 2: ${KEY}`],
  ["a wrong bracket", '{"name":"shop"]', 'line 1 column 15: expected "," or "}"'],
  ["a closing bracket more", '{"name":"shop"}}', "line 1 column 16: text after the configuration"],
  ["a word that is none", '{"name":nil}', `line 1 column 9: ${VALUE}`],
  ["NaN", '{"burst":NaN}', `line 1 column 10: ${VALUE}`],
  ["Infinity", '{"burst":-Infinity}', "line 1 column 11: expected a digit"],
  ["a literal cut short", '{"burst":tru}', `line 1 column 10: ${VALUE}`],
  [
    "line and column count characters",
    '{\n  "name": "shöp",\n  "mode": "é" x\n}',
    'line 3 column 15: expected "," or "}"',
  ],
  ["a number without end", '{"burst":1', "line 1 column 11: the text ends too early"],
  ["a word without end", '{"burst":n', `line 1 column 10: ${VALUE}`],
  // Strings.
  ["a raw NUL in a string", hex("7b226e616d65223a2273680070227d"), "line 1 column 12: NUL is not allowed"],
  ["a NUL between tokens", hex("7b226e616d65223a002273227d"), "line 1 column 9: NUL is not allowed"],
  ["an escaped NUL", '{"name":"sh\\u0000p"}', "line 1 column 12: NUL is not allowed"],
  ["invalid UTF-8: a lone continuation byte", hex("7b226e616d65223a2280227d"), "line 1 column 10: invalid UTF-8"],
  ["invalid UTF-8: overlong", hex("7b226e616d65223a22c1a1227d"), "line 1 column 10: invalid UTF-8"],
  ["invalid UTF-8: a surrogate", hex("7b226e616d65223a22eda080227d"), "line 1 column 10: invalid UTF-8"],
  ["invalid UTF-8: above U+10FFFF", hex("7b226e616d65223a22f4908080227d"), "line 1 column 10: invalid UTF-8"],
  ["invalid UTF-8: cut short", hex("7b226e616d65223a22c3227d"), "line 1 column 10: invalid UTF-8"],
  ["invalid UTF-8 in a name", hex("7b22ff223a317d"), "line 1 column 3: invalid UTF-8"],
  ["invalid UTF-8 outside of strings", hex("7b22627572737422 3aff7d"), `line 1 column 10: ${VALUE}`],
  [
    "a line break in a string",
    '{"name":"sh\nop"}',
    "line 1 column 12: a control character in a string must be escaped",
  ],
  ["an unknown escape", '{"name":"sh\\op"}', "line 1 column 12: invalid escape in a string"],
  ["an escape of two digits", '{"name":"\\u00"}', "line 1 column 10: invalid escape in a string"],
  ["an escape that is not hex", '{"name":"\\u00zz"}', "line 1 column 10: invalid escape in a string"],
  ["a lone high surrogate", '{"name":"\\ud800x"}', "line 1 column 10: a surrogate without its other half"],
  ["a lone low surrogate", '{"name":"\\udc00"}', "line 1 column 10: a surrogate without its other half"],
  ["two high surrogates", '{"name":"\\ud800\\ud800"}', "line 1 column 10: a surrogate without its other half"],
  // Numbers.
  ["percent above its maximum", '{"name":"shop","budget":{"percent":100.0001}}', `/budget/percent: 100.0001${PERCENT}`],
  ["percent 101", '{"name":"shop","budget":{"percent":101}}', `/budget/percent: 101${PERCENT}`],
  ["percent below 0", '{"name":"shop","budget":{"percent":-0.001}}', `/budget/percent: -0.001${PERCENT}`],
  ["percent with four decimals", '{"name":"shop","budget":{"percent":0.0005}}', `/budget/percent: 0.0005${PERCENT}`],
  [
    "percent with many decimals",
    '{"name":"shop","budget":{"percent":20.00000000000000000000000000000000000000000000001}}',
    `/budget/percent: 20.0000000000000000000000000000000000000...${PERCENT}`,
  ],
  ["percent as a string", '{"name":"shop","budget":{"percent":"20"}}', `/budget/percent: "20"${PERCENT}`],
  ["percent with a sign", '{"name":"shop","budget":{"percent":"20%"}}', `/budget/percent: "20%"${PERCENT}`],
  ["percent null", '{"name":"shop","budget":{"percent":null}}', `/budget/percent: null${PERCENT}`],
  ["percent a list", '{"name":"shop","budget":{"percent":[20]}}', `/budget/percent: a list${PERCENT}`],
  ["percent an object", '{"name":"shop","budget":{"percent":{}}}', `/budget/percent: an object${PERCENT}`],
  ["a huge exponent", '{"name":"shop","budget":{"percent":1e400}}', `/budget/percent: 1e400${PERCENT}`],
  [
    "an exponent beyond any integer",
    '{"name":"shop","budget":{"percent":1e99999999999999999999}}',
    `/budget/percent: 1e99999999999999999999${PERCENT}`,
  ],
  ["a tiny exponent", '{"name":"shop","budget":{"percent":1e-400}}', `/budget/percent: 1e-400${PERCENT}`],
  [
    "many digits",
    '{"name":"shop","burst":123456789012345678901234567890}',
    `/burst: 123456789012345678901234567890${BURST}`,
  ],
  ["a leading zero", '{"name":"shop","burst":01}', "line 1 column 24: a number must not begin with 0"],
  ["a plus", '{"name":"shop","burst":+1}', `line 1 column 24: ${VALUE}`],
  ["a point without digits", '{"name":"shop","burst":1.}', "line 1 column 26: expected a digit"],
  ["a point first", '{"name":"shop","burst":.5}', `line 1 column 24: ${VALUE}`],
  ["an exponent without digits", '{"name":"shop","burst":1e}', "line 1 column 26: expected a digit"],
  ["a minus alone", '{"name":"shop","burst":-}', "line 1 column 25: expected a digit"],
  ["hex", '{"name":"shop","burst":0x10}', 'line 1 column 25: expected "," or "}"'],
  ["burst 0", '{"name":"shop","burst":0}', `/burst: 0${BURST}`],
  ["burst 1.5", '{"name":"shop","burst":1.5}', `/burst: 1.5${BURST}`],
  ["burst negative", '{"name":"shop","burst":-1}', `/burst: -1${BURST}`],
  ["burst above its maximum", '{"name":"shop","burst":1000001}', `/burst: 1000001${BURST}`],
  ["burst true", '{"name":"shop","burst":true}', `/burst: true${BURST}`],
  [
    "count negative",
    '{"name":"shop","minRetryRate":{"count":-1}}',
    "/minRetryRate/count: -1 is not allowed; allowed: a whole number from 0 to 1000000",
  ],
  [
    "count above its maximum",
    '{"name":"shop","minRetryRate":{"count":1000000.001}}',
    "/minRetryRate/count: 1000000.001 is not allowed; allowed: a whole number from 0 to 1000000",
  ],
  // Durations.
  ["interval 0", '{"name":"shop","budget":{"interval":"0s"}}', `/budget/interval: "0s"${INTERVAL}`],
  ["interval a number", '{"name":"shop","budget":{"interval":10}}', `/budget/interval: 10${INTERVAL}`],
  ["interval the number 0", '{"name":"shop","budget":{"interval":0}}', `/budget/interval: 0${INTERVAL}`],
  ["interval without unit", '{"name":"shop","budget":{"interval":"10"}}', `/budget/interval: "10"${INTERVAL}`],
  ["interval with a space", '{"name":"shop","budget":{"interval":"10 s"}}', `/budget/interval: "10 s"${INTERVAL}`],
  [
    "interval below its minimum",
    '{"name":"shop","budget":{"interval":"999ms"}}',
    `/budget/interval: "999ms"${INTERVAL}`,
  ],
  [
    "interval above its maximum",
    '{"name":"shop","budget":{"interval":"1h1ms"}}',
    `/budget/interval: "1h1ms"${INTERVAL}`,
  ],
  ["interval of days", '{"name":"shop","budget":{"interval":"1d"}}', `/budget/interval: "1d"${INTERVAL}`],
  ["interval with a fraction", '{"name":"shop","budget":{"interval":"1.5s"}}', `/budget/interval: "1.5s"${INTERVAL}`],
  ["interval negative", '{"name":"shop","budget":{"interval":"-10s"}}', `/budget/interval: "-10s"${INTERVAL}`],
  [
    "interval of six digits",
    '{"name":"shop","budget":{"interval":"100000ms"}}',
    `/budget/interval: "100000ms"${INTERVAL}`,
  ],
  [
    "interval of five pairs",
    '{"name":"shop","budget":{"interval":"1s1s1s1s1s"}}',
    `/budget/interval: "1s1s1s1s1s"${INTERVAL}`,
  ],
  ["interval empty", '{"name":"shop","budget":{"interval":""}}', `/budget/interval: ""${INTERVAL}`],
  [
    "floor's interval 0",
    '{"name":"shop","minRetryRate":{"interval":"0ms"}}',
    '/minRetryRate/interval: "0ms" is not allowed; allowed: a duration from 1ms to 1h in h, m, s and ms, such as 1m30s',
  ],
  ["interval in capitals", '{"name":"shop","budget":{"interval":"10S"}}', `/budget/interval: "10S"${INTERVAL}`],
  // Fields.
  ["no name", "{}", NO_NAME],
  ["no name, but others", '{"budget":{"percent":20}}', NO_NAME],
  ["an unknown field", '{"name":"shop","budgets":{"percent":20}}', `/budgets${FIELDS}`],
  [
    "an unknown field below",
    '{"name":"shop","budget":{"percentage":20}}',
    "/budget/percentage: unknown field; allowed: percent, interval",
  ],
  ["a field in another case", '{"Name":"shop"}', `/Name${FIELDS}`],
  ["native Envoy's name", '{"name":"shop","retry_budget":{"budget_percent":{"value":20}}}', `/retry_budget${FIELDS}`],
  ["an empty field name", '{"name":"shop","":1}', `/${FIELDS}`],
  ["a field name that a pointer escapes", '{"name":"shop","a/b~c":1}', `/a~1b~0c${FIELDS}`],
  ["a field name with control characters", '{"name":"shop","a\\n\\u001b[31m":1}', `/a\\x0a\\x1b[31m${FIELDS}`],
  [
    "a long field name",
    '{"name":"shop","aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee":1}',
    `/aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd...${FIELDS}`,
  ],
  ["name twice", '{"name":"shop","name":"other"}', "/name: given twice"],
  ["percent twice", '{"name":"shop","budget":{"percent":20,"percent":20}}', "/budget/percent: given twice"],
  ["twice, once with escapes", '{"name":"shop","\\u006eame":"shop"}', "/name: given twice"],
  ["name empty", '{"name":""}', `/name: ""${NAME}`],
  ["name in capitals", '{"name":"Shop"}', `/name: "Shop"${NAME}`],
  ["name with a semicolon", '{"name":"a;.;b"}', `/name: "a;.;b"${NAME}`],
  ["name with a slash", '{"name":"a/b"}', `/name: "a/b"${NAME}`],
  ["name that begins with a dash", '{"name":"-shop"}', `/name: "-shop"${NAME}`],
  ["name that ends with a point", '{"name":"shop."}', `/name: "shop."${NAME}`],
  [
    "name of 64 characters",
    '{"name":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}',
    `/name: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa..."${NAME}`,
  ],
  ["name of other letters", '{"name":"лавка"}', `/name: "\\xd0\\xbb\\xd0\\xb0\\xd0\\xb2\\xd0\\xba\\xd0\\xb0"${NAME}`],
  ["name a number", '{"name":5}', `/name: 5${NAME}`],
  ["name null", '{"name":null}', `/name: null${NAME}`],
  ["name false", '{"name":false}', `/name: false${NAME}`],
  ["budget a number", '{"name":"shop","budget":20}', `/budget: 20${AN_OBJECT}`],
  ["budget a list", '{"name":"shop","budget":[]}', `/budget: a list${AN_OBJECT}`],
  ["minRetryRate null", '{"name":"shop","minRetryRate":null}', `/minRetryRate: null${AN_OBJECT}`],
  ["per unknown", '{"name":"shop","per":"host"}', `/per: "host"${PER}`],
  ["per in another case", '{"name":"shop","per":"Cluster"}', `/per: "Cluster"${PER}`],
  ["per empty", '{"name":"shop","per":""}', `/per: ""${PER}`],
  ["mode unknown", '{"name":"shop","mode":"dry-run"}', `/mode: "dry-run"${MODE}`],
  ["mode true", '{"name":"shop","mode":true}', `/mode: true${MODE}`],
  ["onExhausted 500", '{"name":"shop","onExhausted":500}', `/onExhausted: 500${ON_EXHAUSTED}`],
  ["onExhausted 503.5", '{"name":"shop","onExhausted":503.5}', `/onExhausted: 503.5${ON_EXHAUSTED}`],
  ['onExhausted "504"', '{"name":"shop","onExhausted":"504"}', `/onExhausted: "504"${ON_EXHAUSTED}`],
  ["the first error counts", '{"name":"shop","per":"host","mode":"off"}', `/per: "host"${PER}`],
  ["a wrong value goes before a missing field", '{"mode":"off"}', `/mode: "off"${MODE}`],
  [
    "a Kubernetes resource",
    '{"apiVersion":"pointduty.dev/v1alpha1","kind":"RetryBudget","metadata":{"name":"shop"},"spec":{"budget":{"percent":20}}}',
    RESOURCE,
  ],
  [
    "a Kubernetes resource in another order",
    '{"kind":"BackendTrafficPolicy","spec":{},"metadata":{},"apiVersion":"gateway.networking.x-k8s.io/v1alpha1"}',
    RESOURCE,
  ],
  // Depth.
  ["33 lists", '{"name":' + nest("[", "", "]", 32) + "}", "line 1 column 40: nested deeper than 32 levels"],
  [
    "lists, 10,000 deep",
    '{"name":' + nest("[", "", "]", 10000) + "}",
    "line 1 column 40: nested deeper than 32 levels",
  ],
  ["objects, 10,000 deep", nest('{"budget":', "1", "}", 10000), "line 1 column 321: nested deeper than 32 levels"],
  ["opening brackets only", "[".repeat(10000), "line 1 column 33: nested deeper than 32 levels"],
  ["32 levels are no error of their own", '{"name":' + nest("[", "", "]", 31) + "}", `/name: a list${NAME}`],
  // google.protobuf.Struct.
  ["Struct: truncated before the first value", hex("0a 05 0a 01 61"), `line 2 column 1: ${OBJECT}`],
  [
    "Struct: percent above its maximum",
    struct({ name: "shop", budget: { percent: 100.0001 } }),
    `/budget/percent: about 100.0001${PERCENT}`,
  ],
  [
    "Struct: percent NaN",
    struct({ name: "shop", budget: { percent: NaN } }),
    `/budget/percent: NaN or a number beyond 9000000000${PERCENT}`,
  ],
  [
    "Struct: percent -Infinity",
    struct({ name: "shop", budget: { percent: -Infinity } }),
    `/budget/percent: NaN or a number beyond 9000000000${PERCENT}`,
  ],
  [
    "Struct: a tiny number",
    struct({ name: "shop", budget: { percent: 5e-324 } }),
    `/budget/percent: about 0${PERCENT}`,
  ],
  ["Struct: an integer out of range", struct({ name: "shop", burst: 1000001 }), `/burst: 1000001${BURST}`],
  ["Struct: burst 1.5", struct({ name: "shop", burst: 1.5 }), `/burst: 1.5${BURST}`],
  [
    "Struct: a number of thousandths out of range",
    struct({ name: "shop", budget: { percent: -12.345 } }),
    `/budget/percent: -12.345${PERCENT}`,
  ],
  ["Struct: an unknown field", struct({ name: "shop", budgets: 1 }), `/budgets${FIELDS}`],
  ["Struct: no name", struct({ mode: "shadow" }), NO_NAME],
  ["Struct: a null", struct({ name: null }), `/name: null${NAME}`],
  ["Struct: a list", struct({ name: ["shop"] }), `/name: a list${NAME}`],
  [
    "Struct: a Kubernetes resource",
    struct({ spec: {}, kind: "RetryBudget", apiVersion: "pointduty.dev/v1alpha1" }),
    RESOURCE,
  ],
  ["Struct: a field twice", Buffer.concat([struct({ name: "shop" }), struct({ name: "shop" })]), "/name: given twice"],
  [
    "Struct: a field twice below",
    Buffer.concat([struct({ name: "shop" }), hex("0a 0a 0a 06 627564676574 12 00")]),
    `byte 28${STRUCT}a value without a kind`,
  ],
  ["Struct: truncated by one byte", struct({ name: "shop" }).subarray(0, -1), `byte 2${STRUCT}truncated`],
  ["Struct: truncated in a length", hex("0a"), "line 2 column 1: the text ends too early"],
  ["Struct: truncated in a key", struct({ name: "shop" }).subarray(0, 6), `line 2 column 1: ${OBJECT}`],
  ["Struct: truncated in a double", struct({ burst: 1 }).subarray(0, -1), `byte 2${STRUCT}truncated`],
  ["Struct: a length that lies", hex("0a ff 01 0a 04 6e616d65 12 06 1a 04 73686f70"), `byte 3${STRUCT}truncated`],
  ["Struct: an inner length that lies", hex("0a 0e 0a 04 6e616d65 12 7f 1a 04 73686f70"), `byte 10${STRUCT}truncated`],
  ["Struct: a double of four bytes", hex("0a 0e 0a 05 6275727374 12 05 11 00000000"), `byte 12${STRUCT}truncated`],
  ["Struct: a varint without end", hex("0a ffffffffffffffffffff 12"), `byte 10${STRUCT}a varint that does not end`],
  [
    "Struct: a boolean without end",
    hex("0a 12 0a 04 6d6f6465 12 0a 20 ffffffffffffffffff"),
    `byte 20${STRUCT}truncated`,
  ],
  [
    "Struct: an unknown field of the Struct",
    hex("0a 0e 0a 04 6e616d65 12 06 1a 04 73686f70 12 00"),
    `byte 16${STRUCT}unknown field or wire type`,
  ],
  [
    "Struct: an unknown field of an entry",
    hex("0a 10 0a 04 6e616d65 12 06 1a 04 73686f70 18 01"),
    `byte 16${STRUCT}unknown field or wire type`,
  ],
  [
    "Struct: an unknown kind of value",
    hex("0a 0a 0a 04 6e616d65 12 02 38 01"),
    `byte 10${STRUCT}unknown field or wire type`,
  ],
  ["Struct: a wrong wire type", hex("0a 0a 0a 04 6e616d65 12 02 18 01"), `byte 10${STRUCT}unknown field or wire type`],
  [
    "Struct: a double as varint",
    hex("0a 0b 0a 05 6275727374 12 02 10 01"),
    `byte 11${STRUCT}unknown field or wire type`,
  ],
  ["Struct: a value without a kind", hex("0a 08 0a 04 6e616d65 12 00"), `byte 10${STRUCT}a value without a kind`],
  [
    "Struct: an entry without a value",
    hex("0a 0e 0a 04 6e616d65 12 06 1a 04 73686f70 0a 06 0a 04 6d6f6465"),
    `byte 24${STRUCT}a field without a value`,
  ],
  [
    "Struct: two kinds in a value",
    hex("0a 10 0a 04 6e616d65 12 08 1a 04 73686f70 20 01"),
    `byte 16${STRUCT}more than one kind in a value`,
  ],
  [
    "Struct: two keys in an entry",
    hex("0a 14 0a 04 6e616d65 0a 04 6e616d65 12 06 1a 04 73686f70"),
    `byte 8${STRUCT}unknown field or wire type`,
  ],
  [
    "Struct: two values in an entry",
    hex("0a 12 0a 04 6e616d65 12 06 1a 04 73686f70 12 02 20 01"),
    `byte 16${STRUCT}unknown field or wire type`,
  ],
  ["Struct: an entry without a key", hex("0a 04 12 02 20 01"), `/${FIELDS}`],
  ["Struct: invalid UTF-8 in a string", hex("0a 0c 0a 04 6e616d65 12 04 1a 02 c328"), `byte 12${STRUCT}invalid UTF-8`],
  ["Struct: invalid UTF-8 in a key", hex("0a 07 0a 01 ff 12 02 20 01"), `byte 4${STRUCT}invalid UTF-8`],
  ["Struct: a NUL in a string", hex("0a 0d 0a 04 6e616d65 12 05 1a 03 610062"), `byte 13${STRUCT}NUL is not allowed`],
  ["Struct: 33 levels", struct({ name: lists(32) }), `byte 136${STRUCT}nested deeper than 32 levels`],
  ["Struct: structs, 33 levels", struct({ budget: objects(32) }), `byte 515${STRUCT}nested deeper than 32 levels`],
  ["Struct: 32 levels are no error of their own", struct({ name: lists(31) }), `/name: a list${NAME}`],
  [
    "Struct: a TypedStruct",
    hex("0a 0b 747970652e782f41412e42 12 10 0a 0e 0a 04 6e616d65 12 06 1a 04 73686f70"),
    `byte 2${STRUCT}unknown field or wire type`,
  ],
  ["Struct: bytes that are neither", hex("08 01 12 02"), `line 1 column 1: ${OBJECT}`],
];
