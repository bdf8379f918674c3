/** Trust domains that stand for one another (Istio, pilot/pkg/security/trustdomain/bundle.go and util.go). Pure. */
import { ByteBuilder, copyBytes, isText } from "../../assembly/bytes";
import { LOCAL } from "./texts.gen";

const STAR: u8 = 0x2a;
const SLASH: u8 = 0x2f;
/** <trust domain>/ns/<namespace>/sa/<account>: other principals have no trust domain for Istio. */
const PARTS: i32 = 5;
const built = new ByteBuilder();

/**
 * The principals that one of a policy stands for: where its trust domain is one of the mesh's, or cluster.local, the same
 * in each of the mesh's; else it alone.
 * @param domains the mesh's trust domain, then its aliases
 */
export function expandPrincipal(address: usize, length: i32, domains: Array<StaticArray<u8>>): Array<StaticArray<u8>> {
  const whole = copyBytes(address, length);
  const own = domainLength(address, length);
  // `*` alone for a trust domain is every one.
  if (own < 0 || (own == 1 && load<u8>(address) == STAR)) return [whole];
  const domain = copyBytes(address, own);
  if (!isKnown(domain, domains) && !isText(address, own, LOCAL)) return [whole];
  const all: Array<StaticArray<u8>> = [];
  for (let i = 0; i < domains.length; i++) {
    const other = unchecked(domains[i]);
    if (suffixMatch(other, domain)) addOnce(all, whole);
    else {
      built
        .clear()
        .add(other)
        .bytes(address + <usize>own, length - own);
      addOnce(all, built.copy());
    }
  }
  return all;
}

/** The trust domains that one of a policy stands for: all of the mesh's where it is one of them. */
export function expandTrustDomain(
  address: usize,
  length: i32,
  domains: Array<StaticArray<u8>>,
): Array<StaticArray<u8>> {
  const own = copyBytes(address, length);
  for (let i = 0; i < domains.length; i++) if (equal(unchecked(domains[i]), own)) return domains;
  return [own];
}

/** Bytes of the trust domain of a principal; -1 when it has not PARTS parts. */
function domainLength(address: usize, length: i32): i32 {
  let slashes = 0;
  let first = -1;
  for (let i = 0; i < length; i++) {
    if (load<u8>(address + <usize>i) != SLASH) continue;
    if (slashes++ == 0) first = i;
  }
  return slashes == PARTS - 1 ? first : -1;
}

/** stringMatch: either may be the pattern. */
function isKnown(domain: StaticArray<u8>, domains: Array<StaticArray<u8>>): bool {
  for (let i = 0; i < domains.length; i++) {
    const other = unchecked(domains[i]);
    if (equal(domain, other) || (other.length == 1 && unchecked(other[0]) == STAR)) return true;
    if (prefixMatch(domain, other) || prefixMatch(other, domain)) return true;
    if (suffixMatch(domain, other) || suffixMatch(other, domain)) return true;
  }
  return false;
}

function prefixMatch(text: StaticArray<u8>, pattern: StaticArray<u8>): bool {
  const length = pattern.length - 1;
  if (length < 0 || unchecked(pattern[length]) != STAR || text.length < length) return false;
  return memory.compare(changetype<usize>(text), changetype<usize>(pattern), <usize>length) == 0;
}

function suffixMatch(text: StaticArray<u8>, pattern: StaticArray<u8>): bool {
  const length = pattern.length - 1;
  if (length < 0 || unchecked(pattern[0]) != STAR || text.length < length) return false;
  const end = changetype<usize>(text) + <usize>(text.length - length);
  return memory.compare(end, changetype<usize>(pattern) + 1, <usize>length) == 0;
}

function equal(a: StaticArray<u8>, b: StaticArray<u8>): bool {
  return a.length == b.length && memory.compare(changetype<usize>(a), changetype<usize>(b), <usize>a.length) == 0;
}

function addOnce(list: Array<StaticArray<u8>>, bytes: StaticArray<u8>): void {
  for (let i = 0; i < list.length; i++) if (equal(unchecked(list[i]), bytes)) return;
  list.push(bytes);
}
