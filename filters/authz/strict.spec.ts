/** What only strict knows, and facts that can't be had. */
import { ascii, at } from "../../assembly/bytes";
import { headerPairs } from "../../assembly/headers";
import { Reason } from "./policy";
import {
  allows,
  configure,
  decider,
  facts,
  judge,
  NONE,
  operation,
  peer,
  policy,
  request,
  source,
  use,
  when,
} from "./testing";

const DENY_ADMIN = '{"action":"DENY","rules":[{"to":[{"operation":{"paths":["/admin"]}}]}]}';

describe("strict", () => {
  test("a path counts in every form that a server may give it", () => {
    use(DENY_ADMIN, "strict");
    const denied = [
      "/admin",
      "/admin?x",
      "//admin",
      "/x/../admin",
      "/%2Fadmin",
      "/%5cadmin",
      "\\admin",
      "/admin;a=b",
      "/;x/admin",
      "/x/..;y/admin",
      "/%61dmin",
      "/./admin",
    ];
    for (let i = 0; i < denied.length; i++) expect(allows(denied[i])).toBe(false, denied[i]);
    const allowed = ["/", "/admins", "/Admin", "/admin/", "/%2561dmin"];
    for (let i = 0; i < allowed.length; i++) expect(allows(allowed[i])).toBe(true, allowed[i]);
    use(operation('"paths":["/a*"],"notPaths":["/a/b"]'), "strict");
    expect(allows("/a/c")).toBe(true);
    expect(allows("/a/c/../b")).toBe(false);
    expect(allows("/x/../a")).toBe(false);
    expect(allows("/a;/../x")).toBe(false);
  });

  test("a path that nobody can agree on is denied", () => {
    use('{"rules":[{}]}', "strict");
    const odd = ["/a#b", "/a?b#c", "/a%00", "/a b", "/a\x00", "/a\x7f"];
    for (let i = 0; i < odd.length; i++) expect(judge(odd[i]).reason).toBe(Reason.ODD_PATH, odd[i]);
    expect(allows("/a\xc3\xa9")).toBe(true);
  });

  test("a header counts by its members", () => {
    use(when("request.headers[x-role]", '"values":["admin"]', "DENY"), "strict");
    const denied = ["admin", "user,admin", "admin , user", "user,\tadmin"];
    for (let i = 0; i < denied.length; i++) expect(allows("/", ["x-role", denied[i]])).toBe(false, denied[i]);
    expect(allows("/", ["x-role", "user", "x-role", "a,admin"])).toBe(false);
    expect(allows("/", ["x-role", "user,administrator"])).toBe(true);
    expect(allows("/")).toBe(true);
    use(when("request.headers[x-role]", '"values":["user","admin"]'), "strict");
    expect(allows("/", ["x-role", "user,admin"])).toBe(true);
    expect(allows("/", ["x-role", "user,root"])).toBe(false);
    expect(allows("/", ["x-role", "user", "x-role", "root"])).toBe(false);
    expect(allows("/", ["x-role", "user,"])).toBe(false);
    use(when("request.headers[x-role]", '"values":["a,b"]'), "strict");
    expect(allows("/", ["x-role", "a,b"])).toBe(true);
    use(when("request.headers[x-role]", '"values":["*"]'), "strict");
    expect(allows("/", ["x-role", ""])).toBe(true);
    use(when("request.headers[x-role]", '"values":["*n"]', "DENY"), "strict");
    expect(allows("/", ["x-role", "user"])).toBe(true);
    use(when("request.headers[:path]", '"values":["/a?b*"]'), "strict");
    expect(allows("/a?b,c")).toBe(true);
    use(when("request.headers[x-role]", '"notValues":["admin"]'), "strict");
    expect(allows("/", ["x-role", "user,admin"])).toBe(false);
    expect(allows("/")).toBe(true);
  });

  test("a host's port counts where the pattern has one, the last dot never", () => {
    use('{"action":"DENY","rules":[{"to":[{"operation":{"hosts":["deny.a.com","b.com:81","*.c.com."]}}]}]}', "strict");
    const denied = [
      "deny.a.com",
      "DENY.a.com:8080",
      "deny.a.com.",
      "deny.a.com.:8080",
      "b.com:81",
      "b.com.:81",
      "x.c.com:1",
    ];
    for (let i = 0; i < denied.length; i++) expect(allows("/", [":authority", denied[i]])).toBe(false, denied[i]);
    const allowed = ["a.com", "b.com", "b.com:82", "deny.a.com..", "[::1]:80"];
    for (let i = 0; i < allowed.length; i++) expect(allows("/", [":authority", allowed[i]])).toBe(true, allowed[i]);
  });

  test("an identity is one SPIFFE ID, and of the mesh where a namespace or account is meant", () => {
    use(source('"principals":["cluster.local/ns/a/sa/b"]'), "strict");
    expect(allows("/", [], peer("spiffe://cluster.local/ns/a/sa/b"))).toBe(true);
    expect(allows("/", [], peer("spiffe://evil/x,spiffe://cluster.local/ns/a/sa/b"))).toBe(false);
    expect(allows("/", [], '"tls":"x","subject":"CN=x","dns":"spiffe://cluster.local/ns/a/sa/b"')).toBe(false);
    use(source('"principals":["other/ns/a/sa/b"]'), "strict");
    expect(allows("/", [], peer("spiffe://other/ns/a/sa/b"))).toBe(true);
    use(source('"namespaces":["*"]'), "strict");
    expect(allows("/", [], peer("spiffe://cluster.local/ns/a/sa/b"))).toBe(true);
    expect(allows("/", [], peer("spiffe://cluster.local/x"))).toBe(false);
    use(source('"namespaces":["a"]'), "strict");
    expect(allows("/", [], peer("spiffe://cluster.local/ns/a/sa/b"))).toBe(true);
    expect(allows("/", [], peer("spiffe://old/ns/a/sa/b"))).toBe(true);
    expect(allows("/", [], peer("spiffe://evil/ns/a/sa/b"))).toBe(false);
    expect(allows("/", [], peer("spiffe://cluster.local/x/y/ns/a/ns/b"))).toBe(false);
    use(source('"notNamespaces":["a"]'), "strict");
    expect(allows("/", [], peer("spiffe://evil/ns/a/sa/b"))).toBe(false);
    expect(allows("/", [], peer("spiffe://evil/ns/c/sa/b"))).toBe(true);
    expect(allows("/")).toBe(true);
    use(source('"serviceAccounts":["b"]'), "strict");
    expect(allows("/", [], peer("spiffe://cluster.local/ns/foo/sa/b"))).toBe(true);
    expect(allows("/", [], peer("spiffe://cluster.local/ns/foo/sa/bb"))).toBe(false);
    use(source('"serviceAccounts":["bb"]'), "strict");
    expect(allows("/", [], peer("spiffe://cluster.local/ns/foo/sa/b"))).toBe(false);
  });

  test("what can't be said matches DENY and not ALLOW", () => {
    const unclear = [
      '"tls":"x","san":"spiffe://a,spiffe://b","subject":""',
      '"tls":"x","san":"spiffe://A/x","subject":""',
      '"tls":"x","subject":"CN=x"',
      '"tls":1',
      '"san":[]',
    ];
    for (let i = 0; i < unclear.length; i++) {
      use('{"action":"DENY","rules":[{"from":[{"source":{"principals":["td/ns/a/sa/b"]}}]}]}', "strict");
      expect(allows("/", [], unclear[i])).toBe(false, unclear[i]);
      use('{"action":"DENY","rules":[{"from":[{"source":{"notPrincipals":["td/ns/a/sa/b"]}}]}]}', "strict");
      expect(allows("/", [], unclear[i])).toBe(false, unclear[i]);
      use(source('"notPrincipals":["td/ns/a/sa/b"]'), "strict");
      expect(allows("/", [], unclear[i])).toBe(false, unclear[i]);
    }
    use(source('"notIpBlocks":["10.0.0.1"]'), "strict");
    expect(allows("/", [], '"direct":"@socket"')).toBe(false);
    expect(allows("/")).toBe(true);
    use(operation('"notPorts":["1"]'), "strict");
    expect(allows("/", [], '"port":null')).toBe(false);
    expect(allows("/", [], '"port":0')).toBe(true);
    use('{"rules":[{"to":[{"operation":{"notPorts":["1"]}},{"operation":{"paths":["/a"]}}]}]}', "strict");
    expect(allows("/a", [], '"port":null')).toBe(true);
    use(
      '{"action":"DENY","rules":[{"to":[{"operation":{"ports":["1"],"paths":["/a"],"methods":["PUT"]}}]}]}',
      "strict",
    );
    expect(allows("/a", [], '"port":null')).toBe(true);
  });

  test("a request without a host is perhaps one to the host that is meant", () => {
    const specs = [
      '{"action":"DENY","rules":[{"to":[{"operation":{"hosts":["a.com"]}}]}]}',
      operation('"notHosts":["a.com"]'),
    ];
    const pairs = headerPairs([ascii(":method"), ascii("GET"), ascii(":path"), ascii("/")]);
    for (let i = 0; i < 4; i++) {
      use(specs[i >> 1], i % 2 == 0 ? "strict" : "compat");
      facts.reset();
      expect(request.read(at(pairs), pairs.length, policy)).toBe(true);
      expect(decider.decide().allowed).toBe(i % 2 == 1, specs[i >> 1]);
    }
    use('{"action":"DENY","rules":[{"to":[{"operation":{"hosts":["a.com"],"methods":["PUT"]}}]}]}', "strict");
    facts.reset();
    expect(request.read(at(pairs), pairs.length, policy)).toBe(true);
    expect(decider.decide().allowed).toBe(true);
    // An empty host is a host.
    use(specs[1], "strict");
    expect(allows("/", [":authority", ""])).toBe(true);
  });

  test("a request without path", () => {
    use(DENY_ADMIN, "strict");
    expect(allows(NONE, [":method", "CONNECT"])).toBe(false);
    expect(judge(NONE).reason).toBe(Reason.HEADERS);
    use(DENY_ADMIN, "compat");
    expect(allows(NONE, [":method", "CONNECT"])).toBe(true);
    expect(judge(NONE).reason).toBe(Reason.HEADERS);
    use(operation('"paths":["*"]'), "compat");
    expect(allows(NONE, [":method", "CONNECT"])).toBe(false);
    use('{"action":"DENY","rules":[{"to":[{"operation":{"paths":["*"]}}]}]}', "compat");
    expect(allows(NONE, [":method", "CONNECT"])).toBe(true);
  });
});

