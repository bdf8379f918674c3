/**
 * RequestAuthentication through the real Envoy: jwt_authn, as it is rendered for a policy, verifies; the policy judges the
 * token and its claims. `strict` answers to every fault itself, `compat` leaves them to jwt_authn, as Istio does.
 */
import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { request as sendTls } from "node:https";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { companion } from "../../filters/authz/convert.ts";
import type { JsonObject } from "../../cli/policy/types.ts";
import { startBackend, type Arrival, type Backend } from "../lib/backend.ts";
import { bootstrap, listenerOf, serveTls, sideBySide } from "../lib/bootstrap.ts";
import { Authority, canCertify, type Certificate } from "../lib/certificates.ts";
import { header, request, type Response } from "../lib/client.ts";
import { startEnvoy, waitFor, type Envoy } from "../lib/envoy.ts";
import { PolicyFile } from "../lib/policy.ts";
import { base64url, hmacToken, keySet, newKey, token } from "../lib/tokens.ts";

const SKIP = canCertify() ? false : "openssl is not there";
const ISSUER = "https://issuer.example";
const LATER = 4_715_782_722;
const CLAIMS = { iss: ISSUER, sub: "u1", aud: "shop", exp: LATER, group: ["staff", "users"], scope: "read write" };

const rsa = newKey("rsa-1");
const ec = newKey("ec-1", "ES256");
/** A key that nobody has published. */
const foreign = newKey("rsa-1");

const RULE = {
  issuer: ISSUER,
  audiences: ["shop"],
  outputPayloadToHeader: "x-claims",
  outputClaimToHeaders: [{ header: "x-sub", claim: "sub" }],
};
const OTHER = { issuer: "https://other.example", fromHeaders: [{ name: "x-token", prefix: "T " }], fromCookies: ["t"] };

const POLICY = {
  rules: [
    { to: [{ operation: { paths: ["/open"] } }] },
    { to: [{ operation: { paths: ["/user"] } }], from: [{ source: { requestPrincipals: [`${ISSUER}/u1`] } }] },
    { to: [{ operation: { paths: ["/staff"] } }], when: [{ key: "request.auth.claims[group]", values: ["staff"] }] },
    { to: [{ operation: { paths: ["/write"] } }], when: [{ key: "request.auth.claims[scope]", values: ["write"] }] },
  ],
};

/** The policies, a listener each. */
const NAMES = ["strict", "compat", "kept", "remote", "mtls"] as const;
type Name = (typeof NAMES)[number];

let keyServer: Server;
let backend: Backend;
let envoy: Envoy;
let authority: Authority;
const policies = {} as Record<Name, PolicyFile>;

function configuration(name: Name, more: object = {}): JsonObject {
  const keys =
    name === "remote"
      ? { jwksUri: `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}/keys` }
      : { jwks: keySet(rsa, ec) };
  const kept = name === "kept" ? { forwardOriginalToken: true } : {};
  const jwtRules = [OTHER, RULE].map((rule) => ({ ...rule, ...keys, ...kept }));
  return {
    name,
    profile: name === "compat" ? "compat" : "strict",
    exemptPaths: ["/healthz"],
    requestAuthentications: [{ namespace: "default", name: "r", spec: { jwtRules } }],
    policies: [{ namespace: "default", name: "p", spec: POLICY }],
    ...more,
  } as unknown as JsonObject;
}

before(async () => {
  if (SKIP !== false) return;
  authority = new Authority();
  keyServer = createServer((_, response) => response.end(keySet(rsa))).listen(0, "127.0.0.1");
  await new Promise((resolve) => keyServer.once("listening", resolve));
  backend = await startBackend({ keepHeaders: true });
  const trees = NAMES.map((name) => {
    const policy = new PolicyFile(configuration(name), { filter: "authz" });
    policies[name] = policy;
    const tree = bootstrap({
      policies: [policy],
      clusters: [{ name: "backend", to: [backend] }],
      companion: companion(configuration(name)),
      facts: true,
      hcm: { stat_prefix: name },
    });
    if (name === "mtls") serveTls(listenerOf(tree), authority.issue(["DNS:localhost"]), authority);
    return [name, tree] as const;
  });
  envoy = await startEnvoy({ bootstrap: sideBySide(trees), workers: 1 });
  for (const policy of Object.values(policies)) {
    assert.equal(await policy.judged(envoy, { accepted: 0, rejected: 0 }), "accepted");
  }
});

after(async () => {
  await envoy?.stop();
  await backend?.close();
  keyServer?.close();
  for (const policy of Object.values(policies)) policy.remove();
});

let asked = 0;

/** Answer and arrival of a request. */
async function ask(
  name: Name,
  path: string,
  headers: Record<string, string> = {},
): Promise<Response & { arrival: Arrival | undefined }> {
  const id = `token-${asked++}`;
  const response = await request({ port: envoy.port(name), path, id, headers });
  return { ...response, arrival: (await backend.events()).find((arrival) => arrival.id === id) };
}

