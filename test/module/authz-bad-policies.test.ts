/** Policies that the authorization filter refuses: the whole line that `validate` prints, with line and column. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Desk } from "./cli.ts";

const TEMPLATE =
  "no valid path template; allowed: {*} and, as the last operator, {**} as segments of their own, and literals of letters, digits and -._~%!$&'()+,;:@=";
const BLOCK = "no address and no CIDR block; allowed: such as 10.1.2.3, 10.1.0.0/16 or 2001:db8::/32";
const PORT = "no port; allowed: a number from 0 to 65535";
const KEY =
  "unknown key; allowed: request.headers[NAME], request.auth.{principal,audiences,presenter,claims[NAME]}, source.{ip,namespace,serviceAccount,principal,trustDomain}, remote.ip, destination.{ip,port}, connection.sni";
const SOURCE =
  "unknown field; allowed: principals, notPrincipals, requestPrincipals, notRequestPrincipals, namespaces, notNamespaces, serviceAccounts, notServiceAccounts, trustDomains, notTrustDomains, ipBlocks, notIpBlocks, remoteIpBlocks, notRemoteIpBlocks";
const ALONE = "service accounts stand alone; allowed: without principals and namespaces";
const ACCOUNT = "no service account; allowed: account or namespace/account";
const NO_RULES = "DENY without rules never matches; allowed: rules, such as one empty rule {} for every request";
const VALUES = "needs values or notValues, and they must not be empty";
const ONE_SELECTOR = "allowed: one of selector, targetRef and targetRefs";
const SOME_TEXT = "a string of 1 to 1048576 bytes";
const DOMAIN_STAR = "* is allowed once in a trust domain, at its start or its end";
const EMPTY_SOURCE = "a source without conditions; allowed: at least one";
const OTHERS = "a policy for other workloads; allowed: labels that workload.labels has";
const HEADER = "no header name in brackets; allowed: request.headers[NAME]";
const ACTION = "is not allowed; one of: ALLOW, DENY, AUDIT, CUSTOM";

/** The file up to the spec, which stands on its last line. */
const HEAD = `apiVersion: pointduty.dev/v1alpha1
kind: Authorization
metadata: { name: a }
spec:
  profile: compat
  workload: { namespace: foo, labels: { app: a } }
  policies:
    - namespace: foo
      name: p
      spec: `;

