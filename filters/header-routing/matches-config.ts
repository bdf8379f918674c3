/** Checked nodes -> matches in the order of Gateway API's precedence, filed by path. Pure. */
import { copyBytes, EMPTY, equals, indexOf } from "../../assembly/bytes";
import * as cfg from "../../assembly/config";
import { line } from "../../assembly/line";
import { append, Kind, Match, Pair, PathKind, Policy, Rule } from "./model";
import * as slot from "./schema.gen";
import * as texts from "./texts.gen";
import { bytesOf, headerName, isPrintable, isValue, peerOf } from "./values";

/** Matches of a policy, each of a rule's hosts counted for itself. */
const MOST: i32 = 20_000;

/** Adds the matches of a rule to the policy. False after an error. */
export function compileMatches(policy: Policy, rule: Rule, node: cfg.Node): bool {
  const hosts = cfg.field(node, slot.RULES_HOSTNAMES);
  const matches = cfg.field(node, slot.RULES_MATCHES);
  if (cfg.len(matches) == 0) return addForHosts(policy, anyPath(rule), hosts);
  for (let item = cfg.first(matches); item != cfg.NONE; item = cfg.next(item)) {
    const match = new Match(rule);
    if (!compilePath(match, item) || !compileRest(match, item) || !addForHosts(policy, match, hosts)) return false;
  }
  return true;
}

function anyPath(rule: Rule): Match {
  const match = new Match(rule);
  match.path = line.clear().byte(0x2f).copy();
  return match;
}

/** One match for each host of the rule. */
function addForHosts(policy: Policy, match: Match, hosts: cfg.Node): bool {
  if (policy.matches.length + cfg.len(hosts) >= MOST) return cfg.error(hosts, texts.M_MATCHES);
  if (cfg.len(hosts) == 0) policy.matches.push(match);
  for (let item = cfg.first(hosts); item != cfg.NONE; item = cfg.next(item)) {
    const one = match.copy();
    if (!readHost(one, item)) return false;
    policy.matches.push(one);
  }
  return true;
}

/** `*.example.com` is kept as the end that hosts must have. */
function readHost(match: Match, node: cfg.Node): bool {
  const host = bytesOf(node);
  let from = 0;
  if (host.length > 1 && unchecked(host[0]) == 0x2a && unchecked(host[1]) == 0x2e) from = 1;
  for (let i = from; i < host.length; i++) {
    const byte = unchecked(host[i]);
    const fine = <u8>(byte - 0x61) < 26 || <u8>(byte - 0x30) < 10 || byte == 0x2d || byte == 0x5f || byte == 0x2e;
    if (!fine || (byte == 0x2e && i + 1 == host.length)) return cfg.error(node, texts.M_BAD_HOST);
  }
  match.wildcard = from > 0;
  match.host = copyBytes(changetype<usize>(host) + <usize>from, host.length - from);
  return true;
}

function compilePath(match: Match, node: cfg.Node): bool {
  const own = cfg.field(node, slot.RULES_MATCHES_PATH);
  const method = cfg.field(node, slot.RULES_MATCHES_METHOD);
  const grpc = cfg.field(node, slot.RULES_MATCHES_GRPC);
  if (grpc != cfg.NONE) return compileGrpc(match, own, method, grpc);
  match.method = bytesOf(method);
  const type = cfg.field(own, slot.RULES_MATCHES_PATH_TYPE);
  const value = cfg.field(own, slot.RULES_MATCHES_PATH_VALUE);
  switch (cfg.enumIndex(type)) {
    case slot.RULES_MATCHES_PATH_TYPE_REGULAR_EXPRESSION:
      return cfg.error(type, texts.M_REGEX);
    case slot.RULES_MATCHES_PATH_TYPE_EXACT:
      match.pathKind = PathKind.EXACT;
      break;
    default:
      // slot.RULES_MATCHES_PATH_TYPE_PATH_PREFIX
      match.pathKind = PathKind.PREFIX;
  }
  match.path = bytesOf(value);
  return isPath(match.path) || cfg.error(value, texts.M_BAD_PATH);
}

