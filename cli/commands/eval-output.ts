/** Writes decisions in chunks and counts them. */
import { complain, streams } from "./output.ts";
import type { BadLine } from "../eval/lines.ts";

/** Bytes of results that are written at once. */
const CHUNK = 1 << 16;

export class Output {
  readonly #json: boolean;
  readonly #file: string;
  readonly #verdicts = new Map<string, number>();
  #buffer = "";
  #bad = 0;
  #moot = 0;

  /** @param file the user's name of what is read */
  constructor(file: string, json: boolean) {
    this.#file = file;
    this.#json = json;
  }

  /** @param text the decision in words */
  decided(decision: { readonly verdict: string; readonly moot?: true }, text: string): void {
    if (decision.moot) this.#moot++;
    else this.#verdicts.set(decision.verdict, (this.#verdicts.get(decision.verdict) ?? 0) + 1);
    this.#add(this.#json ? JSON.stringify(decision) : text);
  }

  bad({ line, message }: BadLine): void {
    this.#bad++;
    complain(`${this.#file}:${line}: ${message}`);
    if (this.#json) this.#add(JSON.stringify({ id: line, verdict: "error", error: message }));
  }

  /** @returns the exit code */
  close(): number {
    const counts = [...this.#verdicts].map(([verdict, n]) => `${n} ${verdict}`);
    if (this.#moot > 0) counts.push(`${this.#moot} attempts of requests that were denied before`);
    if (!this.#json) this.#add(counts.length === 0 ? "no decisions" : counts.join(", "));
    this.#flush();
    return this.#bad > 0 ? 1 : 0;
  }

  #add(line: string): void {
    this.#buffer += `${line}\n`;
    if (this.#buffer.length > CHUNK) this.#flush();
  }

  #flush(): void {
    streams.out(this.#buffer);
    this.#buffer = "";
  }
}
