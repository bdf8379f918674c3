/** What rules say, as Istio and Envoy have it. */
import { Reason } from "./policy";
import { allows, configure, judge, NONE, operation, peer, policy, ruleOf, source, use, when } from "./testing";

describe("precedence", () => {
  test("without policies all is allowed; a policy without rules allows nothing", () => {
    expect(configure('{"name":"x","policies":[]}')).toBe(NONE);
    expect(judge("/").reason).toBe(Reason.NO_POLICY);
    use("{}");
    expect(judge("/").allowed).toBe(false);
    expect(judge("/").reason).toBe(Reason.NO_RULE);
    use('{"rules":[{}]}');
    expect(ruleOf(judge("/"))).toBe("foo/p/0");
    expect(judge("/").allowed).toBe(true);
  });

  test("DENY goes before ALLOW, AUDIT and dry runs change nothing", () => {
    const policies =
      '[{"namespace":"foo","name":"d","spec":{"action":"DENY","rules":[{"to":[{"operation":{"methods":["POST"]}}]}]}},' +
      '{"namespace":"foo","name":"a","spec":{"rules":[{"to":[{"operation":{"paths":["/a"]}}]}]}},' +
      '{"namespace":"istio-system","name":"u","spec":{"action":"AUDIT","rules":[{"to":[{"operation":{"paths":["/u*"]}}]}]}},' +
      '{"namespace":"foo","name":"dd","dryRun":true,"spec":{"action":"DENY","rules":[{}]}},' +
      '{"namespace":"foo","name":"da","dryRun":true,"spec":{"rules":[{"to":[{"operation":{"paths":["/a"]}}]}]}}]';
    expect(configure('{"name":"x","workload":{"namespace":"foo"},"policies":' + policies + "}")).toBe(NONE);
    const get = judge("/a");
    expect(get.allowed && get.audit === null && get.dryDeny !== null && !get.dryUnallowed).toBe(true);
    const post = judge("/a", [":method", "POST"]);
    expect(post.allowed).toBe(false);
    expect(post.reason).toBe(Reason.DENY_RULE);
    expect(ruleOf(post)).toBe("foo/d/0");
    const other = judge("/u/x");
    expect(!other.allowed && other.audit !== null && other.dryUnallowed).toBe(true);
    expect(ruleOf(other)).toBe("none");
  });

  test("where nothing is decided, nothing is left of the request before", () => {
    const policies =
      '[{"namespace":"default","name":"d","spec":{"action":"DENY","rules":[{"to":[{"operation":{"paths":["/d"]}}]}]}},' +
      '{"namespace":"default","name":"u","spec":{"action":"AUDIT","rules":[{}]}},' +
      '{"namespace":"default","name":"dd","dryRun":true,"spec":{"action":"DENY","rules":[{}]}},' +
      '{"namespace":"default","name":"da","dryRun":true,"spec":{"rules":[{"to":[{"operation":{"paths":["/a"]}}]}]}}]';
    expect(configure('{"name":"x","policies":' + policies + "}")).toBe(NONE);
    const before = judge("/d");
    expect(before.rule !== null && before.audit !== null && before.dryDeny !== null && before.dryUnallowed).toBe(true);
    const odd = judge("/a#b");
    expect(odd.reason).toBe(Reason.ODD_PATH);
    expect(odd.rule === null && odd.audit === null && odd.dryDeny === null && !odd.dryUnallowed).toBe(true);
    expect(allows("/a")).toBe(true);
    expect(allows("/a#b")).toBe(false);
  });

  test("a dry run alone enforces nothing", () => {
    const policies = '[{"namespace":"foo","name":"a","dryRun":true,"spec":{}}]';
    expect(configure('{"name":"x","workload":{"namespace":"foo"},"policies":' + policies + "}")).toBe(NONE);
    expect(judge("/").allowed && judge("/").dryUnallowed).toBe(true);
  });

  test("the first rule by the bytes of its name is told, as Envoy does", () => {
    let rules = "";
    for (let i = 0; i < 12; i++)
      rules += (i > 0 ? "," : "") + '{"to":[{"operation":{"paths":["/x"' + (i < 2 ? ',"/y"' : "") + "]}}]}";
    use('{"action":"DENY","rules":[' + rules + "]}");
    expect(ruleOf(judge("/x"))).toBe("foo/p/0");
    // "rule[10]" goes before "rule[1]".
    use('{"action":"DENY","rules":[{"to":[{"operation":{"paths":["/a"]}}]},' + rules + "]}");
    expect(ruleOf(judge("/x"))).toBe("foo/p/10");
    expect(ruleOf(judge("/y"))).toBe("foo/p/1");
  });

  test("after 2^32 requests no rule counts as judged for this one", () => {
    use('{"action":"DENY","rules":[{"to":[{"operation":{"paths":["/a"]}}]},{"to":[{"operation":{"paths":["/b"]}}]}]}');
    const lookup = policy.deny.lookup;
    for (let rule = 0; rule < 2; rule++) {
      for (let seen = 0; seen < 2; seen++) {
        lookup.request = u32.MAX_VALUE;
        lookup.seen[0] = seen;
        lookup.seen[1] = seen;
        expect(allows(rule == 0 ? "/a" : "/b")).toBe(false);
      }
    }
  });

  test("exempt paths ask no policy", () => {
    use('{"action":"DENY","rules":[{}]}', "strict", ',"exemptPaths":["/healthz"]');
    expect(judge("/healthz?full").reason).toBe(Reason.EXEMPT);
    expect(allows("/healthz/")).toBe(false);
    expect(allows("/x/../healthz")).toBe(false);
    expect(allows("/healthz;x")).toBe(false);
  });
});

