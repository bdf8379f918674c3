/**
 * strict: the token itself, which jwt_authn has verified before. What it lets through and no service should take is a fault
 * (research: RFC 7515 sections 4.1.11 and 7.1, RFC 7519, RFC 8705 section 3.1, RFC 8725). Pure.
 */
import { equals, hexDigit, isText } from "../../assembly/bytes";
import {
  firstItem,
  hasNul,
  isString,
  Node,
  NONE,
  readFurther,
  textAddress,
  textLength,
  textMember,
  timestamp,
} from "../../assembly/document";
import { Scratch } from "../../assembly/scratch";
import { decodeBase64url } from "./base64url";
import { Facts } from "./facts";
import { algorithm, PUBLIC } from "./keys";
import { Issuer, Policy } from "./model";
import { lower } from "./request";
import * as texts from "./texts.gen";
import { Found, TokenFinder } from "./token-places";

/** Bytes of the longest token. */
const LONGEST: i32 = 8192;
/** Seconds that clocks may differ by: jwt_authn's own default. */
const SKEW: i64 = 60;
/** `application/` may be left out of typ (RFC 7515, section 4.1.9). */
const MEDIA_BYTES: i32 = 12;
/** Hexadecimal digits of a certificate's SHA-256. */
const DIGEST_DIGITS: i32 = 64;
const DIGEST_BYTES: i32 = 32;

/** Looks at the tokens of one configuration's requests. */
export class TokenCheck {
  private readonly room: Scratch = new Scratch();

  constructor(
    private readonly policy: Policy,
    private readonly finder: TokenFinder,
    private readonly facts: Facts,
  ) {}

  /** What is wrong with the request's token; 0: nothing, or there is none. */
  fault(): texts.Text {
    const finder = this.finder;
    const found = finder.find();
    if (found == Found.TWICE) return texts.TOKEN_TWICE;
    if (found == Found.SCHEME) return texts.TOKEN_SCHEME;
    const facts = this.facts;
    if (!facts.ready() || !facts.claimsKnown) return found == Found.NONE ? 0 : texts.TOKEN_UNVERIFIED;
    const payload = facts.payload;
    if (found == Found.NONE) return payload == NONE ? 0 : texts.TOKEN_HIDDEN;
    if (payload == NONE) return texts.TOKEN_UNVERIFIED;
    if (finder.tokenLength > LONGEST) return texts.TOKEN_SIZE;
    const header = this.header(finder.token, finder.tokenLength);
    if (header == NONE) return texts.TOKEN_FORM;
    if (hasNul(header) || hasNul(payload)) return texts.TOKEN_NUL;
    if (textMember(header, texts.CRIT) != NONE) return texts.TOKEN_CRIT;
    if (!this.isType(textMember(header, texts.TYP))) return texts.TOKEN_TYPE;
    if (!this.isSigned(header, textMember(payload, texts.ISS))) return texts.TOKEN_KEY;
    const now = facts.now();
    const expires = timestamp(textMember(payload, texts.EXP));
    if (expires <= 0 || expires + SKEW < now) return texts.TOKEN_EXP;
    const issued = textMember(payload, texts.IAT);
    if (issued != NONE && (timestamp(issued) < 0 || timestamp(issued) > now + SKEW)) return texts.TOKEN_IAT;
    return this.isBound(textMember(textMember(payload, texts.CNF), texts.THUMBPRINT)) ? 0 : texts.TOKEN_BOUND;
  }

  /** The token's header. NONE when the token is not three parts in canonical base64url, the first an object. */
  private header(token: usize, length: i32): Node {
    const to = this.room.room(length);
    let from = 0;
    let headerBytes = 0;
    for (let part = 0; part < 3; part++) {
      let end = from;
      while (end < length && load<u8>(token + <usize>end) != 0x2e) end++;
      if (end == from || (end == length) != (part == 2)) return NONE;
      const bytes = decodeBase64url(token + <usize>from, end - from, to + <usize>headerBytes);
      if (bytes < 0) return NONE;
      if (part == 0) headerBytes = bytes;
      from = end + 1;
    }
    return readFurther(to, headerBytes);
  }

  private isType(type: Node): bool {
    const allowed = this.policy.tokenTypes;
    if (allowed.length == 0) return true;
    if (!isString(type)) return false;
    let address = textAddress(type);
    let length = textLength(type);
    if (length > MEDIA_BYTES && sameText(address, MEDIA_BYTES, texts.MEDIA + 1, MEDIA_BYTES)) {
      address += MEDIA_BYTES;
      length -= MEDIA_BYTES;
    }
    for (let i = 0; i < allowed.length; i++) {
      const own = unchecked(allowed[i]);
      if (sameText(address, length, changetype<usize>(own), own.length)) return true;
    }
    return false;
  }

  /** Whether one of the issuer's keys can have made a signature of this algorithm, and without `kid` only one can. */
  private isSigned(header: Node, issuer: Node): bool {
    const name = textMember(header, texts.ALG);
    if (!isString(name) || !isString(issuer)) return false;
    const bit = algorithm(textAddress(name), textLength(name));
    const kid = textMember(header, texts.KID);
    const issuers = this.policy.issuers;
    for (let i = 0; i < issuers.length; i++) {
      const known = unchecked(issuers[i]);
      if (equals(textAddress(issuer), textLength(issuer), known.name) && canSign(known, bit, kid)) return true;
    }
    return false;
  }

  /** RFC 8705: a token that names a certificate is good only in the hands of its owner. */
  private isBound(thumbprint: Node): bool {
    if (thumbprint == NONE) return true;
    const digest = this.facts.digest;
    if (!isString(thumbprint) || digest.length != DIGEST_DIGITS) return false;
    const room = this.room.room(textLength(thumbprint));
    if (decodeBase64url(textAddress(thumbprint), textLength(thumbprint), room) != DIGEST_BYTES) return false;
    let different = 0;
    for (let i = 0; i < DIGEST_BYTES; i++) {
      const at = digest.address + <usize>(2 * i);
      different |= ((hexDigit(load<u8>(at)) << 4) | hexDigit(load<u8>(at, 1))) ^ load<u8>(room + <usize>i);
    }
    return different == 0;
  }
}

function canSign(issuer: Issuer, bit: u32, kid: Node): bool {
  const keys = issuer.keys;
  if (keys === null) return (bit & PUBLIC) != 0;
  let able = 0;
  for (let i = 0; i < keys.length; i++) {
    const key = unchecked(keys[i]);
    if ((key.algorithms & bit) == 0) continue;
    const own = key.id;
    if (kid == NONE || own === null) able++;
    else if (isString(kid) && equals(textAddress(kid), textLength(kid), own)) return true;
  }
  return able == 1;
}

function sameText(a: usize, length: i32, b: usize, own: i32): bool {
  if (length != own) return false;
  for (let i: usize = 0; i < <usize>length; i++) if (lower(load<u8>(a + i)) != lower(load<u8>(b + i))) return false;
  return true;
}
