/**
 * Reporter for as-pect: writes every finished test, and the end of every spec file, as a JSON line to file descriptor 3.
 * as-pect's own summary passes for a file without tests and for a run without files, so the runner counts by itself.
 */
import { writeSync } from "node:fs";

/** A line of the report: a test, a failed group, something marked as to do, or the end of a file. */
export type SpecLine =
  | { kind: "test" | "group"; file: string; path: string[]; passed: boolean; message: string; stack: string }
  | { kind: "todo"; file: string; text: string }
  | { kind: "end"; file: string; tests: number; passed: boolean };

/** The parts of as-pect's objects that are read here (@as-pect/core 8.1, TestNode and TestContext). */
interface Node {
  type: number;
  name: string;
  pass: boolean;
  message: string | null;
  stackTrace: string | null;
  actual: Value | null;
  expected: Value | null;
  parent: Node | null;
  todos: readonly string[];
}

interface Value {
  stringify(options: { tab: number; indent: number; keyword: (text: string) => string }): string;
}

interface Context {
  fileName: string;
  testCount: number;
  pass: boolean;
}

/** TestNodeType.Test of as-pect; a group is 1. */
const TEST = 0;

const REPORT_FD = 3;

/** Host functions that the running test has called; filled by as-pect.config.js. */
export const hostCalls: string[] = [];

function write(line: SpecLine): void {
  writeSync(REPORT_FD, `${JSON.stringify(line)}\n`);
}

function pathOf(node: Node): string[] {
  const path: string[] = [];
  for (let at: Node | null = node; at !== null; at = at.parent) if (at.name !== "") path.unshift(at.name);
  return path;
}

function messageOf(node: Node): string {
  const called = hostCalls.splice(0);
  if (called.length > 0) return `pure code called the host: ${called.join(", ")}`;
  // After a trap as-pect's message and values are those of an earlier test.
  if (!node.pass && !/assert\/assert|abort/.test(node.stackTrace ?? "")) return "trapped";
  const values = [node.actual, node.expected].map((value) => value?.stringify({ tab: 2, indent: 0, keyword: String }));
  const compared = node.pass ? "" : ` actual ${values[0] ?? "-"}, expected ${values[1] ?? "-"}`;
  return `${node.message ?? ""}${compared}`;
}

export default {
  stdout: null,
  stderr: null,
  onEnter(): void {},
  onExit(context: Context, node: Node): void {
    const file = context.fileName;
    for (const text of node.todos) write({ kind: "todo", file, text });
    const calledHost = hostCalls.length > 0;
    const passed = node.pass && !calledHost;
    const kind = node.type === TEST ? "test" : "group";
    if (kind === "group" && (passed || (node.stackTrace === null && !calledHost))) return;
    write({ kind, file, path: pathOf(node), passed, message: messageOf(node), stack: node.stackTrace ?? "" });
  },
  onFinish(context: Context): void {
    write({ kind: "end", file: context.fileName, tests: context.testCount, passed: context.pass });
  },
};