/** What it is, the spec, the column, and the line from the spec's pointer on. */
const BAD: readonly (readonly [name: string, spec: string, column: number, message: string])[] = [
  [
    "CUSTOM",
    "{action: CUSTOM, rules: [{}], provider: {name: x}}",
    22,
    "/action: CUSTOM asks an external authorizer, which Envoy's own ext_authz filter does; allowed: ALLOW, DENY, AUDIT",
  ],
  [
    "a provider without CUSTOM",
    "{provider: {name: x}, rules: [{}]}",
    31,
    "/provider/name: belongs to CUSTOM alone; allowed: leave it out",
  ],
  ["an empty provider", "{provider: {}}", 14, "/provider: belongs to CUSTOM alone; allowed: leave it out"],
  ["DENY without rules", "{action: DENY}", 7, `: ${NO_RULES}`],
  ["DENY with no rule", "{action: DENY, rules: []}", 7, `: ${NO_RULES}`],
  ["an action in lower case", "{action: deny, rules: [{}]}", 22, `/action: "deny" ${ACTION}`],
  ["an action that Istio has not", "{action: LOG, rules: [{}]}", 22, `/action: "LOG" ${ACTION}`],
  [
    "rules that are no list",
    "{rules: {}}",
    14,
    "/rules: an object is not allowed; allowed: a list of 0 to 10000 items",
  ],
  ["a rule that is none", "{rules: [1]}", 22, "/rules/0: 1 is not allowed; allowed: an object"],
  ["a rule that is null", "{rules: [null]}", 22, "/rules/0: null is not allowed; allowed: an object"],
  ["from without a source", "{rules: [{from: [{}]}]}", 30, "/rules/0/from/0/source: missing, but required: an object"],
  [
    "from that is empty",
    "{rules: [{from: []}]}",
    23,
    "/rules/0/from: a list is not allowed; allowed: a list of 1 to 10000 items",
  ],
  [
    "to that is empty",
    "{rules: [{to: []}]}",
    23,
    "/rules/0/to: a list is not allowed; allowed: a list of 1 to 10000 items",
  ],
  ["to without an operation", "{rules: [{to: [{}]}]}", 28, "/rules/0/to/0/operation: missing, but required: an object"],
  ["an empty source", "{rules: [{from: [{source: {}}]}]}", 31, `/rules/0/from/0/source: ${EMPTY_SOURCE}`],
  [
    "a source with empty lists",
    "{rules: [{from: [{source: {principals: []}}]}]}",
    31,
    `/rules/0/from/0/source: ${EMPTY_SOURCE}`,
  ],
  [
    "an empty operation",
    "{rules: [{to: [{operation: {}}]}]}",
    29,
    "/rules/0/to/0/operation: an operation without conditions; allowed: at least one",
  ],
  [
    "an unknown field of the spec",
    "{rule: []}",
    14,
    "/rule: unknown field; allowed: selector, targetRef, targetRefs, action, provider, rules",
  ],
  ["an unknown field of a rule", "{rules: [{form: []}]}", 23, "/rules/0/form: unknown field; allowed: from, to, when"],
  [
    "an unknown field of a source",
    "{rules: [{from: [{source: {principal: [a]}}]}]}",
    40,
    `/rules/0/from/0/source/principal: ${SOURCE}`,
  ],
  [
    "an unknown field of an operation",
    "{rules: [{to: [{operation: {path: [/a]}}]}]}",
    41,
    "/rules/0/to/0/operation/path: unknown field; allowed: hosts, notHosts, ports, notPorts, methods, notMethods, paths, notPaths",
  ],
  [
    "native RBAC's spelling",
    "{rules: [{from: [{source: {not_principals: [a]}}]}]}",
    40,
    `/rules/0/from/0/source/not_principals: ${SOURCE}`,
  ],
  [
    "an unknown field of when",
    "{rules: [{when: [{key: source.ip, value: [a]}]}]}",
    47,
    "/rules/0/when/0/value: unknown field; allowed: key, values, notValues",
  ],
  [
    "a text where a list is due",
    "{rules: [{from: [{source: {principals: a}}]}]}",
    52,
    '/rules/0/from/0/source/principals: "a" is not allowed; allowed: a list of 0 to 65535 items',
  ],
  [
    "a number where a text is due",
    "{rules: [{to: [{operation: {ports: [8080]}}]}]}",
    49,
    "/rules/0/to/0/operation/ports/0: 8080 is not allowed; allowed: a string of 1 to 32 bytes",
  ],
  [
    "an empty principal",
    "{rules: [{from: [{source: {principals: ['']}}]}]}",
    53,
    `/rules/0/from/0/source/principals/0: "" is not allowed; allowed: ${SOME_TEXT}`,
  ],
  [
    "an empty path",
    "{rules: [{to: [{operation: {notPaths: ['']}}]}]}",
    52,
    `/rules/0/to/0/operation/notPaths/0: "" is not allowed; allowed: ${SOME_TEXT}`,
  ],
  [
    "an empty header value",
    "{rules: [{when: [{key: 'request.headers[a]', values: ['']}]}]}",
    67,
    `/rules/0/when/0/values/0: "" is not allowed; allowed: ${SOME_TEXT}`,
  ],
  [
    "a port above 65535",
    "{rules: [{to: [{operation: {ports: ['65536']}}]}]}",
    49,
    `/rules/0/to/0/operation/ports/0: ${PORT}`,
  ],
  ["a port below 0", "{rules: [{to: [{operation: {ports: ['-1']}}]}]}", 49, `/rules/0/to/0/operation/ports/0: ${PORT}`],
  [
    "a port that is a name",
    "{rules: [{to: [{operation: {notPorts: [http]}}]}]}",
    52,
    `/rules/0/to/0/operation/notPorts/0: ${PORT}`,
  ],
  [
    "a range of ports",
    "{rules: [{when: [{key: destination.port, values: ['80-90']}]}]}",
    63,
    `/rules/0/when/0/values/0: ${PORT}`,
  ],
  [
    "a CIDR with too many bits",
    "{rules: [{from: [{source: {ipBlocks: [10.0.0.0/33]}}]}]}",
    51,
    `/rules/0/from/0/source/ipBlocks/0: ${BLOCK}`,
  ],
  [
    "a CIDR of IPv6 with too many bits",
    "{rules: [{from: [{source: {notIpBlocks: ['::/129']}}]}]}",
    54,
    `/rules/0/from/0/source/notIpBlocks/0: ${BLOCK}`,
  ],
  [
    "an address with a leading zero",
    "{rules: [{from: [{source: {remoteIpBlocks: [10.0.0.01]}}]}]}",
    57,
    `/rules/0/from/0/source/remoteIpBlocks/0: ${BLOCK}`,
  ],
  [
    "an address with a zone",
    "{rules: [{when: [{key: remote.ip, notValues: ['fe80::1%eth0']}]}]}",
    59,
    `/rules/0/when/0/notValues/0: ${BLOCK}`,
  ],
  [
    "an address with a port",
    "{rules: [{when: [{key: source.ip, values: ['10.0.0.1:80']}]}]}",
    56,
    `/rules/0/when/0/values/0: ${BLOCK}`,
  ],
  [
    "an address with a wildcard",
    "{rules: [{when: [{key: destination.ip, values: [10.0.*]}]}]}",
    61,
    `/rules/0/when/0/values/0: ${BLOCK}`,
  ],
  [
    "a template whose operator is part of a segment",
    "{rules: [{to: [{operation: {paths: ['/a{*}']}}]}]}",
    49,
    `/rules/0/to/0/operation/paths/0: ${TEMPLATE}`,
  ],
  [
    "a template with an operator behind {**}",
    "{rules: [{to: [{operation: {paths: ['/{**}/a/{*}']}}]}]}",
    49,
    `/rules/0/to/0/operation/paths/0: ${TEMPLATE}`,
  ],
  [
    "a template with a star",
    "{rules: [{to: [{operation: {paths: ['/a*/{*}']}}]}]}",
    49,
    `/rules/0/to/0/operation/paths/0: ${TEMPLATE}`,
  ],
  [
    "a template with an empty segment",
    "{rules: [{to: [{operation: {paths: ['/a//{*}']}}]}]}",
    49,
    `/rules/0/to/0/operation/paths/0: ${TEMPLATE}`,
  ],
  [
    "a template without a slash at its start",
    "{rules: [{to: [{operation: {paths: ['{**}']}}]}]}",
    49,
    `/rules/0/to/0/operation/paths/0: ${TEMPLATE}`,
  ],
  [
    "a template with a letter beyond ASCII",
    "{rules: [{to: [{operation: {paths: ['/é/{*}']}}]}]}",
    49,
    `/rules/0/to/0/operation/paths/0: ${TEMPLATE}`,
  ],
  [
    "braces",
    "{rules: [{to: [{operation: {paths: ['/users/{id}']}}]}]}",
    49,
    "/rules/0/to/0/operation/paths/0: { and } are for path templates; allowed: the segments {*} and {**}",
  ],
  [
    "a service account with a wildcard",
    "{rules: [{from: [{source: {serviceAccounts: ['a*']}}]}]}",
    58,
    "/rules/0/from/0/source/serviceAccounts/0: a service account takes no wildcard; allowed: account or namespace/account",
  ],
  [
    "a service account of three parts",
    "{rules: [{from: [{source: {serviceAccounts: [a/b/c]}}]}]}",
    58,
    `/rules/0/from/0/source/serviceAccounts/0: ${ACCOUNT}`,
  ],
  [
    "a service account without a name",
    "{rules: [{from: [{source: {notServiceAccounts: [a/]}}]}]}",
    61,
    `/rules/0/from/0/source/notServiceAccounts/0: ${ACCOUNT}`,
  ],
  [
    "service accounts beside principals",
    "{rules: [{from: [{source: {serviceAccounts: [a], principals: [b]}}]}]}",
    40,
    `/rules/0/from/0/source/serviceAccounts: ${ALONE}`,
  ],
  [
    "service accounts beside namespaces",
    "{rules: [{from: [{source: {notServiceAccounts: [a], notNamespaces: [b]}}]}]}",
    40,
    `/rules/0/from/0/source/notServiceAccounts: ${ALONE}`,
  ],
  [
    "a trust domain with a slash",
    "{rules: [{from: [{source: {trustDomains: [a/b]}}]}]}",
    55,
    "/rules/0/from/0/source/trustDomains/0: a trust domain has no slash; allowed: exact, prefix*, *suffix or *",
  ],
  [
    "a trust domain with a wildcard inside",
    "{rules: [{from: [{source: {trustDomains: [a*b]}}]}]}",
    55,
    `/rules/0/from/0/source/trustDomains/0: ${DOMAIN_STAR}`,
  ],
  [
    "a trust domain with two wildcards",
    "{rules: [{when: [{key: source.trustDomain, values: ['*a*']}]}]}",
    65,
    `/rules/0/when/0/values/0: ${DOMAIN_STAR}`,
  ],
  [
    "when without a key",
    "{rules: [{when: [{values: [a]}]}]}",
    30,
    `/rules/0/when/0/key: missing, but required: ${SOME_TEXT}`,
  ],
  [
    "when with an empty key",
    "{rules: [{when: [{key: '', values: [a]}]}]}",
    36,
    `/rules/0/when/0/key: "" is not allowed; allowed: ${SOME_TEXT}`,
  ],
  ["when without values", "{rules: [{when: [{key: source.ip}]}]}", 30, `/rules/0/when/0: ${VALUES}`],
  [
    "when with empty values",
    "{rules: [{when: [{key: source.ip, values: [], notValues: []}]}]}",
    30,
    `/rules/0/when/0: ${VALUES}`,
  ],
  ["an unknown key", "{rules: [{when: [{key: source.name, values: [a]}]}]}", 36, `/rules/0/when/0/key: ${KEY}`],
  ["a key of v1alpha1", "{rules: [{when: [{key: destination.user, values: [a]}]}]}", 36, `/rules/0/when/0/key: ${KEY}`],
  ["a key in another case", "{rules: [{when: [{key: Source.ip, values: [a]}]}]}", 36, `/rules/0/when/0/key: ${KEY}`],
  [
    "metadata of other filters",
    "{rules: [{when: [{key: 'experimental.envoy.filters.x[k]', values: [a]}]}]}",
    36,
    "/rules/0/when/0/key: experimental.envoy.filters.* reads metadata of other filters, which does not come with the facts; the native RBAC filter can match it",
  ],
  [
    "a header without brackets",
    "{rules: [{when: [{key: request.headers, values: [a]}]}]}",
    36,
    `/rules/0/when/0/key: ${HEADER}`,
  ],
  [
    "a header without a name",
    "{rules: [{when: [{key: 'request.headers[]', values: [a]}]}]}",
    36,
    `/rules/0/when/0/key: ${HEADER}`,
  ],
  [
    "a header with a space in its name",
    "{rules: [{when: [{key: 'request.headers[x role]', values: [a]}]}]}",
    36,
    "/rules/0/when/0/key: no header name in brackets; allowed: letters, digits and !#$%&'*+-.^_`|~",
  ],
  [
    "a claim without brackets",
    "{rules: [{when: [{key: request.auth.claims.groups, values: [a]}]}]}",
    36,
    "/rules/0/when/0/key: no claim in brackets; allowed: request.auth.claims[NAME] or, for nested ones, [NAME][NAME]",
  ],
  [
    "a nested claim without a name",
    "{rules: [{when: [{key: 'request.auth.claims[a][]', values: [b]}]}]}",
    36,
    "/rules/0/when/0/key: a claim without a name; allowed: request.auth.claims[NAME]",
  ],
  ["a selector for other workloads", "{selector: {matchLabels: {app: b}}}", 44, `/selector/matchLabels/app: ${OTHERS}`],
  [
    "a selector with a label that is not there",
    "{selector: {matchLabels: {version: v1}}}",
    48,
    `/selector/matchLabels/version: ${OTHERS}`,
  ],
  [
    "a selector with a wildcard",
    "{selector: {matchLabels: {app: '*'}}}",
    44,
    "/selector/matchLabels/app: a selector takes no wildcard",
  ],
  [
    "a selector and targetRefs",
    "{selector: {}, targetRefs: [{kind: Service, name: x}]}",
    28,
    `/targetRefs: ${ONE_SELECTOR}`,
  ],
  [
    "targetRef and targetRefs",
    "{targetRef: {kind: Service, name: x}, targetRefs: [{kind: Service, name: x}]}",
    14,
    `/targetRef: ${ONE_SELECTOR}`,
  ],
  [
    "a target of another kind",
    "{targetRefs: [{group: apps, kind: Deployment, name: x}]}",
    47,
    "/targetRefs/0/kind: no target of this group and kind; allowed: Service, ServiceEntry (networking.istio.io), Gateway and GatewayClass (gateway.networking.k8s.io)",
  ],
  [
    "a target in another namespace",
    "{targetRefs: [{kind: Service, name: x, namespace: other}]}",
    52,
    "/targetRefs/0/namespace: unknown field; allowed: group, kind, name",
  ],
  [
    "seventeen targets",
    `{targetRefs: [${Array(17).fill("{kind: Service, name: x}").join(", ")}]}`,
    14,
    "/targetRefs: a list is not allowed; allowed: a list of 0 to 16 items",
  ],
];

