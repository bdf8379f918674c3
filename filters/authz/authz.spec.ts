/** Configuration and decision by tables. What Istio and Envoy themselves do with many more is in test/conformance. */
import { ascii, at, ByteBuilder } from "../../assembly/bytes";
import * as cfg from "../../assembly/config";
import { headerPairs } from "../../assembly/headers";
import { arrange } from "./arrange";
import { compile } from "./config";
import { Facts, putText, Text } from "./facts";
import { Policy, Rule } from "./model";
import { Decider, Reason, Verdict } from "./policy";
import { Request } from "./request";
import { TABLE } from "./schema.gen";
import { keyText } from "./when";

/** The document that the native filter writes, given as text. */
class GivenFacts extends Facts {
  document: StaticArray<u8> = ascii("");
  reads: i32 = 0;
  firstUri: string = "";

  protected load(): bool {
    this.reads++;
    return this.readFacts(at(this.document), this.document.length);
  }

  protected loadFirstUri(first: Text): bool {
    const bytes = ascii(this.firstUri);
    putText(first, at(bytes), bytes.length);
    return bytes.length > 0;
  }
}

const NONE: string = "";
const KEYS = ["san", "dns", "subject", "tls", "sni", "direct", "remote", "local", "port", "payload"];
const facts = new GivenFacts();
const request = new Request();
let policy: Policy = new Policy();
let decider: Decider = new Decider(policy, request, facts);
let pairs: StaticArray<u8> = ascii("");

/** The facts as JSON: those of a plaintext request, but for `changes` (`"san":"x"`). */
function factsText(changes: string): string {
  let text = "{";
  for (let i = 0; i < KEYS.length; i++) {
    const key = '"' + KEYS[i] + '":';
    let value = KEYS[i] == "port" ? "8080" : "null";
    if (KEYS[i] == "direct" || KEYS[i] == "remote" || KEYS[i] == "local") value = '"127.0.0.1"';
    if (!changes.includes(key)) text += key + value + ",";
  }
  return text + (changes == NONE ? '"header":null' : changes) + "}";
}

/** Facts of a client whose certificate has one URI SAN. */
function peer(san: string): string {
  return '"san":"' + san + '","subject":"CN=x","tls":"TLSv1.3"';
}

/** What is wrong with a configuration; empty: nothing. */
function configure(text: string): string {
  const bytes = ascii(text);
  const root = cfg.check(at(bytes), bytes.length, TABLE);
  let compiled: Policy | null = null;
  if (root != cfg.NONE) compiled = compile(root);
  if (compiled === null) return String.UTF8.decodeUnsafe(cfg.messagePtr(), cfg.messageLen());
  arrange(compiled);
  policy = compiled;
  decider = new Decider(policy, request, facts);
  return NONE;
}

/** Loads one policy of namespace foo. @param more further fields of the configuration, with their comma */
function use(spec: string, profile: string = "compat", more: string = NONE): void {
  const policies = '"policies":[{"namespace":"foo","name":"p","spec":' + spec + "}]";
  const workload = '"workload":{"namespace":"foo","labels":{"app":"a"},"trustDomainAliases":["old"]}';
  expect(
    configure('{"name":"x","profile":"' + profile + '","token":"claimsOnly",' + workload + "," + policies + more + "}"),
  ).toBe(NONE, spec);
}

/** Judges a request. @param headers name, value, ...; `:path` and the like may be among them */
function judge(path: string, headers: Array<string> = [], changes: string = NONE): Verdict {
  const texts: Array<StaticArray<u8>> = [];
  if (!headers.includes(":method")) (texts.push(ascii(":method")), texts.push(ascii("GET")));
  if (!headers.includes(":authority")) (texts.push(ascii(":authority")), texts.push(ascii("shop.example")));
  if (path != NONE) (texts.push(ascii(":path")), texts.push(ascii(path)));
  for (let i = 0; i < headers.length; i++) texts.push(ascii(headers[i]));
  pairs = headerPairs(texts);
  facts.document = ascii(factsText(changes));
  facts.reset();
  if (!request.read(at(pairs), pairs.length, policy)) return decider.verdict.fail(Reason.HEADERS);
  return decider.decide();
}

function allows(path: string, headers: Array<string> = [], changes: string = NONE): bool {
  return judge(path, headers, changes).allowed;
}

function text(bytes: StaticArray<u8>): string {
  return String.UTF8.decodeUnsafe(at(bytes), bytes.length);
}

function nameOf(rule: Rule): string {
  return text(rule.putName(new ByteBuilder()).copy());
}

function ruleOf(verdict: Verdict): string {
  const rule = verdict.rule;
  return rule === null ? "none" : nameOf(rule);
}

/** An ALLOW policy with one rule that has one operation. */
function operation(fields: string): string {
  return '{"rules":[{"to":[{"operation":{' + fields + "}}]}]}";
}

function source(fields: string): string {
  return '{"rules":[{"from":[{"source":{' + fields + "}}]}]}";
}

function when(key: string, values: string, action: string = "ALLOW"): string {
  return '{"action":"' + action + '","rules":[{"when":[{"key":"' + key + '",' + values + "}]}]}";
}

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
    pairs = headerPairs([ascii(":method"), ascii("GET"), ascii(":path"), ascii("/")]);
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
function explained(): string {
  decider.explain();
  const nearest = decider.nearest;
  const failed = decider.failed;
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
