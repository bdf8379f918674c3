/** Reads what a probe wrote from Envoy's log, and tells when a request's last line is there. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Envoy } from "../lib/envoy.ts";

/** A request is over when nothing was logged for this time (ms). */
const QUIET = 70;
/** and this time at least has passed since its answer; at most this time is waited. */
const LONGEST = 5000;

/** A line of a probe: `thread` is Envoy's number of it, `plugin` the prefix of names that Envoy writes. */
export interface ProbeLine {
  thread: string;
  plugin: string;
  text: string;
}

const LINE = /^\[[^\]]+\]\[(\d+)\]\[\w+\]\[wasm\] \[[^\]]+\] wasm log ?(.*?): (.*)$/;

/** Cuts Envoy's log into what belongs to each request. */
export class ProbeLog {
  private readonly envoy: Envoy;
  private at = 0;

  constructor(envoy: Envoy) {
    this.envoy = envoy;
  }

  /** What was logged since the last call: the probe's lines, and lines that begin with `ACCESS`. */
  take(): { probe: ProbeLine[]; access: string[] } {
    const log = this.envoy.log();
    const lines = log.slice(this.at).split("\n");
    this.at = log.length;
    const probe: ProbeLine[] = [];
    for (const line of lines) {
      const match = LINE.exec(line);
      if (match !== null) probe.push({ thread: match[1] ?? "", plugin: match[2] ?? "", text: match[3] ?? "" });
    }
    return { probe, access: lines.filter((line) => line.startsWith("ACCESS")) };
  }

  /** Waits until the access log has `lines` more lines and Envoy has been quiet since. Rejects when Envoy dies. */
  async settle(lines = 1): Promise<void> {
    const end = performance.now() + LONGEST;
    let size = -1;
    while (performance.now() < end) {
      this.envoy.assertAlive();
      const log = this.envoy.log();
      const found = log.slice(this.at).match(/^ACCESS/gm)?.length ?? 0;
      if (found >= lines && log.length === size) return;
      size = log.length;
      await sleep(QUIET);
    }
    throw new Error(`Envoy logged no ${lines} access lines in ${LONGEST} ms:\n${this.envoy.log().slice(this.at)}`);
  }
}
