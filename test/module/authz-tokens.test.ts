/** Istio's RequestAuthentication in policy files, and the jwt_authn that is rendered for it. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { parse } from "yaml";
import { companion } from "../../filters/authz/convert.ts";
import { isObject, type Json, type JsonObject } from "../../cli/policy/types.ts";
import { Desk } from "./cli.ts";

const KEYS = '{"keys":[]}';

/** A document; a rule on its fifth line. */
function tokens(name: string, rule: string, more = ""): string {
  return `apiVersion: security.istio.io/v1\nkind: RequestAuthentication\nmetadata: { name: ${name}, namespace: shop }\nspec:\n  { jwtRules: [${rule}]${more} }\n`;
}

const POLICY = `apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: { name: p, namespace: shop }\nspec: { rules: [{}] }\n`;
const OWN = `apiVersion: pointduty.dev/v1alpha1\nkind: Authorization\nmetadata: { name: all }\nspec:\n  { workload: { namespace: shop }, selector: { matchLabels: { app: orders } } }\n`;
const RULE = `{ issuer: a, jwks: '${KEYS}' }`;

const desk = new Desk();
after(() => desk.remove());

async function run(
  documents: readonly string[],
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  desk.write("p.yaml", documents.join("---\n"));
  return desk.run(...args, "p.yaml");
}

async function configuration(...documents: readonly string[]): Promise<JsonObject> {
  const { out } = await run(documents, "validate", "--json");
  const said = JSON.parse(out) as { policies: { configuration: JsonObject }[]; problems: Json[] };
  assert.deepEqual(said.problems, []);
  return said.policies[0]?.configuration ?? {};
}

test("alone, with policies, and with an Authorization it becomes part of the one policy", async () => {
  const item = { namespace: "shop", name: "t", spec: { jwtRules: [{ issuer: "a", jwks: KEYS }] } };
  const alone = await configuration(tokens("t", RULE));
  assert.deepEqual([alone["requestAuthentications"], alone["policies"], alone["profile"]], [[item], [], "compat"]);
  const both = await configuration(POLICY, tokens("t", RULE));
  assert.deepEqual([both["requestAuthentications"], both["name"]], [[item], "p"]);
  const own = await configuration(OWN, POLICY, tokens("t", RULE));
  assert.deepEqual([own["requestAuthentications"], own["profile"]], [[item], undefined]);
});

test("jwks_uri is jwksUri, and complaints about it name what was written", async () => {
  const { requestAuthentications } = await configuration(tokens("t", "{ issuer: a, jwks_uri: x }"));
  const [item] = requestAuthentications as { spec: Json }[];
  assert.deepEqual(item?.spec, { jwtRules: [{ issuer: "a", jwksUri: "x" }] });
  const { out } = await run([tokens("t", "{ issuer: a, jwks_uri: 7 }")], "validate");
  assert.equal(out, "p.yaml:5:39: /spec/jwtRules/0/jwks_uri: 7 is not allowed; allowed: a string of 1 to 2048 bytes\n");
});

/** What it is, the documents, the target, and the problem with its line, column and pointer. */
const BAD: readonly (readonly [name: string, documents: readonly string[], target: string, problem: string])[] = [
  [
    "both names of the address",
    [tokens("t", "{ issuer: a, jwksUri: x, jwks_uri: x }")],
    "envoy",
    "5:41: /spec/jwtRules/0/jwks_uri: unknown field; allowed: issuer, audiences, jwksUri, jwks, fromHeaders, fromParams, fromCookies, outputPayloadToHeader, outputClaimToHeaders, forwardOriginalToken, timeout, spaceDelimitedClaims",
  ],
  [
    "no keys",
    [POLICY, tokens("t", "{ issuer: a }")],
    "envoy",
    "10:16: /spec/jwtRules/0: missing, but required for Envoy to verify tokens: jwks or jwksUri (keys are not looked for at the issuer)",
  ],
  [
    "keys from a file",
    [tokens("t", "{ issuer: a, jwksUri: 'file:///keys' }")],
    "envoy",
    '5:38: /spec/jwtRules/0/jwksUri: "file:///keys" is no address to fetch keys from; allowed: a URL that begins with https:// or http://',
  ],
  [
    "keys from an address, in Istio",
    [OWN, POLICY, tokens("t", "{ issuer: a, jwks_uri: 'https://keys' }")],
    "istio",
    "16:39: /spec/jwtRules/0/jwks_uri: it takes a cluster of its own, which an EnvoyFilter does not bring; allowed: the keys as jwks, or token: claimsOnly, and the RequestAuthentication applied as it is for Istio to verify tokens",
  ],
];

