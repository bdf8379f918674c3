/** What the modules and the host wrote to the proxy's log. */
import { LOG_LEVELS, type LogLevel } from "./abi.ts";

export interface LogEntry {
  /** Virtual time. */
  readonly ms: number;
  /** "canary", "main" or "worker N". */
  readonly thread: string;
  readonly level: LogLevel;
  /** Plugin name and root id, as in Envoy's prefix; empty for lines of the host itself. */
  readonly plugin: string;
  readonly rootId: string;
  readonly message: string;
}

export class LogSink {
  readonly entries: LogEntry[] = [];
  readonly level: LogLevel;

  constructor(level: LogLevel) {
    this.level = level;
  }

  get levelNumber(): number {
    return LOG_LEVELS.indexOf(this.level);
  }

  write(entry: LogEntry): void {
    if (LOG_LEVELS.indexOf(entry.level) >= this.levelNumber) this.entries.push(entry);
  }
}
