import { NodeData, NUMBER } from "./node";

/** Largest number of thousandths: below it a double tells each from its neighbours, so JSON and Struct agree. */
const LARGEST: i64 = 9007199254740991;
/** Digits of an exponent beyond this change nothing: the number is out of range either way. */
const EXPONENT: i32 = 100000;

/** Makes `node` the decimal number whose text (valid JSON) lies at `ptr`; exact up to three decimals. */
export function setDecimal(node: NodeData, ptr: usize, len: i32): void {
  node.kind = NUMBER;
  node.ptr = ptr;
  node.len = len;
  const end = ptr + len;
  const negative = load<u8>(ptr) == 0x2d;
  let mantissa: i64 = 0;
  /** Zeros that count only if another digit follows. */
  let zeros = 0;
  let exponent = 3;
  let fraction = false;
  let p = negative ? ptr + 1 : ptr;
  for (; p < end; p++) {
    const byte = load<u8>(p);
    if (byte == 0x2e) {
      fraction = true;
      continue;
    }
    if ((byte | 0x20) == 0x65) break;
    if (fraction) exponent--;
    if (byte == 0x30) {
      if (mantissa != 0) zeros++;
      continue;
    }
    mantissa = scale(mantissa, zeros + 1);
    if (mantissa < 0) return;
    mantissa += byte - 0x30;
    zeros = 0;
  }
  if (p < end) exponent += readExponent(p + 1, end);
  if (mantissa != 0) {
    exponent += zeros;
    if (exponent < 0) return;
    mantissa = scale(mantissa, exponent);
    if (mantissa < 0 || mantissa > LARGEST) return;
  }
  node.value = negative ? -mantissa : mantissa;
  node.exact = true;
}

/** `value` * 10^`power`, or -1 when that is certainly above LARGEST. */
function scale(value: i64, power: i32): i64 {
  while (value != 0 && power > 0) {
    if (value > LARGEST / 10) return -1;
    value *= 10;
    power--;
  }
  return value;
}

function readExponent(ptr: usize, end: usize): i32 {
  const sign = load<u8>(ptr);
  if (sign == 0x2b || sign == 0x2d) ptr++;
  let value = 0;
  for (; ptr < end; ptr++) if (value < EXPONENT) value = value * 10 + (load<u8>(ptr) - 0x30);
  return sign == 0x2d ? -value : value;
}

/** Makes `node` a double of a Struct; exact if it is the double nearest to some number of thousandths. */
export function setDouble(node: NodeData, value: f64): void {
  node.kind = NUMBER;
  const thousandths = nearest(value * 1000);
  if (abs(thousandths) <= <f64>LARGEST && thousandths / 1000 == value) {
    node.value = <i64>thousandths;
    node.exact = true;
    return;
  }
  node.value = reinterpret<i64>(value);
}
