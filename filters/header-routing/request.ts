/** What a request says of itself: its headers, read once, and single values out of them. Pure. */
import { beginsWith, compareBytes, equals, indexOf, isSpace } from "../../assembly/bytes";
import { HeaderPairs } from "../../assembly/headers";
import { pathLength } from "../../assembly/path";
import { Scratch } from "../../assembly/scratch";
import { AUTHORITY, BAGGAGE, CONTENT_TYPE, COOKIE, GRPC, INTERNAL, METHOD, PATH } from "./texts.gen";

export class Request {
  readonly pairs: HeaderPairs = new HeaderPairs();
  method: usize = 0;
  methodLength: i32 = 0;
  /** Without query. */
  path: usize = 0;
  pathLength: i32 = 0;
  /** Behind the `?`; length 0: there is none. */
  private query: usize = 0;
  private queryLength: i32 = 0;
  private authority: usize = 0;
  private authorityLength: i32 = 0;
  /** As `readHost` has it. */
  host: usize = 0;
  /** -1: not read yet. */
  hostLength: i32 = -1;
  /** Content type is gRPC's. */
  grpc: bool = false;
  /** There are internal headers. */
  forged: bool = false;
  /** What the last search has found. */
  value: usize = 0;
  valueLength: i32 = 0;
  private readonly hostRoom: Scratch = new Scratch();

  /** Lays the view over all header pairs. False when they contradict themselves: then nothing about the request is known. */
  read(address: usize, length: i32): bool {
    this.methodLength = 0;
    this.pathLength = 0;
    this.queryLength = 0;
    this.authorityLength = 0;
    this.hostLength = -1;
    this.grpc = false;
    this.forged = false;
    const pairs = this.pairs.reset(address, length);
    if (!pairs.valid) return false;
    while (pairs.next()) {
      if (pairs.is(METHOD)) {
        this.method = pairs.value;
        this.methodLength = pairs.valueLength;
      } else if (pairs.is(PATH)) this.readPath(pairs.value, pairs.valueLength);
      else if (pairs.is(AUTHORITY)) {
        this.authority = pairs.value;
        this.authorityLength = pairs.valueLength;
      } else if (pairs.is(CONTENT_TYPE)) this.grpc = beginsWith(pairs.value, pairs.valueLength, GRPC);
      else if (isInternal(pairs)) this.forged = true;
    }
    return true;
  }

  private readPath(path: usize, length: i32): void {
    const own = pathLength(path, length);
    this.path = path;
    this.pathLength = own;
    if (own == length || load<u8>(path + <usize>own) != 0x3f) return;
    this.query = path + <usize>(own + 1);
    this.queryLength = length - own - 1;
    const fragment = indexOf(this.query, this.queryLength, 0x23);
    if (fragment >= 0) this.queryLength = fragment;
  }

  /** Works out the host, in lower case, without port and without the dot at its end. */
  readHost(): void {
    if (this.hostLength >= 0) return;
    let length = this.authorityLength;
    const room = this.hostRoom.room(length);
    let colon = -1;
    for (let i = 0; i < length; i++) {
      const byte = load<u8>(this.authority + <usize>i);
      if (byte == 0x3a) colon = i;
      else if (byte == 0x5d) colon = -1;
      store<u8>(room + <usize>i, <u8>(byte - 0x41) < 26 ? byte | 0x20 : byte);
    }
    if (colon >= 0) length = colon;
    if (length > 1 && load<u8>(room + <usize>(length - 1)) == 0x2e) length--;
    this.host = room;
    this.hostLength = length;
  }

  /** The one line of a header, as `value`. False: there is none, or there are several. */
  findHeader(name: StaticArray<u8>): bool {
    return this.countLines(name) == 1;
  }

  /** Whether there is such a header at all. */
  hasHeader(name: StaticArray<u8>): bool {
    return this.countLines(name) > 0;
  }

  /** Lines of a header, the last one as `value`. */
  private countLines(name: StaticArray<u8>): i32 {
    const pairs = this.pairs.rewind();
    let lines = 0;
    while (pairs.next()) {
      if (!pairs.isNamed(name)) continue;
      this.take(pairs.value, pairs.valueLength);
      lines++;
    }
    return lines;
  }

  /** Whether the lines of a header, joined by commas (RFC 9110, section 5.3), are `wanted`. */
  isHeader(name: StaticArray<u8>, wanted: StaticArray<u8>): bool {
    const pairs = this.pairs.rewind();
    let at = -1;
    while (pairs.next()) {
      if (!pairs.isNamed(name)) continue;
      if (at >= 0 && (at == wanted.length || unchecked(wanted[at]) != 0x2c)) return false;
      at++;
      if (wanted.length - at < pairs.valueLength) return false;
      if (compareBytes(changetype<usize>(wanted) + <usize>at, pairs.value, pairs.valueLength) != 0) return false;
      at += pairs.valueLength;
    }
    return at == wanted.length;
  }

  /** The first query parameter of that name, as `value`. */
  findQuery(name: StaticArray<u8>): bool {
    return this.findMember(this.query, this.queryLength, name, 0x26, false);
  }

  /** The first cookie of that name, as `value`. */
  findCookie(name: StaticArray<u8>): bool {
    return this.findIn(COOKIE, 0x3b, name);
  }

  /** The first baggage member of that key (W3C Baggage), without its properties, as `value`. */
  findBaggage(key: StaticArray<u8>): bool {
    if (!this.findIn(BAGGAGE, 0x2c, key)) return false;
    const properties = indexOf(this.value, this.valueLength, 0x3b);
    if (properties >= 0) this.take(this.value, properties);
    this.trim();
    return true;
  }

  /** The first member of that name in any line of a header. */
  private findIn(header: usize, separator: u8, name: StaticArray<u8>): bool {
    const pairs = this.pairs.rewind();
    while (pairs.next()) {
      if (!pairs.is(header)) continue;
      if (this.findMember(pairs.value, pairs.valueLength, name, separator, true)) return true;
    }
    return false;
  }

  /** The first `name=value` between separators. @param spaced there may be white space around its parts */
  private findMember(text: usize, length: i32, name: StaticArray<u8>, separator: u8, spaced: bool): bool {
    let from = 0;
    while (from < length) {
      const member = text + <usize>from;
      let size = indexOf(member, length - from, separator);
      if (size < 0) size = length - from;
      const sign = indexOf(member, size, 0x3d);
      this.take(member, sign < 0 ? size : sign);
      if (spaced) this.trim();
      if (equals(this.value, this.valueLength, name)) {
        // A parameter without a sign has an empty value.
        const before = sign < 0 ? size : sign + 1;
        this.take(member + <usize>before, size - before);
        if (spaced) this.trim();
        return true;
      }
      from += size + 1;
    }
    return false;
  }

  private take(value: usize, length: i32): void {
    this.value = value;
    this.valueLength = length;
  }

  /** Takes white space from both ends of `value`. */
  private trim(): void {
    while (this.valueLength > 0 && isSpace(load<u8>(this.value))) this.take(this.value + 1, this.valueLength - 1);
    while (this.valueLength > 0 && isSpace(load<u8>(this.value + <usize>(this.valueLength - 1)))) this.valueLength--;
  }
}

/** Whether a header is one of this filter's own. */
export function isInternal(pairs: HeaderPairs): bool {
  return beginsWith(pairs.name, pairs.nameLength, INTERNAL);
}
