/** The offline host will run in a browser: nothing that it is made of comes from Node or from a package, and its files stay small. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { globSync } from "tinyglobby";
import ts from "typescript";
import { ROOT } from "../setup/common.ts";
import { importsOf } from "../setup/imports.ts";

const ENTRY = "cli/host/index.ts";
const MOST_LINES = 400;
/** Names that only Node has. */
const NODE_ONLY = new Set(["process", "Buffer", "require", "global", "__dirname", "__filename", "setImmediate"]);

/** Every file that the host is bundled from, with what it imports. */
function bundle(): Map<string, string[]> {
  const files = new Map<string, string[]>();
  const queue = [ENTRY];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (files.has(file)) continue;
    const imports = importsOf(ROOT, file);
    files.set(
      file,
      imports.map(({ name, target }) => target ?? name),
    );
    for (const { name, target } of imports) if (name.startsWith(".") && target !== undefined) queue.push(target);
  }
  return files;
}

function identifiers(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), "utf8"), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const member =
      ts.isPropertyAccessExpression(node.parent ?? node) && (node.parent as ts.PropertyAccessExpression).name === node;
    if (ts.isIdentifier(node) && !member) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const files = bundle();

test("the bundle is the folder cli/host and nothing else", () => {
  const outside = [...files].flatMap(([file, imports]) =>
    imports.filter((target) => !target.startsWith("cli/host/")).map((target) => `${file} imports ${target}`),
  );
  assert.deepEqual(outside, []);
  assert.equal(files.size > 30, true, `only ${files.size} files found`);
});

test("no file uses a name that only Node has", () => {
  const uses = [...files.keys()].flatMap((file) =>
    identifiers(file)
      .filter((name) => NODE_ONLY.has(name))
      .map((name) => `${file}: ${name}`),
  );
  assert.deepEqual(uses, []);
});

test(`no file of the host has more than ${MOST_LINES} lines`, () => {
  const long = globSync("cli/host/**/*.ts", { cwd: ROOT }).filter(
    (file) => readFileSync(join(ROOT, file), "utf8").split("\n").length > MOST_LINES,
  );
  assert.deepEqual(long, []);
});
