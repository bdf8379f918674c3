/**
 * What header-routing learns from Envoy beside the headers, in each of its forms: the caller's certificate, verified claims,
 * the port. And the cookie by which a client keeps a key that the filter has drawn.
 */
import assert from "node:assert/strict";
import { request as send } from "node:https";
import { after, before, test } from "node:test";
import { bootstrap, listenerOf, serveTls, sideBySide, type Message } from "../lib/bootstrap.ts";
import { Authority, canCertify, type Certificate } from "../lib/certificates.ts";
import { startEnvoy, type Envoy } from "../lib/envoy.ts";
import { PolicyFile } from "../lib/policy.ts";
import { keySet, newKey, token } from "../lib/tokens.ts";
import { xxh64 } from "../lib/xxh64.ts";
import { Arm, armRoutes } from "./routing.ts";
import { WORKERS } from "./support.ts";

const SKIP = canCertify() ? false : "openssl is not there";
const ID = "spiffe://cluster.local/ns/a/sa/b";
const ISSUER = "https://issuer.example";
const KEY = newKey("k");
/** Filter state with the identity, where mutual TLS ends before. */
const PEER = "test.peer";

/** Where the facts come from: the document, single properties, and properties with the identity in filter state. */
const FORMS = ["document", "properties", "state"] as const;
type Form = (typeof FORMS)[number];

const ENVOY_FILTERS = "type.googleapis.com/envoy.extensions.filters.http";

/** Verifies tokens that are there, and asks for none. */
const JWT_AUTHN: Message = {
  name: "envoy.filters.http.jwt_authn",
  typed_config: {
    "@type": `${ENVOY_FILTERS}.jwt_authn.v3.JwtAuthentication`,
    providers: {
      p: {
        issuer: ISSUER,
        local_jwks: { inline_string: keySet(KEY) },
        forward: true,
        payload_in_metadata: "payload",
      },
    },
    rules: [
      {
        match: { prefix: "/" },
        requires: { requires_any: { requirements: [{ provider_name: "p" }, { allow_missing: {} }] } },
      },
    ],
  },
};

/** What stands in for a waypoint's own filter, which knows who called. */
const PEER_STATE: Message = {
  name: "test.peer",
  typed_config: {
    "@type": `${ENVOY_FILTERS}.set_filter_state.v3.Config`,
    on_request_headers: [
      {
        object_key: PEER,
        factory_key: "envoy.string",
        format_string: { text_format_source: { inline_string: "%DOWNSTREAM_PEER_URI_SAN%" } },
      },
    ],
  },
};

function at(path: string): object[] {
  return [{ path: { type: "Exact", value: path } }];
}

/** @param port of the listener; 0: not known yet */
function policyOf(form: Form, port = 0): object {
  const preview = { default: "v1", entries: { "7": "v2" } };
  const byClaim = { default: "v1", entries: { u1: "v2", "5": "v2", "5.5": "v2", true: "v2" } };
  return {
    name: form,
    facts: form === "document" ? "document" : "properties",
    ...(form === "state" ? { identity: { filterState: PEER } } : {}),
    arms: [{ name: "v1" }, { name: "v2" }],
    rules: [
      { name: "caller", matches: [{ path: { value: "/caller" }, peer: { value: ID } }], arm: "v2" },
      {
        name: "typed",
        matches: [{ path: { value: "/typed" }, claims: [{ claim: "level", number: 5 }] }],
        arm: "v2",
      },
      { name: "sub", matches: at("/sub"), key: [{ claim: "sub" }], table: byClaim },
      { name: "level", matches: at("/level"), key: [{ claim: "level" }], table: byClaim },
      { name: "beta", matches: at("/beta"), key: [{ claim: "beta" }], table: byClaim },
      { name: "peer", matches: at("/peer"), key: [{ peer: true }], table: { default: "v1", entries: { [ID]: "v2" } } },
      {
        name: "trusted",
        matches: at("/trusted"),
        key: [{ header: "x-preview", trust: { peers: [{ value: ID }] } }],
        table: preview,
      },
      {
        name: "port",
        matches: at("/port"),
        key: [{ header: "x-preview", trust: { ports: [port === 0 ? 1 : port] } }],
        table: preview,
      },
      {
        name: "cookie",
        matches: at("/cookie"),
        key: [{ generate: { cookie: "pd-canary", maxAge: "1h", sameSite: "Strict" } }],
        split: { salt: "spring", default: "v1", arms: [{ arm: "v2", percent: 50 }] },
      },
    ],
  };
}

let authority: Authority;
let mine: Certificate;
let arms: Arm[];
let envoy: Envoy;
const policies = {} as Record<Form, PolicyFile>;

before(async () => {
  if (SKIP !== false) return;
  authority = new Authority();
  mine = authority.issue([`URI:${ID}`]);
  const server = authority.issue(["DNS:localhost"]);
  arms = await Promise.all(["v1", "v2"].map((name) => Arm.start(name)));
  const routes = armRoutes(["v1", "v2"]);
  const trees = FORMS.map((form): [string, Message] => {
    policies[form] = new PolicyFile(policyOf(form), { filter: "header-routing" });
    const tree = bootstrap({
      policies: [policies[form]],
      clusters: arms.map((arm) => ({ name: arm.name, to: [arm.port] })),
      routes,
      facts: form === "document",
      httpFilters: form === "state" ? [JWT_AUTHN, PEER_STATE] : [JWT_AUTHN],
      hcm: { stat_prefix: form },
    });
    serveTls(listenerOf(tree), server, authority);
    return [form, tree];
  });
  const extensions = FORMS.map((form) => policies[form].resource);
  envoy = await startEnvoy({ bootstrap: sideBySide(trees), workers: WORKERS, extensions });
});