function bearer(text: string): Record<string, string> {
  return { authorization: `Bearer ${text}` };
}

function upstream(arrival: Arrival | undefined, name: string): string | undefined {
  return arrival?.headers?.find(([key]) => key === name)?.[1];
}

test("a good token: its claims decide, and it does not go on", { skip: SKIP }, async () => {
  for (const name of ["strict", "compat"] as const) {
    for (const key of [rsa, ec]) {
      const good = bearer(token(key, CLAIMS));
      for (const path of ["/open", "/user", "/staff", "/write"]) {
        const { status, arrival } = await ask(name, path, good);
        assert.equal(status, 200, `${name} ${path}`);
        assert.equal(upstream(arrival, "authorization"), undefined);
        assert.equal(upstream(arrival, "x-sub"), "u1");
        assert.deepEqual(JSON.parse(Buffer.from(upstream(arrival, "x-claims") ?? "", "base64url").toString()), CLAIMS);
      }
    }
    assert.equal((await ask(name, "/user", bearer(token(rsa, { ...CLAIMS, sub: "u2" })))).status, 403);
    assert.equal((await ask(name, "/write", bearer(token(rsa, { ...CLAIMS, scope: "read" })))).status, 403);
  }
});

test("without a token there are no claims, whatever the client says of them", { skip: SKIP }, async () => {
  const forged = { "x-sub": "u1", "x-claims": base64url(CLAIMS) };
  for (const name of NAMES.filter((listener) => listener !== "mtls")) {
    assert.equal((await ask(name, "/user", forged)).status, 403, name);
    const { status, arrival } = await ask(name, "/open", forged);
    assert.equal(status, 200, name);
    assert.deepEqual([upstream(arrival, "x-sub"), upstream(arrival, "x-claims")], [undefined, undefined], name);
  }
});

test("a token goes on where its rule says so", { skip: SKIP }, async () => {
  const good = bearer(token(rsa, CLAIMS));
  const { status, arrival } = await ask("kept", "/user", good);
  assert.deepEqual([status, upstream(arrival, "authorization")], [200, good["authorization"]]);
});

test("a token in the query or in a cookie is taken out of them", { skip: SKIP }, async () => {
  const query = await ask("strict", `/user?a=1&access_token=${token(rsa, CLAIMS)}&b=2`);
  assert.deepEqual([query.status, query.arrival?.path], [200, "/user?a=1&b=2"]);
  const other = token(rsa, { ...CLAIMS, iss: OTHER.issuer });
  const cookie = await ask("strict", "/staff", { cookie: `a=1; t=${other}; b=2` });
  assert.deepEqual([cookie.status, upstream(cookie.arrival, "cookie")], [200, "a=1; b=2"]);
  const own = await ask("strict", "/staff", { "x-token": `T ${other}` });
  assert.deepEqual([own.status, upstream(own.arrival, "x-token")], [200, undefined]);
});

const [HEAD = "", BODY = "", SIGNATURE = ""] = token(rsa, CLAIMS).split(".");
/** The same bytes, but for bits that stand for nothing. */
function loose(text: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const last = alphabet.indexOf(text.at(-1) ?? "");
  return text.slice(0, -1) + (alphabet[last + 1] ?? "");
}

/** Tokens that no service should take, and what the compat profile makes of them: Istio's answer. */
const FAULTS: readonly (readonly [name: string, token: () => string, compat: number])[] = [
  ["a signature of another key", () => token(foreign, CLAIMS), 401],
  ["claims that were changed", () => `${HEAD}.${base64url({ ...CLAIMS, sub: "root" })}.${SIGNATURE}`, 401],
  ["no signature", () => `${base64url({ alg: "none" })}.${BODY}.`, 401],
  ["the public key as a secret", () => hmacToken(keySet(rsa), CLAIMS, { alg: "HS256", kid: "rsa-1" }), 401],
  ["an issuer that is not known", () => token(rsa, { ...CLAIMS, iss: "https://evil.example" }), 401],
  ["another audience", () => token(rsa, { ...CLAIMS, aud: "bank" }), 403],
  ["expired", () => token(rsa, { ...CLAIMS, exp: 1_000_000_000 }), 401],
  ["not yet valid", () => token(rsa, { ...CLAIMS, nbf: LATER - 1 }), 401],
  ["no token at all", () => "x", 401],
  ["no expiry", () => token(rsa, { ...CLAIMS, exp: undefined }), 200],
  ["expiry 0", () => token(rsa, { ...CLAIMS, exp: 0 }), 200],
  ["issued in the future", () => token(rsa, { ...CLAIMS, iat: LATER - 1 }), 200],
  ["crit", () => token(rsa, CLAIMS, { crit: ["b64"], b64: false }), 200],
  ["NUL in a claim", () => token(rsa, { ...CLAIMS, sub: "u1\0" }), 403],
  ["last bits that are not 0", () => `${HEAD}.${BODY}.${loose(SIGNATURE)}`, 200],
  ["too long", () => token(rsa, { ...CLAIMS, more: "x".repeat(8000) }), 200],
  ["a dot at the end", () => `${HEAD}.${BODY}.${SIGNATURE}.`, 200],
];

