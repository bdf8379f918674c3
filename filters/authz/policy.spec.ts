/** Explanations, configurations that are refused, and many rules. */
import {
  allows,
  configure,
  decider,
  facts,
  judge,
  nameOf,
  NONE,
  operation,
  peer,
  policy,
  ruleOf,
  source,
  use,
} from "./testing";
import { keyText } from "./when";

function explained(): string {
  decider.nearMiss.find();
  const nearest = decider.nearMiss.rule;
  const failed = decider.nearMiss.condition;
  if (nearest === null || failed === null) return "none";
  const key = keyText(failed.attribute);
  return nameOf(nearest) + " " + String.UTF8.decodeUnsafe(key + 1, load<u8>(key));
}

describe("an explanation", () => {
  test("names the nearest rule and its first condition that fails", () => {
    use(
      '{"rules":[{"to":[{"operation":{"paths":["/a"],"methods":["PUT"]}}]},{"from":[{"source":{"principals":["x"]}}],"to":[{"operation":{"paths":["/a"]}}]}]}',
    );
    expect(allows("/a")).toBe(false);
    expect(explained()).toBe("foo/p/1 source.principal");
  });

  test("of two operations tells of the nearer one", () => {
    use(operation('"methods":["GET"],"paths":["/b"]}},{"operation":{"methods":["PUT"]'));
    expect(allows("/a")).toBe(false);
    expect(explained()).toBe("foo/p/0 paths");
    use(operation('"methods":["PUT"]}},{"operation":{"methods":["GET"],"paths":["/b"]'));
    expect(allows("/a")).toBe(false);
    expect(explained()).toBe("foo/p/0 paths");
  });

  test("of two operations of which one holds tells of neither", () => {
    const near = '{"operation":{"hosts":["shop.example"],"methods":["GET"],"paths":["/b"]}}';
    use('{"rules":[{"from":[{"source":{"principals":["x"]}}],"to":[{"operation":{"methods":["GET"]}},' + near + "]}]}");
    expect(allows("/a")).toBe(false);
    expect(explained()).toBe("foo/p/0 source.principal");
  });

  test("takes a later rule only if it is nearer", () => {
    use(
      '{"rules":[{"to":[{"operation":{"methods":["PUT"]}}]},{"to":[{"operation":{"methods":["GET"],"paths":["/b"]}}]}]}',
    );
    expect(allows("/a")).toBe(false);
    expect(explained()).toBe("foo/p/1 paths");
    use('{"rules":[{"to":[{"operation":{"methods":["PUT"]}}]},{"to":[{"operation":{"hosts":["x"]}}]}]}');
    expect(allows("/a")).toBe(false);
    expect(explained()).toBe("foo/p/0 methods");
    use(operation('"methods":["PUT"]}},{"operation":{"hosts":["x"]'));
    expect(allows("/a")).toBe(false);
    expect(explained()).toBe("foo/p/0 methods");
  });

  test("an operation that holds is worth as much as one more of its conditions", () => {
    const whole = '{"from":[{"source":{"principals":["x"]}}],"to":[{"operation":{"methods":["GET"]}}]}';
    const one = '{"to":[{"operation":{"methods":["GET"],"paths":["/b"]}}]}';
    const two = '{"to":[{"operation":{"hosts":["shop.example"],"methods":["GET"],"paths":["/b"]}}]}';
    use('{"rules":[' + one + "," + whole + "]}");
    expect(allows("/a")).toBe(false);
    expect(explained()).toBe("foo/p/1 source.principal");
    use('{"rules":[' + two + "," + whole + "]}");
    expect(allows("/a")).toBe(false);
    expect(explained()).toBe("foo/p/0 paths");
  });

  test("looks at 64 rules", () => {
    // In Envoy's order the last three of 65 are 7, 8 and 9.
    let rules = "";
    for (let i = 0; i < 65; i++) {
      const methods = i == 8 || i == 9 ? "GET" : "PUT";
      const paths = i == 9 ? '"/a"],"ports":["1"' : '"/b"';
      rules += (i > 0 ? "," : "") + '{"to":[{"operation":{"methods":["' + methods + '"],"paths":[' + paths + "]}}]}";
    }
    use('{"rules":[' + rules + "]}");
    expect(allows("/a")).toBe(false);
    expect(explained()).toBe("foo/p/8 paths");
  });
});

