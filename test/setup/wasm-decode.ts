/**
 * A decoder for the parts of a WebAssembly binary that `wasm-lint` judges: types, imports, functions, exports, the start
 * section, data and the names of custom sections. Node's `WebAssembly.Module.imports()` has no signatures, hence this.
 * Source: WebAssembly core specification 2.0, chapter 5 (binary format).
 */

/** A function type as text: parameters, colon, results; `i` = i32, `I` = i64, `f` = f32, `F` = f64, `?` = any other type. */
export type Signature = string;

/** An imported item; `signature` is set for functions only. */
export interface WasmImport {
  module: string;
  name: string;
  kind: ExternalKind;
  signature?: Signature;
}

/** An exported item; `signature` is set for functions only. */
export interface WasmExport {
  name: string;
  kind: ExternalKind;
  signature?: Signature;
}

export type ExternalKind = "function" | "table" | "memory" | "global" | "tag";

/** What `decodeModule` finds. */
export interface WasmModule {
  imports: WasmImport[];
  exports: WasmExport[];
  hasStart: boolean;
  /** Names of the custom sections, in file order. */
  customSections: string[];
  /** The bytes of every data segment, in file order. */
  data: Uint8Array[];
}

const KINDS: readonly ExternalKind[] = ["function", "table", "memory", "global", "tag"];
const VALUE_TYPES: ReadonlyMap<number, string> = new Map([
  [0x7f, "i"],
  [0x7e, "I"],
  [0x7d, "f"],
  [0x7c, "F"],
]);

/** A cursor over bytes; every read beyond the end throws a RangeError with the offset. */
class Reader {
  private readonly bytes: Uint8Array;
  private position: number;
  private readonly end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  byte(): number {
    const value = this.position < this.end ? this.bytes[this.position] : undefined;
    if (value === undefined) throw new RangeError(`truncated at byte ${this.position}`);
    this.position++;
    return value;
  }

  /** Unsigned LEB128, 32 bits; the value is exact because it is below 2^35. */
  u32(): number {
    let result = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      result += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) return result;
    }
    throw new RangeError(`number too long before byte ${this.position}`);
  }

  /** Skips a LEB128 number of any width. */
  skipNumber(): void {
    while ((this.byte() & 0x80) !== 0);
  }

  take(length: number): Uint8Array {
    if (this.position + length > this.end) throw new RangeError(`truncated at byte ${this.position}`);
    const part = this.bytes.subarray(this.position, this.position + length);
    this.position += length;
    return part;
  }

  name(): string {
    return new TextDecoder("utf-8", { fatal: true }).decode(this.take(this.u32()));
  }

  /** A reader over the next `length` bytes, which this reader skips. */
  section(length: number): Reader {
    const start = this.position;
    this.take(length);
    return new Reader(this.bytes, start, start + length);
  }
}

/**
 * Decodes a module.
 * @param bytes the whole file
 * @returns what was found; throws an Error with a one-line message when the file is not a well-formed module
 */
export function decodeModule(bytes: Uint8Array): WasmModule {
  const reader = new Reader(bytes);
  const header = bytes.length >= 8 ? Buffer.from(bytes.subarray(0, 8)).toString("hex") : "";
  if (header !== "0061736d01000000") throw new Error("not a WebAssembly module (version 1)");
  reader.take(8);
  const types: Signature[] = [];
  const functions: Signature[] = [];
  const module: WasmModule = { imports: [], exports: [], hasStart: false, customSections: [], data: [] };
  while (!reader.done) {
    const id = reader.byte();
    const section = reader.section(reader.u32());
    if (id === 0) module.customSections.push(section.name());
    else if (id === 1) repeat(section, () => types.push(readType(section)));
    else if (id === 2) repeat(section, () => module.imports.push(readImport(section, types, functions)));
    else if (id === 3) repeat(section, () => functions.push(typeAt(types, section.u32())));
    else if (id === 7) repeat(section, () => module.exports.push(readExport(section, functions)));
    else if (id === 8) module.hasStart = true;
    else if (id === 11) repeat(section, () => module.data.push(readData(section)));
  }
  return module;
}

function repeat(reader: Reader, each: () => void): void {
  for (let left = reader.u32(); left > 0; left--) each();
}

function readType(reader: Reader): Signature {
  if (reader.byte() !== 0x60) throw new Error("a type that is not a function type");
  return `${readValueTypes(reader)}:${readValueTypes(reader)}`;
}

function readValueTypes(reader: Reader): string {
  let text = "";
  repeat(reader, () => (text += VALUE_TYPES.get(reader.byte()) ?? "?"));
  return text;
}

function typeAt(types: readonly Signature[], index: number): Signature {
  const type = types[index];
  if (type === undefined) throw new Error(`type ${index} does not exist`);
  return type;
}

function readKind(reader: Reader): ExternalKind {
  const kind = KINDS[reader.byte()];
  if (kind === undefined) throw new Error("an import or export of unknown kind");
  return kind;
}

function readImport(reader: Reader, types: readonly Signature[], functions: Signature[]): WasmImport {
  const item: WasmImport = { module: reader.name(), name: reader.name(), kind: readKind(reader) };
  if (item.kind === "function") {
    item.signature = typeAt(types, reader.u32());
    functions.push(item.signature);
  } else if (item.kind === "global") {
    reader.take(2);
  } else {
    if (item.kind !== "memory") reader.byte();
    if (item.kind === "tag") reader.u32();
    else readLimits(reader);
  }
  return item;
}

function readLimits(reader: Reader): void {
  const hasMaximum = (reader.byte() & 1) === 1;
  reader.skipNumber();
  if (hasMaximum) reader.skipNumber();
}

function readExport(reader: Reader, functions: readonly Signature[]): WasmExport {
  const item: WasmExport = { name: reader.name(), kind: readKind(reader) };
  const index = reader.u32();
  if (item.kind === "function") {
    const signature = functions[index];
    if (signature === undefined) throw new Error(`export ${item.name} names function ${index}, which does not exist`);
    item.signature = signature;
  }
  return item;
}

function readData(reader: Reader): Uint8Array {
  const mode = reader.u32();
  if (mode === 2) reader.u32();
  if (mode !== 1) skipConstant(reader);
  return reader.take(reader.u32());
}

/** Skips an offset expression: one constant or one global, then `end`. */
function skipConstant(reader: Reader): void {
  const opcode = reader.byte();
  if (opcode !== 0x41 && opcode !== 0x42 && opcode !== 0x23) throw new Error("a data offset that is not a constant");
  reader.skipNumber();
  if (reader.byte() !== 0x0b) throw new Error("a data offset that is not a constant");
}
