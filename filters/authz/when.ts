/** Keys of `when` (Istio, pilot/pkg/security/authz/model/model.go and util.go; pkg/config/security, ValidateAttribute). Pure. */
import { beginsWith, ByteBuilder, isText } from "../../assembly/bytes";
import { isTokenByte } from "../../assembly/token";
import { Attribute } from "./model";
import { lower } from "./request";
import * as texts from "./texts.gen";

/** What a key has to be, after one that is not; set by `compileKey`. */
export let keyProblem: texts.Text = 0;

function wrong(what: texts.Text): i32 {
  keyProblem = what;
  return -1;
}

/** The name of the header or the keys of the claim (NUL between them) of the key that was compiled last; empty for others. */
export const keyName = new ByteBuilder();

/** The attribute that a key stands for. -1: `keyProblem` says what is allowed. */
export function compileKey(address: usize, length: i32): i32 {
  keyName.clear();
  for (let attribute = Attribute.PORT; attribute <= Attribute.SOURCE_IP; attribute++)
    if (isText(address, length, keyText(attribute))) return attribute;
  if (isText(address, length, texts.AUDIENCES)) return claim(texts.AUD);
  if (isText(address, length, texts.PRESENTER)) return claim(texts.AZP);
  if (beginsWith(address, length, texts.HEADERS)) return header(address, length);
  if (beginsWith(address, length, texts.CLAIMS)) return claims(address, length);
  return wrong(beginsWith(address, length, texts.EXPERIMENTAL) ? texts.BAD_KEY_EXPERIMENTAL : texts.BAD_KEY);
}

/** What users call an attribute: the key of `when` where there is one, else the field of an operation. */
export function keyText(attribute: u8): texts.Text {
  switch (attribute) {
    case Attribute.HOST:
      return texts.HOSTS;
    case Attribute.METHOD:
      return texts.METHODS;
    case Attribute.PATH:
      return texts.PATHS;
    case Attribute.PORT:
      return texts.DESTINATION_PORT;
    case Attribute.DESTINATION_IP:
      return texts.DESTINATION_IP;
    case Attribute.SNI:
      return texts.SERVER_NAME;
    case Attribute.PRINCIPAL:
      return texts.SOURCE_PRINCIPAL;
    case Attribute.REQUEST_PRINCIPAL:
      return texts.REQUEST_PRINCIPAL;
    case Attribute.SERVICE_ACCOUNT:
      return texts.SOURCE_ACCOUNT;
    case Attribute.TRUST_DOMAIN:
      return texts.SOURCE_DOMAIN;
    case Attribute.NAMESPACE:
      return texts.SOURCE_NAMESPACE;
    case Attribute.REMOTE_IP:
      return texts.REMOTE_IP;
    case Attribute.SOURCE_IP:
      return texts.SOURCE_IP;
    case Attribute.HEADER:
      return texts.HEADERS;
    default:
      return texts.CLAIMS;
  }
}

function claim(key: texts.Text): i32 {
  keyName.text(key);
  return Attribute.CLAIM;
}

/** Whether something stands in the brackets that a key ends with, behind `from` bytes. */
function hasBrackets(label: usize, length: i32, from: i32): bool {
  return length - from > 2 && load<u8>(label + <usize>from) == 0x5b && load<u8>(label + <usize>(length - 1)) == 0x5d;
}

function header(label: usize, length: i32): i32 {
  const from = <i32>load<u8>(texts.HEADERS);
  if (!hasBrackets(label, length, from)) return wrong(texts.BAD_HEADER_KEY);
  for (let i = from + 1; i < length - 1; i++) {
    const byte = lower(load<u8>(label + <usize>i));
    if (!isTokenByte(byte) && !(byte == 0x3a && keyName.length == 0)) return wrong(texts.BAD_HEADER_NAME);
    keyName.byte(byte);
  }
  // Envoy keeps `host` under its other name.
  if (isText(keyName.address, keyName.length, texts.HOST)) keyName.clear().text(texts.AUTHORITY);
  return Attribute.HEADER;
}

/** `[a][b]` is b within a; brackets in any other order are part of one name (extractNameInNestedBrackets). */
function claims(label: usize, length: i32): i32 {
  const from = <i32>load<u8>(texts.CLAIMS);
  if (!hasBrackets(label, length, from)) return wrong(texts.BAD_CLAIM_KEY);
  let begin = from;
  while (begin < length) {
    const close = closing(label, length, begin);
    if (close < 0) {
      keyName.clear().bytes(label + <usize>(from + 1), length - from - 2);
      break;
    }
    if (close == begin + 1) return wrong(texts.EMPTY_CLAIM);
    if (begin > from) keyName.byte(0);
    keyName.bytes(label + <usize>(begin + 1), close - begin - 1);
    begin = close + 1;
  }
  return Attribute.CLAIM;
}

/** Where the bracket that opens at `begin` closes; -1: none opens there, or another one opens before. */
function closing(label: usize, length: i32, begin: i32): i32 {
  if (load<u8>(label + <usize>begin) != 0x5b) return -1;
  for (let i = begin + 1; i < length; i++) {
    const byte = load<u8>(label + <usize>i);
    if (byte == 0x5b) return -1;
    if (byte == 0x5d) return i;
  }
  return -1;
}
