/** Checked nodes -> sources of keys. Pure. */
import { ByteBuilder, EMPTY } from "../../assembly/bytes";
import * as cfg from "../../assembly/config";
import { append, KeySource, Kind, Pair, Rule, SourceKind } from "./model";
import * as slot from "./schema.gen";
import * as texts from "./texts.gen";
import { bytesOf, headerName, isName, peerOf } from "./values";

/** False after an error. */
export function compileSources(rule: Rule, list: cfg.Node): bool {
  for (let item = cfg.first(list); item != cfg.NONE; item = cfg.next(item)) {
    const before = rule.sources.length;
    if (before > 0 && unchecked(rule.sources[before - 1]).kind == SourceKind.GENERATE)
      return cfg.error(item, texts.M_GENERATE_LAST);
    const trust = cfg.field(item, slot.RULES_KEY_TRUST);
    if (cfg.len(item) != (trust == cfg.NONE ? 1 : 2)) return cfg.error(item, texts.M_SOURCE);
    const source = compileSource(item);
    if (source === null) return false;
    if (trust != cfg.NONE && !compileTrust(source, trust)) return false;
    rule.sources.push(source);
  }
  return true;
}

function compileSource(item: cfg.Node): KeySource | null {
  const claim = cfg.field(item, slot.RULES_KEY_CLAIM);
  const cookie = cfg.field(item, slot.RULES_KEY_COOKIE);
  const header = cfg.field(item, slot.RULES_KEY_HEADER);
  const query = cfg.field(item, slot.RULES_KEY_QUERY);
  const baggage = cfg.field(item, slot.RULES_KEY_BAGGAGE);
  const peer = cfg.field(item, slot.RULES_KEY_PEER);
  const generate = cfg.field(item, slot.RULES_KEY_GENERATE);
  if (claim != cfg.NONE) return new KeySource(SourceKind.CLAIM, bytesOf(claim));
  if (query != cfg.NONE) return new KeySource(SourceKind.QUERY, bytesOf(query));
  if (baggage != cfg.NONE) return new KeySource(SourceKind.BAGGAGE, bytesOf(baggage));
  if (cookie != cfg.NONE)
    return isName(cookie) ? new KeySource(SourceKind.COOKIE, bytesOf(cookie)) : fail(cookie, texts.M_BAD_COOKIE);
  if (header != cfg.NONE) {
    const name = headerName(header);
    return name.length > 0 ? new KeySource(SourceKind.HEADER, name) : null;
  }
  if (peer != cfg.NONE)
    return cfg.flag(peer) ? new KeySource(SourceKind.PEER, EMPTY) : fail(peer, texts.M_PEER_FALSE);
  return generate != cfg.NONE ? compileGenerated(generate) : fail(item, texts.M_SOURCE);
}

function fail(node: cfg.Node, what: texts.Text): KeySource | null {
  cfg.error(node, what);
  return null;
}

function compileGenerated(node: cfg.Node): KeySource | null {
  const name = cfg.field(node, slot.RULES_KEY_GENERATE_COOKIE);
  if (!isName(name)) return fail(name, texts.M_BAD_COOKIE);
  const source = new KeySource(SourceKind.GENERATE, bytesOf(name));
  const seconds = cfg.millis(cfg.field(node, slot.RULES_KEY_GENERATE_MAX_AGE)) / 1000;
  source.attributes = new ByteBuilder()
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
  if (kind == SourceKind.CLAIM || kind == SourceKind.PEER || kind == SourceKind.GENERATE)
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
