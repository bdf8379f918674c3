/** What the fuzzing thread and its watcher tell each other. */

/** When to end: after a time, or with so many executions however long they take. */
export type Limit = { seconds: number } | { executions: number };

export interface Job {
  seed: number;
  limit: Limit;
  /** One target only. */
  target: string | undefined;
  shared: SharedArrayBuffer;
  /** Do nothing but run this input and tell every step. */
  replay?: Uint8Array;
}

export interface Count {
  target: string;
  unit: string;
  executions: number;
  ms: number;
}

export interface FindingReport {
  target: string;
  message: string;
  /** The smallest input that was found, for people. */
  shown: string;
  input: Uint8Array;
  /** What happens with it. */
  trace: string[];
}

export type Report =
  { type: "step"; line: string } | ({ type: "finding" } & FindingReport) | { type: "end"; counts: Count[] };

const HEAD = 12;
const LONGEST = 64 * 1024;

/** Memory that both threads see: the number of runs begun, and the input of the one that runs. */
export class Beat {
  readonly shared: SharedArrayBuffer;
  private readonly head: Int32Array;
  private readonly bytes: Uint8Array;

  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(HEAD + LONGEST)) {
    this.shared = shared;
    this.head = new Int32Array(shared, 0, HEAD / 4);
    this.bytes = new Uint8Array(shared, HEAD);
  }

  /** A run begins. Longer inputs are cut. */
  begin(target: number, input: Uint8Array): void {
    const shown = input.subarray(0, LONGEST);
    this.bytes.set(shown);
    this.head[1] = target;
    this.head[2] = shown.length;
    Atomics.add(this.head, 0, 1);
  }

  get runs(): number {
    return Atomics.load(this.head, 0);
  }

  /** The run that was begun last. */
  get last(): { target: number; input: Uint8Array } {
    return { target: this.head[1] ?? 0, input: this.bytes.slice(0, this.head[2]) };
  }
}
