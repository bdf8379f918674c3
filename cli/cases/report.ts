/** What is said about the cases that ran. */
import type { CaseResult, Failure } from "./module.ts";
import type { Case } from "./types.ts";

/** A case and what came of it with one number of workers. */
export interface Ran {
  readonly test: Case;
  readonly result: CaseResult;
  /** Where it ran: `module`, `Envoy 1.40.0`. */
  readonly on: string;
}

/** `file:line: name [where, workers]`, and per step what was expected and what came. Several lines without a final break. */
export function describe({ test, result, on }: Ran): string {
  const where = `[${on}, ${result.workers} worker${result.workers === 1 ? "" : "s"}]`;
  return [`${test.file}:${test.line}: ${test.name} ${where}`, ...result.failures.flatMap(describeFailure)].join("\n");
}

function describeFailure({ step, number, differences, error }: Failure): string[] {
  const name = step?.name === undefined ? "" : ` (${step.name})`;
  const head = step ? [`  step ${number}${name}, line ${step.line}:`] : [];
  if (error !== undefined) return [...head, `    ${error}`];
  return [
    ...head,
    ...differences.flatMap(({ what, expected, got }) => [
      `    ${what}: expected ${expected}`,
      `    ${" ".repeat(what.length)}  got      ${got}`,
    ]),
  ];
}

/** One run of a case as JSON text, one line. */
export function asJson({ test, result, on }: Ran): string {
  return JSON.stringify({
    file: test.file,
    line: test.line,
    case: test.name,
    filter: test.filter,
    on,
    workers: result.workers,
    verdict: result.failures.length === 0 ? "passed" : "failed",
    failures: result.failures.map(({ step, number, differences, error }) => ({
      step: number,
      name: step?.name,
      line: step?.line,
      error,
      differences,
    })),
  });
}

/** The line that names the cases that only run on the module; undefined when there are none. */
export function onlyModuleLine(cases: readonly Case[]): string | undefined {
  const named = cases.filter(({ onlyModule }) => onlyModule !== undefined);
  if (named.length === 0) return undefined;
  const words = named.map(({ file, line, name, onlyModule }) => `${file}:${line}: ${name} (${onlyModule})`);
  return `only on the module: ${named.length}: ${words.join("; ")}`;
}
