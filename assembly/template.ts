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
 * Compiles a template. Null when Istio or Envoy would refuse it: an operator that is not a segment of its own, one after
 * `{**}`, a literal with other characters than those of RFC 3986's pchar, an empty segment in the middle, or no leading
 * slash.
 */
export function compileTemplate(address: usize, length: i32): StaticArray<u8> | null {
  if (length == 0 || load<u8>(address) != 0x2f) return null;
  const out = new StaticArray<u8>(length);
  let used = 0;
  let many = false;
  let i = 0;
  while (i < length) {
    // At a slash. Only the first and the last may have nothing behind it (Istio trims these).
    unchecked((out[used++] = 0x2f));
    if (++i == length) break;
    const operator = operatorAt(address, length, i);
    if (operator != 0) {
      if (many) return null;
      many = operator == MANY;
      unchecked((out[used++] = operator));
      i += operator == MANY ? 4 : 3;
      if (i < length && load<u8>(address + <usize>i) != 0x2f) return null;
      continue;
    }
    const from = i;
    for (; i < length; i++) {
      const byte = load<u8>(address + <usize>i);
      if (byte == 0x2f) break;
      if (!isLiteral(byte)) return null;
      unchecked((out[used++] = byte));
    }
    if (i == from) return null;
  }
  const compiled = new StaticArray<u8>(used);
  memory.copy(changetype<usize>(compiled), changetype<usize>(out), <usize>used);
  return compiled;
}

const operators = new ByteBuilder();

/**
 * Compiles a template that has one variable beside its operators, such as `/users/{id}`. It stands for one segment, as
 * `{*}` does; its name is letters, digits and `_`. Null: there is none, or there are several, or it is no template.
 */
export function compileVariable(address: usize, length: i32): StaticArray<u8> | null {
  operators.clear();
  let before = -1;
  let count = 0;
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(address + <usize>i);
    operators.byte(byte);
    if (byte != 0x7b) continue;
    const name = nameLength(address + <usize>(i + 1), length - i - 1);
    if (name > 0) {
      if (before >= 0) return null;
      before = count;
      operators.byte(0x2a);
      i += name;
    }
    count++;
  }
  if (before < 0) return null;
  const template = compileTemplate(operators.address, operators.length);
  if (template === null) return null;
  let at = 0;
  for (; before >= 0; at++) if (unchecked(template[at]) <= MANY) before--;
  unchecked((template[at - 1] = VARIABLE));
  return template;
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
export function literalLength(template: StaticArray<u8>): i32 {
  let length = 0;
  while (length < template.length && unchecked(template[length]) > MANY) length++;
  return length;
}

/** The text of the variable in the path that matched last. */
export let variable: usize = 0;
export let variableLength: i32 = 0;

/** Whether a path without its query matches a compiled template. Linear: behind `{**}` there are only literals. */
export function matchesTemplate(template: StaticArray<u8>, address: usize, length: i32): bool {
  let at = 0;
  for (let t = 0; t < template.length; t++) {
    const byte = unchecked(template[t]);
    if (byte == MANY) {
      const rest = template.length - t - 1;
      if (length - at < rest) return false;
      return compareBytes(address + <usize>(length - rest), changetype<usize>(template) + <usize>(t + 1), rest) == 0;
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
