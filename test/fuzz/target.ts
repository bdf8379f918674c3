/** What every target of the fuzzer is. */
import type { Choices } from "./choices.ts";

/** A property that does not hold. `kind` tells one fault from another while an input is made smaller. */
export class Finding extends Error {
  readonly kind: string;

  constructor(kind: string, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Receives lines that tell what happens in a run: the reproduction for people. */
export type Trace = (line: string) => void;

export interface Target {
  readonly name: string;
  /** What an execution is, for the report. */
  readonly unit: string;
  /** Share of the time, relative to the other targets. */
  readonly weight: number;
  generate(from: Choices): Uint8Array;
  /**
   * Judges one input. Returns the number of executions; throws a Finding when a property does not hold.
   * Runs depend on their input alone.
   */
  run(input: Uint8Array, trace?: Trace): number;
  /** The input for people. */
  show(input: Uint8Array): string;
}

export function hex(bytes: Uint8Array): string {
  return `${bytes.length} bytes ${Buffer.from(bytes).toString("hex")}`;
}

/** Bytes as a quoted text where they are one. */
export function quoted(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("utf8");
  return Buffer.from(text).equals(bytes) ? JSON.stringify(text) : hex(bytes);
}

/** What ends a module: a trap, or the stack that ran out. */
export function isTrap(error: unknown): error is Error {
  return error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
}
