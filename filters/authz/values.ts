/**
 * One value of a rule, as Istio and Envoy read it. Sources: istio.io/istio at eed52ebb66ad, pilot/pkg/security/authz/model
 * (generator.go, util.go), authz/matcher (string.go, header.go, template.go), pkg/config/security (security.go). Pure.
 */
import { ByteBuilder, copyBytes } from "../../assembly/bytes";
import { parseCidr } from "../../assembly/cidr";
import { ANY, EXACT, PREFIX, SOME, SUFFIX } from "../../assembly/pattern";
import { compileTemplate, isTemplate } from "../../assembly/template";
import { Attribute, Kind, Value } from "./model";
import { lower, portAt } from "./request";
import * as texts from "./texts.gen";

const STAR: u8 = 0x2a;
const SLASH: u8 = 0x2f;
const MAX_PORT: i32 = 65535;
const built = new ByteBuilder();

/** What a value has to be, after one that is not; set by `compileValue`. */
export let problem: texts.Text = 0;

function wrong(what: texts.Text): Value | null {
  problem = what;
  return null;
}

/** Compiles a value that is not empty. @param namespace the policy's. Null: `problem` says what is allowed */
export function compileValue(
  attribute: u8,
  address: usize,
  length: i32,
  namespace: StaticArray<u8>,
  strict: bool,
): Value | null {
  switch (attribute) {
    case Attribute.HOST:
      return host(address, length, strict);
    case Attribute.PATH:
      return path(address, length);
    case Attribute.PORT:
      return port(address, length);
    case Attribute.DESTINATION_IP:
    case Attribute.SOURCE_IP:
    case Attribute.REMOTE_IP:
      return block(address, length);
    case Attribute.PRINCIPAL:
      return principal(address, length);
    case Attribute.REQUEST_PRINCIPAL:
      return requestPrincipal(address, length);
    case Attribute.SERVICE_ACCOUNT:
      return account(address, length, namespace);
    case Attribute.TRUST_DOMAIN:
      return trustDomain(address, length);
    case Attribute.NAMESPACE:
      return namespaceGlob(address, length);
    case Attribute.METHOD:
    case Attribute.HEADER:
      return text(address, length, ANY);
    default:
      return text(address, length, SOME);
  }
}

/** StringMatcher and HeaderMatcher: `*`, then `*x`, then `x*`, then the whole. @param star what `*` alone stands for */
function text(address: usize, length: i32, star: u8): Value {
  const first = load<u8>(address) == STAR;
  if (first && length == 1) return new Value(star);
  if (first) return new Value(SUFFIX, copyBytes(address + 1, length - 1));
  if (load<u8>(address + <usize>(length - 1)) == STAR) return new Value(PREFIX, copyBytes(address, length - 1));
  return new Value(EXACT, copyBytes(address, length));
}

/** In lower case. strict: `number` is 1 when the pattern has a port, and the dot at the end of a name goes. */
function host(address: usize, length: i32, strict: bool): Value {
  const value = text(address, length, ANY);
  let own = value.bytes;
  for (let i = 0; i < own.length; i++) unchecked((own[i] = lower(own[i])));
  if (!strict || own.length == 0) return value;
  const at = portAt(changetype<usize>(own), own.length);
  const name = at < 0 ? own.length : at;
  const dot = value.kind != PREFIX && name > 1 && unchecked(own[name - 1]) == 0x2e;
  built.clear().bytes(changetype<usize>(own), dot ? name - 1 : name);
  built.bytes(changetype<usize>(own) + <usize>name, own.length - name);
  const stripped = new Value(value.kind, built.copy());
  stripped.number = at < 0 ? 0 : 1;
  return stripped;
}

function path(address: usize, length: i32): Value | null {
  if (isTemplate(address, length)) {
    const template = compileTemplate(address, length);
    if (template !== null) return new Value(Kind.TEMPLATE, template);
    return wrong(texts.BAD_TEMPLATE);
  }
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(address + <usize>i);
    if (byte == 0x7b || byte == 0x7d) return wrong(texts.BAD_BRACES);
  }
  return text(address, length, SOME);
}