/** HTTPPathMatch's own validation: what a server or Envoy might read as another path is refused. */
function isPath(path: StaticArray<u8>): bool {
  const length = path.length;
  if (unchecked(path[0]) != 0x2f) return false;
  /** Bytes of the segment so far, and dots among them. */
  let size = 0;
  let dots = 0;
  for (let i = 1; i <= length; i++) {
    const byte = i < length ? unchecked(path[i]) : 0x2f;
    if (byte < 0x21 || byte == 0x7f || byte == 0x3f || byte == 0x23) return false;
    if (byte == 0x25 && i + 2 < length && unchecked(path[i + 1]) == 0x32 && (unchecked(path[i + 2]) | 0x20) == 0x66)
      return false;
    if (byte != 0x2f) {
      size++;
      if (byte == 0x2e) dots++;
      continue;
    }
    // Only the last segment may be empty.
    if (size == 0 ? i < length : size < 3 && dots == size) return false;
    size = 0;
    dots = 0;
  }
  return true;
}

/** A gRPC method is a path: /service/method. */
function compileGrpc(match: Match, own: cfg.Node, method: cfg.Node, grpc: cfg.Node): bool {
  const type = cfg.field(grpc, slot.RULES_MATCHES_GRPC_TYPE);
  if (cfg.enumIndex(type) == slot.RULES_MATCHES_GRPC_TYPE_REGULAR_EXPRESSION) return cfg.error(type, texts.M_REGEX);
  // The path's fields have defaults: another path than the default's was given.
  if (method != cfg.NONE || !isAnyPath(own)) return cfg.error(grpc, texts.M_GRPC_PATH);
  const service = cfg.field(grpc, slot.RULES_MATCHES_GRPC_SERVICE);
  const name = cfg.field(grpc, slot.RULES_MATCHES_GRPC_METHOD);
  if (service == cfg.NONE && name == cfg.NONE) return cfg.error(grpc, texts.M_GRPC_EMPTY);
  if (!isGrpcName(service) || !isGrpcName(name)) return false;
  match.grpc = true;
  line.clear().byte(0x2f);
  if (service != cfg.NONE) line.bytes(cfg.ptr(service), cfg.len(service));
  if (service != cfg.NONE && name != cfg.NONE) line.byte(0x2f);
  line.bytes(cfg.ptr(name), cfg.len(name));
  match.path = line.copy();
  if (service == cfg.NONE) match.pathKind = PathKind.SUFFIX;
  else if (name != cfg.NONE) match.pathKind = PathKind.EXACT;
  return true;
}

function isAnyPath(own: cfg.Node): bool {
  const type = cfg.enumIndex(cfg.field(own, slot.RULES_MATCHES_PATH_TYPE));
  return (
    type == slot.RULES_MATCHES_PATH_TYPE_PATH_PREFIX && cfg.len(cfg.field(own, slot.RULES_MATCHES_PATH_VALUE)) == 1
  );
}

function isGrpcName(node: cfg.Node): bool {
  const fine = isPrintable(node) && indexOf(cfg.ptr(node), cfg.len(node), 0x2f) < 0;
  return fine || cfg.error(node, texts.M_BAD_GRPC);
}

function compileRest(match: Match, node: cfg.Node): bool {
  const headers = cfg.field(node, slot.RULES_MATCHES_HEADERS);
  for (let item = cfg.first(headers); item != cfg.NONE; item = cfg.next(item))
    if (!compileHeader(match, item)) return false;
  const query = cfg.field(node, slot.RULES_MATCHES_QUERY_PARAMS);
  for (let item = cfg.first(query); item != cfg.NONE; item = cfg.next(item)) {
    const type = cfg.field(item, slot.RULES_MATCHES_QUERY_PARAMS_TYPE);
    if (cfg.enumIndex(type) != slot.RULES_MATCHES_QUERY_PARAMS_TYPE_EXACT) return cfg.error(type, texts.M_REGEX);
    const name = bytesOf(cfg.field(item, slot.RULES_MATCHES_QUERY_PARAMS_NAME));
    const value = bytesOf(cfg.field(item, slot.RULES_MATCHES_QUERY_PARAMS_VALUE));
    if (!hasName(match.query, name)) match.query = append(match.query, new Pair(Kind.EXACT, name, value));
  }
  const claims = cfg.field(node, slot.RULES_MATCHES_CLAIMS);
  for (let item = cfg.first(claims); item != cfg.NONE; item = cfg.next(item))
    if (!compileClaim(match, item)) return false;
  const peer = cfg.field(node, slot.RULES_MATCHES_PEER);
  if (peer == cfg.NONE) return true;
  const prefix = cfg.enumIndex(cfg.field(peer, slot.RULES_MATCHES_PEER_TYPE)) == slot.RULES_MATCHES_PEER_TYPE_PREFIX;
  match.peer = peerOf(cfg.field(peer, slot.RULES_MATCHES_PEER_VALUE), prefix);
  return match.peer !== null;
}

