/**
 * The table of `npm start`: a row for each run that is done, and on a terminal a row that moves while one is running.
 */
import type { Counts } from "../lib/backend.ts";

const COLUMNS = [
  "scenario",
  "policy",
  "clients",
  "originals",
  "retries",
  "ratio",
  "backend hits",
  "p99",
  "bound",
  "held",
];
const WIDTHS = [20, 15, 8, 9, 8, 8, 12, 9, 7, 5];
const LEFT = 2;

function row(cells: readonly string[]): string {
  return cells
    .map((cell, i) => (i < LEFT ? cell.padEnd(WIDTHS[i] ?? 0) : cell.padStart(WIDTHS[i] ?? 0)))
    .join(" ")
    .trimEnd();
}

/** `0.2` -> `20.0 %`. */
export function percentText(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}

/** What a row begins with. */
export interface Head {
  scenario: string;
  policy: string;
  clients: number;
}

/** The rest of a row, once the run is done. */
export interface Numbers {
  originals: number;
  retries: number;
  p99: number;
  bound: number;
  ok: boolean;
}

export class Table {
  private readonly out: (line: string) => void;
  private readonly terminal: boolean;

  /** Rows go to `out`; the moving row to stderr if that is a terminal. */
  constructor(out: (line: string) => void) {
    this.out = out;
    this.terminal = process.stderr.isTTY === true;
  }

  begin(): void {
    this.out(row(COLUMNS));
  }

  /** A run begins. Without a terminal that is worth a line, because it takes seconds. */
  start(head: Head): void {
    if (this.terminal) this.live(head, { originals: 0, retries: 0, connections: 0 });
    else process.stderr.write(`running ${head.scenario}, ${head.policy}, clients: ${head.clients}\n`);
  }

  /** What has reached the backend so far. */
  live(head: Head, { originals, retries }: Counts): void {
    if (!this.terminal) return;
    const cells = [...this.cells(head, originals, retries), "...", "", ""];
    process.stderr.write(`\r\u001b[K${row(cells).slice(0, Math.max(20, (process.stderr.columns ?? 120) - 1))}`);
  }

  /** A run is done. */
  done(head: Head, { originals, retries, p99, bound, ok }: Numbers): void {
    if (this.terminal) process.stderr.write("\r\u001b[K");
    const wait = `${p99.toFixed(p99 < 10 ? 1 : 0)} ms`;
    this.out(row([...this.cells(head, originals, retries), wait, String(bound), ok ? "yes" : "NO"]));
  }

  private cells(head: Head, originals: number, retries: number): string[] {
    const ratio = originals === 0 ? "" : percentText(retries / originals);
    const counts = [String(originals), String(retries), ratio, String(originals + retries)];
    return [head.scenario, head.policy, String(head.clients), ...counts];
  }
}
