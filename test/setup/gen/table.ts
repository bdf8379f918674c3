/** The static table that assembly/config/check.ts walks; its layout is described in assembly/config/table.ts. */
import type { Field, Rule } from "./model.ts";

const TYPES: Readonly<Record<Rule["type"], number>> = {
  object: 0,
  list: 1,
  map: 2,
  text: 3,
  enum: 4,
  number: 5,
  period: 6,
  name: 7,
  switch: 8,
};
/** Rules of these types and of those behind them have the words for what is allowed; for the others they follow from them. */
const FIRST_WITH_WORDS = TYPES.number;
const AS_STRING = 1;
const AS_NUMBER = 2;

/** The same text for equal rules: descriptions do not count. */
export function ruleKey(rule: Rule): string {
  return JSON.stringify(rule, (key, value: unknown) => (key === "description" ? undefined : value));
}

/** Bytes that grow, and places in them that get a rule's offset once it is known. */
class Table {
  readonly bytes: number[] = [];
  private readonly waiting: { at: number; rule: Rule }[] = [];

  private int(value: bigint, size: number): void {
    for (let i = 0; i < size; i++) this.bytes.push(Number((value >> BigInt(8 * i)) & 255n));
  }

  u8(value: number): void {
    this.int(BigInt(value), 1);
  }

  u32(value: number): void {
    this.int(BigInt(value), 4);
  }

  i64(value: number): void {
    this.int(BigInt(Math.round(value)), 8);
  }

  text(value: string, lengthSize: number): void {
    const bytes = Buffer.from(value);
    if (bytes.length >= 256 ** lengthSize) throw new RangeError(`text of ${bytes.length} bytes in the table: ${value}`);
    this.int(BigInt(bytes.length), lengthSize);
    this.bytes.push(...bytes);
  }

  reference(rule: Rule): void {
    this.waiting.push({ at: this.bytes.length, rule });
    this.int(0n, 2);
  }

  /** Writes a rule, then the rules that it refers to; equal ones once. */
  rules(root: Rule): void {
    this.rule(root);
    const written = new Map<string, number>();
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      const same = ruleKey(next.rule);
      const known = written.get(same);
      const offset = known ?? this.bytes.length;
      if (offset > 65535) throw new RangeError("the table of this schema is longer than 65535 bytes");
      this.bytes[next.at] = offset & 255;
      this.bytes[next.at + 1] = offset >> 8;
      if (known !== undefined) continue;
      written.set(same, offset);
      this.rule(next.rule);
    }
  }

  private rule(rule: Rule): void {
    this.u8(TYPES[rule.type]);
    if (TYPES[rule.type] >= FIRST_WITH_WORDS) this.text(rule.allowed, 1);
    switch (rule.type) {
      case "object":
        this.u8(rule.fields.length);
        for (const slot of sortedSlots(rule.fields)) this.u8(slot);
        for (const field of rule.fields) this.field(field);
        break;
      case "list":
      case "map":
        this.u32(rule.least);
        this.u32(rule.most);
        this.reference(rule.items);
        break;
      case "number":
        for (const value of [rule.least, rule.greatest, rule.step]) this.i64(value * 1000);
        break;
      case "enum":
        this.u8(rule.values.length);
        for (const value of rule.values) {
          this.u8((value.asString ? AS_STRING : 0) | (value.asNumber ? AS_NUMBER : 0));
          this.i64(value.asNumber ? Number(value.text) * 1000 : 0);
          this.text(value.text, 1);
        }
        break;
      case "period":
        this.i64(rule.least);
        this.i64(rule.greatest);
        break;
      case "text":
        this.u32(rule.least);
        this.u32(rule.most);
        break;
    }
  }

  private field(field: Field): void {
    this.u8(field.required ? 1 : 0);
    this.reference(field.rule);
    this.text(field.key, 1);
    this.text(field.default === undefined ? "" : JSON.stringify(field.default), 2);
  }
}

/** Slots in the order of their keys' bytes: the policy hash goes by it. */
function sortedSlots(fields: readonly Field[]): number[] {
  const slots = fields.map((field, slot) => ({ key: field.key, slot }));
  return slots.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ slot }) => slot);
}

/** The bytes of the table of a schema. */
export function tableBytes(root: Rule): number[] {
  const table = new Table();
  table.rules(root);
  return table.bytes;
}
