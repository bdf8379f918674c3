/**
 * One value of a rule, as Istio and Envoy read it. Sources: istio.io/istio at eed52ebb66ad, pilot/pkg/security/authz/model
 * (generator.go, util.go), authz/matcher (string.go, header.go, template.go), pkg/config/security (security.go). Pure.
 */
import { ByteBuilder } from "../../assembly/bytes";
import { ADDRESS_BYTES, blockBits, parseCidr } from "../../assembly/cidr";
import { ANY, EXACT, PREFIX, SOME, SUFFIX } from "../../assembly/pattern";
import { Store } from "../../assembly/store";
import { compileTemplate, isTemplate } from "../../assembly/template";
import { Attribute, Kind, newPair, newValue, Value } from "./model";
import { lower, portAt } from "./request";
import * as texts from "./texts.gen";

const STAR: u8 = 0x2a;
const SLASH: u8 = 0x2f;
const MAX_PORT: i32 = 65535;

/** The value that was compiled last, before it is kept. */
let kind: u8 = 0;
let secondKind: u8 = 0;
let number: i32 = 0;
const first = new ByteBuilder();
const second = new ByteBuilder();
const built = new ByteBuilder();
const blockAddress = memory.data(ADDRESS_BYTES);

/** Keeps the value that was compiled last. */
export function keepValue(room: Store): Value {
  const paired = kind == Kind.NAMESPACE || kind == Kind.ACCOUNT || kind == Kind.TOKEN;
  const value = paired ? newPair(room, kind, first, second) : newValue(room, kind, first.address, first.length);
  value.secondKind = secondKind;
  value.number = <u16>number;
  return value;
}

/** What a value has to be, after one that is not; set by `compileValue`. */
export let problem: texts.Text = 0;

function wrong(what: texts.Text): bool {
  problem = what;
  return false;
}

/** Says what the value is. Always true. */
function is(what: u8, address: usize, length: i32): bool {
  kind = what;
  first.clear().bytes(address, length);
  return true;
}

/** Compiles a value that is not empty. @param namespace the policy's. False: `problem` says what is allowed */
export function compileValue(attribute: u8, address: usize, length: i32, namespace: ByteBuilder, strict: bool): bool {
  number = 0;
  secondKind = 0;
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
function text(address: usize, length: i32, star: u8): bool {
  const starts = load<u8>(address) == STAR;
  if (starts && length == 1) return is(star, 0, 0);
  if (starts) return is(SUFFIX, address + 1, length - 1);
  if (load<u8>(address + <usize>(length - 1)) == STAR) return is(PREFIX, address, length - 1);
  return is(EXACT, address, length);
}

/** In lower case. strict: `number` is 1 when the pattern has a port, and the dot at the end of a name goes. */
function host(address: usize, length: i32, strict: bool): bool {
  text(address, length, ANY);
  const own = first.address;
  const all = first.length;
  for (let i = 0; i < all; i++) store<u8>(own + <usize>i, lower(load<u8>(own + <usize>i)));
  if (!strict || all == 0) return true;
  const at = portAt(own, all);
  number = at < 0 ? 0 : 1;
  const name = at < 0 ? all : at;
  if (kind == PREFIX || name < 2 || load<u8>(own + <usize>(name - 1)) != 0x2e) return true;
  memory.copy(own + <usize>(name - 1), own + <usize>name, <usize>(all - name));
  first.length--;
  return true;
}

function path(address: usize, length: i32): bool {
  if (isTemplate(address, length)) {
    kind = Kind.TEMPLATE;
    return compileTemplate(address, length, first) || wrong(texts.BAD_TEMPLATE);
  }
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(address + <usize>i);
    if (byte == 0x7b || byte == 0x7d) return wrong(texts.BAD_BRACES);
  }
  return text(address, length, SOME);
}

function port(address: usize, length: i32): bool {
  for (let i = 0; i < length; i++) {
    const digit = <i32>load<u8>(address + <usize>i) - 0x30;
    if (digit < 0 || digit > 9 || number > MAX_PORT) return wrong(texts.BAD_PORT);
    number = number * 10 + digit;
  }
  return number > MAX_PORT ? wrong(texts.BAD_PORT) : is(Kind.PORT, 0, 0);
}

function block(address: usize, length: i32): bool {
  const family = parseCidr(address, length, blockAddress);
  number = blockBits;
  return family == 0 ? wrong(texts.BAD_BLOCK) : is(Kind.BLOCK, blockAddress, family);
}

/** StringMatcherWithPrefix with spiffe://: `*` alone has no prefix, so every name of a certificate counts. */
function principal(address: usize, length: i32): bool {
  const starts = load<u8>(address) == STAR;
  if (starts && length == 1) return is(SOME, 0, 0);
  if (starts) return is(Kind.SPIFFE_SUFFIX, address + 1, length - 1);
  built.clear().text(texts.SPIFFE).bytes(address, length);
  return text(built.address, built.length, SOME);
}

/** requestPrincipalGenerator: split at the last slash; a wildcard belongs to the side that it is on. */
function requestPrincipal(address: usize, length: i32): bool {
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

function token(issuerKind: u8, issuer: usize, issuerLength: i32, kind: u8, subject: usize, length: i32): bool {
  number = issuerKind;
  secondKind = kind;
  second.clear().bytes(subject, length);
  return is(Kind.TOKEN, issuer, issuerLength);
}

function account(address: usize, length: i32, namespace: ByteBuilder): bool {
  let slash = -1;
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(address + <usize>i);
    if (byte == STAR) return wrong(texts.ACCOUNT_WILDCARD);
    if (byte != SLASH) continue;
    if (slash >= 0 || i == 0 || i == length - 1) return wrong(texts.BAD_ACCOUNT);
    slash = i;
  }
  kind = Kind.ACCOUNT;
  first.clear().text(texts.NS_PREFIX);
  if (slash < 0) first.bytes(namespace.address, namespace.length);
  else first.bytes(address, slash);
  first.byte(SLASH);
  second
    .clear()
    .text(texts.ACCOUNT_PREFIX)
    .bytes(address + <usize>(slash + 1), length - slash - 1);
  return true;
}

function trustDomain(address: usize, length: i32): bool {
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(address + <usize>i);
    if (byte == SLASH) return wrong(texts.DOMAIN_SLASH);
    if (byte == STAR && i != 0 && i != length - 1) return wrong(texts.DOMAIN_WILDCARD);
  }
  if (length > 1 && load<u8>(address) == STAR && load<u8>(address + <usize>(length - 1)) == STAR)
    return wrong(texts.DOMAIN_WILDCARD);
  return is(Kind.TRUST_DOMAIN, address, length);
}

/** `.*\/ns/<value>/.*` with `.*` for each `*`. */
function namespaceGlob(address: usize, length: i32): bool {
  kind = Kind.NAMESPACE;
  first.clear().text(texts.NAMESPACE_GLOB).bytes(address, length).byte(SLASH).byte(STAR);
  second.clear().bytes(address, length);
  return true;
}