const desk = new Desk();
after(() => desk.remove());

for (const [name, spec, column, message] of BAD) {
  test(`refused: ${name}`, async () => {
    desk.write("p.yaml", `${HEAD}${spec}\n`);
    const { code, out } = await desk.run("validate", "p.yaml");
    assert.equal(out, `p.yaml:10:${column}: /spec/policies/0/spec${message}\n`);
    assert.equal(code, 1);
  });
}

/** The rest of the configuration: the file's spec, the line. */
const AROUND: readonly (readonly [name: string, spec: string, line: string])[] = [
  [
    "a policy of another namespace",
    "policies: [{ namespace: bar, name: p, spec: {} }]",
    "5:27: /spec/policies/0/namespace: a policy for other workloads; allowed: workload.namespace or workload.rootNamespace",
  ],
  [
    "a policy given twice",
    "policies: [{ namespace: default, name: p, spec: {} }, { namespace: default, name: p, spec: {} }]",
    "5:85: /spec/policies/1/name: a policy of this namespace and name is given twice; allowed: once",
  ],
  [
    "a name that could not stand in a header",
    'policies: [{ namespace: default, name: "p]", spec: {} }]',
    "5:42: /spec/policies/0/name: no name of an object; allowed: letters in lower case, digits, -, . and _",
  ],
  ["no policies", "profile: compat", "4:1: /spec/policies: missing, but required: a list of 0 to 10000 items"],
  [
    "an answer that a gRPC client would take for success",
    'deny: { headers: [{ name: grpc-status, value: "0" }] }\n  policies: []',
    "5:29: /spec/deny/headers/0/name: no header that an answer may carry; allowed: a name in lower case, but not grpc-status, content-length, transfer-encoding, connection or upgrade",
  ],
  [
    "addresses that properties do not have",
    "facts: properties\n  policies: [{ namespace: default, name: p, spec: { rules: [{ from: [{ source: { ipBlocks: [10.0.0.1] } }] }] } }]",
    "6:82: /spec/policies/0/spec/rules/0/from/0/source/ipBlocks: the proxy has no property for the address of the physical peer; allowed: with facts: document only (remoteIpBlocks and remote.ip work with facts: properties)",
  ],
  [
    "a claim that is compared with nothing",
    'token: claimsOnly\n  policies: [{ namespace: default, name: p, spec: {}, claims: [{ key: "request.auth.claims[a]" }] }]',
    "6:64: /spec/policies/0/claims/0: allowed: exactly one of number, boolean, hasAll and path",
  ],
  [
    "a claim that is compared with two things",
    'token: claimsOnly\n  policies: [{ namespace: default, name: p, spec: {}, claims: [{ key: "request.auth.claims[a]", boolean: true, path: "/{id}" }] }]',
    "6:64: /spec/policies/0/claims/0: allowed: exactly one of number, boolean, hasAll and path",
  ],
  [
    "a key that is no claim",
    "token: claimsOnly\n  policies: [{ namespace: default, name: p, spec: {}, claims: [{ key: request.auth.principal, boolean: true }] }]",
    "6:71: /spec/policies/0/claims/0/key: no claim in brackets; allowed: request.auth.claims[NAME] or, for nested ones, [NAME][NAME]",
  ],
  [
    "a claim without a name",
    'token: claimsOnly\n  policies: [{ namespace: default, name: p, spec: {}, claims: [{ key: "request.auth.claims[]", boolean: true }] }]',
    "6:71: /spec/policies/0/claims/0/key: no claim in brackets; allowed: request.auth.claims[NAME] or, for nested ones, [NAME][NAME]",
  ],
  [
    "a range that is none",
    'token: claimsOnly\n  policies: [{ namespace: default, name: p, spec: {}, claims: [{ key: "request.auth.claims[a]", number: { min: 2, max: 1.999 } }] }]',
    "6:97: /spec/policies/0/claims/0/number: allowed: min up to max",
  ],
  [
    "a range of texts",
    'token: claimsOnly\n  policies: [{ namespace: default, name: p, spec: {}, claims: [{ key: "request.auth.claims[a]", number: { min: "2" } }] }]',
    '6:112: /spec/policies/0/claims/0/number/min: "2" is not allowed; allowed: a number from -9000000000 to 9000000000 with at most 3 decimals',
  ],
  [
    "no members",
    'token: claimsOnly\n  policies: [{ namespace: default, name: p, spec: {}, claims: [{ key: "request.auth.claims[a]", hasAll: [] }] }]',
    "6:97: /spec/policies/0/claims/0/hasAll: a list is not allowed; allowed: a list of 1 to 64 items",
  ],
  [
    "a path without a variable",
    'token: claimsOnly\n  policies: [{ namespace: default, name: p, spec: {}, claims: [{ key: "request.auth.claims[a]", path: "/users/{*}" }] }]',
    "6:103: /spec/policies/0/claims/0/path: no path template with one variable; allowed: such as /users/{id} or /{*}/users/{id}/{**}",
  ],
  [
    "a path with two variables",
    'token: claimsOnly\n  policies: [{ namespace: default, name: p, spec: {}, claims: [{ key: "request.auth.claims[a]", path: "/{a}/{b}" }] }]',
    "6:103: /spec/policies/0/claims/0/path: no path template with one variable; allowed: such as /users/{id} or /{*}/users/{id}/{**}",
  ],
  [
    "a variable that is no segment",
    'token: claimsOnly\n  policies: [{ namespace: default, name: p, spec: {}, claims: [{ key: "request.auth.claims[a]", path: "/x{a}" }] }]',
    "6:103: /spec/policies/0/claims/0/path: no path template with one variable; allowed: such as /users/{id} or /{*}/users/{id}/{**}",
  ],
  [
    "a variable without a name",
    'token: claimsOnly\n  policies: [{ namespace: default, name: p, spec: {}, claims: [{ key: "request.auth.claims[a]", path: "/{}" }] }]',
    "6:103: /spec/policies/0/claims/0/path: no path template with one variable; allowed: such as /users/{id} or /{*}/users/{id}/{**}",
  ],
  [
    "a path that does not begin with a slash",
    'token: claimsOnly\n  policies: [{ namespace: default, name: p, spec: {}, claims: [{ key: "request.auth.claims[a]", path: "{a}" }] }]',
    "6:103: /spec/policies/0/claims/0/path: no path template with one variable; allowed: such as /users/{id} or /{*}/users/{id}/{**}",
  ],
  [
    "a token's resource of another namespace",
    "policies: []\n  requestAuthentications: [{ namespace: bar, name: r, spec: {} }]",
    "6:41: /spec/requestAuthentications/0/namespace: a policy for other workloads; allowed: workload.namespace or workload.rootNamespace",
  ],
  [
    "a token's resource given twice",
    "policies: []\n  requestAuthentications: [{ namespace: default, name: r, spec: {} }, { namespace: default, name: r, spec: {} }]",
    "6:99: /spec/requestAuthentications/1/name: a resource of this namespace and name is given twice; allowed: once",
  ],
  [
    "a rule without an issuer",
    "policies: []\n  requestAuthentications: [{ namespace: default, name: r, spec: { jwtRules: [{}] } }]",
    "6:78: /spec/requestAuthentications/0/spec/jwtRules/0/issuer: missing, but required: a string of 1 to 65535 bytes",
  ],
  [
    "a field that RequestAuthentication has not",
    "policies: []\n  requestAuthentications: [{ namespace: default, name: r, spec: { jwtRules: [{ issuer: a, leeway: 1 }] } }]",
    "6:91: /spec/requestAuthentications/0/spec/jwtRules/0/leeway: unknown field; allowed: issuer, audiences, jwksUri, jwks, fromHeaders, fromParams, fromCookies, outputPayloadToHeader, outputClaimToHeaders, forwardOriginalToken, timeout, spaceDelimitedClaims",
  ],
  [
    "keys that are none",
    "policies: []\n  requestAuthentications: [{ namespace: default, name: r, spec: { jwtRules: [{ issuer: a, jwks: '[]' }] } }]",
    '6:97: /spec/requestAuthentications/0/spec/jwtRules/0/jwks: no JSON Web Key Set; allowed: {"keys": [...]}',
  ],
  [
    "two key sets",
    "policies: []\n  requestAuthentications: [{ namespace: default, name: r, spec: { jwtRules: [{ issuer: a, jwksUri: x, jwks: '{}' }] } }]",
    "6:109: /spec/requestAuthentications/0/spec/jwtRules/0/jwks: allowed: one of jwksUri and jwks",
  ],
  [
    "a token in no header",
    'policies: []\n  requestAuthentications: [{ namespace: default, name: r, spec: { jwtRules: [{ issuer: a, fromHeaders: [{ name: "x y" }] }] } }]',
    "6:113: /spec/requestAuthentications/0/spec/jwtRules/0/fromHeaders/0/name: no name of a header; allowed: letters, digits and !#$%&'*+-.^_`|~",
  ],
  [
    "token checks without a token",
    "token: claimsOnly\n  policies: []\n  tokenTypes: [JWT]",
    "7:3: /spec/tokenTypes: strict looks at the tokens themselves, which token: claimsOnly says are not there; allowed: with token: full, or with profile: compat",
  ],
  [
    "claims without knowing where the token stands",
    "policies: [{ namespace: default, name: p, spec: { rules: [{ from: [{ source: { requestPrincipals: [x] } }] }] } }]",
    "5:82: /spec/policies/0/spec/rules/0/from/0/source/requestPrincipals: profile strict with token: full checks the token itself where claims are used, and must know where it stands; allowed: with requestAuthentications, with token: claimsOnly, or with profile: compat",
  ],
];

for (const [name, spec, line] of AROUND) {
  test(`refused: ${name}`, async () => {
    desk.write(
      "p.yaml",
      `apiVersion: pointduty.dev/v1alpha1\nkind: Authorization\nmetadata: { name: a }\nspec:\n  ${spec}\n`,
    );
    const { out } = await desk.run("validate", "p.yaml");
    assert.equal(out, `p.yaml:${line}\n`);
  });
}

test("refused: more than a megabyte", async () => {
  const paths = Array.from({ length: 50_000 }, (_, i) => `/some/longer/path/${i}`).join(", ");
  desk.write("p.yaml", `${HEAD}{rules: [{to: [{operation: {paths: [${paths}]}}]}]}\n`);
  const { out, code } = await desk.run("validate", "p.yaml");
  assert.match(out, /^p\.yaml:4:1: \/spec: the configuration has \d+ bytes; allowed: at most 1048576\n$/);
  assert.equal(code, 1);
});
