/** Finds the one token of a request, and takes it out of it. Pure. */
import { ByteBuilder, hexDigit, isSpace, isText } from "../../assembly/bytes";
import { EXACT, fits, PREFIX } from "../../assembly/pattern";
import { HeaderPairs } from "../../assembly/headers";
import { Place, Policy, TokenPlace } from "./model";
import { lower, Request } from "./request";
import * as texts from "./texts.gen";

/** What was found. */
export namespace Found {
  export const NONE: i32 = 0;
  export const ONE: i32 = 1;
  /** More than one: a service may take another one than jwt_authn. */
  export const TWICE: i32 = 2;
  /** A header with the prefix in another case, with a tab, or not at its beginning. */
  export const SCHEME: i32 = 3;
}

export class TokenFinder {
  /** The token, and where it stands. */
  token: usize = 0;
  tokenLength: i32 = 0;
  place: TokenPlace | null = null;
  /** What `path` and `cookies` built. */
  readonly rest: ByteBuilder = new ByteBuilder();
  private state: i32 = Found.NONE;
  private readonly pairs: HeaderPairs = new HeaderPairs();

  constructor(
    private readonly policy: Policy,
    private readonly request: Request,
  ) {}

  /** Looks at all headers, parameters and cookies. */
  find(): i32 {
    this.state = Found.NONE;
    this.place = null;
    const pairs = this.pairs.share(this.request.pairs);
    while (pairs.next()) {
      if (isText(pairs.name, pairs.nameLength, texts.PATH)) this.parts(Place.PARAMETER, pairs.value, pairs.valueLength);
      else {
        if (isText(pairs.name, pairs.nameLength, texts.COOKIE))
          this.parts(Place.COOKIE, pairs.value, pairs.valueLength);
        this.header(pairs.name, pairs.nameLength, pairs.value, pairs.valueLength);
      }
    }
    return this.state;
  }

  private header(name: usize, nameLength: i32, value: usize, length: i32): void {
    const places = this.policy.places;
    for (let i = 0; i < places.length; i++) {
      const place = unchecked(places[i]);
      if (place.kind != Place.HEADER || !fits(EXACT, place.name, name, nameLength)) continue;
      const prefix = place.prefix;
      if (fits(PREFIX, prefix, value, length)) this.take(place, value + <usize>prefix.length, length - prefix.length);
      else if (isAlmost(prefix, value, length)) this.state = Found.SCHEME;
    }
  }

  /** Parameters of a path, or cookies of a line. */
  private parts(kind: u8, text: usize, length: i32): void {
    const places = this.policy.places;
    let from = begin(kind, text, length);
    while (from < length) {
      const end = endOf(kind, text, length, from);
      for (let i = 0; i < places.length; i++) {
        const place = unchecked(places[i]);
        if (place.kind != kind) continue;
        const value = valueAt(kind, text, end, from, place.name);
        if (value >= 0) this.take(place, text + <usize>value, end - value);
      }
      from = end + 1;
    }
  }

  private take(place: TokenPlace, token: usize, length: i32): void {
    // One line may answer to two prefixes.
    if (this.state == Found.NONE || (this.state == Found.ONE && this.token == token)) this.state = Found.ONE;
    else if (this.state == Found.ONE) this.state = Found.TWICE;
    this.place = place;
    this.token = token;
    this.tokenLength = length;
  }

  /** Leaves in `rest` the path without the token's parameter. */
  path(place: TokenPlace): void {
    this.rest.clear();
    const pairs = this.pairs.share(this.request.pairs);
    while (pairs.next()) {
      if (!isText(pairs.name, pairs.nameLength, texts.PATH)) continue;
      const query = begin(Place.PARAMETER, pairs.value, pairs.valueLength);
      this.rest.bytes(pairs.value, max(query - 1, 0));
      this.others(Place.PARAMETER, place, pairs.value, pairs.valueLength, 0x3f);
    }
  }

  /** Leaves in `rest` all cookies but the token's. */
  cookies(place: TokenPlace): void {
    this.rest.clear();
    const pairs = this.pairs.share(this.request.pairs);
    while (pairs.next()) {
      if (isText(pairs.name, pairs.nameLength, texts.COOKIE))
        this.others(Place.COOKIE, place, pairs.value, pairs.valueLength, 0);
    }
  }

  /** @param first what stands before the first part; 0: nothing */
  private others(kind: u8, place: TokenPlace, text: usize, length: i32, first: u8): void {
    const rest = this.rest;
    let before = first;
    let from = begin(kind, text, length);
    while (from < length) {
      const end = endOf(kind, text, length, from);
      if (valueAt(kind, text, end, from, place.name) < 0) {
        if (kind == Place.COOKIE) {
          from = behindSpace(text, end, from);
          if (rest.length > 0) rest.byte(0x3b).byte(0x20);
        } else rest.byte(before);
        rest.bytes(text + <usize>from, end - from);
        before = 0x26;
      }
      from = end + 1;
    }
  }
}

/** Where the parts begin. */
function begin(kind: u8, text: usize, length: i32): i32 {
  if (kind == Place.COOKIE) return 0;
  for (let i = 0; i < length; i++) if (load<u8>(text + <usize>i) == 0x3f) return i + 1;
  return length + 1;
}

function endOf(kind: u8, text: usize, length: i32, from: i32): i32 {
  const separator: u8 = kind == Place.COOKIE ? 0x3b : 0x26;
  while (from < length && load<u8>(text + <usize>from) != separator) from++;
  return from;
}

/**
 * Where the value of a part begins whose name is `name`; -1: it has another one. Parameters may be percent-encoded, names of
 * cookies stand between white space.
 */
function valueAt(kind: u8, text: usize, end: i32, from: i32, name: StaticArray<u8>): i32 {
  let at = from;
  if (kind == Place.COOKIE) at = behindSpace(text, end, at);
  for (let i = 0; i < name.length; i++) {
    if (at >= end) return -1;
    let byte = load<u8>(text + <usize>at);
    at++;
    if (kind == Place.PARAMETER && byte == 0x25 && at + 2 <= end) {
      const high = hexDigit(load<u8>(text + <usize>at));
      const low = hexDigit(load<u8>(text + <usize>at, 1));
      if (high >= 0 && low >= 0) {
        byte = <u8>((high << 4) | low);
        at += 2;
      }
    }
    if (byte != unchecked(name[i])) return -1;
  }
  if (kind == Place.COOKIE) at = behindSpace(text, end, at);
  return at < end && load<u8>(text + <usize>at) == 0x3d ? at + 1 : -1;
}

function behindSpace(text: usize, end: i32, from: i32): i32 {
  while (from < end && isSpace(load<u8>(text + <usize>from))) from++;
  return from;
}

/** Whether a value holds a prefix anywhere, in any case, with a tab in place of a space: some services take that. */
function isAlmost(prefix: StaticArray<u8>, value: usize, length: i32): bool {
  if (prefix.length == 0) return false;
  for (let from = 0; from <= length - prefix.length; from++) {
    let same = 0;
    while (same < prefix.length && folded(load<u8>(value + <usize>(from + same))) == folded(unchecked(prefix[same])))
      same++;
    if (same == prefix.length) return true;
  }
  return false;
}

function folded(byte: u8): u8 {
  return byte == 0x09 ? 0x20 : lower(byte);
}
