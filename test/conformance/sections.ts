/**
 * What a probe module logged, as text: sections of lines, one section for each request. The same form whether the lines
 * come from Envoy, from the offline host or from a recorded file, so that they can be compared cell by cell.
 */

/** Lines of one request, or of the start. A line is `phase|call|status|value`, or `ACCESS ...`, `CLIENT ...`. */
export interface Section {
  readonly name: string;
  readonly lines: readonly string[];
}

/** One answer of the host. */
interface Cell {
  readonly section: string;
  readonly phase: string;
  /** The host function and what it was asked. */
  readonly call: string;
  readonly answer: string;
  /** What tells this cell from all others of its section. */
  readonly key: string;
}

/** A cell on which the two sides disagree. `undefined`: that side did not make the call. */
export interface Difference {
  readonly section: string;
  readonly phase: string;
  readonly call: string;
  readonly envoy: string | undefined;
  readonly host: string | undefined;
}

export interface Comparison {
  /** Cells looked at, of both sides together. */
  readonly cells: number;
  readonly differences: readonly Difference[];
}

/** Reads a recorded file. */
export function parseSections(text: string): Section[] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const [name = "", ...lines] = part.trimEnd().split("\n");
      return { name, lines };
    });
}

/** Text of a file to record. @param comment lines that say where it comes from */
export function formatSections(comment: readonly string[], sections: readonly Section[]): string {
  const head = comment.map((line) => `# ${line}\n`).join("");
  return head + sections.map(({ name, lines }) => `## ${name}\n${lines.map((line) => `${line}\n`).join("")}`).join("");
}

/** Compares section by section; a section that only one side has is a difference. */
export function compareSections(envoy: readonly Section[], host: readonly Section[]): Comparison {
  const names = new Set([...envoy, ...host].map(({ name }) => name));
  const differences: Difference[] = [];
  let cells = 0;
  for (const name of names) {
    const sides = [envoy, host].map((side) => cellsOf(side.find((section) => section.name === name)));
    const [left, right] = [sides[0] ?? new Map<string, Cell>(), sides[1] ?? new Map<string, Cell>()];
    for (const key of new Set([...left.keys(), ...right.keys()])) {
      cells++;
      const [one, other] = [left.get(key), right.get(key)];
      const cell = one ?? other;
      if (cell === undefined || one?.answer === other?.answer) continue;
      differences.push({ ...cell, envoy: one?.answer, host: other?.answer });
    }
    const order = orderDifference(name, [...left.keys()], [...right.keys()]);
    if (order !== undefined) differences.push(order);
  }
  return { cells, differences };
}

/** Whether a section is the same as the one of its name on the other side. */
export function isSame(section: Section, others: readonly Section[]): boolean {
  const mine = others.filter(({ name }) => name === section.name);
  return compareSections([section], mine).differences.length === 0;
}

/** The cells of a section by key: a call that is made again in the same phase is a cell of its own. */
function cellsOf(section: Section | undefined): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  const seen = new Map<string, number>();
  for (const line of section?.lines ?? []) {
    const [phase = "", call = "", ...answer] = splitLine(line);
    const base = `${phase}|${call}`;
    const times = (seen.get(base) ?? 0) + 1;
    seen.set(base, times);
    const key = `${base}|${times}`;
    cells.set(key, { section: section?.name ?? "", phase, call, answer: answer.join("|"), key });
  }
  return cells;
}

function splitLine(line: string): string[] {
  const word = /^(ACCESS|CLIENT) (.*)$/.exec(line);
  return word === null ? line.split("|") : ["end", (word[1] ?? "").toLowerCase(), word[2] ?? ""];
}

/** Equal answers in another order are a difference, too: the first place where the order differs. */
function orderDifference(section: string, left: readonly string[], right: readonly string[]): Difference | undefined {
  const both = (keys: readonly string[], other: readonly string[]): string[] => {
    const known = new Set(other);
    return keys.filter((key) => known.has(key) && !key.startsWith("end|"));
  };
  const [one, two] = [both(left, right), both(right, left)];
  const at = one.findIndex((key, index) => key !== two[index]);
  if (at < 0) return undefined;
  const [phase = "", call = ""] = (one[at] ?? "").split("|");
  return { section, phase, call: `order: ${call}`, envoy: one[at], host: two[at] };
}

/** One line for people. */
export function describe({ section, phase, call, envoy, host }: Difference): string {
  const shown = (answer: string | undefined): string =>
    answer === undefined ? "no such call" : JSON.stringify(answer);
  return `${section}: ${phase}: ${call}: Envoy ${shown(envoy)}, offline host ${shown(host)}`;
}

/**
 * Leaves out body callbacks with nothing in them but the end of the stream: how a body is cut into pieces is the codec's
 * choice, and the offline host has none.
 */
export function withoutEmptyPieces(section: Section): Section {
  const lines: string[] = [];
  let dropped: string | undefined;
  for (const line of section.lines) {
    const [phase = "", call = ""] = line.split("|");
    if (/_body\|sizes\|0\|1$/.test(line)) dropped = phase;
    else if (phase !== dropped || call === "sizes") dropped = undefined;
    if (dropped === undefined) lines.push(line.replace(/(_body\|sizes\|\d+\|)[01]$/, "$1"));
  }
  return { name: section.name, lines };
}
