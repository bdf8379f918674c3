import { ascii, at } from "./bytes";
import { SpiffeId } from "./spiffe";

const id = new SpiffeId();

function shown(address: usize, length: i32): string {
  return length == 0 ? "" : String.UTF8.decodeUnsafe(address, <usize>length);
}

function parts(text: string): string {
  const bytes = ascii(text);
  if (!id.read(at(bytes), bytes.length)) return "none";
  const domain = shown(id.trustDomain, id.trustDomainLength);
  return domain + "|" + shown(id.namespace, id.namespaceLength) + "|" + shown(id.account, id.accountLength);
}

describe("a SPIFFE ID", () => {
  test("has a trust domain, a namespace and an account", () => {
    expect(parts("spiffe://cluster.local/ns/foo/sa/bar")).toBe("cluster.local|foo|bar");
    expect(parts("spiffe://td_1/region/eu/ns/foo/x/y/sa/bar/z/1")).toBe("td_1|foo|bar");
    expect(parts("spiffe://td/ns/default/dc/dc1/svc/web")).toBe("td|default|");
    expect(parts("spiffe://td")).toBe("td||");
    expect(parts("spiffe://td/ns")).toBe("td||");
    expect(parts("spiffe://td/workload")).toBe("td||");
  });

  test("that could be read in two ways is none", () => {
    const bad = [
      "",
      "spiffe://",
      "spiffe:///ns/a",
      "SPIFFE://td/ns/a",
      "https://td/ns/a/sa/b",
      "spiffe://TD/ns/a",
      "spiffe://td:80/ns/a",
      "spiffe://u@td/ns/a",
      "spiffe://td/",
      "spiffe://td//ns/a",
      "spiffe://td/ns/a/",
      "spiffe://td/ns//sa/b",
      "spiffe://td/ns/./sa/b",
      "spiffe://td/ns/../sa/b",
      "spiffe://td/ns/a%2f/sa/b",
      "spiffe://td/ns/a b/sa/c",
      "spiffe://td/ns/a\x00b/sa/c",
      "spiffe://td/ns/a\nb/sa/c",
      "spiffe://td/ns/\xe9/sa/c",
      "spiffe://td/ns/a/ns/b/sa/c",
      "spiffe://td/ns/a/sa/b/sa/c",
      "spiffe://td?x/ns/a",
      "spiffe://td#/ns/a",
    ];
    for (let i = 0; i < bad.length; i++) expect(parts(bad[i])).toBe("none", bad[i]);
    expect(parts("spiffe://td/ns/" + "a".repeat(2033))).toBe("td|" + "a".repeat(2033) + "|");
    expect(parts("spiffe://td/ns/" + "a".repeat(2034))).toBe("none");
  });
});
