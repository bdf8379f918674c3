/** Which algorithms an issuer's keys can have signed with (RFC 7517, RFC 7518 section 3.1, RFC 8037). Pure. */
import { copyBytes, isText } from "../../assembly/bytes";
import {
  firstItem,
  isString,
  Node,
  nextItem,
  NONE,
  readFurther,
  textAddress,
  textLength,
  textMember,
} from "../../assembly/document";
import { TokenKey } from "./model";
import * as texts from "./texts.gen";

/** Bits: RS256, RS384, RS512, then PS, ES and HS in the same way, then EdDSA. */
const RSA: u32 = 0x3f;
const ES256: u32 = 0x40;
const HMAC: u32 = 0xe00;
const EDDSA: u32 = 0x1000;
/** Those with a public key: all that keys behind an address can be. */
export const PUBLIC: u32 = 0x11ff;

/** The bit of an algorithm's name; 0: `none`, or any other that jwt_authn does not know. */
export function algorithm(address: usize, length: i32): u32 {
  if (isText(address, length, texts.EDDSA)) return EDDSA;
  if (length != 5 || load<u8>(address, 1) != 0x53) return 0;
  const family = load<u8>(address);
  let shift = family == 0x52 ? 0 : family == 0x50 ? 3 : family == 0x45 ? 6 : family == 0x48 ? 9 : -1;
  if (isText(address + 2, 3, texts.BITS_384)) shift += shift < 0 ? 0 : 1;
  else if (isText(address + 2, 3, texts.BITS_512)) shift += shift < 0 ? 0 : 2;
  else if (!isText(address + 2, 3, texts.BITS_256)) shift = -1;
  return shift < 0 ? 0 : (<u32>1) << shift;
}

/** Reads a JSON Web Key Set. Null: it is none. Keys of unknown kinds count for nothing. */
export function readKeys(address: usize, length: i32): Array<TokenKey> | null {
  const list = textMember(readFurther(address, length), texts.KEYS);
  if (list == NONE) return null;
  const keys: Array<TokenKey> = [];
  for (let item = firstItem(list); item != NONE; item = nextItem(item)) {
    let can = able(item);
    const own = textMember(item, texts.ALG);
    if (isString(own)) can &= algorithm(textAddress(own), textLength(own));
    const kid = textMember(item, texts.KID);
    if (can != 0) keys.push(new TokenKey(can, isString(kid) ? copyBytes(textAddress(kid), textLength(kid)) : null));
  }
  return keys;
}

/** What a key of this type and curve can do. */
function able(key: Node): u32 {
  const type = textMember(key, texts.KTY);
  if (is(type, texts.KTY_RSA)) return RSA;
  if (is(type, texts.KTY_OCT)) return HMAC;
  if (is(type, texts.KTY_OKP)) return EDDSA;
  if (!is(type, texts.KTY_EC)) return 0;
  const curve = textMember(key, texts.CRV);
  if (is(curve, texts.P_256)) return ES256;
  if (is(curve, texts.P_384)) return ES256 << 1;
  return is(curve, texts.P_521) ? ES256 << 2 : 0;
}

function is(node: Node, text: texts.Text): bool {
  return isString(node) && isText(textAddress(node), textLength(node), text);
}
