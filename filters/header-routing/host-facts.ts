/** The facts as Envoy has them: one document, or single properties. A read that fails for another reason than absence fails all. */
import { readMetadata, textMember, unreadable } from "../../assembly/document";
import { getProperty, getTextProperty, resultAddress, resultLength, Status } from "../../assembly/host";
import { line } from "../../assembly/line";
import { Facts } from "./facts";
import { Policy } from "./model";
import * as texts from "./texts.gen";

export class HostFacts extends Facts {
  private readonly document: bool;
  private readonly identityPath: StaticArray<u8>;

  constructor(policy: Policy) {
    super();
    this.document = policy.document;
    line.clear();
    if (policy.identityKey.length == 0) line.text(texts.P_URI_SAN);
    else line.text(texts.P_FILTER_STATE).add(policy.identityKey);
    this.identityPath = line.copy();
  }

  protected load(): bool {
    if (this.document)
      return getTextProperty(texts.P_DOCUMENT) == Status.Ok && this.readFacts(resultAddress(), resultLength());
    const peer = getProperty(this.identityPath);
    if (peer == Status.Ok) this.setPeer(resultAddress(), resultLength());
    else if (peer != Status.NotFound) return false;
    if (getTextProperty(texts.P_DESTINATION_PORT) == Status.Ok && resultLength() == 8)
      this.port = <i32>load<i64>(resultAddress());
    const metadata = getTextProperty(texts.P_METADATA);
    if (metadata == Status.NotFound) return true;
    if (metadata != Status.Ok) return false;
    this.payload = textMember(readMetadata(resultAddress(), resultLength(), texts.JWT_AUTHN), texts.F_PAYLOAD);
    return !unreadable;
  }
}
