/** What texts of a configuration must look like, and how they are kept. Pure. */
import { beginsWith, copyBytes, EMPTY, isText } from "../../assembly/bytes";
import * as cfg from "../../assembly/config";
import { SPIFFE } from "../../assembly/texts.gen";
import { isToken } from "../../assembly/token";
import { Kind, Pair } from "./model";
import { HOST, INTERNAL } from "./texts.gen";
import * as texts from "./texts.gen";

/** A copy of a string: the nodes go with the next configuration. */
export function bytesOf(text: cfg.Node): StaticArray<u8> {
  return copyBytes(cfg.ptr(text), cfg.len(text));
}

/** A copy with A-Z as a-z. */
export function lowerOf(text: cfg.Node): StaticArray<u8> {
  const bytes = bytesOf(text);
  for (let i = 0; i < bytes.length; i++) {
    const byte = unchecked(bytes[i]);
    if (<u8>(byte - 0x41) < 26) unchecked((bytes[i] = byte | 0x20));
  }
  return bytes;
}

/** Whether a text is a token: the name of a header or of a cookie. */
export function isName(text: cfg.Node): bool {
  return isToken(cfg.ptr(text), cfg.len(text));
}

/** The name of a header in lower case; empty after an error. Not this filter's own, nor what Envoy keeps under another name. */
export function headerName(text: cfg.Node): StaticArray<u8> {
  const name = lowerOf(text);
  if (!isName(text)) cfg.error(text, texts.M_BAD_NAME);
  else if (
    beginsWith(changetype<usize>(name), name.length, INTERNAL) ||
    isText(changetype<usize>(name), name.length, HOST)
  )
    cfg.error(text, texts.M_PSEUDO);
  else return name;
  return EMPTY;
}

/** Whether a text may be a header's value: no control characters. */
export function isValue(text: cfg.Node): bool {
  for (let i = 0; i < cfg.len(text); i++) {
    const byte = load<u8>(cfg.ptr(text) + <usize>i);
    if (byte < 0x20 || byte == 0x7f) return cfg.error(text, texts.M_BAD_VALUE);
  }
  return true;
}

/** Whether a text is printable ASCII without space. */
export function isPrintable(text: cfg.Node): bool {
  for (let i = 0; i < cfg.len(text); i++) {
    const byte = load<u8>(cfg.ptr(text) + <usize>i);
    if (byte < 0x21 || byte > 0x7e) return false;
  }
  return true;
}

/** A SPIFFE ID or the beginning of one; null after an error. */
export function peerOf(value: cfg.Node, prefix: bool): Pair | null {
  if (cfg.len(value) <= <i32>load<u8>(SPIFFE) || !beginsWith(cfg.ptr(value), cfg.len(value), SPIFFE)) {
    cfg.error(value, texts.M_BAD_SPIFFE);
    return null;
  }
  return new Pair(prefix ? Kind.PREFIX : Kind.EXACT, EMPTY, bytesOf(value));
}