describe("a configuration is refused", () => {
  test("where Istio would refuse the policy, or we can't keep its word", () => {
    const specs = [
      '{"action":"CUSTOM","rules":[{}]}',
      "/action: CUSTOM asks",
      '{"provider":{"name":"x"},"rules":[{}]}',
      "/provider/name: belongs to CUSTOM",
      '{"action":"DENY"}',
      ": DENY without rules",
      '{"action":"DENY","rules":[]}',
      ": DENY without rules",
      '{"rules":[{"from":[{"source":{}}]}]}',
      "/rules/0/from/0/source: a source without",
      '{"rules":[{"to":[{"operation":{"paths":[]}}]}]}',
      "/rules/0/to/0/operation: an operation without",
      '{"rules":[{"from":[]}]}',
      "/rules/0/from: a list is not allowed",
      '{"rules":[{"when":[{"key":"source.ip"}]}]}',
      "/rules/0/when/0: needs values",
      '{"rules":[{"when":[{"key":"source.name","values":["x"]}]}]}',
      "/rules/0/when/0/key: unknown key",
      '{"rules":[{"when":[{"key":"experimental.envoy.filters.a[b]","values":["x"]}]}]}',
      "/rules/0/when/0/key: experimental",
      '{"rules":[{"when":[{"key":"request.headers","values":["x"]}]}]}',
      "/rules/0/when/0/key: no header name",
      '{"rules":[{"when":[{"key":"request.headers[]","values":["x"]}]}]}',
      "/rules/0/when/0/key: no header name",
      '{"rules":[{"when":[{"key":"request.headers[a b]","values":["x"]}]}]}',
      "/rules/0/when/0/key: no header name",
      '{"rules":[{"when":[{"key":"request.auth.claims[a][]","values":["x"]}]}]}',
      "/rules/0/when/0/key: a claim without",
      '{"rules":[{"when":[{"key":"request.auth.claims.a","values":["x"]}]}]}',
      "/rules/0/when/0/key: no claim",
      source('"ipBlocks":["10.0.0.1","10.0.0.0/33"]'),
      "/rules/0/from/0/source/ipBlocks/1: no address",
      source('"principals":[""]'),
      '/rules/0/from/0/source/principals/0: "" is not',
      source('"serviceAccounts":["*"]'),
      "/rules/0/from/0/source/serviceAccounts/0: a service account",
      source('"serviceAccounts":["a/b/c"]'),
      "/rules/0/from/0/source/serviceAccounts/0: no service account",
      source('"serviceAccounts":["/b"]'),
      "/rules/0/from/0/source/serviceAccounts/0: no service account",
      source('"serviceAccounts":["a"],"notNamespaces":["b"]'),
      "/rules/0/from/0/source/serviceAccounts: service accounts",
      source('"trustDomains":["a/b"]'),
      "/rules/0/from/0/source/trustDomains/0: a trust domain",
      source('"trustDomains":["a*b"]'),
      "/rules/0/from/0/source/trustDomains/0: * is allowed",
      source('"trustDomains":["*b*"]'),
      "/rules/0/from/0/source/trustDomains/0: * is allowed",
      source('"principal":["a"]'),
      "/rules/0/from/0/source/principal: unknown field",
      operation('"ports":["65536"]'),
      "/rules/0/to/0/operation/ports/0: no port",
      operation('"ports":["x"]'),
      "/rules/0/to/0/operation/ports/0: no port",
      operation('"paths":["/a/{**}/{*}"]'),
      "/rules/0/to/0/operation/paths/0: no valid path template",
      operation('"notPaths":["/a{"]'),
      "/rules/0/to/0/operation/notPaths/0: { and }",
      '{"selector":{"matchLabels":{"app":"b"}}}',
      "/selector/matchLabels/app: a policy for other",
      '{"selector":{"matchLabels":{"x":"b"}}}',
      "/selector/matchLabels/x: a policy for other",
      '{"selector":{"matchLabels":{"app":"*"}}}',
      "/selector/matchLabels/app: a selector takes",
      '{"selector":{},"targetRefs":[{"kind":"Service","name":"x"}]}',
      "/targetRefs: allowed: one of",
      '{"targetRefs":[{"kind":"Pod","name":"x"}]}',
      "/targetRefs/0/kind: no target",
      '{"targetRef":{"kind":"Gateway","name":"x"}}',
      "/targetRef/kind: no target",
    ];
    for (let i = 0; i < specs.length; i += 2) {
      const policies = '"policies":[{"namespace":"foo","name":"p","spec":' + specs[i] + "}]";
      const said = configure(
        '{"name":"x","profile":"compat","workload":{"namespace":"foo","labels":{"app":"a"}},' + policies + "}",
      );
      expect(said.startsWith("/policies/0/spec" + specs[i + 1])).toBe(true, specs[i] + " -> " + said);
    }
  });

  test("where the facts, the token or the scope would not do", () => {
    const ip = source('"notIpBlocks":["10.0.0.1"]');
    const id = source('"principals":["a"]');
    const token = source('"requestPrincipals":["a"]');
    const rows = [
      '"facts":"properties"',
      ip,
      "/policies/0/spec/rules/0/from/0/source/notIpBlocks: the proxy has no",
      '"facts":"properties"',
      id,
      "/policies/0/spec/rules/0/from/0/source/principals: profile strict must",
      '"facts":"properties","identity":{"filterState":"k"}',
      id,
      NONE,
      '"facts":"properties","profile":"compat"',
      id,
      NONE,
      '"identity":{"filterState":"k"}',
      id,
      "/identity: has no meaning",
      '"mode":"shadow"',
      token,
      "/policies/0/spec/rules/0/from/0/source/requestPrincipals: profile strict with",
      '"token":"claimsOnly"',
      token,
      NONE,
      '"profile":"compat"',
      token,
      NONE,
      '"workload":{"namespace":"bar"}',
      id,
      "/policies/0/namespace: a policy for other",
      '"workload":{"namespace":"bar","rootNamespace":"foo"}',
      id,
      NONE,
      '"deny":{"headers":[{"name":"Grpc","value":"x"}]}',
      id,
      "/deny/headers/0/name: no header",
      '"deny":{"headers":[{"name":"grpc-status","value":"0"}]}',
      id,
      "/deny/headers/0/name: no header",
      '"deny":{"headers":[{"name":"x","value":"a\\nb"}]}',
      id,
      "/deny/headers/0/value: a control",
      '"deny":{"status":200}',
      id,
      "/deny/status: 200 is not",
      '"exemptPaths":["/{"]',
      id,
      "/exemptPaths/0: { and }",
    ];
    for (let i = 0; i < rows.length; i += 3) {
      const workload = rows[i].includes("workload") ? "" : ',"workload":{"namespace":"foo"}';
      const policies = ',"policies":[{"namespace":"foo","name":"p","spec":' + rows[i + 1] + "}]";
      const said = configure('{"name":"x",' + rows[i] + workload + policies + "}");
      expect(rows[i + 2] == NONE ? said == NONE : said.startsWith(rows[i + 2])).toBe(true, rows[i] + " -> " + said);
    }
    const twice = '{"namespace":"foo","name":"p","spec":{}}';
    expect(configure('{"name":"x","workload":{"namespace":"foo"},"policies":[' + twice + "," + twice + "]}")).toBe(
      "/policies/1/name: a policy of this namespace and name is given twice; allowed: once",
    );
    expect(
      configure(
        '{"name":"x","workload":{"namespace":"foo"},"policies":[{"namespace":"foo","name":"a b","spec":{}}]}',
      ).startsWith("/policies/0/name: no name"),
    ).toBe(true);
  });
});