after(async () => {
  await envoy?.stop();
  for (const policy of Object.values(policies)) policy.remove();
  await Promise.all((arms ?? []).map((arm) => arm.close()));
});

interface Client {
  readonly certificate?: Certificate;
  readonly headers?: Record<string, string>;
}

/** The arm that answers, and the cookies that the client is given. */
function ask(form: Form, path: string, client: Client = {}): Promise<{ arm: string; cookies: string[] }> {
  const { certificate, headers = {} } = client;
  const identity = certificate && { cert: certificate.cert, key: certificate.key };
  const where = { host: "127.0.0.1", port: envoy.port(form), path, agent: false, rejectUnauthorized: false };
  return new Promise((resolve, reject) => {
    const sent = send({ ...where, ...identity, headers }, (response) => {
      let arm = "";
      response.on("data", (chunk: Buffer) => (arm += chunk.toString("latin1")));
      response.on("end", () => resolve({ arm, cookies: response.headers["set-cookie"] ?? [] }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

function bearer(claims: object): Record<string, string> {
  return { authorization: `Bearer ${token(KEY, { iss: ISSUER, exp: 4_715_782_722, ...claims })}` };
}

for (const form of FORMS) {
  const options = { skip: SKIP };

  test(`${form}: the caller is the one URI SAN of its certificate`, options, async () => {
    for (const path of ["/caller", "/peer"]) {
      assert.equal((await ask(form, path, { certificate: mine })).arm, "v2", path);
      assert.equal((await ask(form, path)).arm, "v1", path);
      const other = authority.issue([`URI:${ID}x`]);
      assert.equal((await ask(form, path, { certificate: other })).arm, "v1", path);
      const headers = { "x-forwarded-client-cert": `URI=${ID}` };
      assert.equal((await ask(form, path, { headers })).arm, "v1", `${path}: a header is nobody`);
    }
  });

  test(`${form}: a certificate with two URI SANs, or one with a comma`, options, async () => {
    const comma = authority.issue([`URI:spiffe://x,${ID}`]);
    assert.equal((await ask(form, "/caller", { certificate: comma })).arm, "v1");
    // Of single properties the first SAN is one, and nothing says that there are more: the README says so.
    const both = authority.issue([`URI:${ID}`, "URI:spiffe://evil/ns/x/sa/y"]);
    assert.equal((await ask(form, "/caller", { certificate: both })).arm, form === "properties" ? "v2" : "v1");
  });

  test(`${form}: verified claims, by their type`, options, async () => {
    const headers = bearer({ sub: "u1", level: 5, beta: true });
    for (const path of ["/sub", "/level", "/beta", "/typed"])
      assert.equal((await ask(form, path, { headers })).arm, "v2", path);
    assert.equal((await ask(form, "/level", { headers: bearer({ level: 5.5 }) })).arm, "v2");
    assert.equal((await ask(form, "/sub", { headers: bearer({ sub: "u2" }) })).arm, "v1");
    assert.equal((await ask(form, "/typed", { headers: bearer({ level: "5" }) })).arm, "v1", "a text is no number");
    for (const path of ["/sub", "/level", "/beta", "/typed"]) assert.equal((await ask(form, path)).arm, "v1", path);
  });

  test(`${form}: a key that is taken from trusted callers and ports alone`, options, async () => {
    const headers = { "x-preview": "7" };
    assert.equal((await ask(form, "/trusted", { headers, certificate: mine })).arm, "v2");
    assert.equal((await ask(form, "/trusted", { headers })).arm, "v1");
    assert.equal((await ask(form, "/port", { headers })).arm, "v1");
    assert.equal(await policies[form].update(envoy, policyOf(form, envoy.port(form))), "accepted");
    assert.equal((await ask(form, "/port", { headers })).arm, "v2");
  });

  test(`${form}: a client that keeps its cookie keeps its arm`, options, async () => {
    const seen = new Set<string>();
    for (let n = 0; n < 12; n++) {
      const first = await ask(form, "/cookie");
      const [, key = ""] = /^pd-canary=([0-9a-f]{16}); /.exec(first.cookies[0] ?? "") ?? [];
      assert.equal(first.cookies.length, 1);
      assert.equal(first.cookies[0], `pd-canary=${key}; Path=/; Max-Age=3600; Secure; HttpOnly; SameSite=Strict`);
      seen.add(key);
      const arm = xxh64(Buffer.from(`spring\0${key}`)) % 10_000n < 5000n ? "v2" : "v1";
      assert.equal(first.arm, arm);
      const again = await ask(form, "/cookie", { headers: { cookie: `a=b; pd-canary=${key}` } });
      assert.deepEqual(again, { arm, cookies: [] });
    }
    assert.equal(seen.size, 12, "each client has a key of its own");
    const [forged] = (await ask(form, "/cookie", { headers: { cookie: "pd-canary=x" } })).cookies;
    assert.match(forged ?? "", /^pd-canary=[0-9a-f]{16};/);
  });
}
