/** The authorization filter as the host sees it: what it reads, what it answers, what it leaves behind. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { factsDocument, OfflineProxy } from "../../cli/host/index.ts";
import { counter, details, load, REQUEST, send, setup, state } from "./authz.ts";
import type { Setup } from "./authz.ts";

const PATH = { rules: [{ to: [{ operation: { paths: ["/cart"] } }] }] };
const PRINCIPAL = { rules: [{ from: [{ source: { principals: ["cluster.local/ns/a/sa/b"] } }] }] };
const DENY_PRINCIPAL = { action: "DENY", ...PRINCIPAL };
const PEER = { certificate: { uris: ["spiffe://cluster.local/ns/a/sa/b"] } };
const COMPAT = { profile: "compat" };
const PROPERTIES = { profile: "compat", facts: "properties" };

test("allowing costs one returning host call, and one more when a rule asks for facts", () => {
  for (const [spec, returning, names] of [
    [PATH, 1, ["proxy_get_header_map_pairs"]],
    [PRINCIPAL, 2, ["proxy_get_header_map_pairs", "proxy_get_property"]],
  ] as const) {
    const s = setup(spec);
    send(s, { facts: PEER }).end();
    const stream = send(s, { facts: PEER });
    assert.equal(details(stream), "");
    const { calls } = stream;
    assert.equal(calls.returning, returning, JSON.stringify(calls.byName));
    for (const name of names) assert.equal(new Map(Object.entries(calls.byName)).get(name) ?? 1, 1);
    assert.equal(calls.total, returning + 3, JSON.stringify(calls.byName));
  }
});

test("memory does not grow: 20,000 requests, half of them denied", () => {
  const s = setup(PRINCIPAL);
  const step = (count: number): void => {
    for (let i = 0; i < count; i++) send(s, { facts: i % 2 === 0 ? PEER : {} }).end();
  };
  step(1000);
  const warm = s.proxy.worker(0).vm(s.plugin).memoryBytes;
  step(20_000);
  assert.equal(s.proxy.worker(0).vm(s.plugin).memoryBytes, warm);
  assert.ok(warm <= 1024 * 1024, `${warm} bytes`);
});

test("a denial names the rule in details, counter, access log and Envoy's log, and to the client nothing", () => {
  const s = setup({ action: "DENY", rules: [{ to: [{ operation: { paths: ["/x"] } }] }, PATH.rules[0]] });
  const stream = send(s);
  assert.equal(details(stream), "authz_denied[default/p/1]");
  assert.equal(Buffer.from(stream.localReply?.body ?? []).toString(), "RBAC: access denied");
  assert.deepEqual(stream.localReply?.headers, []);
  assert.equal(stream.localReply?.grpcStatus, undefined);
  assert.equal(counter(s, "denied", "key=.=default/p/1;.;reason=.=rule;.;"), 1);
  assert.equal(state(stream, "outcome"), "denied");
  assert.equal(state(stream, "rule"), "default/p/1");
  const lines = s.proxy.logs.filter(({ level }) => level === "info").map(({ message }) => message);
  assert.ok(
    lines.some((line) => line.includes("authz: request denied by default/p/1")),
    lines.join("\n"),
  );
});

test("without a rule that allows, the nearest one is told", () => {
  const s = setup({ rules: [{ from: PRINCIPAL.rules[0]?.from, to: PATH.rules[0]?.to }] });
  const stream = send(s);
  assert.equal(details(stream), "authz_denied[none]");
  assert.equal(state(stream, "rule"), "none, nearest default/p/0 but for source.principal");
  assert.equal(counter(s, "denied", "reason=.=none;.;"), 1);
});

test("facts that are absent or unreadable deny, in DENY and in ALLOW policies alike", () => {
  for (const spec of [PRINCIPAL, DENY_PRINCIPAL]) {
    for (const profile of ["strict", "compat"]) {
      for (const facts of [null, "", "-", "{", "[]x", '{"san":1']) {
        const s = setup(spec, { profile });
        const stream = send(s, { facts });
        assert.equal(details(stream), "authz_denied[facts]", `${profile} ${JSON.stringify(facts)}`);
        assert.equal(counter(s, "denied", "reason=.=facts;.;"), 1);
      }
      assert.equal(send(setup(spec, { profile }), { facts: "{}" }).localReply?.status, 403, "a document without keys");
    }
  }
  assert.equal(details(send(setup(PATH), { facts: null })), "", "no rule asks");
});

test("headers that are absent deny", () => {
  const s = setup({ rules: [{}] });
  for (const missing of [":method", ":path"]) {
    const headers = REQUEST.filter(([name]) => name !== missing);
    assert.equal(details(send(s, { headers })), "authz_denied[headers]", missing);
  }
  assert.equal(counter(s, "denied", "reason=.=headers;.;"), 2);
});

test("shadow changes nothing, whatever goes wrong", () => {
  const s = setup(PRINCIPAL, { mode: "shadow" });
  for (const facts of [{}, null, "{"]) {
    const stream = send(s, { facts });
    assert.equal(stream.localReply, undefined);
    assert.deepEqual(stream.requestHeaderMap.listText(), [...REQUEST]);
    assert.equal(state(stream, "outcome"), "denied");
  }
  assert.equal(counter(s, "shadow_denied", "reason=.=none;.;"), 1);
  assert.equal(counter(s, "shadow_denied", "reason=.=facts;.;"), 2);
});

test("facts: properties, from the certificate", () => {
  const connection = (uri?: string, subject?: string, dns?: string): object => ({
    ...(uri !== undefined && { uri_san_peer_certificate: uri }),
    ...(subject !== undefined && { subject_peer_certificate: subject }),
    ...(dns !== undefined && { dns_san_peer_certificate: dns }),
  });
  const sent = (spec: object, properties: object): boolean =>
    send(setup(spec, PROPERTIES), { facts: null, properties: properties as never }).localReply === undefined;
  const good = { connection: connection("spiffe://cluster.local/ns/a/sa/b", "") };
  assert.equal(sent(PRINCIPAL, good), true);
  assert.equal(sent(DENY_PRINCIPAL, good), false);
  assert.equal(sent(PRINCIPAL, { connection: connection("spiffe://cluster.local/ns/a/sa/c", "") }), false);
  assert.equal(sent(PRINCIPAL, {}), false);
  assert.equal(sent(DENY_PRINCIPAL, {}), true, "plaintext");
  const any = { rules: [{ from: [{ source: { principals: ["*"] } }] }] };
  assert.equal(sent(any, { connection: connection(undefined, "CN=x") }), true);
  assert.equal(sent(any, { connection: connection(undefined, "", "a.b") }), true);
  assert.equal(sent(any, { connection: connection(undefined, "") }), false);
});

test("facts: properties, from filter state", () => {
  const more = { profile: "strict", facts: "properties", identity: { filterState: "io.istio.peer_principal" } };
  const sent = (spec: object, value?: string): string => {
    const s = setup(spec, more);
    const properties = value === undefined ? {} : { filter_state: { "io.istio.peer_principal": value } };
    return details(send(s, { facts: null, properties }));
  };
  assert.equal(sent(PRINCIPAL, "spiffe://cluster.local/ns/a/sa/b"), "");
  assert.equal(sent(PRINCIPAL, "spiffe://cluster.local/ns/a/sa/c"), "authz_denied[none]");
  assert.equal(sent(PRINCIPAL), "authz_denied[none]");
  assert.equal(sent(DENY_PRINCIPAL, "spiffe://cluster.local/ns/a/sa/c"), "");
  assert.equal(sent(DENY_PRINCIPAL), "authz_denied[default/p/0]", "where an identity was promised, none is a match");
});

/** `{filter_metadata: {"envoy.filters.http.jwt_authn": {payload: {iss: ISS, sub: SUB}}}}` as protobuf. */
function metadata(iss: string, sub: string): Uint8Array {
  const part = (tag: number, body: Uint8Array | string): Buffer => {
    const bytes = Buffer.from(body);
    return Buffer.concat([Buffer.from([tag, bytes.length]), bytes]);
  };
  const entry = (key: string, value: Buffer): Buffer => part(0x0a, Buffer.concat([part(0x0a, key), part(0x12, value)]));
  const payload = Buffer.concat([entry("iss", part(0x1a, iss)), entry("sub", part(0x1a, sub))]);
  return entry("envoy.filters.http.jwt_authn", entry("payload", part(0x2a, payload)));
}

