/** Trust domains that stand for one another (Istio, pilot/pkg/security/trustdomain/bundle.go and util.go). Pure. */
import { ByteBuilder, compareBytes, equals, isText } from "../../assembly/bytes";
import { LOCAL } from "./texts.gen";

const STAR: u8 = 0x2a;
const SLASH: u8 = 0x2f;
/** <trust domain>/ns/<namespace>/sa/<account>: other principals have no trust domain for Istio. */
const PARTS: i32 = 5;
const built = new ByteBuilder();

/**
 * Bytes of the trust domain of a principal that stands for the same in each of the mesh's: it is one of them, or
 * cluster.local. -1: the principal stands for itself alone.
 * @param domains the mesh's trust domain, then its aliases
 */
export function sharedDomain(address: usize, length: i32, domains: Array<StaticArray<u8>>): i32 {
  const own = domainLength(address, length);
  // `*` alone for a trust domain is every one.
  if (own < 0 || (own == 1 && load<u8>(address) == STAR)) return -1;
  return isKnown(address, own, domains) || isText(address, own, LOCAL) ? own : -1;
}

/** A principal in another trust domain; void with the next call. @param own bytes of its own */
export function inDomain(address: usize, length: i32, own: i32, domain: StaticArray<u8>): ByteBuilder {
  if (suffixMatch(changetype<usize>(domain), domain.length, address, own)) return built.clear().bytes(address, length);
  return built
    .clear()
    .add(domain)
    .bytes(address + <usize>own, length - own);
}

/** Whether a trust domain stands for all of the mesh's: it is one of them. */
export function isDomain(address: usize, length: i32, domains: Array<StaticArray<u8>>): bool {
  for (let i = 0; i < domains.length; i++) if (equals(address, length, unchecked(domains[i]))) return true;
  return false;
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
