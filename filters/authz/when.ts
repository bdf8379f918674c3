/** Keys of `when` (Istio, pilot/pkg/security/authz/model/model.go and util.go; pkg/config/security, ValidateAttribute). Pure. */
import { beginsWith, copyBytes, isText, textBytes } from "../../assembly/bytes";
import { isTokenByte } from "../../assembly/token";
import { Attribute, Condition } from "./model";
import { lower } from "./request";
import * as texts from "./texts.gen";

/** What a key has to be, after one that is not; set by `compileKey`. */
export let keyProblem: texts.Text = 0;

function wrong(what: texts.Text): Condition | null {
  keyProblem = what;
  return null;
}

/** The condition that a key stands for, still without values. Null: `keyProblem` says what is allowed. */
export function compileKey(address: usize, length: i32): Condition | null {
  for (let attribute = Attribute.PORT; attribute <= Attribute.SOURCE_IP; attribute++)
    if (isText(address, length, keyText(attribute))) return new Condition(attribute);
  if (isText(address, length, texts.AUDIENCES)) return claim([textBytes(texts.AUD)]);
  if (isText(address, length, texts.PRESENTER)) return claim([textBytes(texts.AZP)]);
  const key = copyBytes(address, length);
  if (begins(key, texts.HEADERS)) return header(key);
  if (begins(key, texts.CLAIMS)) return claims(key);
  return wrong(begins(key, texts.EXPERIMENTAL) ? texts.BAD_KEY_EXPERIMENTAL : texts.BAD_KEY);
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

function claim(keys: Array<StaticArray<u8>>): Condition {
  const condition = new Condition(Attribute.CLAIM);
  condition.claim = keys;
  return condition;
}

function header(label: StaticArray<u8>): Condition | null {
  const from = <i32>load<u8>(texts.HEADERS);
  const end = label.length - 1;
  if (end - from < 2 || unchecked(label[from]) != 0x5b || unchecked(label[end]) != 0x5d)
    return wrong(texts.BAD_HEADER_KEY);
  const name = new StaticArray<u8>(end - from - 1);
  for (let i = 0; i < name.length; i++) {
    const byte = lower(unchecked(label[from + 1 + i]));
    if (!isTokenByte(byte) && !(byte == 0x3a && i == 0)) return wrong(texts.BAD_HEADER_NAME);
    unchecked((name[i] = byte));
  }
  const condition = new Condition(Attribute.HEADER);
  // Envoy keeps `host` under its other name.
  condition.name = isText(changetype<usize>(name), name.length, texts.HOST) ? textBytes(texts.AUTHORITY) : name;
  return condition;
}

/** `[a][b]` is b within a; brackets in any other order are part of one name (extractNameInNestedBrackets). */
function claims(label: StaticArray<u8>): Condition | null {
  const from = <i32>load<u8>(texts.CLAIMS);
  const end = label.length - 1;
  if (end - from < 2 || unchecked(label[from]) != 0x5b || unchecked(label[end]) != 0x5d)
    return wrong(texts.BAD_CLAIM_KEY);
  const keys: Array<StaticArray<u8>> = [];
  let begin = from;
  while (begin <= end) {
    const close = closing(label, begin);
    if (close < 0) return claim([part(label, from + 1, end)]);
    if (close == begin + 1) return wrong(texts.EMPTY_CLAIM);
    keys.push(part(label, begin + 1, close));
    begin = close + 1;
  }
  return claim(keys);
}

/** Where the bracket that opens at `begin` closes; -1: none opens there, or another one opens before. */
function closing(label: StaticArray<u8>, begin: i32): i32 {
  if (unchecked(label[begin]) != 0x5b) return -1;
  for (let i = begin + 1; i < label.length; i++) {
    const byte = unchecked(label[i]);
    if (byte == 0x5b) return -1;
    if (byte == 0x5d) return i;
  }
  return -1;
}

function part(bytes: StaticArray<u8>, from: i32, end: i32): StaticArray<u8> {
  return copyBytes(changetype<usize>(bytes) + <usize>from, end - from);
}

function begins(bytes: StaticArray<u8>, text: texts.Text): bool {
  return beginsWith(changetype<usize>(bytes), bytes.length, text);
}