describe("operations", () => {
  test("paths", () => {
    use(operation('"paths":["/a","/b/*","*.png","/t/{*}/x"],"notPaths":["/b/secret*"]'));
    const yes = ["/a", "/a?q=/z", "/b/", "/b/c", "/x.png", "/t/1/x", "/x/../a", "/%61"];
    for (let i = 0; i < yes.length; i++) expect(allows(yes[i])).toBe(true, yes[i]);
    const no = ["/", "/A", "/a/", "//a", "/b", "/b/secret", "/b/secrets", "/x.pngx", "/t//x", "/a;b"];
    for (let i = 0; i < no.length; i++) expect(allows(no[i])).toBe(false, no[i]);
    use(operation('"paths":["*"]'));
    expect(allows("/")).toBe(true);
    use('{"action":"DENY","rules":[{"to":[{"operation":{"paths":["*.png"]}}]}]}');
    expect(allows("/x.jpg")).toBe(true);
    expect(allows("/x.png")).toBe(false);
  });

  test("paths take the mesh's form", () => {
    const deny = '{"action":"DENY","rules":[{"to":[{"operation":{"paths":["/admin"]}}]}]}';
    const forms = ["NONE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"];
    const paths = ["/admin", "/x/../admin", "//admin", "/%2fadmin"];
    for (let form = 0; form < 4; form++) {
      const policies = '"policies":[{"namespace":"default","name":"p","spec":' + deny + "}]";
      expect(
        configure(
          '{"name":"x","profile":"compat","workload":{"pathNormalization":"' + forms[form] + '"},' + policies + "}",
        ),
      ).toBe(NONE);
      for (let i = 0; i < 4; i++) expect(allows(paths[i])).toBe(i > form, forms[form] + " " + paths[i]);
    }
  });

  test("methods, ports and hosts", () => {
    use(operation('"methods":["GET","P*"],"notMethods":["PUT"]'));
    const methods = ["GET", "POST", "PUT", "get", "HEAD"];
    for (let i = 0; i < 5; i++) expect(allows("/", [":method", methods[i]])).toBe(i < 2, methods[i]);
    use(operation('"ports":["8080","0443"],"notPorts":["443"]'));
    expect(allows("/")).toBe(true);
    expect(allows("/", [], '"port":443')).toBe(false);
    expect(allows("/", [], '"port":80')).toBe(false);
    use(operation('"hosts":["A.com","*.b.com","c.*"],"notHosts":["x.b.com"]'));
    const yes = ["a.com", "A.COM", "y.B.com", "c.org"];
    for (let i = 0; i < yes.length; i++) expect(allows("/", [":authority", yes[i]])).toBe(true, yes[i]);
    const no = ["a.com:80", "a.com.", "b.com", "X.b.com", "xc.org"];
    for (let i = 0; i < no.length; i++) expect(allows("/", [":authority", no[i]])).toBe(false, no[i]);
  });

  test("several are alternatives, and when belongs to each", () => {
    use(
      '{"rules":[{"to":[{"operation":{"paths":["/a"]}},{"operation":{"paths":["/b"],"methods":["POST"]}}],' +
        '"when":[{"key":"destination.port","values":["8080"]},{"key":"request.headers[x]","values":["1"]}]}]}',
    );
    expect(allows("/a", ["x", "1"])).toBe(true);
    expect(allows("/a", ["x", "2"])).toBe(false);
    expect(allows("/a", ["x", "1"], '"port":1')).toBe(false);
    expect(allows("/b", ["x", "1"])).toBe(false);
    expect(allows("/b", ["x", "1", ":method", "POST"])).toBe(true);
  });
});