function port(address: usize, length: i32): Value | null {
  let number = 0;
  for (let i = 0; i < length; i++) {
    const digit = <i32>load<u8>(address + <usize>i) - 0x30;
    if (digit < 0 || digit > 9 || number > MAX_PORT) return wrong(texts.BAD_PORT);
    number = number * 10 + digit;
  }
  if (number > MAX_PORT) return wrong(texts.BAD_PORT);
  const value = new Value(Kind.PORT);
  value.number = number;
  return value;
}

function block(address: usize, length: i32): Value | null {
  const value = new Value(Kind.BLOCK);
  value.block = parseCidr(address, length);
  return value.block !== null ? value : wrong(texts.BAD_BLOCK);
}

/** StringMatcherWithPrefix with spiffe://: `*` alone has no prefix, so every name of a certificate counts. */
function principal(address: usize, length: i32): Value {
  const first = load<u8>(address) == STAR;
  if (first && length == 1) return new Value(SOME);
  if (first) return new Value(Kind.SPIFFE_SUFFIX, copyBytes(address + 1, length - 1));
  built.clear().text(texts.SPIFFE).bytes(address, length);
  return text(built.address, built.length, SOME);
}

/** requestPrincipalGenerator: split at the last slash; a wildcard belongs to the side that it is on. */
function requestPrincipal(address: usize, length: i32): Value {
  let slash = length - 1;
  while (slash >= 0 && load<u8>(address + <usize>slash) != SLASH) slash--;
  const starts = load<u8>(address) == STAR;
  const ends = load<u8>(address + <usize>(length - 1)) == STAR;
  const behind = address + <usize>(slash + 1);
  const left = length - slash - 1;
  if (starts && length == 1) return token(SOME, 0, 0, SOME, 0, 0);
  if (slash >= 0) {
    if (starts && slash == 1) return token(SOME, 0, 0, EXACT, behind, left);
    if (starts) return token(SUFFIX, address + 1, slash - 1, EXACT, behind, left);
    if (ends && left == 1) return token(EXACT, address, slash, SOME, 0, 0);
    if (ends) return token(EXACT, address, slash, PREFIX, behind, left - 1);
    return token(EXACT, address, slash, EXACT, behind, left);
  }
  if (starts) return token(SOME, 0, 0, SUFFIX, address + 1, length - 1);
  if (ends) return token(PREFIX, address, length - 1, SOME, 0, 0);
  return token(EXACT, address, length, EXACT, 0, 0);
}

function token(issuerKind: u8, issuer: usize, issuerLength: i32, kind: u8, subject: usize, length: i32): Value {
  const value = new Value(Kind.TOKEN, copyBytes(issuer, issuerLength));
  value.number = issuerKind;
  value.secondKind = kind;
  value.second = copyBytes(subject, length);
  return value;
}

function account(address: usize, length: i32, namespace: StaticArray<u8>): Value | null {
  let slash = -1;
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(address + <usize>i);
    if (byte == STAR) return wrong(texts.ACCOUNT_WILDCARD);
    if (byte != SLASH) continue;
    if (slash >= 0 || i == 0 || i == length - 1) return wrong(texts.BAD_ACCOUNT);
    slash = i;
  }
  built.clear().text(texts.NS_PREFIX);
  if (slash < 0) built.add(namespace);
  else built.bytes(address, slash);
  const value = new Value(Kind.ACCOUNT, built.byte(SLASH).copy());
  value.second = built
    .clear()
    .text(texts.ACCOUNT_PREFIX)
    .bytes(address + <usize>(slash + 1), length - slash - 1)
    .copy();
  return value;
}

function trustDomain(address: usize, length: i32): Value | null {
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(address + <usize>i);
    if (byte == SLASH) return wrong(texts.DOMAIN_SLASH);
    if (byte == STAR && i != 0 && i != length - 1) return wrong(texts.DOMAIN_WILDCARD);
  }
  if (length > 1 && load<u8>(address) == STAR && load<u8>(address + <usize>(length - 1)) == STAR)
    return wrong(texts.DOMAIN_WILDCARD);
  return new Value(Kind.TRUST_DOMAIN, copyBytes(address, length));
}

/** `.*\/ns/<value>/.*` with `.*` for each `*`. */
function namespaceGlob(address: usize, length: i32): Value {
  built.clear().text(texts.NAMESPACE_GLOB).bytes(address, length).byte(SLASH).byte(STAR);
  const value = new Value(Kind.NAMESPACE, built.copy());
  value.second = copyBytes(address, length);
  return value;
}
