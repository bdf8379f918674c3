/**
 * Reporter for `node --test-reporter`: one JSON line per finished test, so that the runner counts exactly what ran.
 * Suites are not tests and are left out; a test that was never finished is missing here and shows in the exit code.
 */
import { inspect } from "node:util";
import type { TestEvent } from "node:test/reporters";

/** One finished test, as a line of the report. */
export interface TestLine {
  /** Names from the outermost suite to the test. */
  path: string[];
  outcome: "passed" | "failed" | "skipped";
  /** What went wrong; only for `failed`. */
  message?: string;
}

export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const names: string[] = [];
  for await (const event of events) {
    if (event.type === "test:start") {
      names.length = event.data.nesting;
      names.push(event.data.name);
    }
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    if (event.data.details.type === "suite") continue;
    const line: TestLine = { path: [...names.slice(0, event.data.nesting), event.data.name], outcome: "passed" };
    if (isSet(event.data.skip) || isSet(event.data.todo)) line.outcome = "skipped";
    else if (event.type === "test:fail") {
      line.outcome = "failed";
      line.message = describe(event.data.details.error);
    }
    yield `${JSON.stringify(line)}\n`;
  }
}

/** `skip` and `todo` are true, or the reason as text, which may be empty. */
function isSet(mark: boolean | string | undefined): boolean {
  return mark !== undefined && mark !== false;
}

function describe(error: Error): string {
  const cause = error.cause ?? error;
  if (!(cause instanceof Error)) return typeof cause === "string" ? cause : inspect(cause);
  const stack = (cause.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  const ours = stack.filter((line) => !/node:|node_modules/.test(line)).slice(0, 3);
  return [cause.message, ...ours].join("\n");
}
