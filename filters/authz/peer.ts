/** Whether the peer is one that a condition names: a principal, namespace, service account or trust domain. Pure. */
import { equal } from "../../assembly/config/text";
import { Members } from "../../assembly/members";
import { EXACT, fits, glob } from "../../assembly/pattern";
import { Facts, Peer, Text } from "./facts";
import { Condition, Kind, Policy, Value } from "./model";
import { MAYBE, NO, YES } from "./truth";
import { anyText, matchesText } from "./value-match";

const members = new Members();

/** A condition about the peer. */
export function holdsOfPeer(condition: Condition, facts: Facts, policy: Policy): i32 {
  return policy.strict ? byOneName(condition, facts, policy) : byAnyName(condition, facts);
}

/** Envoy's RBAC: every URI SAN, every DNS SAN, then the subject; nothing without TLS. */
function byAnyName(condition: Condition, facts: Facts): i32 {
  if (facts.peer == Peer.UNCLEAR) return MAYBE;
  const wanted = condition.values === null || anyIdentity(condition.values, facts);
  return wanted && !anyIdentity(condition.notValues, facts) ? YES : NO;
}

function anyIdentity(values: Value | null, facts: Facts): bool {
  if (facts.peer == Peer.NONE || values === null) return false;
  if (anyMember(values, facts.uris) || anyMember(values, facts.dns)) return true;
  return facts.subject.length >= 0 && anyText(values, facts.subject.address, facts.subject.length);
}

function byOneName(condition: Condition, facts: Facts, policy: Policy): i32 {
  if (facts.strictPeer == Peer.UNCLEAR) return MAYBE;
  const wanted = condition.values === null ? YES : anyStrict(condition.values, facts, policy);
  return min(wanted, YES - anyStrict(condition.notValues, facts, policy));
}

/** A namespace or an account of a trust domain that is not the mesh's is perhaps the one that is meant. */
function anyStrict(values: Value | null, facts: Facts, policy: Policy): i32 {
  if (facts.strictPeer == Peer.NONE) return NO;
  const id = facts.id;
  let best = NO;
  let value = values;
  while (value !== null && best < YES) {
    let same: bool = false;
    let foreign: bool = !isOwn(policy, id.trustDomain, id.trustDomainLength);
    if (value.kind == Kind.NAMESPACE) {
      same = id.namespaceLength > 0 && glob(value.second, value.secondLength, id.namespace, id.namespaceLength);
    } else if (value.kind == Kind.ACCOUNT) {
      // /ns/<namespace>/ and sa/<account>
      same = isPart(value.bytes + 4, value.length - 5, id.namespace, id.namespaceLength);
      same = same && isPart(value.second + 3, value.secondLength - 3, id.account, id.accountLength);
    } else {
      foreign = false;
      same = matchesText(value, facts.uris.address, facts.uris.length);
    }
    if (same) best = foreign ? max(best, MAYBE) : YES;
    value = value.next;
  }
  return best;
}

function isOwn(policy: Policy, address: usize, length: i32): bool {
  const own = policy.trustDomains;
  for (let i = 0; i < own.length; i++) if (fits(EXACT, unchecked(own[i]), address, length)) return true;
  return false;
}

/** Whether a text is there and the same as `own` bytes at `bytes`. */
function isPart(bytes: usize, own: i32, address: usize, length: i32): bool {
  return length > 0 && equal(bytes, own, address, length);
}

/** Some value against some of the names that a text holds, joined by commas. */
function anyMember(values: Value | null, names: Text): bool {
  members.reset(names.address, names.length);
  while (members.next()) if (anyText(values, members.address, members.length)) return true;
  return false;
}
