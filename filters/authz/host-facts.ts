/** The facts as Envoy has them: one document, or single properties. A read that fails for another reason than absence fails all. */
import { ByteBuilder } from "../../assembly/bytes";
import { nowNanos } from "../../assembly/clock";
import { readMetadata, textMember, unreadable } from "../../assembly/document";
import { getProperty, getTextProperty, resultAddress, resultLength, Status } from "../../assembly/host";
import { Address, Facts, Peer, putText, Text } from "./facts";
import { Need, Policy } from "./model";
import { portAt } from "./request";
import * as texts from "./texts.gen";

export class HostFacts extends Facts {
  private readonly identityPath: StaticArray<u8>;

  constructor(private policy: Policy) {
    super();
    this.identityPath = new ByteBuilder().text(texts.P_FILTER_STATE).add(policy.identityKey).copy();
  }

  protected load(): bool {
    if (!this.policy.document) return this.loadProperties();
    return getTextProperty(texts.P_DOCUMENT) == Status.Ok && this.readFacts(resultAddress(), resultLength());
  }

  now(): i64 {
    return <i64>(nowNanos() / 1_000_000_000);
  }

  protected loadFirstUri(first: Text): bool {
    return readText(texts.P_URI_SAN, first) && first.length >= 0;
  }

  private loadProperties(): bool {
    const needs = this.policy.needs;
    if ((needs & Need.IDENTITY) != 0 && !this.loadIdentity()) return false;
    if ((needs & Need.SNI) != 0) {
      if (!readText(texts.P_SERVER_NAME, this.sni)) return false;
      this.sniKnown = true;
    }
    if ((needs & Need.REMOTE) != 0 && !readAddress(texts.P_SOURCE_ADDRESS, this.remote)) return false;
    if ((needs & Need.DESTINATION) != 0 && !this.loadDestination()) return false;
    if (this.policy.checksTokens && !readText(texts.P_DIGEST, this.digest)) return false;
    return (needs & Need.CLAIMS) == 0 || this.loadClaims();
  }

  /** Only plaintext has no subject at all: a client without a certificate has an empty one. */
  private loadIdentity(): bool {
    if (this.policy.identityKey.length > 0) {
      if (!taken(getProperty(this.identityPath), this.uris)) return false;
      this.peer = this.uris.length > 0 ? Peer.KNOWN : Peer.UNCLEAR;
      return true;
    }
    if (
      !readText(texts.P_SUBJECT, this.subject) ||
      !readText(texts.P_URI_SAN, this.uris) ||
      !readText(texts.P_DNS_SAN, this.dns)
    )
      return false;
    if (this.subject.length >= 0) this.peer = Peer.KNOWN;
    return true;
  }

  private loadDestination(): bool {
    if (!readAddress(texts.P_DESTINATION_ADDRESS, this.local)) return false;
    if (getTextProperty(texts.P_DESTINATION_PORT) != Status.Ok || resultLength() != 8) return false;
    const port = load<i64>(resultAddress());
    this.port = port >= 0 && port <= 65535 ? <i32>port : -1;
    return true;
  }

  private loadClaims(): bool {
    const status = getTextProperty(texts.P_METADATA);
    if (status != Status.Ok && status != Status.NotFound) return false;
    if (status == Status.Ok) {
      this.payload = textMember(readMetadata(resultAddress(), resultLength(), texts.JWT_AUTHN), texts.F_PAYLOAD);
      if (unreadable) return false;
    }
    this.claimsKnown = true;
    return true;
  }
}

/** Absence is no failure: it leaves the text without one. */
function readText(path: texts.Text, text: Text): bool {
  return taken(getTextProperty(path), text);
}

function taken(status: u32, text: Text): bool {
  if (status == Status.Ok) putText(text, resultAddress(), resultLength());
  return status == Status.Ok || status == Status.NotFound;
}

/** `address:port`, IPv6 in brackets. */
function readAddress(path: texts.Text, address: Address): bool {
  if (getTextProperty(path) != Status.Ok) return false;
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
