/** What texts of a configuration must look like, and how they are kept. Pure. */
import { compareBytes, copyBytes, isText } from "../../assembly/bytes";
import * as cfg from "../../assembly/config";
import { WantedPeer } from "./model";
import { isInternal } from "./request";
import { HOST, SPIFFE } from "./texts.gen";
import * as texts from "./texts.gen";

/** A copy of a string: the nodes go with the next configuration. */
export function bytesOf(text: cfg.Node): StaticArray<u8> {
  return copyBytes(cfg.ptr(text), cfg.len(text));
}

/** A fixed text, for keeping. */
export function textBytes(text: texts.Text): StaticArray<u8> {
  return copyBytes(text + 1, load<u8>(text));
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

/** A character of a token (RFC 9110, section 5.6.2): of names of headers and of cookies. */
function isTokenByte(byte: u8): bool {
  if (<u8>((byte | 0x20) - 0x61) < 26 || <u8>(byte - 0x30) < 10) return true;
  // ! # $ % & ' * + - . ^ _ ` | ~
  if (byte >= 0x21 && byte <= 0x2e) return byte != 0x22 && byte != 0x28 && byte != 0x29 && byte != 0x2c;
  return byte == 0x5e || byte == 0x5f || byte == 0x60 || byte == 0x7c || byte == 0x7e;
}

/** Whether a text is a token. */
export function isToken(text: cfg.Node): bool {
  for (let i = 0; i < cfg.len(text); i++) if (!isTokenByte(load<u8>(cfg.ptr(text) + <usize>i))) return false;
  return cfg.len(text) > 0;
}

/** The name of a header in lower case; empty after an error. Not this filter's own, nor what Envoy keeps under another name. */
export function headerName(text: cfg.Node): StaticArray<u8> {
  const name = lowerOf(text);
  if (!isToken(text)) cfg.error(text, texts.M_BAD_NAME);
  else if (isInternal(changetype<usize>(name), name.length) || isText(changetype<usize>(name), name.length, HOST))
    cfg.error(text, texts.M_PSEUDO);
  else return name;
  return new StaticArray<u8>(0);
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
export function peerOf(value: cfg.Node, prefix: bool): WantedPeer | null {
  const scheme = <i32>load<u8>(SPIFFE);
  if (cfg.len(value) <= scheme || compareBytes(cfg.ptr(value), SPIFFE + 1, scheme) != 0) {
    cfg.error(value, texts.M_BAD_SPIFFE);
    return null;
  }
  return new WantedPeer(bytesOf(value), prefix);
}