test("facts: properties, the rest", () => {
  const when = (key: string, value: string): object => ({ rules: [{ when: [{ key, values: [value] }] }] });
  const sent = (spec: object, properties: object): string =>
    details(send(setup(spec, PROPERTIES), { facts: null, properties: properties as never }));
  const good: readonly (readonly [string, string, object])[] = [
    ["remote.ip", "8.8.0.0/16", { source: { address: "8.8.8.8:0" } }],
    ["remote.ip", "::1", { source: { address: "[::1]:80" } }],
    ["destination.ip", "10.0.0.1", { destination: { address: "10.0.0.1:8080", port: 8080 } }],
    ["destination.port", "8080", { destination: { address: "10.0.0.1:8080", port: 8080 } }],
    ["connection.sni", "a.com", { connection: { requested_server_name: "a.com" } }],
    ["request.auth.principal", "i/s", { metadata: metadata("i", "s") }],
  ];
  for (const [key, value, properties] of good) {
    assert.equal(sent(when(key, value), properties), "", key);
    const absent =
      key === "connection.sni" || key.startsWith("request.") ? "authz_denied[none]" : "authz_denied[facts]";
    assert.equal(sent(when(key, value), {}), absent, `${key} without the property`);
  }
  assert.equal(sent(when("request.auth.principal", "i/s"), { metadata: metadata("i", "t") }), "authz_denied[none]");
  const cut = metadata("i", "s").subarray(0, 40);
  assert.equal(sent(when("request.auth.principal", "i/s"), { metadata: cut }), "authz_denied[facts]");
});

