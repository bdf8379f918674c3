/** Whether a request matches, beyond its path: Gateway API's HTTPRouteMatch and GRPCRouteMatch, claims and the caller. Pure. */
import { equals } from "../../assembly/bytes";
import { data, BOOLEAN, NUMBER } from "../../assembly/config/node";
import { firstItem, isString, Node, nextItem, NONE, textAddress, textLength } from "../../assembly/document";
import { fits, PREFIX, EXACT, SUFFIX } from "../../assembly/pattern";
import { Facts } from "./facts";
import { ClaimType, Match, PathKind, Wanted, WantedClaim, WantedPeer } from "./model";
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
    if (match.pathKind == PathKind.SUFFIX && !fits(SUFFIX, match.path, request.path, request.pathLength)) return false;
    if (match.grpc && !request.grpc) return false;
    if (match.method.length > 0 && !equals(request.method, request.methodLength, match.method)) return false;
    if (match.host.length > 0 && !this.isHost(match)) return false;
    return this.hasHeaders(match.headers) && this.hasQuery(match.query) && this.knows(match);
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

  private hasHeaders(wanted: Array<Wanted>): bool {
    for (let i = 0; i < wanted.length; i++) {
      const header = unchecked(wanted[i]);
      const fine = header.absent
        ? !this.request.hasHeader(header.name)
        : this.request.isHeader(header.name, header.value);
      if (!fine) return false;
    }
    return true;
  }

  private hasQuery(wanted: Array<Wanted>): bool {
    const request = this.request;
    for (let i = 0; i < wanted.length; i++) {
      const parameter = unchecked(wanted[i]);
      if (!request.findQuery(parameter.name) || !equals(request.value, request.valueLength, parameter.value))
        return false;
    }
    return true;
  }

  /** What only the facts can tell. */
  private knows(match: Match): bool {
    const peer = match.peer;
    if (peer === null && match.claims.length == 0) return true;
    if (!this.facts.ready()) return false;
    if (peer !== null && !isPeer(peer, this.facts)) return false;
    for (let i = 0; i < match.claims.length; i++) {
      const claim = unchecked(match.claims[i]);
      if (!isClaim(claim, this.facts.claim(claim.name))) return false;
    }
    return true;
  }
}

/** Whether the caller is the one that is wanted. */
export function isPeer(wanted: WantedPeer, facts: Facts): bool {
  if (facts.peerLength < 0) return false;
  return fits(wanted.prefix ? PREFIX : EXACT, wanted.value, facts.peer, facts.peerLength);
}

/** Whether a claim is of that type and value, or a list that holds such a one. */
function isClaim(wanted: WantedClaim, claim: Node): bool {
  if (claim == NONE) return false;
  if (isValue(wanted, claim)) return true;
  for (let item = firstItem(claim); item != NONE; item = nextItem(item)) if (isValue(wanted, item)) return true;
  return false;
}

function isValue(wanted: WantedClaim, node: Node): bool {
  if (wanted.type == ClaimType.STRING)
    return isString(node) && equals(textAddress(node), textLength(node), wanted.text);
  const it = data(node);
  if (wanted.type == ClaimType.BOOLEAN) return it.kind == BOOLEAN && it.value == wanted.value;
  return it.kind == NUMBER && it.exact && it.value == wanted.value;
}
