/**
 * Path templates with `{*}` and `{**}`, as Istio compiles them for Envoy's uri_template matcher: `{*}` is one segment that
 * is not empty, `{**}` any text, line breaks and slashes included; the rest is literal. Pure.
 */
import { ByteBuilder, compareBytes } from "./bytes";

/** What stands for the operators in a compiled template; neither can be in a literal. */
const ONE: u8 = 1;
const MANY: u8 = 2;
/** `ONE` whose text is remembered. */
const VARIABLE: u8 = 3;

/** Whether a text is meant as a template. */
export function isTemplate(address: usize, length: i32): bool {
  for (let i = 0; i < length; i++) if (operatorAt(address, length, i) != 0) return true;
  return false;
}

/** The operator whose text begins at `i`, or 0. */
function operatorAt(address: usize, length: i32, i: i32): u8 {
  const at = address + <usize>i;
  if (i + 3 > length || load<u16>(at) != 0x2a7b) return 0;
  if (load<u8>(at, 2) == 0x7d) return ONE;
  return i + 4 <= length && load<u16>(at, 2) == 0x7d2a ? MANY : 0;
}

/**
 * Compiles a template into `out`. False when Istio or Envoy would refuse it: an operator that is not a segment of its own, one after
 * `{**}`, a literal with other characters than those of RFC 3986's pchar, an empty segment in the middle, or no leading
 * slash.
 */
export function compileTemplate(address: usize, length: i32, out: ByteBuilder): bool {
  out.clear();
  if (length == 0 || load<u8>(address) != 0x2f) return false;
  let many = false;
  let i = 0;
  while (i < length) {
    // At a slash. Only the first and the last may have nothing behind it (Istio trims these).
    out.byte(0x2f);
    if (++i == length) break;
    const operator = operatorAt(address, length, i);
    if (operator != 0) {
      if (many) return false;
      many = operator == MANY;
      out.byte(operator);
      i += operator == MANY ? 4 : 3;
      if (i < length && load<u8>(address + <usize>i) != 0x2f) return false;
      continue;
    }
    const from = i;
    for (; i < length; i++) {
      const byte = load<u8>(address + <usize>i);
      if (byte == 0x2f) break;
      if (!isLiteral(byte)) return false;
      out.byte(byte);
    }
    if (i == from) return false;
  }
  return true;
}

const operators = new ByteBuilder();

/**
 * Compiles into `out` a template that has one variable beside its operators, such as `/users/{id}`. It stands for one segment,
 * as `{*}` does; its name is letters, digits and `_`. False: there is none, or there are several, or it is no template.
 */
export function compileVariable(address: usize, length: i32, out: ByteBuilder): bool {
  operators.clear();
  let before = -1;
  let count = 0;
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(address + <usize>i);
    operators.byte(byte);
    if (byte != 0x7b) continue;
    const name = nameLength(address + <usize>(i + 1), length - i - 1);
    if (name > 0) {
      if (before >= 0) return false;
      before = count;
      operators.byte(0x2a);
      i += name;
    }
    count++;
  }
  if (before < 0 || !compileTemplate(operators.address, operators.length, out)) return false;
  let at = out.address;
  for (; before >= 0; at++) if (load<u8>(at) <= MANY) before--;
  store<u8>(at - 1, VARIABLE);
  return true;
}

/** Length of the letters, digits and `_` before a closing brace; 0: there are none, or other bytes. */
function nameLength(address: usize, length: i32): i32 {
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(address + <usize>i);
    if (byte == 0x7d) return i;
    if (<u8>((byte | 0x20) - 0x61) >= 26 && <u8>(byte - 0x30) >= 10 && byte != 0x5f) return 0;
  }
  return 0;
}

/** pchar of RFC 3986: letters, digits and -._~%!$&'()+,;:@= (Istio, pkg/config/security, validLiteral: no `*`). */
function isLiteral(byte: u8): bool {
  if (<u8>((byte | 0x20) - 0x61) < 26 || <u8>(byte - 0x30) < 10) return true;
  switch (byte) {
    case 0x2d:
    case 0x2e:
    case 0x5f:
    case 0x7e:
    case 0x25:
    case 0x21:
    case 0x24:
    case 0x26:
    case 0x27:
    case 0x28:
    case 0x29:
    case 0x2b:
    case 0x2c:
    case 0x3b:
    case 0x3a:
    case 0x40:
    case 0x3d:
      return true;
    default:
      return false;
  }
}

/** Bytes of a compiled template before its first operator: what every path that matches begins with. */
export function literalLength(template: usize, own: i32): i32 {
  let length = 0;
  while (length < own && load<u8>(template + <usize>length) > MANY) length++;
  return length;
}

/** The text of the variable in the path that matched last. */
export let variable: usize = 0;
export let variableLength: i32 = 0;

/** Whether a path without its query matches the `own` bytes of a compiled template. Linear: behind `{**}` there are only literals. */
export function matchesTemplate(template: usize, own: i32, address: usize, length: i32): bool {
  let at = 0;
  for (let t = 0; t < own; t++) {
    const byte = load<u8>(template + <usize>t);
    if (byte == MANY) {
      const rest = own - t - 1;
      if (length - at < rest) return false;
      return compareBytes(address + <usize>(length - rest), template + <usize>(t + 1), rest) == 0;
    }
    if (byte == ONE || byte == VARIABLE) {
      const from = at;
      while (at < length && load<u8>(address + <usize>at) != 0x2f) at++;
      if (at == from) return false;
      if (byte == VARIABLE) {
        variable = address + <usize>from;
        variableLength = at - from;
      }
    } else {
      if (at == length || load<u8>(address + <usize>at) != byte) return false;
      at++;
    }
  }
  return at == length;
}