describe("sources", () => {
  test("principals", () => {
    use(source('"principals":["td/ns/a/sa/b","td/ns/c/*","*/sa/admin"],"notPrincipals":["td/ns/c/sa/x"]'));
    const yes = ["spiffe://td/ns/a/sa/b", "spiffe://td/ns/c/sa/y", "spiffe://any/sa/admin"];
    for (let i = 0; i < yes.length; i++) expect(allows("/", [], peer(yes[i]))).toBe(true, yes[i]);
    const no = ["spiffe://td/ns/a/sa/bb", "td/ns/a/sa/b", "spiffe://td/ns/c/sa/x", "https://any/sa/admin"];
    for (let i = 0; i < no.length; i++) expect(allows("/", [], peer(no[i]))).toBe(false, no[i]);
    expect(allows("/")).toBe(false);
  });

  test("a principal's end lies behind the scheme", () => {
    use(source('"principals":["*b"]'));
    expect(allows("/", [], peer("spiffe://b"))).toBe(true);
    use(source('"principals":["*/b"]'));
    expect(allows("/", [], peer("spiffe://b"))).toBe(false);
    expect(allows("/", [], peer("spiffe:///b"))).toBe(true);
  });

  test("without TLS there are no names", () => {
    use(source('"principals":["td/ns/a/sa/b"]'));
    expect(allows("/", [], '"san":"spiffe://td/ns/a/sa/b","subject":"CN=x","tls":null')).toBe(false);
  });

  test("* is any name of a certificate, and notPrincipals match who has none", () => {
    use(source('"principals":["*"]'));
    expect(allows("/")).toBe(false);
    expect(allows("/", [], '"tls":"TLSv1.3","subject":""')).toBe(false);
    expect(allows("/", [], '"tls":"TLSv1.3","subject":"CN=x"')).toBe(true);
    expect(allows("/", [], '"tls":"TLSv1.3","subject":"","dns":"a.b"')).toBe(true);
    use('{"action":"DENY","rules":[{"from":[{"source":{"notPrincipals":["*"]}}]}]}');
    expect(allows("/")).toBe(false);
    expect(allows("/", [], peer("spiffe://td/ns/a/sa/b"))).toBe(true);
  });

  test("trust domains stand for one another", () => {
    use(source('"principals":["cluster.local/ns/a/sa/b","other/ns/a/sa/b"]'));
    const yes = ["cluster.local", "old", "other"];
    for (let i = 0; i < yes.length; i++)
      expect(allows("/", [], peer("spiffe://" + yes[i] + "/ns/a/sa/b"))).toBe(true, yes[i]);
    expect(allows("/", [], peer("spiffe://new/ns/a/sa/b"))).toBe(false);
    use(source('"trustDomains":["old","ex-*"],"notTrustDomains":["ex-bad"]'));
    const domains = ["old", "cluster.local", "ex-", "ex-1"];
    for (let i = 0; i < domains.length; i++)
      expect(allows("/", [], peer("spiffe://" + domains[i] + "/x"))).toBe(true, domains[i]);
    const others = ["ex-bad/x", "x-ex-1/x", "ex-1", "a/ex-1/x", "older/x"];
    for (let i = 0; i < others.length; i++)
      expect(allows("/", [], peer("spiffe://" + others[i]))).toBe(false, others[i]);
    expect(allows("/", [], peer("spiffe://old/"))).toBe(true);
    expect(allows("/", [], peer("https:///old/x"))).toBe(false);
    use(source('"trustDomains":["*"]'));
    expect(allows("/", [], peer("spiffe://"))).toBe(true);
    expect(allows("/", [], peer("spiffe://a"))).toBe(true);
    use(source('"trustDomains":["t","*x"]'));
    expect(allows("/", [], peer("spiffe://t/a"))).toBe(true);
    expect(allows("/", [], peer("spiffe://u/a"))).toBe(false);
    expect(allows("/", [], peer("spiffe://t"))).toBe(false);
  });

  test("namespaces and service accounts", () => {
    use(source('"namespaces":["a","b*c"],"notNamespaces":["bxc"]'));
    const yes = ["spiffe://evil/ns/a/sa/x", "x/ns/a/", "spiffe://td/ns/b-c/sa/x"];
    for (let i = 0; i < yes.length; i++) expect(allows("/", [], peer(yes[i]))).toBe(true, yes[i]);
    const no = ["spiffe://td/ns/aa/sa/x", "spiffe://td/ns/a", "spiffe://td/ns/bxc/sa/x"];
    for (let i = 0; i < no.length; i++) expect(allows("/", [], peer(no[i]))).toBe(false, no[i]);
    use(source('"serviceAccounts":["a","bar/b.c"]'));
    const good = [
      "spiffe://td/ns/foo/sa/a",
      "spiffe://td/x/y/ns/foo/z/sa/a/more",
      "spiffe://td/ns/bar/sa/b.c",
      "spiffe://td/ns/foo/ns/foo/sa/a",
      "spiffe://t/ns/foo/sa/a/m",
    ];
    for (let i = 0; i < good.length; i++) expect(allows("/", [], peer(good[i]))).toBe(true, good[i]);
    const bad = [
      "spiffe:///ns/foo/sa/a",
      "spiffe://td/ns/foo/sa/ab",
      "spiffe://td/ns/foo/sa/a/",
      "spiffe://td/ns/bar/sa/bxc",
      "spiffe://td/ns/foo//sa/a",
      "spiffe://td/ns/bar/sa/a",
      "td/ns/foo/sa/a",
      "spiffe://td/ns/foo/xsa/a",
      "https://td/x/ns/foo/sa/a",
      "spiffe://td\\n/ns/foo/sa/a",
    ];
    for (let i = 0; i < bad.length; i++) expect(allows("/", [], peer(bad[i]))).toBe(false, bad[i]);
  });

  test("addresses", () => {
    use(source('"ipBlocks":["10.0.0.0/8","::1"],"notIpBlocks":["10.9.9.9"]'));
    expect(allows("/", [], '"direct":"10.1.2.3"')).toBe(true);
    expect(allows("/", [], '"direct":"::1"')).toBe(true);
    expect(allows("/", [], '"direct":"10.9.9.9"')).toBe(false);
    expect(allows("/", [], '"remote":"10.1.2.3"')).toBe(false);
    expect(allows("/", [], '"direct":"/run/envoy.sock"')).toBe(false);
    use(source('"remoteIpBlocks":["8.8.8.8"]'));
    expect(allows("/", [], '"remote":"8.8.8.8"')).toBe(true);
    expect(allows("/", [], '"direct":"8.8.8.8"')).toBe(false);
    use(when("destination.ip", '"values":["8.8.8.8"]'));
    expect(allows("/", [], '"local":"8.8.8.8"')).toBe(true);
    expect(allows("/", [], '"direct":"8.8.8.8"')).toBe(false);
  });

  test("request principals", () => {
    const values = [
      "iss/sub",
      "*",
      "*/sub",
      "*s/sub",
      "iss/*",
      "iss/s*",
      "iss",
      "i*",
      "*ub",
      "https://x/y/sub",
      "iss/",
    ];
    const tokens = ["iss|sub", "iss|other", "other|sub", "iss|", "https://x/y|sub"];
    const expected = [
      "10000",
      "11101",
      "10101",
      "10000",
      "11000",
      "10000",
      "00010",
      "11000",
      "10101",
      "00001",
      "00010",
    ];
    for (let v = 0; v < values.length; v++) {
      use(source('"requestPrincipals":["' + values[v] + '"]'));
      for (let t = 0; t < tokens.length; t++) {
        const parts = tokens[t].split("|");
        const payload = '"payload":{"iss":"' + parts[0] + '","sub":"' + parts[1] + '"}';
        expect(allows("/", [], payload)).toBe(expected[v].charAt(t) == "1", values[v] + " for " + tokens[t]);
      }
      expect(allows("/")).toBe(false);
      expect(allows("/", [], '"payload":{"iss":"iss"}')).toBe(false);
      expect(allows("/", [], '"payload":{"iss":"iss","sub":["sub"]}')).toBe(false);
    }
  });
});

