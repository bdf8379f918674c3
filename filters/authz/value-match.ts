/** The values of a condition against one text. Pure. */
import { isText } from "../../assembly/bytes";
import { find, glob, hasLineBreak, matches, SUFFIX, TOP } from "../../assembly/pattern";
import { matchesTemplate } from "../../assembly/template";
import { Condition, Kind, Value } from "./model";
import { SPIFFE } from "./texts.gen";
import { NO, YES } from "./truth";

/** Bytes of spiffe://. */
const SCHEME: i32 = 9;

/** One of the values, and none of the not-values. @param length -1: there is no text, and no value can match it */
export function crisp(condition: Condition, address: usize, length: i32): i32 {
  const wanted = condition.values === null || anyText(condition.values, address, length);
  return wanted && !anyText(condition.notValues, address, length) ? YES : NO;
}

export function anyText(values: Value | null, address: usize, length: i32): bool {
  if (length < 0) return false;
  let value = values;
  while (value !== null) {
    if (matchesText(value, address, length)) return true;
    value = value.next;
  }
  return false;
}

/** A value against a text: of a request, or one name of a certificate. */
export function matchesText(value: Value, address: usize, length: i32): bool {
  const bytes = value.bytes;
  const own = value.length;
  switch (value.kind) {
    case Kind.TEMPLATE:
      return matchesTemplate(bytes, own, address, length);
    case Kind.SPIFFE_SUFFIX:
      return (
        length >= SCHEME + own &&
        isSpiffe(address, length) &&
        matches(SUFFIX, bytes, own, address, length) &&
        !hasLineBreak(address, length)
      );
    case Kind.NAMESPACE:
      return glob(bytes, own, address, length);
    case Kind.ACCOUNT:
      return isAccount(value, address, length);
    case Kind.TRUST_DOMAIN:
      return isInTrustDomain(bytes, own, address, length);
    default:
      return value.kind <= TOP && matches(value.kind, bytes, own, address, length);
  }
}

function isSpiffe(address: usize, length: i32): bool {
  return length >= SCHEME && isText(address, SCHEME, SPIFFE);
}

/** `spiffe://.+/ns/<namespace>/(.+/|)sa/<account>(/.+)?`, all of it (Istio, model/generator.go, serviceAccountRegex). */
function isAccount(value: Value, address: usize, length: i32): bool {
  if (!isSpiffe(address, length) || hasLineBreak(address, length)) return false;
  // The first place serves for all: what a later one leaves is a part of what this one leaves.
  const namespace = find(value.bytes, value.length, address, length, SCHEME + 1);
  if (namespace < 0) return false;
  const rest = namespace + value.length;
  const account = value.second;
  const own = value.secondLength;
  for (let at = find(account, own, address, length, rest); at >= 0; at = find(account, own, address, length, at + 1)) {
    if (at != rest && (at == rest + 1 || load<u8>(address + <usize>(at - 1)) != 0x2f)) continue;
    const end = at + own;
    if (end == length || (load<u8>(address + <usize>end) == 0x2f && end + 1 < length)) return true;
  }
  return false;
}

/** `spiffe://<trust domain>/.*` with `*` for any bytes but `/` (srcTrustDomainGenerator); `*` alone needs no slash. */
function isInTrustDomain(pattern: usize, own: i32, address: usize, length: i32): bool {
  if (!isSpiffe(address, length)) return false;
  if (own == 1 && load<u8>(pattern) == 0x2a) return true;
  let end = SCHEME;
  while (end < length && load<u8>(address + <usize>end) != 0x2f) end++;
  return end < length && glob(pattern, own, address + <usize>SCHEME, end - SCHEME);
}