/** Of several with one name the first one counts (Gateway API). */
function hasName(list: Pair | null, name: StaticArray<u8>): bool {
  while (list !== null && !equals(changetype<usize>(name), name.length, list.name)) list = list.next;
  return list !== null;
}

function compileHeader(match: Match, item: cfg.Node): bool {
  const type = cfg.field(item, slot.RULES_MATCHES_HEADERS_TYPE);
  const value = cfg.field(item, slot.RULES_MATCHES_HEADERS_VALUE);
  const name = headerName(cfg.field(item, slot.RULES_MATCHES_HEADERS_NAME));
  if (name.length == 0) return false;
  const kind = cfg.enumIndex(type);
  if (kind == slot.RULES_MATCHES_HEADERS_TYPE_REGULAR_EXPRESSION) return cfg.error(type, texts.M_REGEX);
  const absent = kind == slot.RULES_MATCHES_HEADERS_TYPE_ABSENT;
  if (absent && value != cfg.NONE) return cfg.error(value, texts.M_ABSENT_VALUE);
  if (!absent && value == cfg.NONE) return cfg.error(item, texts.M_NO_VALUE);
  if (!isValue(value)) return false;
  const wanted = new Pair(absent ? Kind.ABSENT : Kind.EXACT, name, bytesOf(value));
  if (!hasName(match.headers, name)) match.headers = append(match.headers, wanted);
  return true;
}

function compileClaim(match: Match, item: cfg.Node): bool {
  const name = bytesOf(cfg.field(item, slot.RULES_MATCHES_CLAIMS_CLAIM));
  const text = cfg.field(item, slot.RULES_MATCHES_CLAIMS_STRING);
  const number = cfg.field(item, slot.RULES_MATCHES_CLAIMS_NUMBER);
  const boolean = cfg.field(item, slot.RULES_MATCHES_CLAIMS_BOOLEAN);
  if (cfg.len(item) != 2) return cfg.error(item, texts.M_CLAIM);
  let wanted: Pair;
  if (text != cfg.NONE) wanted = new Pair(Kind.EXACT, name, bytesOf(text));
  else if (number != cfg.NONE) wanted = new Pair(Kind.NUMBER, name, EMPTY, cfg.milli(number));
  else wanted = new Pair(Kind.BOOLEAN, name, EMPTY, cfg.flag(boolean) ? 1 : 0);
  match.claims = append(match.claims, wanted);
  return true;
}

/** Puts the matches in order and files them under their paths. */
export function indexMatches(policy: Policy): void {
  const matches = policy.matches;
  let bytes = 0;
  for (let i = 0; i < matches.length; i++) {
    unchecked(matches[i]).order = i;
    bytes += unchecked(matches[i]).path.length + 1;
  }
  sort(matches);
  policy.wholes.reserve(matches.length, bytes);
  policy.prefixes.reserve(matches.length, bytes);
  // Backwards: those that are filed alike follow one another in their order.
  for (let i = matches.length - 1; i >= 0; i--) {
    const match = unchecked(matches[i]);
    const bytes = changetype<usize>(match.path);
    let length = match.path.length;
    if (match.pathKind == PathKind.SUFFIX) {
      match.whole = policy.loose;
      policy.loose = i;
      continue;
    }
    if (match.pathKind == PathKind.PREFIX) {
      // /v2 and /v2/ are the same prefix: of /v2 itself, and of all that begins with /v2/.
      if (unchecked(match.path[length - 1]) == 0x2f) length--;
      line.clear().bytes(bytes, length).byte(0x2f);
      match.prefix = policy.prefixes.put(line.address, line.length, i);
    }
    if (length > 0) match.whole = policy.wholes.put(bytes, length, i);
  }
}

/** Shell's sort: rules come nearly sorted. */
function sort(matches: Array<Match>): void {
  for (let gap = matches.length >> 1; gap > 0; gap >>= 1) {
    for (let i = gap; i < matches.length; i++) {
      const match = unchecked(matches[i]);
      const rank = match.rank;
      let j = i;
      for (; j >= gap; j -= gap) {
        const other = unchecked(matches[j - gap]);
        if (other.rank > rank || (other.rank == rank && other.order < match.order)) break;
        unchecked((matches[j] = other));
      }
      unchecked((matches[j] = match));
    }
  }
}
