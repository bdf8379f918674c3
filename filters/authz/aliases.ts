/** Trust domains that stand for one another (Istio, pilot/pkg/security/trustdomain/bundle.go and util.go). Pure. */
import { ByteBuilder, compareBytes, copyBytes, equals, isText } from "../../assembly/bytes";
import { LOCAL } from "./texts.gen";

const STAR: u8 = 0x2a;
const SLASH: u8 = 0x2f;
/** <trust domain>/ns/<namespace>/sa/<account>: other principals have no trust domain for Istio. */
const PARTS: i32 = 5;
const built = new ByteBuilder();

/** What the last expansion gave; reused. */
const all: Array<StaticArray<u8>> = [];

function alone(address: usize, length: i32): Array<StaticArray<u8>> {
  all.push(copyBytes(address, length));
  return all;
}

/**
 * The principals that one of a policy stands for: where its trust domain is one of the mesh's, or cluster.local, the same
 * in each of the mesh's; else it alone. The list is void with the next call.
 * @param domains the mesh's trust domain, then its aliases
 */
export function expandPrincipal(address: usize, length: i32, domains: Array<StaticArray<u8>>): Array<StaticArray<u8>> {
  all.length = 0;
  const own = domainLength(address, length);
  // `*` alone for a trust domain is every one.
  if (own < 0 || (own == 1 && load<u8>(address) == STAR)) return alone(address, length);
  if (!isKnown(address, own, domains) && !isText(address, own, LOCAL)) return alone(address, length);
  for (let i = 0; i < domains.length; i++) {
    const other = unchecked(domains[i]);
    const otherAddress = changetype<usize>(other);
    if (suffixMatch(otherAddress, other.length, address, own)) addOnce(copyBytes(address, length));
    else
      addOnce(
        built
          .clear()
          .add(other)
          .bytes(address + <usize>own, length - own)
          .copy(),
      );
  }
  return all;
}

/** The trust domains that one of a policy stands for: all of the mesh's where it is one of them. */
export function expandTrustDomain(
  address: usize,
  length: i32,
  domains: Array<StaticArray<u8>>,
): Array<StaticArray<u8>> {
  all.length = 0;
  for (let i = 0; i < domains.length; i++) if (equals(address, length, unchecked(domains[i]))) return domains;
  return alone(address, length);
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
function isKnown(domain: usize, length: i32, domains: Array<StaticArray<u8>>): bool {
  for (let i = 0; i < domains.length; i++) {
    const bytes = unchecked(domains[i]);
    const other = changetype<usize>(bytes);
    const size = bytes.length;
    if (equals(domain, length, bytes) || (size == 1 && load<u8>(other) == STAR)) return true;
    if (prefixMatch(domain, length, other, size) || prefixMatch(other, size, domain, length)) return true;
    if (suffixMatch(domain, length, other, size) || suffixMatch(other, size, domain, length)) return true;
  }
  return false;
}

function prefixMatch(text: usize, length: i32, pattern: usize, size: i32): bool {
  const rest = size - 1;
  if (rest < 0 || load<u8>(pattern + <usize>rest) != STAR || length < rest) return false;
  return compareBytes(text, pattern, rest) == 0;
}

function suffixMatch(text: usize, length: i32, pattern: usize, size: i32): bool {
  const rest = size - 1;
  if (rest < 0 || load<u8>(pattern) != STAR || length < rest) return false;
  return compareBytes(text + <usize>(length - rest), pattern + 1, rest) == 0;
}

function addOnce(bytes: StaticArray<u8>): void {
  for (let i = 0; i < all.length; i++) if (equals(changetype<usize>(bytes), bytes.length, unchecked(all[i]))) return;
  all.push(bytes);
}
