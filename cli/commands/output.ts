/** What all verbs share: where output goes and how. */
import { problemLine, type Problem } from "../policy/types.ts";

/** Where output goes. Tests put their own functions here. */
export const streams = {
  out: (text: string): void => void process.stdout.write(text),
  err: (text: string): void => void process.stderr.write(text),
};

/** One line of result. */
export function print(line: string): void {
  streams.out(`${line}\n`);
}

/** One line of what went wrong or of progress; results go to stdout. */
export function complain(line: string): void {
  streams.err(`${line}\n`);
}

/** One JSON value on one line. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value));
}

/** Problems of policy files that keep another verb than `validate` from its work. */
export function complainAbout(problems: readonly Problem[]): void {
  for (const problem of problems) complain(problemLine(problem));
}

/** A remark as all verbs show it. */
export function remarkText(remark: Problem): string {
  return `${problemLine(remark)} (remark)`;
}

/** What readers of policy files have to know beside the result: a policy that was left out decides nothing. */
export function complainOf(remarks: readonly Problem[]): void {
  for (const remark of remarks) complain(remarkText(remark));
}

/** `1 policy`, `2 policies`. */
export function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}
