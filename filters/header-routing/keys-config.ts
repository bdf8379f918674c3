/** Checked nodes -> sources of keys. Pure. */
import { EMPTY } from "../../assembly/bytes";
import * as cfg from "../../assembly/config";
import { line } from "../../assembly/line";
import { append, KeySource, Kind, Pair, Rule } from "./model";
import * as slot from "./schema.gen";
import * as texts from "./texts.gen";
import { bytesOf, headerName, isName, peerOf } from "./values";

/** False after an error. */
export function compileSources(rule: Rule, list: cfg.Node): bool {
  let last: KeySource | null = null;
  for (let item = cfg.first(list); item != cfg.NONE; item = cfg.next(item)) {
    if (last !== null && last.kind == slot.RULES_KEY_GENERATE) return cfg.error(item, texts.M_GENERATE_LAST);
    const trust = cfg.field(item, slot.RULES_KEY_TRUST);
    if (cfg.len(item) != (trust == cfg.NONE ? 1 : 2)) return cfg.error(item, texts.M_SOURCE);
    const source = compileSource(item);
    if (source === null) return false;
    if (trust != cfg.NONE && !compileTrust(source, trust)) return false;
    if (last === null) rule.sources = source;
    else last.next = source;
    last = source;
  }
  return true;
}

/** @param item has one field that is a source */
function compileSource(item: cfg.Node): KeySource | null {
  let kind = slot.RULES_KEY_CLAIM;
  while (kind < slot.RULES_KEY_GENERATE && cfg.field(item, kind) == cfg.NONE) kind++;
  const node = cfg.field(item, kind);
  switch (kind) {
    case slot.RULES_KEY_CLAIM:
    case slot.RULES_KEY_QUERY:
    case slot.RULES_KEY_BAGGAGE:
      return new KeySource(kind, bytesOf(node));
    case slot.RULES_KEY_COOKIE:
      return isName(node) ? new KeySource(kind, bytesOf(node)) : fail(node, texts.M_BAD_COOKIE);
    case slot.RULES_KEY_HEADER: {
      const name = headerName(node);
      return name.length > 0 ? new KeySource(kind, name) : null;
    }
    case slot.RULES_KEY_PEER:
      return cfg.flag(node) ? new KeySource(kind, EMPTY) : fail(node, texts.M_PEER_FALSE);
    default:
      // slot.RULES_KEY_GENERATE
      return compileGenerated(node);
  }
}

function fail(node: cfg.Node, what: texts.Text): KeySource | null {
  cfg.error(node, what);
  return null;
}

function compileGenerated(node: cfg.Node): KeySource | null {
  const name = cfg.field(node, slot.RULES_KEY_GENERATE_COOKIE);
  if (!isName(name)) return fail(name, texts.M_BAD_COOKIE);
  const source = new KeySource(slot.RULES_KEY_GENERATE, bytesOf(name));
  const seconds = cfg.millis(cfg.field(node, slot.RULES_KEY_GENERATE_MAX_AGE)) / 1000;
  source.attributes = line
    .clear()
    .text(texts.C_PATH)
    .decimal(<i32>seconds)
    .text(texts.C_FLAGS)
    .text(sameSite(cfg.field(node, slot.RULES_KEY_GENERATE_SAME_SITE)))
    .copy();
  return source;
}

function sameSite(node: cfg.Node): texts.Text {
  switch (cfg.enumIndex(node)) {
    case slot.RULES_KEY_GENERATE_SAME_SITE_STRICT:
      return texts.C_STRICT;
    case slot.RULES_KEY_GENERATE_SAME_SITE_NONE:
      return texts.C_NONE;
    default:
      // slot.RULES_KEY_GENERATE_SAME_SITE_LAX
      return texts.C_LAX;
  }
}

/** Whom a key is taken from. Clients choose what stands in a cookie, a header, the query or the baggage; the rest they don't. */
function compileTrust(source: KeySource, trust: cfg.Node): bool {
  const peers = cfg.field(trust, slot.RULES_KEY_TRUST_PEERS);
  const ports = cfg.field(trust, slot.RULES_KEY_TRUST_PORTS);
  const kind = source.kind;
  if (kind == slot.RULES_KEY_CLAIM || kind == slot.RULES_KEY_PEER || kind == slot.RULES_KEY_GENERATE)
    return cfg.error(trust, texts.M_TRUST_SELF);
  if (cfg.len(peers) + cfg.len(ports) == 0) return cfg.error(trust, texts.M_TRUST);
  for (let item = cfg.first(peers); item != cfg.NONE; item = cfg.next(item)) {
    const prefix =
      cfg.enumIndex(cfg.field(item, slot.RULES_KEY_TRUST_PEERS_TYPE)) == slot.RULES_KEY_TRUST_PEERS_TYPE_PREFIX;
    const peer = peerOf(cfg.field(item, slot.RULES_KEY_TRUST_PEERS_VALUE), prefix);
    if (peer === null) return false;
    source.trusted = append(source.trusted, peer);
  }
  for (let item = cfg.first(ports); item != cfg.NONE; item = cfg.next(item))
    source.trusted = append(source.trusted, new Pair(Kind.PORT, EMPTY, EMPTY, cfg.integer(item)));
  return true;
}