test("two configurations in one VM don't see each other", () => {
  const proxy = new OfflineProxy();
  const policy = (path: string): object => ({
    namespace: "default",
    name: "p",
    spec: { rules: [{ to: [{ operation: { paths: [path] } }] }] },
  });
  const one = load(proxy, { name: "x", policies: [policy("/cart")] });
  const other = load(proxy, { name: "y", policies: [policy("/other")] });
  assert.equal(one.proxy.worker(0).vm(one.plugin), one.proxy.worker(0).vm(other.plugin));
  for (let round = 0; round < 3; round++) {
    assert.equal(details(send(one)), "");
    assert.equal(details(send(other)), "authz_denied[none]");
  }
});

test("a refused update leaves the policy before in force", () => {
  const s = setup(PATH, COMPAT);
  const { accepted } = s.plugin.update({
    configuration: '{"name":"x","policies":[{"namespace":"default","name":"p","spec":{"action":"CUSTOM"}}]}',
  });
  assert.equal(accepted, false);
  assert.equal(details(send(s)), "");
  const said = s.proxy.logs.at(-1)?.message ?? "";
  assert.match(said, /authz: configuration refused: \/policies\/0\/spec\/action: CUSTOM asks an external authorizer/);
});

test("a token bound to a certificate is good in its owner's hands alone (RFC 8705)", () => {
  const thumbprint = Buffer.from("0123456789abcdef".repeat(4), "hex").toString("base64url");
  const header = Buffer.from('{"alg":"RS256"}').toString("base64url");
  const requestAuthentications = [{ namespace: "default", name: "r", spec: { jwtRules: [{ issuer: "i" }] } }];
  const s = setup(PATH, { profile: "strict", requestAuthentications });
  const claims = { iss: "i", sub: "s", exp: 4715782722, cnf: { "x5t#S256": thumbprint } };
  const answer = (digest: string | null): string => {
    const facts = JSON.stringify({ ...JSON.parse(factsDocument({ payload: claims })), digest });
    const headers: [string, string][] = [...REQUEST, ["authorization", `Bearer ${header}.e30.AAAA`]];
    return details(send(s, { headers, facts }));
  };
  assert.equal(answer("0123456789abcdef".repeat(4)), "");
  assert.equal(answer("0123456789ABCDEF".repeat(4)), "");
  assert.equal(answer("0123456789abcdee".repeat(4)), "authz_denied[token]");
  assert.equal(answer(null), "authz_denied[token]");
});

test("a token's fault is 401 with a challenge", () => {
  const requestAuthentications = [{ namespace: "default", name: "r", spec: { jwtRules: [{ issuer: "i" }] } }];
  const s = setup(PATH, { profile: "strict", requestAuthentications });
  const reply = send(s, { headers: [...REQUEST, ["authorization", "Bearer x"]] }).localReply;
  assert.equal(reply?.status, 401);
  assert.match(JSON.stringify(reply), /authz_denied\[token\]/);
  assert.equal(
    state(send(s, { headers: [...REQUEST, ["authorization", "Bearer x"]] }), "rule"),
    "token: not verified by jwt_authn",
  );
});

/** Rules of three conditions each. */
function rulesOf(from: number, to: number): object[] {
  return Array.from({ length: to - from }, (_, i) => ({
    from: [{ source: { principals: [`cluster.local/ns/a/sa/s${from + i}`] } }],
    to: [{ operation: { paths: [`/api/${from + i}/*`], methods: ["GET"] } }],
  }));
}

/** Two policies with `count` of them between them. */
function manyRules(count: number): object {
  const policies = [
    { namespace: "default", name: "a", spec: { rules: rulesOf(0, count / 2) } },
    { namespace: "default", name: "b", spec: { rules: rulesOf(count / 2, count) } },
  ];
  return { name: "x", policies };
}

/** Bytes of linear memory of a worker. */
function memoryOf({ proxy, plugin }: Setup): number {
  return proxy.worker(0).vm(plugin).memoryBytes;
}

