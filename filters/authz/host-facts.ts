/** The facts as Envoy has them: one document, or single properties. A read that fails for another reason than absence fails all. */
import { ascii, ByteBuilder } from "../../assembly/bytes";
import { readMetadata, textMember, unreadable } from "../../assembly/document";
import { getProperty, resultAddress, resultLength, Status } from "../../assembly/host";
import { Address, Facts, Peer, putText, Text } from "./facts";
import { Need, Policy } from "./model";
import { portAt } from "./request";
import { F_PAYLOAD, JWT_AUTHN } from "./texts.gen";

const DOCUMENT = ascii("filter_state\0pointduty.facts");
const FILTER_STATE = ascii("filter_state\0");
const URI_SAN = ascii("connection\0uri_san_peer_certificate");
const DNS_SAN = ascii("connection\0dns_san_peer_certificate");
const SUBJECT = ascii("connection\0subject_peer_certificate");
const SERVER_NAME = ascii("connection\0requested_server_name");
const SOURCE_ADDRESS = ascii("source\0address");
const DESTINATION_ADDRESS = ascii("destination\0address");
const DESTINATION_PORT = ascii("destination\0port");
const METADATA = ascii("metadata");

export class HostFacts extends Facts {
  private identityPath: StaticArray<u8> = FILTER_STATE;

  constructor(private policy: Policy) {
    super();
    this.identityPath = new ByteBuilder().add(FILTER_STATE).add(policy.identityKey).copy();
  }

  protected load(): bool {
    if (!this.policy.document) return this.loadProperties();
    return getProperty(DOCUMENT) == Status.Ok && this.readFacts(resultAddress(), resultLength());
  }

  protected loadFirstUri(first: Text): bool {
    return readText(URI_SAN, first) && first.length >= 0;
  }

  private loadProperties(): bool {
    const needs = this.policy.needs;
    if ((needs & Need.IDENTITY) != 0 && !this.loadIdentity()) return false;
    if ((needs & Need.SNI) != 0) {
      if (!readText(SERVER_NAME, this.sni)) return false;
      this.sniKnown = true;
    }
    if ((needs & Need.REMOTE) != 0 && !readAddress(SOURCE_ADDRESS, this.remote)) return false;
    if ((needs & Need.DESTINATION) != 0 && !this.loadDestination()) return false;
    return (needs & Need.CLAIMS) == 0 || this.loadClaims();
  }

  /** Only plaintext has no subject at all: a client without a certificate has an empty one. */
  private loadIdentity(): bool {
    if (this.policy.identityKey.length > 0) {
      if (!readText(this.identityPath, this.uris)) return false;
      this.peer = this.uris.length > 0 ? Peer.KNOWN : Peer.UNCLEAR;
      return true;
    }
    if (!readText(SUBJECT, this.subject) || !readText(URI_SAN, this.uris) || !readText(DNS_SAN, this.dns)) return false;
    if (this.subject.length >= 0) this.peer = Peer.KNOWN;
    return true;
  }

  private loadDestination(): bool {
    if (!readAddress(DESTINATION_ADDRESS, this.local)) return false;
    if (getProperty(DESTINATION_PORT) != Status.Ok || resultLength() != 8) return false;
    const port = load<i64>(resultAddress());
    this.port = port >= 0 && port <= 65535 ? <i32>port : -1;
    return true;
  }

  private loadClaims(): bool {
    const status = getProperty(METADATA);
    if (status != Status.Ok && status != Status.NotFound) return false;
    if (status == Status.Ok) {
      this.payload = textMember(readMetadata(resultAddress(), resultLength(), JWT_AUTHN), F_PAYLOAD);
      if (unreadable) return false;
    }
    this.claimsKnown = true;
    return true;
  }
}

/** Absence is no failure: it leaves the text without one. */
function readText(path: StaticArray<u8>, text: Text): bool {
  const status = getProperty(path);
  if (status == Status.Ok) putText(text, resultAddress(), resultLength());
  return status == Status.Ok || status == Status.NotFound;
}

/** `address:port`, IPv6 in brackets. */
function readAddress(path: StaticArray<u8>, address: Address): bool {
  if (getProperty(path) != Status.Ok) return false;
  let from = resultAddress();
  let length = resultLength();
  const port = length > 0 ? portAt(from, length) : -1;
  if (port >= 0) length = port;
  if (length > 1 && load<u8>(from) == 0x5b) {
    from++;
    length -= 2;
  }
  address.set(from, length);
  return true;
}
