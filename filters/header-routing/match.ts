/** Whether a request matches, beyond its path: Gateway API's HTTPRouteMatch and GRPCRouteMatch, claims and the caller. Pure. */
import { equals } from "../../assembly/bytes";
import { data, BOOLEAN, NUMBER } from "../../assembly/config/node";
import { firstItem, isString, Node, nextItem, NONE, textAddress, textLength } from "../../assembly/document";
import { fits, SUFFIX } from "../../assembly/pattern";
import { Facts } from "./facts";
import { Kind, Match, Pair, PathKind } from "./model";
import { Request } from "./request";

/** Whether all of a match holds whose path is known to fit. */
export function holds(match: Match, request: Request, facts: Facts): bool {
  return (
    (match.pathKind != PathKind.SUFFIX || fits(SUFFIX, match.path, request.path, request.pathLength)) &&
    (!match.grpc || request.grpc) &&
    (match.method.length == 0 || equals(request.method, request.methodLength, match.method)) &&
    (match.host.length == 0 || isHost(match, request)) &&
    hasHeaders(match.headers, request) &&
    hasQuery(match.query, request) &&
    knows(match, facts)
  );
}

/** `*.example.com` is the host's end, with something before it. */
function isHost(match: Match, request: Request): bool {
  request.readHost();
  if (!match.wildcard) return equals(request.host, request.hostLength, match.host);
  return request.hostLength > match.host.length && fits(SUFFIX, match.host, request.host, request.hostLength);
}

function hasHeaders(wanted: Pair | null, request: Request): bool {
  while (wanted !== null) {
    const absent = wanted.kind == Kind.ABSENT;
    if (absent ? request.hasHeader(wanted.name) : !request.isHeader(wanted.name, wanted.value)) return false;
    wanted = wanted.next;
  }
  return true;
}

function hasQuery(wanted: Pair | null, request: Request): bool {
  while (wanted !== null) {
    if (!request.findQuery(wanted.name) || !equals(request.value, request.valueLength, wanted.value)) return false;
    wanted = wanted.next;
  }
  return true;
}

/** What only the facts can tell. */
function knows(match: Match, facts: Facts): bool {
  const peer = match.peer;
  let claim = match.claims;
  if (peer === null && claim === null) return true;
  if (!facts.ready() || (peer !== null && !isPeer(peer, facts))) return false;
  while (claim !== null) {
    if (!isClaim(claim, facts.claim(claim.name))) return false;
    claim = claim.next;
  }
  return true;
}

/** Whether the caller is the one that is wanted. */
export function isPeer(wanted: Pair, facts: Facts): bool {
  return facts.peerLength >= 0 && fits(wanted.kind, wanted.value, facts.peer, facts.peerLength);
}

/** Whether a claim is of that type and value, or a list that holds such a one. */
function isClaim(wanted: Pair, claim: Node): bool {
  if (claim == NONE) return false;
  if (isValue(wanted, claim)) return true;
  for (let item = firstItem(claim); item != NONE; item = nextItem(item)) if (isValue(wanted, item)) return true;
  return false;
}

function isValue(wanted: Pair, node: Node): bool {
  if (wanted.kind == Kind.EXACT) return isString(node) && equals(textAddress(node), textLength(node), wanted.value);
  const it = data(node);
  if (it.value != wanted.number) return false;
  return wanted.kind == Kind.BOOLEAN ? it.kind == BOOLEAN : it.kind == NUMBER && it.exact;
}