// README.md, "Limits", has these figures.
for (const [count, first, updated] of [
  [1000, 4, 5],
  [2000, 3.5, 5],
] as const) {
  test(`memory: ${count} rules take at most ${first} times their text, and ${updated} times with updates`, () => {
    const rules = manyRules(count);
    const { length } = JSON.stringify(rules);
    const s = load(new OfflineProxy(), rules);
    assert.ok(memoryOf(s) <= first * length, `${memoryOf(s) / length} times ${length} bytes`);
    for (let i = 0; i < 12; i++) {
      const configuration = JSON.stringify({ ...rules, exemptPaths: [`/update/${"x".repeat(i)}`] });
      assert.equal(s.plugin.update({ configuration }).accepted, true);
    }
    assert.ok(memoryOf(s) <= updated * length, `${memoryOf(s) / length} times ${length} bytes, with updates`);
  });
}

test("memory: 100 rules take at most two pages, with updates too", () => {
  const s = load(new OfflineProxy(), manyRules(100));
  for (let i = 0; i < 6; i++) {
    const configuration = JSON.stringify({ ...manyRules(100), exemptPaths: [`/update/${i}`] });
    assert.equal(s.plugin.update({ configuration }).accepted, true);
  }
  assert.ok(memoryOf(s) <= 2 * 65536, `${memoryOf(s)} bytes`);
});

test("memory: one rule of 5,000 values, and 2,000 policies of one rule, take at most six times their text", () => {
  const paths = Array.from({ length: 5000 }, (_, i) => `/some/resource/${i}/*`);
  const spec = (i: number): object => ({ rules: [{ to: [{ operation: { paths: [`/some/resource/${i}/*`] } }] }] });
  const many = Array.from({ length: 2000 }, (_, i) => ({ namespace: "default", name: `p${i}`, spec: spec(i) }));
  const one = { namespace: "default", name: "p", spec: { rules: [{ to: [{ operation: { paths } }] }] } };
  for (const policies of [[one], many]) {
    const configuration = { name: "x", policies };
    const { length } = JSON.stringify(configuration);
    const bytes = memoryOf(load(new OfflineProxy(), configuration));
    assert.ok(bytes <= 6 * length, `${bytes / length} times ${length} bytes`);
  }
});

test("an error in the items of a long list, which are read one by one, has its place", () => {
  const policies = [
    { namespace: "default", name: "a", spec: { rules: rulesOf(0, 200) } },
    { namespace: "default", name: "b", spec: { rules: rulesOf(200, 400) } },
  ];
  const text = JSON.stringify({ name: "x", policies });
  for (const [wrong, right, message] of [
    ['"/api/371/*"', '"/api/{371}/*"', "/policies/1/spec/rules/171/to/0/operation/paths/0: "],
    [
      '{"paths":["/api/399/*"]',
      '{"path":["/api/399/*"]',
      "/policies/1/spec/rules/199/to/0/operation/path: unknown field",
    ],
    ['"name":"b"', '"name":"a"', "/policies/1/name: "],
    ['["/api/7/*"]', '["/api/7/*",1]', "/policies/0/spec/rules/7/to/0/operation/paths/1: 1 is not allowed"],
    ['["/api/398/*"]', '["/api/398/*"', "line 1 column "],
  ] as const) {
    assert.ok(text.includes(wrong));
    assert.throws(() => load(new OfflineProxy(), text.replace(wrong, right)), {
      message: new RegExp(`refused: ${message}`),
    });
  }
});

test("a long list counts for the policy's hash as a short one", () => {
  const hash = (configuration: object | string): unknown =>
    load(new OfflineProxy(), configuration).proxy.metric("policy=.=x;.;pointduty_authz_policy_hash");
  const wanted = hash(manyRules(300));
  assert.ok(wanted !== undefined);
  // The same with spaces, escapes, defaults said aloud and other orders of fields.
  const text = JSON.stringify(manyRules(300), undefined, 1).replaceAll("/api", String.raw`\u002fapi`);
  assert.equal(hash(text), wanted);
  const { name, policies } = manyRules(300) as { name: string; policies: { spec: object }[] };
  const said = policies.map((policy) => ({ ...policy, spec: { ...policy.spec, action: "ALLOW" }, dryRun: false }));
  assert.equal(hash({ policies: said, profile: "strict", name }), wanted);
  assert.notEqual(hash(manyRules(298)), wanted);
});

test("a thousand rules: the one that matches is found", () => {
  const s = load(new OfflineProxy(), manyRules(1000));
  const headers = REQUEST.map(([name, value]): [string, string] => [name, name === ":path" ? "/api/777/x" : value]);
  const facts = { certificate: { uris: ["spiffe://cluster.local/ns/a/sa/s777"] } };
  assert.equal(state(send(s, { headers, facts }), "rule"), "default/b/277");
});
