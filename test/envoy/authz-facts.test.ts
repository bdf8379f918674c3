/**
 * What Envoy itself writes into the facts document, by the filter that the README of authz shows: certificates of mTLS
 * clients, addresses, port and server name.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { request as send } from "node:https";
import { after, before, test } from "node:test";
import { parse } from "yaml";
import { startBackend, type Backend } from "../lib/backend.ts";
import { bootstrap, listenerOf, serveTls, sideBySide, type Message } from "../lib/bootstrap.ts";
import { Authority, canCertify, type Certificate } from "../lib/certificates.ts";
import { startEnvoy, type Envoy } from "../lib/envoy.ts";
import { PolicyFile } from "../lib/policy.ts";

const README = readFileSync(new URL("../../filters/authz/README.md", import.meta.url), "utf8");
const ID = "spiffe://cluster.local/ns/a/sa/b";
const SKIP = canCertify() ? false : "openssl is not there";

let authority: Authority;
let server: Certificate;
let backend: Backend;
let envoy: Envoy;
const policies: PolicyFile[] = [];

/** The filters of the README's YAML. */
function factsFilter(): Message[] {
  const block = /```yaml\n(- name: pointduty\.facts\n[^]*?)```/.exec(README)?.[1] ?? "";
  return parse(block) as Message[];
}

function rule(path: string, more: object): object {
  return { to: [{ operation: { paths: [path] } }], ...more };
}

const SPEC = {
  rules: [
    rule("/principal", { from: [{ source: { principals: [ID.slice(9)] } }] }),
    rule("/nobody", { from: [{ source: { notPrincipals: ["*"] } }] }),
    rule("/dns", { from: [{ source: { principals: ["*"] } }] }),
    rule("/direct", { from: [{ source: { ipBlocks: ["127.0.0.0/8"] } }] }),
    rule("/remote", { from: [{ source: { remoteIpBlocks: ["8.8.8.8"] } }] }),
    rule("/local", { when: [{ key: "destination.ip", values: ["127.0.0.1"] }] }),
    rule("/sni", { when: [{ key: "connection.sni", values: ["*.example"] }] }),
  ],
};

before(async () => {
  if (SKIP !== false) return;
  authority = new Authority();
  server = authority.issue(["DNS:localhost"]);
  backend = await startBackend();
  const trees = ["compat", "strict"].map((profile) => {
    const configuration = { name: profile, profile, policies: [{ namespace: "default", name: "p", spec: SPEC }] };
    const policy = new PolicyFile(configuration, { filter: "authz", policy: profile });
    policies.push(policy);
    const tree = bootstrap({
      policies: [policy],
      clusters: [{ name: "backend", to: [backend] }],
      httpFilters: factsFilter(),
      // As a sidecar: the address in x-forwarded-for is the client's.
      hcm: { use_remote_address: false, stat_prefix: profile },
    });
    serveTls(listenerOf(tree), server, authority);
    return [profile, tree] as const;
  });
  envoy = await startEnvoy({ bootstrap: sideBySide(trees), workers: 1 });
  for (const policy of policies) assert.equal(await policy.judged(envoy, { accepted: 0, rejected: 0 }), "accepted");
});

after(async () => {
  await envoy?.stop();
  await backend?.close();
  for (const policy of policies) policy.remove();
});

interface Client {
  readonly certificate?: Certificate;
  readonly servername?: string;
  readonly headers?: Record<string, string>;
}

function status(
  profile: string,
  path: string,
  { certificate, servername, headers = {} }: Client = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = {
      ...{ host: "127.0.0.1", port: envoy.port(profile), path, agent: false, rejectUnauthorized: false, headers },
      ...(certificate && { cert: certificate.cert, key: certificate.key }),
      servername: servername ?? "",
    };
    const sent = send(options, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    sent.on("error", reject);
    sent.end();
  });
}

test("a client's certificate is its identity", { skip: SKIP }, async () => {
  const certificate = authority.issue([`URI:${ID}`]);
  const other = authority.issue([`URI:${ID}x`]);
  for (const profile of ["compat", "strict"]) {
    assert.equal(await status(profile, "/principal", { certificate }), 200);
    assert.equal(await status(profile, "/principal", { certificate: other }), 403);
    assert.equal(await status(profile, "/principal"), 403);
    assert.equal(await status(profile, "/nobody"), 200);
    assert.equal(await status(profile, "/nobody", { certificate }), 403);
  }
});

test("several URI SANs: any of them for compat, none for strict", { skip: SKIP }, async () => {
  const certificate = authority.issue(["URI:spiffe://evil/ns/x/sa/y", `URI:${ID}`]);
  assert.equal(await status("compat", "/principal", { certificate }), 200);
  assert.equal(await status("strict", "/principal", { certificate }), 403);
});

test("a URI SAN with a comma is not two", { skip: SKIP }, async () => {
  const certificate = authority.issue([`URI:spiffe://evil,${ID}`]);
  for (const profile of ["compat", "strict"]) {
    assert.equal(await status(profile, "/principal", { certificate }), 403, profile);
    assert.equal(await status(profile, "/nobody", { certificate }), 403, profile);
  }
});

test("DNS SANs and subjects are names for compat alone", { skip: SKIP }, async () => {
  for (const certificate of [authority.issue(["DNS:a.example"]), authority.issue([])]) {
    assert.equal(await status("compat", "/dns", { certificate }), 200);
    assert.equal(await status("strict", "/dns", { certificate }), 403);
  }
  assert.equal(await status("compat", "/dns"), 403);
});

test("addresses and server name", { skip: SKIP }, async () => {
  const headers = { "x-forwarded-for": "9.9.9.9, 8.8.8.8" };
  assert.equal(await status("compat", "/direct", { headers }), 200, "the physical peer, whatever is forwarded");
  assert.equal(await status("compat", "/remote", { headers }), 200);
  assert.equal(await status("compat", "/remote"), 403);
  assert.equal(await status("compat", "/local"), 200);
  assert.equal(await status("compat", "/sni", { servername: "a.example" }), 200);
  assert.equal(await status("compat", "/sni", { servername: "a.org" }), 403);
  assert.equal(await status("compat", "/sni"), 403);
});
