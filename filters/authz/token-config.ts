/** Istio's RequestAuthentication resources -> where tokens stand, and what their issuers sign with. Pure. */
import { copyBytes, equals, textBytes } from "../../assembly/bytes";
import * as cfg from "../../assembly/config";
import { isToken } from "../../assembly/token";
import { readKeys } from "./keys";
import { Issuer, Need, Place, Policy, TokenKey, TokenPlace } from "./model";
import { isAnswerValue } from "./names";
import { Origins } from "./origins";
import { lower } from "./request";
import * as slot from "./schema.gen";
import { takeResource } from "./scope";
import * as texts from "./texts.gen";

const NO_PREFIX = new StaticArray<u8>(0);

/** False after an error. @param checks token: full */
export function compileTokens(policy: Policy, list: cfg.Node, types: cfg.Node, workload: cfg.Node, checks: bool): bool {
  const wanted = cfg.len(types) > 0 ? types : list;
  if (policy.strict && !checks && cfg.len(wanted) > 0) return cfg.error(wanted, texts.CLAIMS_ONLY);
  for (let item = cfg.first(types); item != cfg.NONE; item = cfg.next(item)) policy.tokenTypes.push(bytesOf(item));
  const known = new Origins(policy.store);
  for (let item = cfg.first(list); item != cfg.NONE; item = cfg.next(item))
    if (!compileResource(policy, known, item, workload)) return false;
  policy.checksTokens = policy.strict && policy.places.length > 0;
  if (policy.checksTokens) policy.needs |= Need.CLAIMS;
  return true;
}

function compileResource(policy: Policy, known: Origins, item: cfg.Node, workload: cfg.Node): bool {
  const namespace = cfg.field(item, slot.REQUEST_AUTHENTICATIONS_NAMESPACE);
  const name = cfg.field(item, slot.REQUEST_AUTHENTICATIONS_NAME);
  const spec = cfg.field(item, slot.REQUEST_AUTHENTICATIONS_SPEC);
  if (takeResource(namespace, name, spec, workload, known, texts.TWO_RESOURCES) === null) return false;
  const rules = cfg.field(spec, slot.REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES);
  for (let rule = cfg.first(rules); rule != cfg.NONE; rule = cfg.next(rule))
    if (!compileRule(policy, rule)) return false;
  return true;
}

function compileRule(policy: Policy, rule: cfg.Node): bool {
  if (!compileKeys(policy, rule) || !areForwarded(rule)) return false;
  const keep = cfg.flag(cfg.field(rule, slot.REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_FORWARD_ORIGINAL_TOKEN));
  const headers = cfg.field(rule, slot.REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_FROM_HEADERS);
  const params = cfg.field(rule, slot.REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_FROM_PARAMS);
  const cookies = cfg.field(rule, slot.REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_FROM_COOKIES);
  for (let item = cfg.first(headers); item != cfg.NONE; item = cfg.next(item)) {
    const name = cfg.field(item, slot.REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_FROM_HEADERS_NAME);
    if (!isHeader(name)) return false;
    const bytes = bytesOf(name);
    for (let i = 0; i < bytes.length; i++) unchecked((bytes[i] = lower(bytes[i])));
    const prefix = cfg.field(item, slot.REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_FROM_HEADERS_PREFIX);
    add(policy, Place.HEADER, bytes, bytesOf(prefix), keep);
  }
  for (let item = cfg.first(params); item != cfg.NONE; item = cfg.next(item))
    add(policy, Place.PARAMETER, bytesOf(item), NO_PREFIX, keep);
  for (let item = cfg.first(cookies); item != cfg.NONE; item = cfg.next(item))
    add(policy, Place.COOKIE, bytesOf(item), NO_PREFIX, keep);
  if (cfg.len(headers) + cfg.len(params) + cfg.len(cookies) > 0) return true;
  add(policy, Place.HEADER, textBytes(texts.AUTHORIZATION), textBytes(texts.BEARER), keep);
  add(policy, Place.PARAMETER, textBytes(texts.ACCESS_TOKEN), NO_PREFIX, keep);
  return true;
}

/** A place of two rules keeps the token only where both say so. */
function add(policy: Policy, kind: u8, name: StaticArray<u8>, prefix: StaticArray<u8>, keep: bool): void {
  const places = policy.places;
  for (let i = 0; i < places.length; i++) {
    const place = unchecked(places[i]);
    if (
      place.kind == kind &&
      equals(changetype<usize>(name), name.length, place.name) &&
      equals(changetype<usize>(prefix), prefix.length, place.prefix)
    ) {
      place.keep = place.keep && keep;
      return;
    }
  }
  places.push(new TokenPlace(kind, name, prefix, keep));
}

function compileKeys(policy: Policy, rule: cfg.Node): bool {
  const address = cfg.field(rule, slot.REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_JWKS_URI);
  const jwks = cfg.field(rule, slot.REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_JWKS);
  let keys: Array<TokenKey> | null = null;
  if (cfg.len(jwks) > 0) {
    if (address != cfg.NONE) return cfg.error(jwks, texts.TWO_KEY_SETS);
    keys = readKeys(cfg.ptr(jwks), cfg.len(jwks));
    if (keys === null) return cfg.error(jwks, texts.BAD_KEY_SET);
  }
  policy.issuers.push(new Issuer(bytesOf(cfg.field(rule, slot.REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_ISSUER)), keys));
  return true;
}

/** What jwt_authn alone acts on: checked here, since a configuration that it would refuse is no policy. */
function areForwarded(rule: cfg.Node): bool {
  const payload = cfg.field(rule, slot.REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_OUTPUT_PAYLOAD_TO_HEADER);
  if (cfg.len(payload) > 0 && !isHeader(payload)) return false;
  const claims = cfg.field(rule, slot.REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_OUTPUT_CLAIM_TO_HEADERS);
  for (let item = cfg.first(claims); item != cfg.NONE; item = cfg.next(item)) {
    if (!isHeader(cfg.field(item, slot.REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_OUTPUT_CLAIM_TO_HEADERS_HEADER)))
      return false;
    if (!isPlain(cfg.field(item, slot.REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_OUTPUT_CLAIM_TO_HEADERS_CLAIM)))
      return false;
  }
  return (
    isPlain(cfg.field(rule, slot.REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_TIMEOUT)) &&
    arePlain(cfg.field(rule, slot.REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_AUDIENCES)) &&
    arePlain(cfg.field(rule, slot.REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_SPACE_DELIMITED_CLAIMS))
  );
}

function arePlain(list: cfg.Node): bool {
  for (let item = cfg.first(list); item != cfg.NONE; item = cfg.next(item)) if (!isPlain(item)) return false;
  return true;
}

function isPlain(text: cfg.Node): bool {
  return isAnswerValue(cfg.ptr(text), cfg.len(text)) || cfg.error(text, texts.BAD_ANSWER_VALUE);
}

function isHeader(name: cfg.Node): bool {
  return isToken(cfg.ptr(name), cfg.len(name)) || cfg.error(name, texts.BAD_TOKEN_HEADER);
}

function bytesOf(text: cfg.Node): StaticArray<u8> {
  return copyBytes(cfg.ptr(text), cfg.len(text));
}
