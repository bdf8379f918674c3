/** What a request says of itself: its headers, read once, and the forms of path and host that rules are compared with. Pure. */
import { compareBytes, isText } from "../../assembly/bytes";
import { HeaderPairs } from "../../assembly/headers";
import { BASE, DECODE, isPlain, MERGE, normalize, PARAMETERS, pathLength } from "../../assembly/path";
import { Scratch } from "../../assembly/scratch";
import { Policy } from "./model";
import { AUTHORITY, CONNECT, METHOD, PATH } from "./texts.gen";

/** Forms of one path, at most: as it is, in canonical form, and that without parameters. */
const FORMS: i32 = 3;

export class Request {
  readonly pairs: HeaderPairs = new HeaderPairs();
  /** A second walk over them. */
  readonly listed: HeaderPairs = new HeaderPairs();
  /** -1: there is none. So with all lengths here. */
  method: usize = 0;
  methodLength: i32 = -1;
  /** The authority in lower case; strict: none when it could name several hosts. */
  host: usize = 0;
  hostLength: i32 = -1;
  /** strict: the authority without port and without the dot at the end of its name, and with the port alone. */
  name: usize = 0;
  nameLength: i32 = -1;
  nameWithPort: usize = 0;
  nameWithPortLength: i32 = -1;
  /** Forms of the path that rules see; 0: there is no path. */
  forms: i32 = 0;
  /** strict: no server could agree with us on what this path means. */
  odd: bool = false;
  private readonly addresses: StaticArray<usize> = new StaticArray<usize>(FORMS);
  private readonly lengths: StaticArray<i32> = new StaticArray<i32>(FORMS);
  private readonly hostRoom: Scratch = new Scratch();
  private readonly pathRoom: Scratch = new Scratch();

  /**
   * Lays the view over all header pairs. False when they contradict themselves, or when there is no method, or no path
   * though the method needs one: then nothing about the request is known.
   */
  read(address: usize, length: i32, policy: Policy): bool {
    this.methodLength = -1;
    this.hostLength = -1;
    this.nameLength = -1;
    this.nameWithPortLength = -1;
    this.forms = 0;
    this.odd = false;
    const pairs = this.pairs.reset(address, length);
    if (!pairs.valid) return false;
    let path: usize = 0;
    let pathBytes = -1;
    while (pairs.next()) {
      if (pairs.nameLength == 0 || load<u8>(pairs.name) != 0x3a) continue;
      if (isText(pairs.name, pairs.nameLength, METHOD)) {
        this.method = pairs.value;
        this.methodLength = pairs.valueLength;
      } else if (isText(pairs.name, pairs.nameLength, PATH)) {
        path = pairs.value;
        pathBytes = pairs.valueLength;
      } else if (isText(pairs.name, pairs.nameLength, AUTHORITY)) {
        this.readHost(pairs.value, pairs.valueLength, policy.strict);
      }
    }
    if (this.methodLength < 0) return false;
    if (pathBytes < 0) return isText(this.method, this.methodLength, CONNECT);
    if (policy.strict) this.readStrictPath(path, pathBytes);
    else this.readPath(path, pathLength(path, pathBytes), policy.steps);
    return true;
  }

  /** Address of a form of the path. @param index below `forms` */
  formAt(index: i32): usize {
    return unchecked(this.addresses[index]);
  }

  formLength(index: i32): i32 {
    return unchecked(this.lengths[index]);
  }

  private addForm(address: usize, length: i32): void {
    for (let i = 0; i < this.forms; i++) {
      const same = unchecked(this.lengths[i]) == length;
      if (same && compareBytes(unchecked(this.addresses[i]), address, length) == 0) return;
    }
    unchecked((this.addresses[this.forms] = address));
    unchecked((this.lengths[this.forms] = length));
    this.forms++;
  }

  /** compat: the path as the mesh's connection manager leaves it. */
  private readPath(path: usize, length: i32, steps: i32): void {
    if (steps == 0 || isPlain(path, length)) {
      this.addForm(path, length);
      return;
    }
    const room = this.pathRoom.room(length);
    this.addForm(room, normalize(path, length, steps, room));
  }

  private readStrictPath(path: usize, length: i32): void {
    const own = pathLength(path, length);
    this.odd = isOdd(path, length);
    this.addForm(path, own);
    if (isPlain(path, own)) return;
    const room = this.pathRoom.room(2 * own);
    const canonical = BASE | MERGE | DECODE;
    this.addForm(room, normalize(path, own, canonical, room));
    const second = room + <usize>own;
    this.addForm(second, normalize(path, own, canonical | PARAMETERS, second));
  }

  private readHost(value: usize, length: i32, strict: bool): void {
    const room = this.hostRoom.room(2 * length);
    for (let i = 0; i < length; i++) store<u8>(room + <usize>i, lower(load<u8>(value + <usize>i)));
    this.host = room;
    this.hostLength = strict && isOddHost(room, length) ? -1 : length;
    if (!strict) return;
    const port = portAt(room, length);
    let name = port < 0 ? length : port;
    if (name > 1 && load<u8>(room + <usize>(name - 1)) == 0x2e) name--;
    this.name = room;
    this.nameLength = name;
    const second = room + <usize>length;
    memory.copy(second, room, <usize>name);
    this.nameWithPort = second;
    this.nameWithPortLength = name;
    if (port < 0) return;
    memory.copy(second + <usize>name, room + <usize>port, <usize>(length - port));
    this.nameWithPortLength += length - port;
  }
}

/** User information or an escape: servers differ in what name is left. */
function isOddHost(host: usize, length: i32): bool {
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(host + <usize>i);
    if (byte == 0x40 || byte == 0x25) return true;
  }
  return false;
}

/** A-Z become a-z, all other bytes stay. */
export function lower(byte: u8): u8 {
  return <u8>(byte - 0x41) < 26 ? byte | 0x20 : byte;
}

/** Where `:port` begins in an authority or a pattern for one; -1: nowhere. IPv6 addresses stand in brackets. */
export function portAt(address: usize, length: i32): i32 {
  let i = length - 1;
  while (i >= 0 && <u8>(load<u8>(address + <usize>i) - 0x30) < 10) i--;
  if (i < 0 || load<u8>(address + <usize>i) != 0x3a) return -1;
  if (load<u8>(address) == 0x5b) return load<u8>(address + <usize>(i - 1)) == 0x5d ? i : -1;
  for (let before = 0; before < i; before++) if (load<u8>(address + <usize>before) == 0x3a) return -1;
  return i;
}

/** A fragment, a byte that no URI has, or an escaped NUL: Envoy refuses most of these before a filter sees them. */
function isOdd(path: usize, length: i32): bool {
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(path + <usize>i);
    if (byte == 0x23 || byte < 0x21 || byte == 0x7f) return true;
    if (byte == 0x25 && i + 2 < length && load<u16>(path + <usize>i, 1) == 0x3030) return true;
  }
  return false;
}
