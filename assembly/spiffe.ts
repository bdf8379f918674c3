/** SPIFFE IDs (SPIFFE-ID.md), read strictly: an identity that could be read in two ways is none. Pure. */
import { beginsWith } from "./bytes";
import { SPIFFE } from "./texts.gen";

/** The specification's limit. */
const LONGEST: i32 = 2048;

/** The parts of an ID by their place in it. A part that the ID has not, or has twice, has length 0. */
export class SpiffeId {
  trustDomain: usize = 0;
  trustDomainLength: i32 = 0;
  /** Value behind `/ns/`. */
  namespace: usize = 0;
  namespaceLength: i32 = 0;
  /** Value behind `/sa/`. */
  account: usize = 0;
  accountLength: i32 = 0;

  /**
   * Reads an ID; false when it is none: another scheme, a trust domain with other characters than a-z, 0-9, `.`, `-`, `_`,
   * an empty, `.` or `..` segment, a byte that is not printable ASCII, `%`, or more than 2,048 bytes.
   */
  read(address: usize, length: i32): bool {
    this.namespaceLength = 0;
    this.accountLength = 0;
    if (length > LONGEST || !beginsWith(address, length, SPIFFE)) return false;
    const from = <i32>load<u8>(SPIFFE);
    let i = from;
    while (i < length && isTrustDomainByte(load<u8>(address + <usize>i))) i++;
    this.trustDomain = address + <usize>from;
    this.trustDomainLength = i - from;
    if (this.trustDomainLength == 0) return false;
    return this.readPath(address, length, i);
  }

  /** Segments come as key and value, as meshes write them: `/ns/<namespace>/sa/<account>`. */
  private readPath(address: usize, length: i32, from: i32): bool {
    let i = from;
    let key: usize = 0;
    let keyLength = 0;
    while (i < length) {
      if (load<u8>(address + <usize>i) != 0x2f) return false;
      const start = ++i;
      for (; i < length && load<u8>(address + <usize>i) != 0x2f; i++) {
        const byte = load<u8>(address + <usize>i);
        if (byte < 0x21 || byte > 0x7e || byte == 0x25) return false;
      }
      const segment = address + <usize>start;
      const size = i - start;
      if (size == 0 || isDots(segment, size)) return false;
      if (keyLength == 0) {
        key = segment;
        keyLength = size;
        continue;
      }
      if (!this.take(key, keyLength, segment, size)) return false;
      keyLength = 0;
    }
    return true;
  }

  /** False when the ID says something twice. */
  private take(key: usize, keyLength: i32, value: usize, length: i32): bool {
    if (keyLength != 2) return true;
    const name = load<u16>(key);
    if (name == 0x736e) {
      if (this.namespaceLength > 0) return false;
      this.namespace = value;
      this.namespaceLength = length;
    } else if (name == 0x6173) {
      if (this.accountLength > 0) return false;
      this.account = value;
      this.accountLength = length;
    }
    return true;
  }
}

function isTrustDomainByte(byte: u8): bool {
  return <u8>(byte - 0x61) < 26 || <u8>(byte - 0x30) < 10 || byte == 0x2d || byte == 0x2e || byte == 0x5f;
}

function isDots(segment: usize, length: i32): bool {
  return length < 3 && load<u8>(segment) == 0x2e && load<u8>(segment + <usize>(length - 1)) == 0x2e;
}
