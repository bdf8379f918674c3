/**
 * Every field that a filter's schema lets users set is read: its slot constant is used in the filter's config.ts, or in one of
 * the files that it hands parts of the configuration to (scope.ts, and those whose names end in -config.ts).
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { globSync } from "tinyglobby";
import ts from "typescript";
import { readModel, SchemaError } from "./gen/model.ts";
import { slotNames } from "./gen/source.ts";

/**
 * @param root folder of the checkout
 * @returns one line per slot that is not read; a mention in an import or a comment is not a use
 */
export function checkSlots(root: string): string[] {
  const schemas = globSync("filters/*/schema.json", { cwd: root }).sort();
  return schemas.flatMap((schema) => {
    const config = join(dirname(schema), "config.ts");
    if (!existsSync(join(root, config))) return [`${config} is missing: it reads the slots of ${schema}`];
    const files = globSync(["config.ts", "scope.ts", "*-config.ts"], { cwd: join(root, dirname(schema)) });
    const used = new Set(
      files.flatMap((file) => [...usedNames(readFileSync(join(root, dirname(schema), file), "utf8"))]),
    );
    try {
      const slots = slotNames(readModel(JSON.parse(readFileSync(join(root, schema), "utf8"))));
      const unread = slots.filter((names) => !names.some((name) => used.has(name)));
      return unread.map(([name]) => `${config} never reads the slot ${name}`);
    } catch (error) {
      if (error instanceof SchemaError || error instanceof SyntaxError) return [`${schema}: ${error.message}`];
      throw error;
    }
  });
}

function usedNames(text: string): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) return;
    if (ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("config.ts", text, ts.ScriptTarget.Latest));
  return names;
}