/** Which ALLOW rules a request, that none of them matches, was judged by. */
function judgedBy(path: string, headers: Array<string> = [], changes: string = NONE): string {
  expect(allows(path, headers, changes)).toBe(false);
  const lookup = policy.allow.lookup;
  let numbers = NONE;
  for (let i = 0; i < lookup.seen.length; i++) if (lookup.seen[i] == lookup.request) numbers += i.toString();
  return numbers;
}

describe("many rules", () => {
  test("are found by their keys, as without them", () => {
    let rules = "";
    for (let i = 0; i < 300; i++) {
      const n = i.toString();
      let rule = '{"to":[{"operation":{"paths":["/exact/' + n + '"]}}]}';
      if (i % 5 == 1) rule = '{"to":[{"operation":{"paths":["/pre/' + n + '/*","/t/' + n + '/{*}"]}}]}';
      if (i % 5 == 2) rule = '{"from":[{"source":{"principals":["td/ns/a/sa/' + n + '","td/ns/b' + n + '/*"]}}]}';
      if (i % 5 == 3) rule = '{"when":[{"key":"request.headers[x-key]","values":["' + n + '","p' + n + '*"]}]}';
      if (i % 5 == 4) rule = '{"to":[{"operation":{"hosts":["h' + n + '.example"]}}]}';
      rules += (i > 0 ? "," : "") + rule;
    }
    use('{"rules":[' + rules + "]}");
    expect(policy.allow.lookup.always.length).toBe(0);
    for (let i = 0; i < 300; i++) {
      const n = i.toString();
      const name = "foo/p/" + n;
      if (i % 5 == 0) expect(ruleOf(judge("/exact/" + n))).toBe(name);
      if (i % 5 == 1) expect(ruleOf(judge("/pre/" + n + "/x"))).toBe(name);
      if (i % 5 == 1) expect(ruleOf(judge("/t/" + n + "/x"))).toBe(name);
      if (i % 5 == 2) expect(ruleOf(judge("/", [], peer("spiffe://td/ns/a/sa/" + n)))).toBe(name);
      if (i % 5 == 2) expect(ruleOf(judge("/", [], peer("spiffe://td/ns/b" + n + "/x")))).toBe(name);
      if (i % 5 == 3) expect(ruleOf(judge("/", ["a", "b", "x-key", "z", "x-key", n]))).toBe(name);
      if (i % 5 == 3) expect(ruleOf(judge("/", ["x-key", "p" + n + "q"]))).toBe(name);
      if (i % 5 == 4) expect(ruleOf(judge("/", [":authority", "H" + n + ".example"]))).toBe(name);
    }
    expect(ruleOf(judge("/nothing", ["x-key", "none"], peer("spiffe://td/ns/a/sa/x")))).toBe("none");
  });

  test("are judged only where a key leads to them, and each once", () => {
    const put = '"to":[{"operation":{"methods":["PUT"]}}]';
    const rules =
      '{"to":[{"operation":{"methods":["PUT"],"paths":["/a"]}}]},' +
      '{"to":[{"operation":{"methods":["PUT"],"hosts":["a.com"]}}]},' +
      '{"from":[{"source":{"principals":["td/ns/a/sa/b"]}}],' +
      put +
      '},{"when":[{"key":"request.headers[x-key]","values":["1"]}],' +
      put +
      '},{"to":[{"operation":{"methods":["PUT"],"paths":["*.z"]}}]}';
    const one = "spiffe://td/ns/a/sa/b";
    const profiles = ["compat", "strict"];
    for (let i = 0; i < 2; i++) {
      const profile = profiles[i];
      use('{"rules":[' + rules + "]}", profile);
      // The last one has no key.
      expect(judgedBy("/x")).toBe("4", profile);
      expect(judgedBy("/a")).toBe("04", profile);
      expect(judgedBy("/x", [":authority", "a.com"])).toBe("14", profile);
      expect(judgedBy("/x", [":authority", "a.com:8080"])).toBe(i == 0 ? "4" : "14", profile);
      expect(judgedBy("/a", [":authority", ""])).toBe("04", profile);
      expect(judgedBy("/x", [], peer(one))).toBe("24", profile);
      expect(judgedBy("/x", [], '"tls":null,"subject":"","san":"' + one + '"')).toBe("4", profile);
      expect(judgedBy("/x", ["x-key", "1"])).toBe("34", profile);
      expect(judgedBy("/x", ["x-key", "2,1"])).toBe(i == 0 ? "4" : "34", profile);
      expect(judgedBy("/x", ["x-other", "1"])).toBe("4", profile);
      expect(judgedBy("/a", ["x-key", "1", ":authority", "a.com"], peer(one))).toBe("01234", profile);
      const dns = '"tls":"x","subject":"","san":"spiffe://td/x","dns":"' + one + '"';
      expect(judgedBy("/x", [], dns)).toBe(i == 0 ? "24" : "4", profile);
      // The path before had a form more.
      expect(judgedBy("/x/../a")).toBe("04", profile);
      expect(judgedBy("/x")).toBe("4", profile);
    }
    use('{"rules":[' + rules + "]}", "compat");
    facts.firstUri = one;
    expect(judgedBy("/x", [], peer(one + ",spiffe://td/x"))).toBe("24");
    facts.firstUri = NONE;
    const subject = '{"rules":[{"from":[{"source":{"principals":["CN=x"]}}],' + put + "}]}";
    use(subject);
    expect(judgedBy("/x", [], '"tls":"x","subject":"spiffe://CN=x"')).toBe("0");
  });
});
