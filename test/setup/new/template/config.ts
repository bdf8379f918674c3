/** Checked nodes -> compiled policy. Pure. */
import * as cfg from "../../assembly/config";
import { HEADER, MODE, MODE_SHADOW, NAME, REQUIRE, VALUE } from "./schema.gen";
import { NO_HEADER_NAME, NO_HEADER_VALUE } from "./texts.gen";

/** A policy, ready to use. */
export class Policy {
  name: StaticArray<u8> = new StaticArray<u8>(0);
  /** Name of the header that a request must have; empty: none. */
  require: StaticArray<u8> = new StaticArray<u8>(0);
  /** The header that is set on what passes. */
  header: StaticArray<u8> = new StaticArray<u8>(0);
  value: StaticArray<u8> = new StaticArray<u8>(0);
  shadow: bool = false;
}

/** @returns null after an error, whose message is `cfg.messagePtr()` */
export function compile(root: cfg.Node): Policy | null {
  const require = cfg.field(root, REQUIRE);
  const header = cfg.field(root, HEADER);
  const value = cfg.field(root, VALUE);
  if (!isHeaderName(require) || !isHeaderName(header) || !isHeaderValue(value)) return null;
  const policy = new Policy();
  policy.name = bytesOf(cfg.field(root, NAME));
  policy.require = bytesOf(require);
  policy.header = bytesOf(header);
  policy.value = bytesOf(value);
  policy.shadow = cfg.enumIndex(cfg.field(root, MODE)) == MODE_SHADOW;
  return policy;
}

/** A copy of a string: the nodes go with the next configuration. */
function bytesOf(node: cfg.Node): StaticArray<u8> {
  const bytes = new StaticArray<u8>(cfg.len(node));
  memory.copy(changetype<usize>(bytes), cfg.ptr(node), <usize>cfg.len(node));
  return bytes;
}

/** What the schema can't say. Envoy has names of headers in lower case only. */
function isHeaderName(node: cfg.Node): bool {
  for (let i = 0; i < cfg.len(node); i++) {
    const byte = load<u8>(cfg.ptr(node) + <usize>i);
    const letter = byte >= 0x61 && byte <= 0x7a;
    const digit = byte >= 0x30 && byte <= 0x39;
    if (!letter && !digit && byte != 0x2d && byte != 0x5f) return cfg.error(node, NO_HEADER_NAME);
  }
  return true;
}

/** A line break would begin another header. */
function isHeaderValue(node: cfg.Node): bool {
  for (let i = 0; i < cfg.len(node); i++) {
    const byte = load<u8>(cfg.ptr(node) + <usize>i);
    if (byte < 0x20 || byte > 0x7e) return cfg.error(node, NO_HEADER_VALUE);
  }
  return true;
}