describe("facts", () => {
  test("are read once, and only when a rule asks", () => {
    use(
      '{"rules":[{"to":[{"operation":{"paths":["/open"]}}]},{"from":[{"source":{"ipBlocks":["10.0.0.1"],"notIpBlocks":["10.0.0.2"]}}],"to":[{"operation":{"paths":["/shut"]}}]}]}',
    );
    facts.reads = 0;
    expect(allows("/open")).toBe(true);
    expect(allows("/none")).toBe(false);
    expect(facts.reads).toBe(0);
    judge("/shut");
    expect(facts.reads).toBe(1);
  });

  test("that can't be read deny, unless only a dry run asked", () => {
    use('{"action":"DENY","rules":[{"from":[{"source":{"ipBlocks":["10.0.0.1"]}}]}]}');
    judge("/");
    facts.reset();
    facts.document = ascii('{"direct":');
    const verdict = decider.decide();
    expect(!verdict.allowed && verdict.reason == Reason.FACTS).toBe(true);
    const policies =
      '[{"namespace":"default","name":"a","dryRun":true,"spec":' + source('"ipBlocks":["10.0.0.1"]') + "}]";
    expect(configure('{"name":"x","policies":' + policies + "}")).toBe(NONE);
    judge("/");
    facts.reset();
    facts.document = ascii("no");
    expect(decider.decide().allowed && decider.verdict.dryUnallowed).toBe(true);
    const denies = '{"action":"DENY","rules":[{"from":[{"source":{"principals":["td/ns/a/sa/b"]}}]}]}';
    const dry = '[{"namespace":"default","name":"d","dryRun":true,"spec":' + denies + "}]";
    expect(configure('{"name":"x","policies":' + dry + "}")).toBe(NONE);
    judge("/");
    facts.reset();
    facts.document = ascii("no");
    expect(decider.decide().allowed && decider.verdict.dryDeny !== null).toBe(true);
  });

  test("several URI SANs are told from a comma within one", () => {
    use(source('"principals":["td/ns/a/sa/admin"]'));
    const two = '"tls":"x","subject":"","san":"spiffe://evil,spiffe://td/ns/a/sa/admin"';
    facts.firstUri = "spiffe://evil";
    expect(allows("/", [], two)).toBe(true);
    facts.firstUri = "spiffe://evil,spiffe://td/ns/a/sa/admin";
    expect(allows("/", [], two)).toBe(false);
    facts.firstUri = NONE;
    expect(allows("/", [], two)).toBe(false);
    use('{"action":"DENY","rules":[{"from":[{"source":{"principals":["td/ns/b/sa/x"]}}]}]}');
    expect(allows("/", [], two)).toBe(false);
  });
});

/** The nearest rule, and what it fails for. */