for (const [name, documents, target, problem] of BAD) {
  test(`refused: ${name}`, async () => {
    const { code, out, err } = await run(documents, "render", "--target", target);
    assert.deepEqual([code, out, err], [1, "", `p.yaml:${problem}\n`]);
  });
}

/** The filters before ours, by name. */
function before(filters: readonly JsonObject[]): string[] {
  return filters.map(({ name }) => String(name));
}

function find(node: Json, key: string): Json[] {
  if (Array.isArray(node)) return (node as Json[]).flatMap((item) => find(item, key));
  if (!isObject(node)) return [];
  return Object.entries(node).flatMap(([name, value]) => [...(name === key ? [value] : []), ...find(value, key)]);
}

test("render: jwt_authn, the facts and the policy, in this order", async () => {
  const { out } = await run([OWN, POLICY, tokens("t", RULE)], "render", "--json", "--target", "envoy");
  const [bootstrap] = (JSON.parse(out) as { files: { text: string }[] }).files;
  const filters = find(parse(bootstrap?.text ?? "") as Json, "http_filters")[0] as JsonObject[];
  const names = ["envoy.filters.http.jwt_authn", "pointduty.facts", "pointduty.authz.all"];
  assert.deepEqual(before(filters), [...names, "envoy.filters.http.router"]);
  const istio = await run([OWN, POLICY, tokens("t", RULE)], "render", "--target", "istio");
  assert.deepEqual([istio.code, istio.err], [0, ""]);
  const patches = find(parse(istio.out) as Json, "configPatches")[0] as JsonObject[];
  const inserted = patches.filter(({ applyTo }) => applyTo === "HTTP_FILTER");
  const values = inserted.map(({ patch }) => (patch as JsonObject)["value"] as JsonObject);
  assert.deepEqual(before(values), [...names, ...names], "for sidecars and for gateways");
});

test("render: keys from an address come with their cluster", async () => {
  const rules = "{ issuer: a, jwksUri: 'https://keys.example/a' }, { issuer: b, jwksUri: 'https://keys.example/b' }";
  const { out } = await run([POLICY, tokens("t", rules)], "render", "--json", "--target", "envoy");
  const [bootstrap] = (JSON.parse(out) as { files: { text: string }[] }).files;
  const clusters = find(parse(bootstrap?.text ?? "") as Json, "clusters")[0] as JsonObject[];
  assert.deepEqual(before(clusters), ["backend", "jwks.keys.example.443"]);
  assert.deepEqual(find(clusters, "sni"), ["keys.example"]);
  assert.deepEqual(find(clusters, "exact"), ["keys.example"]);
});

/** `requires` of jwt_authn for so many issuers. */
function requires(issuers: readonly string[], more: object = {}): Json {
  const jwtRules = issuers.map((issuer) => ({ issuer, jwks: KEYS }));
  const made = companion({
    requestAuthentications: [{ namespace: "a", name: "b", spec: { jwtRules } }],
    ...more,
  } as unknown as JsonObject);
  return find(made?.filter ?? {}, "requires")[0] ?? null;
}

test("compat asks for tokens as Istio's generator does, by issuer", () => {
  const one = { requires_any: { requirements: [{ provider_name: "origins-0" }, { allow_missing: {} }] } };
  assert.deepEqual(requires(["a"], { profile: "compat" }), one);
  const other = { requires_any: { requirements: [{ provider_name: "origins-1" }, { allow_missing: {} }] } };
  const all = { requires_all: { requirements: [one, other] } };
  const several = [{ provider_name: "origins-0" }, { provider_name: "origins-1" }, all];
  assert.deepEqual(requires(["b", "a"], { profile: "compat" }), { requires_any: { requirements: several } });
  const made = companion({
    profile: "compat",
    requestAuthentications: [
      {
        spec: {
          jwtRules: [
            { issuer: "b", jwks: "1" },
            { issuer: "a", jwks: "2" },
          ],
        },
      },
    ],
  } as unknown as JsonObject);
  assert.deepEqual(find(made?.filter ?? {}, "issuer"), ["a", "b"]);
});

test("strict lets jwt_authn verify, and judges itself", () => {
  const requirements = [{ provider_name: "origins-0" }, { allow_missing_or_failed: {} }];
  assert.deepEqual(requires(["a"]), { requires_any: { requirements } });
});

test("who says that another verifies the tokens gets no jwt_authn", () => {
  assert.equal(requires(["a"], { token: "claimsOnly", profile: "compat" }), null);
  assert.equal(requires([]), null);
});
