/**
 * What a request does not say itself: who the peer is, by its certificate, the addresses, the verified claims. All of it
 * comes from Envoy, read when a rule first asks. Pure: where it is read from is index.ts's business.
 */
import { indexOf } from "../../assembly/bytes";
import { ADDRESS_BYTES, parseAddress } from "../../assembly/cidr";
import {
  isNull,
  isString,
  textMember,
  Node,
  NONE,
  readDocument,
  textAddress,
  textLength,
  wholeNumber,
} from "../../assembly/document";
import { LazyFacts } from "../../assembly/facts";
import { SpiffeId } from "../../assembly/spiffe";
import * as texts from "./texts.gen";

/** A text; length -1: there is none. */
@unmanaged
export class Text {
  address: usize;
  length: i32;
}

function newText(): Text {
  const text = changetype<Text>(heap.alloc(offsetof<Text>()));
  text.address = 0;
  text.length = -1;
  return text;
}

/** What is known of the peer's certificate. */
export namespace Peer {
  /** It presented none, or the connection is plaintext. */
  export const NONE: i32 = 0;
  /** Its names are known. */
  export const KNOWN: i32 = 1;
  /** There should be an identity and there is none, or it could be read in two ways. */
  export const UNCLEAR: i32 = 2;
}

/** An address of the connection. */
export class Address {
  /** V4 or V6 of assembly/cidr; 0: no IP address, such as a Unix socket's. */
  family: i32 = 0;
  /** False: the proxy does not say. */
  known: bool = false;
  private readonly block: StaticArray<u8> = new StaticArray<u8>(ADDRESS_BYTES);

  get bytes(): usize {
    return changetype<usize>(this.block);
  }

  set(address: usize, length: i32): void {
    this.known = true;
    this.family = parseAddress(address, length, this.bytes);
  }
}

export class Facts extends LazyFacts {
  peer: i32 = Peer.NONE;
  /** URI SANs and DNS SANs, each joined by commas. */
  readonly uris: Text = newText();
  readonly dns: Text = newText();
  readonly subject: Text = newText();
  readonly sni: Text = newText();
  /** SHA-256 of the peer's certificate in hexadecimal digits. */
  readonly digest: Text = newText();
  /** False: the proxy does not say whether the client asked for a server name. */
  sniKnown: bool = false;
  readonly direct: Address = new Address();
  readonly remote: Address = new Address();
  readonly local: Address = new Address();
  /** -1: unknown. */
  port: i32 = -1;
  /** Claims of the verified token; NONE: there is no token. */
  payload: Node = NONE;
  /** False: the proxy does not say whether there is a token. */
  claimsKnown: bool = false;
  /** strict: the one identity of the peer; read when `strictPeer` says KNOWN. */
  readonly id: SpiffeId = new SpiffeId();
  private strictState: i32 = -1;

  reset(): void {
    super.reset();
    this.peer = Peer.NONE;
    this.uris.length = -1;
    this.dns.length = -1;
    this.subject.length = -1;
    this.sni.length = -1;
    this.digest.length = -1;
    this.sniKnown = false;
    this.direct.known = false;
    this.remote.known = false;
    this.local.known = false;
    this.port = -1;
    this.payload = NONE;
    this.claimsKnown = false;
    this.strictState = -1;
  }

  /**
   * The first URI SAN alone, asked for when the joined text has a comma, which a name may hold itself.
   * False when there is none.
   */
  protected loadFirstUri(first: Text): bool {
    return false;
  }

  /** Seconds since 1970. */
  now(): i64 {
    return 0;
  }

  /** Takes the document that set_filter_state wrote (research/authz.md, 00). False when it is none. */
  protected readFacts(address: usize, length: i32): bool {
    const root = readDocument(address, length);
    if (root == NONE) return false;
    const tls = textMember(root, texts.F_TLS);
    const uris = textMember(root, texts.F_SAN);
    const dns = textMember(root, texts.F_DNS);
    const subject = textMember(root, texts.F_SUBJECT);
    if (!isOptional(tls) || !isOptional(uris) || !isOptional(dns) || !isOptional(subject)) this.peer = Peer.UNCLEAR;
    else if (!isNull(tls)) this.peer = Peer.KNOWN;
    setText(this.uris, uris);
    setText(this.dns, dns);
    setText(this.subject, subject);
    setText(this.digest, textMember(root, texts.F_DIGEST));
    const sni = textMember(root, texts.F_SNI);
    this.sniKnown = isOptional(sni);
    setText(this.sni, sni);
    setAddress(this.direct, textMember(root, texts.F_DIRECT));
    setAddress(this.remote, textMember(root, texts.F_REMOTE));
    setAddress(this.local, textMember(root, texts.F_LOCAL));
    this.port = wholeNumber(textMember(root, texts.F_PORT));
    const payload = textMember(root, texts.F_PAYLOAD);
    this.claimsKnown = payload != NONE;
    this.payload = isNull(payload) ? NONE : payload;
    this.settle();
    return true;
  }

  /** A comma in the URI SANs is either between two of them or within one, and then the certificate names nobody. */
  private settle(): void {
    if (this.peer != Peer.KNOWN || !hasComma(this.uris)) return;
    const first = this.first;
    first.length = -1;
    if (!this.loadFirstUri(first) || first.length < 0 || hasComma(first)) this.peer = Peer.UNCLEAR;
  }

  private readonly first: Text = newText();

  /** strict: Peer.KNOWN when there is exactly one URI SAN, and it is a SPIFFE ID; NONE when there is no certificate. */
  get strictPeer(): i32 {
    if (this.strictState >= 0) return this.strictState;
    let state = this.peer;
    if (state == Peer.KNOWN && this.uris.length < 0) {
      // TLS without a client's certificate has an empty subject.
      state = this.dns.length < 0 && this.subject.length <= 0 ? Peer.NONE : Peer.UNCLEAR;
    } else if (state == Peer.KNOWN && (hasComma(this.uris) || !this.id.read(this.uris.address, this.uris.length)))
      state = Peer.UNCLEAR;
    this.strictState = state;
    return state;
  }
}

function isOptional(node: Node): bool {
  return isNull(node) || isString(node);
}

/** Sets a text to bytes that stay where they are until the next request. */
export function putText(text: Text, address: usize, length: i32): void {
  text.address = address;
  text.length = length;
}

function setText(text: Text, node: Node): void {
  if (isString(node)) putText(text, textAddress(node), textLength(node));
}

function setAddress(address: Address, node: Node): void {
  if (isString(node)) address.set(textAddress(node), textLength(node));
}

function hasComma(text: Text): bool {
  return indexOf(text.address, text.length, 0x2c) >= 0;
}