describe("when", () => {
  test("headers: a line for itself, in compat", () => {
    use(when("request.headers[X-Role]", '"values":["admin","dev*"],"notValues":["dev-bad"]'));
    expect(allows("/", ["x-role", "admin"])).toBe(true);
    expect(allows("/", ["x-role", "user", "x-role", "developer"])).toBe(true);
    expect(allows("/", ["x-role", "admin", "x-role", "dev-bad"])).toBe(false);
    expect(allows("/", ["x-role", "user,admin"])).toBe(false);
    expect(allows("/")).toBe(false);
    use(when("request.headers[x-role]", '"values":["*"]'));
    expect(allows("/", ["x-role", ""])).toBe(true);
    expect(allows("/")).toBe(false);
    use(when("request.headers[x-role]", '"notValues":["admin"]'));
    expect(allows("/")).toBe(true);
    use(when("request.headers[Host]", '"values":["shop.example"]'));
    expect(allows("/")).toBe(true);
    use(when("request.headers[:path]", '"values":["/a?b"]'));
    expect(allows("/a?b")).toBe(true);
  });

  test("claims: texts and lists of texts", () => {
    use(when("request.auth.claims[groups]", '"values":["dev","ops*"],"notValues":["bad"]'));
    const yes = ['"dev"', '["x","dev"]', '["ops-1"]'];
    for (let i = 0; i < yes.length; i++)
      expect(allows("/", [], '"payload":{"groups":' + yes[i] + "}")).toBe(true, yes[i]);
    const no = ['"de"', '["dev","bad"]', "[]", "true", "1", "null", '{"dev":"dev"}', '[["dev"]]'];
    for (let i = 0; i < no.length; i++)
      expect(allows("/", [], '"payload":{"groups":' + no[i] + "}")).toBe(false, no[i]);
    expect(allows("/")).toBe(false);
    use(when("request.auth.claims[a][b]", '"values":["x"]'));
    expect(allows("/", [], '"payload":{"a":{"b":"x"}}')).toBe(true);
    expect(allows("/", [], '"payload":{"a":"x","b":"x"}')).toBe(false);
    use(when("request.auth.claims[a[b]]", '"values":["x"]'));
    expect(allows("/", [], '"payload":{"a[b]":"x"}')).toBe(true);
    use(when("request.auth.audiences", '"values":["me"]'));
    expect(allows("/", [], '"payload":{"aud":["you","me"]}')).toBe(true);
    use(when("request.auth.presenter", '"values":["me"]'));
    expect(allows("/", [], '"payload":{"azp":"me"}')).toBe(true);
  });

  test("a claim that stands in the path, read in one way by every server", () => {
    const texts = ["u1", "u%41", "u;a", "u\\\\b"];
    const paths = ["u1", "u%41", "u;a", "u\\b"];
    const actions = ["ALLOW", "DENY"];
    for (let action = 0; action < 2; action++) {
      const spec = '{"action":"' + actions[action] + '","rules":[{}]}';
      const claims = '"claims":[{"key":"request.auth.claims[sub]","path":"/users/{id}/{**}"}]';
      const policies = '[{"namespace":"foo","name":"p","spec":' + spec + "," + claims + "}]";
      const workload = '"workload":{"namespace":"foo","pathNormalization":"NONE"}';
      expect(
        configure('{"name":"x","profile":"compat","token":"claimsOnly",' + workload + ',"policies":' + policies + "}"),
      ).toBe(NONE);
      for (let i = 0; i < 4; i++) {
        const path = "/users/" + paths[i] + "/x";
        expect(allows(path, [], '"payload":{"sub":"' + texts[i] + '"}')).toBe(action == 0 && i == 0, path);
        // Of a segment that servers read in several ways nobody can say that it is another's.
        expect(allows(path, [], '"payload":{"sub":"other"}')).toBe(action == 1 && i == 0, path);
      }
    }
  });

  test("the rest", () => {
    use(when("connection.sni", '"values":["*.a"]'));
    expect(allows("/", [], '"sni":"x.a"')).toBe(true);
    expect(allows("/")).toBe(false);
    use(when("connection.sni", '"notValues":["*"]'));
    expect(allows("/")).toBe(true);
    use(when("destination.ip", '"values":["127.0.0.0/8"]'));
    expect(allows("/")).toBe(true);
    use(when("source.namespace", '"values":["a"]'));
    expect(allows("/", [], peer("spiffe://td/ns/a/sa/b"))).toBe(true);
    use(when("source.serviceAccount", '"values":["a/b"]'));
    expect(allows("/", [], peer("spiffe://td/ns/a/sa/b"))).toBe(true);
    use(when("source.trustDomain", '"values":["td"]'));
    expect(allows("/", [], peer("spiffe://td/ns/a/sa/b"))).toBe(true);
    use(when("request.auth.principal", '"values":["i/s"]'));
    expect(allows("/", [], '"payload":{"iss":"i","sub":"s"}')).toBe(true);
    use(when("remote.ip", '"values":["127.0.0.1"]'));
    expect(allows("/")).toBe(true);
  });
});
