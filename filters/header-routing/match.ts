/** Whether a request matches, beyond its path: Gateway API's HTTPRouteMatch and GRPCRouteMatch, claims and the caller. Pure. */
import { equals } from "../../assembly/bytes";
import { data, BOOLEAN, NUMBER } from "../../assembly/config/node";
import { firstItem, isString, Node, nextItem, NONE, textAddress, textLength } from "../../assembly/document";
import { fits, SUFFIX } from "../../assembly/pattern";
import { Facts } from "./facts";
import { Kind, Match, Pair, PathKind } from "./model";
import { Request } from "./request";

/** One request before one policy. */
export class Matcher {
  /** The request's host; length -1: not worked out yet. */
  private host: usize = 0;
  private hostLength: i32 = -1;

  constructor(
    readonly request: Request,
    readonly facts: Facts,
  ) {}

  /** Forgets the request before. */
  reset(): void {
    this.hostLength = -1;
  }

  /** Whether all of a match holds whose path is known to fit. */
  holds(match: Match): bool {
    const request = this.request;
    return (
      (match.pathKind != PathKind.SUFFIX || fits(SUFFIX, match.path, request.path, request.pathLength)) &&
      (!match.grpc || request.grpc) &&
      (match.method.length == 0 || equals(request.method, request.methodLength, match.method)) &&
      (match.host.length == 0 || this.isHost(match)) &&
      this.hasHeaders(match.headers) &&
      this.hasQuery(match.query) &&
      this.knows(match)
    );
  }

  /** `*.example.com` is the host's end, with something before it. */
  private isHost(match: Match): bool {
    if (this.hostLength < 0) {
      this.request.findHost();
      this.host = this.request.value;
      this.hostLength = this.request.valueLength;
    }
    if (!match.wildcard) return equals(this.host, this.hostLength, match.host);
    return this.hostLength > match.host.length && fits(SUFFIX, match.host, this.host, this.hostLength);
  }

  private hasHeaders(wanted: Pair | null): bool {
    const request = this.request;
    while (wanted !== null) {
      const absent = wanted.kind == Kind.ABSENT;
      if (absent ? request.hasHeader(wanted.name) : !request.isHeader(wanted.name, wanted.value)) return false;
      wanted = wanted.next;
    }
    return true;
  }

  private hasQuery(wanted: Pair | null): bool {
    const request = this.request;
    while (wanted !== null) {
      if (!request.findQuery(wanted.name) || !equals(request.value, request.valueLength, wanted.value)) return false;
      wanted = wanted.next;
    }
    return true;
  }

  /** What only the facts can tell. */
  private knows(match: Match): bool {
    const peer = match.peer;
    let claim = match.claims;
    if (peer === null && claim === null) return true;
    if (!this.facts.ready()) return false;
    if (peer !== null && !isPeer(peer, this.facts)) return false;
    while (claim !== null) {
      if (!isClaim(claim, this.facts.claim(claim.name))) return false;
      claim = claim.next;
    }
    return true;
  }
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
