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
const AS_STRING = 1;
const AS_NUMBER = 2;
const REQUIRED = 0x80;

/** The same text for equal rules: descriptions do not count. */
export function ruleKey(rule: Rule): string {
  return JSON.stringify(rule, (key, value: unknown) => (key === "description" ? undefined : value));
}

/** Bytes that grow, and places in them that get a rule's offset once it is known. */
class Table {
  readonly bytes: number[] = [];
  private readonly waiting: { at: number; rule: Rule }[] = [];

  u8(value: number): void {
    this.bytes.push(value);
  }

  /** A varint of seven bits a byte; the lowest bit is the sign. */
  number(value: number): void {
    const whole = BigInt(Math.round(value));
    let rest = whole < 0n ? -2n * whole - 1n : 2n * whole;
    for (; rest > 127n; rest >>= 7n) this.u8(Number(rest & 127n) | 128);
    this.u8(Number(rest));
  }

  text(value: string): void {
    const bytes = Buffer.from(value);
    if (bytes.length > 255) throw new RangeError(`text of ${bytes.length} bytes in the table: ${value}`);
    this.bytes.push(bytes.length, ...bytes);
  }

  /** @param high what the byte with the highest bits has beside them */
  reference(rule: Rule, high = 0): void {
    this.waiting.push({ at: this.bytes.length, rule });
    this.bytes.push(0, high);
  }

  /** Writes a rule, then the rules that it refers to; equal ones once. */
  rules(root: Rule): void {
    this.rule(root);
    const written = new Map<string, number>();
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      const same = ruleKey(next.rule);
      const known = written.get(same);
      const offset = known ?? this.bytes.length;
      if (offset > 32767) throw new RangeError("the table of this schema is longer than 32767 bytes");
      this.bytes[next.at] = offset & 255;
      this.bytes[next.at + 1] = (this.bytes[next.at + 1] ?? 0) | (offset >> 8);
      if (known !== undefined) continue;
      written.set(same, offset);
      this.rule(next.rule);
    }
  }

  private rule(rule: Rule): void {
    this.u8(TYPES[rule.type]);
    switch (rule.type) {
      case "object":
        this.u8(rule.fields.length);
        for (const field of rule.fields) this.field(field);
        break;
      case "list":
      case "map":
        this.number(rule.least);
        this.number(rule.most);
        this.reference(rule.items);
        break;
      case "number":
        for (const value of [rule.least, rule.greatest, rule.step]) this.number(value * 1000);
        this.text(rule.detail);
        break;
      case "enum":
        this.u8(rule.values.length);
        for (const value of rule.values) {
          this.u8((value.asString ? AS_STRING : 0) | (value.asNumber ? AS_NUMBER : 0));
          if (value.asNumber) this.number(Number(value.text) * 1000);
          this.text(value.text);
        }
        break;
      case "period":
        this.text(rule.minimum);
        this.text(rule.maximum);
        break;
      case "text":
        this.number(rule.least);
        this.number(rule.most);
        break;
    }
  }

  private field(field: Field): void {
    this.reference(field.rule, field.required ? REQUIRED : 0);
    this.text(field.key);
    this.text(field.default === undefined ? "" : JSON.stringify(field.default));
  }
}

/** The bytes of the table of a schema. */
export function tableBytes(root: Rule): number[] {
  const table = new Table();
  table.rules(root);
  return table.bytes;
}
