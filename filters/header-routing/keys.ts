/** Whose arm or entry it is: the key of a request, out of the sources of a rule. Pure. */
import { begin, hex, putDecimal, written } from "../../assembly/config/text";
import { FALSE_VALUE, TRUE_VALUE } from "../../assembly/config/texts.gen";
import { isString, NO_NUMBER, NONE, textAddress, textLength, thousandths, truth } from "../../assembly/document";
import { Facts } from "./facts";
import { isPeer } from "./match";
import { KeySource, Kind, Rule } from "./model";
import { Request } from "./request";
import * as slot from "./schema.gen";

/** Digits of a generated key. */
export const GENERATED: i32 = 16;
const generatedText = memory.data(GENERATED);
/** Room for a number in thousandths, as it is written. */
const NUMBER_BYTES: i32 = 24;
const numberText = memory.data(NUMBER_BYTES);

/** Finds the key of a request. */
export class KeyFinder {
  /** The key; length 0: there is none. */
  key: usize = 0;
  length: i32 = 0;
  /** The source whose cookie the client is to be given; null: none. */
  fresh: KeySource | null = null;

  constructor(
    private readonly request: Request,
    private readonly facts: Facts,
  ) {}

  /** The first key that a source has and may give. @param random 64 bits by chance, for a generated one */
  find(rule: Rule, random: u64): void {
    this.length = 0;
    this.fresh = null;
    let source = rule.sources;
    while (source !== null && this.length == 0) {
      if (this.isTrusted(source)) this.read(source, random);
      source = source.next;
    }
  }

  private read(source: KeySource, random: u64): void {
    if (source.kind == slot.RULES_KEY_CLAIM) this.readClaim(source.name);
    else if (source.kind == slot.RULES_KEY_PEER) this.readPeer();
    else if (this.isInRequest(source)) this.take(this.request.value, this.request.valueLength);
    if (source.kind == slot.RULES_KEY_GENERATE && !isGenerated(this.key, this.length)) {
      writeDigits(random, generatedText);
      this.take(generatedText, GENERATED);
      this.fresh = source;
    }
  }

  private take(key: usize, length: i32): void {
    this.key = key;
    this.length = length;
  }

  private isTrusted(source: KeySource): bool {
    let trusted = source.trusted;
    if (trusted === null) return true;
    const facts = this.facts;
    if (!facts.ready()) return false;
    while (trusted !== null) {
      if (trusted.kind == Kind.PORT ? trusted.number == facts.port : isPeer(trusted, facts)) return true;
      trusted = trusted.next;
    }
    return false;
  }

  private isInRequest(source: KeySource): bool {
    switch (source.kind) {
      case slot.RULES_KEY_HEADER:
        return this.request.findHeader(source.name);
      case slot.RULES_KEY_QUERY:
        return this.request.findQuery(source.name);
      case slot.RULES_KEY_BAGGAGE:
        return this.request.findBaggage(source.name);
      default:
        return this.request.findCookie(source.name);
    }
  }

  private readPeer(): void {
    if (this.facts.ready() && this.facts.peerLength > 0) this.take(this.facts.peer, this.facts.peerLength);
  }

  /** A text, a number or a boolean. */
  private readClaim(name: StaticArray<u8>): void {
    if (!this.facts.ready()) return;
    const claim = this.facts.claim(name);
    const flag = truth(claim);
    if (isString(claim)) this.take(textAddress(claim), textLength(claim));
    else if (flag >= 0) {
      const word = flag > 0 ? TRUE_VALUE : FALSE_VALUE;
      this.take(word + 1, load<u8>(word));
    } else this.takeNumber(thousandths(claim));
  }

  /** In its shortest form, whoever wrote the claim, and however. */
  private takeNumber(value: i64): void {
    if (value == NO_NUMBER) return;
    begin(numberText, NUMBER_BYTES);
    putDecimal(value, 3);
    this.take(numberText, written());
  }
}

/** Sixteen digits as this filter writes them: another value in the cookie is not its own. */
function isGenerated(key: usize, length: i32): bool {
  if (length != GENERATED) return false;
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(key + <usize>i);
    if (<u8>(byte - 0x30) >= 10 && <u8>(byte - 0x61) >= 6) return false;
  }
  return true;
}

/** Writes the sixteen digits of a number to `out`. */
export function writeDigits(value: u64, out: usize): void {
  for (let i: usize = 0; i < <usize>GENERATED; i++)
    store<u8>(out + i, <u8>hex((<u32>(value >> (<u64>(60 - i * 4)))) & 15));
}