for (const [name, make, compat] of FAULTS) {
  test(`a token's fault: ${name}`, { skip: SKIP }, async () => {
    const bad = bearer(make());
    const denied = await ask("strict", "/user", bad);
    assert.equal(denied.status, 401);
    assert.equal(denied.body, "Jwt is not accepted");
    assert.equal(header(denied, "www-authenticate"), 'Bearer error="invalid_token"');
    assert.equal(denied.arrival, undefined);
    assert.equal((await ask("strict", "/open", bad)).status, 401, "whoever sends a bad token is told");
    assert.equal((await ask("compat", "/user", bad)).status, compat, "compat");
  });
}

test("two tokens are one too many", { skip: SKIP }, async () => {
  const good = token(rsa, CLAIMS);
  const other = token(rsa, { ...CLAIMS, iss: OTHER.issuer });
  assert.equal((await ask("strict", `/user?access_token=${good}`, bearer(good))).status, 401);
  assert.equal((await ask("strict", `/user?access%5Ftoken=${good}`, bearer(good))).status, 401);
  assert.equal((await ask("strict", "/user", { ...bearer(good), cookie: `t=${other}` })).status, 401);
  assert.equal((await ask("strict", "/user", { ...bearer(good), cookie: `a=1;\tt = ${other}` })).status, 401);
});

test("what a service may take for a token, and jwt_authn does not", { skip: SKIP }, async () => {
  const good = token(rsa, CLAIMS);
  for (const scheme of ["bearer ", "Bearer\t", "Basic x, bearer ", "x Bearer "]) {
    const headers = { authorization: scheme + good };
    assert.equal((await ask("strict", "/user", headers)).status, 401, scheme);
    assert.equal((await ask("strict", "/open", headers)).status, 401, scheme);
  }
  assert.equal((await ask("strict", "/open", { authorization: "Basic YmVhcmVyOng=" })).status, 200);
});

test("an exempt path passes with a bad token, and a preflight without one", { skip: SKIP }, async () => {
  assert.equal((await ask("strict", "/healthz", bearer("x"))).status, 200);
  const preflight = { origin: "https://a.example", "access-control-request-method": "GET" };
  const id = `token-${asked++}`;
  const { status } = await request({
    port: envoy.port("strict"),
    method: "OPTIONS",
    path: "/open",
    id,
    headers: preflight,
  });
  assert.equal(status, 200);
});

test("shadow denies nobody, and takes no token away; enforce comes back with the policy", { skip: SKIP }, async () => {
  const shadow = configuration("strict", { mode: "shadow" });
  assert.equal(await policies.strict.update(envoy, shadow), "accepted");
  const bad = bearer(token(foreign, CLAIMS));
  const passed = await ask("strict", "/user", bad);
  assert.deepEqual([passed.status, upstream(passed.arrival, "authorization")], [200, bad["authorization"]]);
  assert.equal(await policies.strict.update(envoy, configuration("strict")), "accepted");
  assert.equal((await ask("strict", "/user", bad)).status, 401);
});

test("keys from an address", { skip: SKIP }, async () => {
  const good = bearer(token(rsa, CLAIMS));
  await waitFor("the keys", 10_000, async () =>
    (await ask("remote", "/user", good)).status === 200 ? true : undefined,
  );
  assert.equal((await ask("remote", "/user", bearer(token(foreign, CLAIMS)))).status, 401);
  assert.equal((await ask("remote", "/user", bearer(hmacToken("x", CLAIMS, { alg: "HS256" })))).status, 401);
});

test("a token that names a certificate is good in its owner's hands alone", { skip: SKIP }, async () => {
  const [owner, thief] = [authority.issue(["DNS:a.example"]), authority.issue(["DNS:b.example"])];
  const thumbprint = createHash("sha256").update(new X509Certificate(owner.cert).raw).digest("base64url");
  const bound = bearer(token(rsa, { ...CLAIMS, cnf: { "x5t#S256": thumbprint } }));
  const by = (certificate?: Certificate): Promise<number> =>
    new Promise((resolve, reject) => {
      const own = certificate && { cert: certificate.cert, key: certificate.key };
      const target = { host: "127.0.0.1", port: envoy.port("mtls"), path: "/user", headers: bound, agent: false };
      const sent = sendTls({ ...target, ...own, rejectUnauthorized: false }, (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode ?? 0));
      });
      sent.on("error", reject);
      sent.end();
    });
  assert.deepEqual([await by(owner), await by(thief), await by()], [200, 401, 401]);
});
