/** What a request does not say itself: who calls, the verified claims, the port it came in by. Read when a rule first asks. Pure. */
import { indexOf } from "../../assembly/bytes";
import {
  isString,
  member,
  Node,
  NONE,
  readDocument,
  textAddress,
  textLength,
  textMember,
  wholeNumber,
  isNull,
} from "../../assembly/document";
import { LazyFacts } from "../../assembly/facts";
import { SpiffeId } from "../../assembly/spiffe";
import * as texts from "./texts.gen";

export class Facts extends LazyFacts {
  /** The caller's one SPIFFE ID; length -1: it has none, or it could be read in two ways. */
  peer: usize = 0;
  peerLength: i32 = -1;
  /** Claims of the verified token; NONE: there is none. */
  payload: Node = NONE;
  /** -1: unknown. */
  port: i32 = -1;
  private readonly id: SpiffeId = new SpiffeId();

  reset(): void {
    super.reset();
    this.peerLength = -1;
    this.payload = NONE;
    this.port = -1;
  }

  /** Takes the document that set_filter_state wrote. False when it is none. */
  protected readFacts(address: usize, length: i32): bool {
    const root = readDocument(address, length);
    if (root == NONE) return false;
    const uris = textMember(root, texts.F_SAN);
    if (isString(uris)) this.setPeer(textAddress(uris), textLength(uris));
    this.port = wholeNumber(textMember(root, texts.F_PORT));
    const payload = textMember(root, texts.F_PAYLOAD);
    this.payload = isNull(payload) ? NONE : payload;
    return true;
  }

  /** Takes the URI SANs of a certificate: one alone, and it must be a SPIFFE ID, which holds no comma. */
  protected setPeer(address: usize, length: i32): void {
    if (indexOf(address, length, 0x2c) >= 0 || !this.id.read(address, length)) return;
    this.peer = address;
    this.peerLength = length;
  }

  /** A claim; NONE when there is none. */
  claim(name: StaticArray<u8>): Node {
    return member(this.payload, changetype<usize>(name), name.length);
  }
}
