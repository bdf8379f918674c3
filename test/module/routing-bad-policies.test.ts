/** Policies that header-routing refuses: the whole line that `validate` prints, with line and column. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Desk } from "./cli.ts";

/** What it is, the spec from its second line on, and what is said of it: line, column, pointer and message. */
const BAD: readonly (readonly [name: string, spec: string, line: string])[] = [
  ["no arms", "rules: []", "4:1: /spec/arms: missing, but required: a list of 1 to 1000 items"],
  [
    "an empty list of arms",
    "arms: []\n  rules: []",
    "5:3: /spec/arms: a list is not allowed; allowed: a list of 1 to 1000 items",
  ],
  [
    "an arm's name that no header should carry",
    'arms: [{ name: "V 1" }]\n  rules: [{ name: r, arm: v1 }]',
    '5:18: /spec/arms/0/name: "V 1" is not allowed; allowed: 1 to 63 characters of a-z, 0-9, "-" and ".", the first and the last a letter or digit',
  ],
  [
    "an arm twice",
    "arms: [{ name: v1 }, { name: v1 }]\n  rules: [{ name: r, arm: v1 }]",
    "5:32: /spec/arms/1/name: is given twice; allowed: once",
  ],
  [
    "a mode that is none",
    "arms: [{ name: v1 }, { name: v2 }]\n  mode: observe\n  rules: []",
    '6:9: /spec/mode: "observe" is not allowed; one of: enforce, shadow',
  ],
  [
    "a binding that is none",
    "arms: [{ name: v1 }, { name: v2 }]\n  binding: route\n  rules: []",
    '6:12: /spec/binding: "route" is not allowed; one of: header, arms, cluster',
  ],
  [
    "identity with the document",
    "arms: [{ name: v1 }, { name: v2 }]\n  identity: { filterState: x }\n  rules: []",
    "6:3: /spec/identity: needs facts: properties",
  ],
  [
    "a cluster for an arm with another binding",
    "arms: [{ name: v1, cluster: c }]\n  rules: [{ name: r, arm: v1 }]",
    "5:31: /spec/arms/0/cluster: needs binding: cluster",
  ],
  [
    "a weight for an arm with another binding",
    "arms: [{ name: v1, weight: 1 }]\n  rules: [{ name: r, arm: v1 }]",
    "5:30: /spec/arms/0/weight: needs binding: arms",
  ],
  [
    "clusters with another binding",
    "arms: [{ name: v1 }, { name: v2 }]\n  clusters: [c]\n  rules: []",
    "6:3: /spec/clusters: needs binding: cluster",
  ],
  [
    "binding cluster, an arm without one",
    "binding: cluster\n  arms: [{ name: v1 }]\n  rules: []",
    "6:10: /spec/arms/0: binding: cluster needs the arm's cluster",
  ],
  [
    "binding cluster, a name with a space",
    'binding: cluster\n  arms: [{ name: v1, cluster: "a b" }]\n  rules: []',
    "6:31: /spec/arms/0/cluster: allowed: printable ASCII without space",
  ],
  [
    "binding cluster, a name that an arm has",
    "binding: cluster\n  arms: [{ name: v1, cluster: a }]\n  clusters: [v1]\n  rules: []",
    "7:14: /spec/clusters/0: is given twice; allowed: once",
  ],
  [
    "binding arms, one arm",
    "binding: arms\n  arms: [{ name: v1, weight: 1 }]\n  rules: []",
    "6:3: /spec/arms: binding: arms needs two arms at least",
  ],
  [
    "binding arms, a weight of 0",
    "binding: arms\n  arms: [{ name: v1, weight: 1 }, { name: v2, weight: 0 }]\n  rules: []",
    "6:55: /spec/arms/1/weight: 0 is not allowed; allowed: a whole number from 1 to 1000000",
  ],
  [
    "binding arms, no weight",
    "binding: arms\n  arms: [{ name: v1, weight: 1 }, { name: v2 }]\n  rules: []",
    "6:35: /spec/arms/1: binding: arms needs the arm's weight, as in the platform's route",
  ],
  [
    "a rule without a name",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ arm: v1 }]",
    '6:11: /spec/rules/0/name: missing, but required: 1 to 63 characters of a-z, 0-9, "-" and ".", the first and the last a letter or digit',
  ],
  [
    "two rules of one name",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1 }, { name: r, arm: v2 }]",
    "6:41: /spec/rules/1/name: is given twice; allowed: once",
  ],
  [
    "a rule that does nothing",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r }]",
    "6:11: /spec/rules/0: does nothing; allowed: arm, cluster, split, table, filters",
  ],
  [
    "two actions",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, key: [{ header: u }], table: { entries: { a: v1 } } }]",
    "6:11: /spec/rules/0: allowed: one of arm, cluster, split, table",
  ],
  [
    "an arm that is not in the list",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v3 }]",
    "6:27: /spec/rules/0/arm: is none of arms",
  ],
  [
    "a cluster with binding header",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, cluster: xds-grpc }]",
    "6:31: /spec/rules/0/cluster: needs binding: cluster",
  ],
  [
    "a cluster outside the closed list",
    "binding: cluster\n  arms: [{ name: v1, cluster: a }]\n  rules: [{ name: r, cluster: xds-grpc }]",
    "7:31: /spec/rules/0/cluster: is none of clusters",
  ],
  [
    "an arm named as a cluster",
    "binding: cluster\n  arms: [{ name: v1, cluster: a }]\n  rules: [{ name: r, cluster: v1 }]",
    "7:31: /spec/rules/0/cluster: is none of clusters",
  ],
  [
    "a key without split or table",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, key: [{ header: u }] }]",
    "6:31: /spec/rules/0/key: needs split or table",
  ],
  [
    "an unknown field",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, weight: 3 }]",
    "6:31: /spec/rules/0/weight: unknown field; allowed: name, hostnames, matches, filters, arm, cluster, key, split, table",
  ],
  [
    "an unknown match",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ cookies: [] }] }]",
    "6:43: /spec/rules/0/matches/0/cookies: unknown field; allowed: path, method, grpc, headers, queryParams, claims, peer",
  ],
  [
    "a path by regular expression",
    'arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ path: { type: RegularExpression, value: "/a.*" } }] }]',
    "6:57: /spec/rules/0/matches/0/path/type: RegularExpression has no bound of cost; allowed: the other types",
  ],
  [
    "a path of an unknown type",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ path: { type: Prefix, value: /a } }] }]",
    '6:57: /spec/rules/0/matches/0/path/type: "Prefix" is not allowed; one of: Exact, PathPrefix, RegularExpression',
  ],
  [
    "a path without slash",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ path: { value: a } }] }]",
    "6:58: /spec/rules/0/matches/0/path/value: allowed: a path from / on, without ?, #, white space, //, /./, /../, %2f",
  ],
  [
    "a path with a query",
    'arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ path: { value: "/a?b" } }] }]',
    "6:58: /spec/rules/0/matches/0/path/value: allowed: a path from / on, without ?, #, white space, //, /./, /../, %2f",
  ],
  [
    "a path with two slashes",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ path: { value: /a//b } }] }]",
    "6:58: /spec/rules/0/matches/0/path/value: allowed: a path from / on, without ?, #, white space, //, /./, /../, %2f",
  ],
  [
    "a path with a dot segment",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ path: { type: Exact, value: /a/../b } }] }]",
    "6:71: /spec/rules/0/matches/0/path/value: allowed: a path from / on, without ?, #, white space, //, /./, /../, %2f",
  ],
  [
    "a path that ends in dots",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ path: { type: Exact, value: /a/.. } }] }]",
    "6:71: /spec/rules/0/matches/0/path/value: allowed: a path from / on, without ?, #, white space, //, /./, /../, %2f",
  ],
  [
    "a path with an escaped slash",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ path: { value: /a%2Fb } }] }]",
    "6:58: /spec/rules/0/matches/0/path/value: allowed: a path from / on, without ?, #, white space, //, /./, /../, %2f",
  ],
  [
    "a method in lower case",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ method: get }] }]",
    '6:51: /spec/rules/0/matches/0/method: "get" is not allowed; one of: GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH',
  ],
  [
    "a header by regular expression",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ headers: [{ type: RegularExpression, name: a, value: b }] }] }]",
    "6:61: /spec/rules/0/matches/0/headers/0/type: RegularExpression has no bound of cost; allowed: the other types",
  ],
  [
    "a header without value",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ headers: [{ name: a }] }] }]",
    "6:53: /spec/rules/0/matches/0/headers/0: needs a value",
  ],
  [
    "an absent header with a value",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ headers: [{ type: Absent, name: a, value: b }] }] }]",
    "6:85: /spec/rules/0/matches/0/headers/0/value: allowed: no value beside Absent",
  ],
  [
    "a header's name with a space",
    'arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ headers: [{ name: "a b", value: b }] }] }]',
    "6:61: /spec/rules/0/matches/0/headers/0/name: is no name of a header",
  ],
  [
    "a pseudo header",
    'arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ headers: [{ name: ":path", value: /a }] }] }]',
    "6:61: /spec/rules/0/matches/0/headers/0/name: is no name of a header",
  ],
  [
    "an internal header",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ headers: [{ name: X-Pd-Arm, value: v1 }] }] }]",
    "6:61: /spec/rules/0/matches/0/headers/0/name: allowed: names but host and x-pd-",
  ],
  [
    "the host as a header",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ headers: [{ name: Host, value: a }] }] }]",
    "6:61: /spec/rules/0/matches/0/headers/0/name: allowed: names but host and x-pd-",
  ],
  [
    "a header's value with a line break",
    'arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ headers: [{ name: a, value: "b\\r\\nc" }] }] }]',
    "6:71: /spec/rules/0/matches/0/headers/0/value: allowed: no control characters",
  ],
  [
    "a parameter by regular expression",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ queryParams: [{ type: RegularExpression, name: a, value: b }] }] }]",
    "6:65: /spec/rules/0/matches/0/queryParams/0/type: RegularExpression has no bound of cost; allowed: the other types",
  ],
  [
    "a gRPC method beside a path",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ grpc: { service: s }, path: { value: /a } }] }]",
    "6:43: /spec/rules/0/matches/0/grpc: stands for path and method; allowed: without these",
  ],
  [
    "a gRPC method beside a method",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ grpc: { service: s }, method: POST }] }]",
    "6:43: /spec/rules/0/matches/0/grpc: stands for path and method; allowed: without these",
  ],
  [
    "a gRPC method of nothing",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ grpc: { type: Exact } }] }]",
    "6:43: /spec/rules/0/matches/0/grpc: needs service or method",
  ],
  [
    "a gRPC method by regular expression",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ grpc: { type: RegularExpression, service: s } }] }]",
    "6:57: /spec/rules/0/matches/0/grpc/type: RegularExpression has no bound of cost; allowed: the other types",
  ],
  [
    "a gRPC service with a slash",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ grpc: { service: a/b } }] }]",
    "6:60: /spec/rules/0/matches/0/grpc/service: allowed: printable ASCII without / and space",
  ],
  [
    "a claim without value",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ claims: [{ claim: a }] }] }]",
    "6:52: /spec/rules/0/matches/0/claims/0: needs one of string, number, boolean",
  ],
  [
    "a claim with two values",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ claims: [{ claim: a, string: b, number: 1 }] }] }]",
    "6:52: /spec/rules/0/matches/0/claims/0: needs one of string, number, boolean",
  ],
  [
    "a caller that is no SPIFFE ID",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, matches: [{ peer: { value: ns/a/sa/b } }] }]",
    "6:58: /spec/rules/0/matches/0/peer/value: allowed: what begins with spiffe://",
  ],
  [
    "a host with a port",
    'arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, hostnames: ["a.b:80"] }]',
    "6:43: /spec/rules/0/hostnames/0: allowed: a host name in lower case, or *. and one",
  ],
  [
    "a host in upper case",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, hostnames: [A.b] }]",
    "6:43: /spec/rules/0/hostnames/0: allowed: a host name in lower case, or *. and one",
  ],
  [
    "a wildcard in the middle",
    'arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, hostnames: ["a.*.b"] }]',
    "6:43: /spec/rules/0/hostnames/0: allowed: a host name in lower case, or *. and one",
  ],
  [
    "a filter that is the native router's",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, filters: [{ type: URLRewrite }] }]",
    '6:49: /spec/rules/0/filters/0/type: "URLRewrite" is not allowed; one of: RequestHeaderModifier, ResponseHeaderModifier',
  ],
  [
    "a filter without its field",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, filters: [{ type: RequestHeaderModifier }] }]",
    "6:41: /spec/rules/0/filters/0: needs the field of its type, and no other",
  ],
  [
    "a filter with another's field",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, filters: [{ type: RequestHeaderModifier, responseHeaderModifier: {} }] }]",
    "6:41: /spec/rules/0/filters/0: needs the field of its type, and no other",
  ],
  [
    "two filters of one type",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, filters: [{ type: RequestHeaderModifier, requestHeaderModifier: {} }, { type: RequestHeaderModifier, requestHeaderModifier: {} }] }]",
    "6:101: /spec/rules/0/filters/1: is given twice; allowed: once",
  ],
  [
    "a change of an internal header",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, filters: [{ type: RequestHeaderModifier, requestHeaderModifier: { remove: [x-pd-arm] } }] }]",
    "6:106: /spec/rules/0/filters/0/requestHeaderModifier/remove/0: allowed: names but host and x-pd-",
  ],
  [
    "a value with NUL",
    'arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, filters: [{ type: RequestHeaderModifier, requestHeaderModifier: { set: [{ name: a, value: "b\\0" }] } }] }]',
    "4:1: /spec: line 22 column 28: NUL is not allowed",
  ],
  [
    "a value with a line break",
    'arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, arm: v1, filters: [{ type: ResponseHeaderModifier, responseHeaderModifier: { add: [{ name: a, value: "b\\nc" }] } }] }]',
    "6:123: /spec/rules/0/filters/0/responseHeaderModifier/add/0/value: allowed: no control characters",
  ],
  [
    "no source",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{}], split: { salt: s, default: v1, arms: [{ arm: v2, percent: 1 }] } }]",
    "6:28: /spec/rules/0/key/0: needs one of claim, cookie, header, query, baggage, peer, generate",
  ],
  [
    "two sources in one",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: a, query: b }], split: { salt: s, default: v1, arms: [{ arm: v2, percent: 1 }] } }]",
    "6:28: /spec/rules/0/key/0: needs one of claim, cookie, header, query, baggage, peer, generate",
  ],
  [
    "a peer that is false",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ peer: false }], split: { salt: s, default: v1, arms: [{ arm: v2, percent: 1 }] } }]",
    "6:36: /spec/rules/0/key/0/peer: allowed: true",
  ],
  [
    "a cookie's name with a space",
    'arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ cookie: "a b" }], split: { salt: s, default: v1, arms: [{ arm: v2, percent: 1 }] } }]',
    "6:38: /spec/rules/0/key/0/cookie: is no name of a cookie",
  ],
  [
    "a generated cookie's name with =",
    'arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ generate: { cookie: "a=b" } }], split: { salt: s, default: v1, arms: [{ arm: v2, percent: 1 }] } }]',
    "6:50: /spec/rules/0/key/0/generate/cookie: is no name of a cookie",
  ],
  [
    "a source behind a generated one",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ generate: { cookie: a } }, { header: b }], split: { salt: s, default: v1, arms: [{ arm: v2, percent: 1 }] } }]",
    "6:57: /spec/rules/0/key/1: allowed: nothing behind generate",
  ],
  [
    "trust of nobody",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: b, trust: {} }], split: { salt: s, default: v1, arms: [{ arm: v2, percent: 1 }] } }]",
    "6:41: /spec/rules/0/key/0/trust: needs peers or ports",
  ],
  [
    "trust of a claim",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ claim: b, trust: { ports: [80] } }], split: { salt: s, default: v1, arms: [{ arm: v2, percent: 1 }] } }]",
    "6:40: /spec/rules/0/key/0/trust: is for cookie, header, query, baggage, which clients choose",
  ],
  [
    "trust of no SPIFFE ID",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: b, trust: { peers: [{ value: x }] } }], split: { salt: s, default: v1, arms: [{ arm: v2, percent: 1 }] } }]",
    "6:67: /spec/rules/0/key/0/trust/peers/0/value: allowed: what begins with spiffe://",
  ],
  [
    "a split without salt",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], split: { default: v1, arms: [{ arm: v2, percent: 1 }] } }]",
    "6:44: /spec/rules/0/split: algorithm: pointduty needs salt, default, and percent of each arm",
  ],
  [
    "an empty salt",
    'arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], split: { salt: "", default: v1, arms: [{ arm: v2, percent: 1 }] } }]',
    '6:59: /spec/rules/0/split/salt: "" is not allowed; allowed: a string of 1 to 256 bytes',
  ],
  [
    "a split without default",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], split: { salt: s, arms: [{ arm: v2, percent: 1 }] } }]",
    "6:44: /spec/rules/0/split: algorithm: pointduty needs salt, default, and percent of each arm",
  ],
  [
    "a default that is no arm",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], split: { salt: s, default: v9, arms: [{ arm: v2, percent: 1 }] } }]",
    "6:71: /spec/rules/0/split/default: is none of arms",
  ],
  [
    "a share without percent",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], split: { salt: s, default: v1, arms: [{ arm: v2 }] } }]",
    "6:82: /spec/rules/0/split/arms/0: algorithm: pointduty needs salt, default, and percent of each arm",
  ],
  [
    "a share of more than 100 percent",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], split: { salt: s, default: v1, arms: [{ arm: v2, percent: 100.5 }] } }]",
    "6:102: /spec/rules/0/split/arms/0/percent: 100.5 is not allowed; allowed: a number from 0 to 100 with at most 2 decimals",
  ],
  [
    "a share of a thousandth of a percent",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], split: { salt: s, default: v1, arms: [{ arm: v2, percent: 0.001 }] } }]",
    "6:102: /spec/rules/0/split/arms/0/percent: 0.001 is not allowed; allowed: a number from 0 to 100 with at most 2 decimals",
  ],
  [
    "percent above max",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], split: { salt: s, default: v1, arms: [{ arm: v2, percent: 20, max: 10 }] } }]",
    "6:102: /spec/rules/0/split/arms/0/percent: is above max (by default an equal share of what is left)",
  ],
  [
    "percent above an equal share",
    "arms: [{ name: v1 }, { name: v2 }, { name: v3 }]\n  rules: [{ name: r, key: [{ header: u }], split: { salt: s, default: v1, arms: [{ arm: v2, percent: 60 }, { arm: v3, percent: 1 }] } }]",
    "6:102: /spec/rules/0/split/arms/0/percent: is above max (by default an equal share of what is left)",
  ],
  [
    "a sum of max above 100",
    "arms: [{ name: v1 }, { name: v2 }, { name: v3 }]\n  rules: [{ name: r, key: [{ header: u }], split: { salt: s, default: v1, arms: [{ arm: v2, percent: 1, max: 60 }, { arm: v3, percent: 1, max: 41 }] } }]",
    "6:75: /spec/rules/0/split/arms: allowed: a sum of max up to 100",
  ],
  [
    "two shares of one arm",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], split: { salt: s, default: v1, arms: [{ arm: v2, percent: 1 }, { arm: v2, percent: 1 }] } }]",
    "6:114: /spec/rules/0/split/arms/1/arm: has a share already, or is the default",
  ],
  [
    "a share of the default",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], split: { salt: s, default: v1, arms: [{ arm: v1, percent: 1 }] } }]",
    "6:89: /spec/rules/0/split/arms/0/arm: has a share already, or is the default",
  ],
  [
    "a weight without algorithm envoy",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], split: { salt: s, default: v1, arms: [{ arm: v2, percent: 1, weight: 1 }] } }]",
    "6:113: /spec/rules/0/split/arms/0/weight: is not for algorithm: pointduty",
  ],
  [
    "algorithm envoy with a salt",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], split: { algorithm: envoy, salt: s, arms: [{ arm: v2, weight: 1 }] } }]",
    "6:77: /spec/rules/0/split/salt: is not for algorithm: envoy",
  ],
  [
    "algorithm envoy with percent",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], split: { algorithm: envoy, arms: [{ arm: v2, percent: 1 }] } }]",
    "6:98: /spec/rules/0/split/arms/0/percent: is not for algorithm: envoy",
  ],
  [
    "algorithm envoy without weight",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], split: { algorithm: envoy, arms: [{ arm: v2 }] } }]",
    "6:78: /spec/rules/0/split/arms/0: algorithm: envoy needs weight",
  ],
  [
    "algorithm envoy, weights all 0",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], split: { algorithm: envoy, arms: [{ arm: v1, weight: 0 }, { arm: v2, weight: 0 }] } }]",
    "6:71: /spec/rules/0/split/arms: allowed: one weight above 0 at least",
  ],
  [
    "algorithm envoy with a guard",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], split: { algorithm: envoy, arms: [{ arm: v2, weight: 1, guard: { maxErrorPercent: 5 } }] } }]",
    "6:100: /spec/rules/0/split/arms/0/guard: is not for algorithm: envoy",
  ],
  [
    "a guard without a limit",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], split: { salt: s, default: v1, arms: [{ arm: v2, percent: 1, guard: {} }] } }]",
    "6:105: /spec/rules/0/split/arms/0/guard/maxErrorPercent: missing, but required: a number from 0.1 to 99 with at most 1 decimal",
  ],
  [
    "a guard with a window of 0",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], split: { salt: s, default: v1, arms: [{ arm: v2, percent: 1, guard: { maxErrorPercent: 5, window: 0s } }] } }]",
    '6:142: /spec/rules/0/split/arms/0/guard/window: "0s" is not allowed; allowed: a duration from 1s to 600s in h, m, s and ms, such as 1m30s',
  ],
  [
    "a forced key twice",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], split: { salt: s, default: v1, arms: [{ arm: v2, percent: 1 }], force: [{ arm: v2, keys: [a] }, { arm: v1, keys: [b, a] }] } }]",
    "6:161: /spec/rules/0/split/force/1/keys/1: is given twice; allowed: once",
  ],
  [
    "a forced arm of another split",
    "arms: [{ name: v1 }, { name: v2 }, { name: v3 }]\n  rules: [{ name: r, key: [{ header: u }], split: { salt: s, default: v1, arms: [{ arm: v2, percent: 1 }], force: [{ arm: v3, keys: [a] }] } }]",
    "6:123: /spec/rules/0/split/force/0/arm: is no arm of this split",
  ],
  [
    "forced keys without sources",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, split: { salt: s, default: v1, arms: [{ arm: v2, percent: 1 }], force: [{ arm: v2, keys: [a] }] } }]",
    "6:86: /spec/rules/0/split/force: needs key",
  ],
  [
    "a table without key",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, table: { entries: { a: v1 } } }]",
    "6:22: /spec/rules/0/table: needs key",
  ],
  [
    "a table without entries",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], table: { entries: {} } }]",
    "6:53: /spec/rules/0/table/entries: an object is not allowed; allowed: an object of 1 to 10000 fields",
  ],
  [
    "an entry that is no arm",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], table: { entries: { a: v1, b: v9 } } }]",
    "6:74: /spec/rules/0/table/entries/b: is none of arms and clusters",
  ],
  [
    "a default of a table that is no arm",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], table: { entries: { a: v1 }, default: v9 } }]",
    "6:82: /spec/rules/0/table/default: is none of arms and clusters",
  ],
  [
    "an empty key",
    'arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], table: { entries: { "": v1 } } }]',
    "6:68: /spec/rules/0/table/entries/: allowed: a key of 1 to 1024 bytes",
  ],
  [
    "a key twice",
    "arms: [{ name: v1 }, { name: v2 }]\n  rules: [{ name: r, key: [{ header: u }], table: { entries: { a: v1, a: v2 } } }]",
    "6:71: the same key is given twice",
  ],
];

const desk = new Desk();
after(() => desk.remove());

for (const [name, spec, line] of BAD) {
  test(`refused: ${name}`, async () => {
    desk.write(
      "p.yaml",
      `apiVersion: pointduty.dev/v1alpha1\nkind: HeaderRouting\nmetadata: { name: a }\nspec:\n  ${spec}\n`,
    );
    const { out, code } = await desk.run("validate", "p.yaml");
    assert.equal(out, `p.yaml:${line}\n`);
    assert.equal(code, 1);
  });
}

test("refused: 10,001 entries", async () => {
  const entries = Array.from({ length: 10_001 }, (_, i) => `t${i}: v1`).join(", ");
  desk.write(
    "p.yaml",
    `apiVersion: pointduty.dev/v1alpha1\nkind: HeaderRouting\nmetadata: { name: a }\nspec:\n  arms: [{ name: v1 }]\n  rules: [{ name: r, key: [{ header: t }], table: { entries: { ${entries} } } }]\n`,
  );
  const { out } = await desk.run("validate", "p.yaml");
  assert.equal(
    out,
    "p.yaml:6:53: /spec/rules/0/table/entries: an object is not allowed; allowed: an object of 1 to 10000 fields\n",
  );
});
