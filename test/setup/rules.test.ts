import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { checkImports } from "./import-rule.ts";
import { reaches } from "./imports.ts";
import { checkSlots } from "./slots-rule.ts";

const folders: string[] = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** A tree of files in a temporary folder. */
function tree(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "pointduty-rules-"));
  folders.push(root);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), content);
  }
  return root;
}

test("pure files may import pure kit files, in circles too", () => {
  const root = tree({
    "assembly/window.ts": 'import { x } from "./bucket"; export const y = x;',
    "assembly/bucket.ts": 'import { y } from "./window"; export const x = y;',
    "assembly/abi/raw.ts": "export const raw = 1;",
    "assembly/host.ts": 'import { raw } from "./abi/raw"; export const host = raw;',
    "filters/a/policy.ts": 'import { y } from "../../assembly/window"; export const z = y;',
    "filters/a/index.ts": 'import { host } from "../../assembly/host"; export const w = host;',
  });
  assert.deepEqual(checkImports(root), []);
});

test("a pure file that reaches the host is named with the chain", () => {
  const root = tree({
    "assembly/abi/raw.ts": "export const raw = 1;",
    "assembly/kit/index.ts": 'export { raw } from "../abi/raw";',
    "assembly/log.ts": 'import * as p from "@solo-io/proxy-runtime/assembly/imports"; export const q = p;',
    "filters/a/policy.ts": 'import { raw } from "../../assembly/kit"; export const z = raw;',
    "filters/a/config.ts": 'import { z } from "./policy"; export const c = z;',
    "filters/b/config.ts": 'import { q } from "../../assembly/log"; export const c = q;',
  });
  assert.deepEqual(checkImports(root), [
    "filters/a/config.ts must not reach the host: filters/a/config.ts -> filters/a/policy.ts -> assembly/kit/index.ts -> assembly/abi/raw.ts",
    "filters/a/policy.ts must not reach the host: filters/a/policy.ts -> assembly/kit/index.ts -> assembly/abi/raw.ts",
    "filters/b/config.ts must not reach the host: filters/b/config.ts -> assembly/log.ts -> @solo-io/proxy-runtime/assembly/imports",
  ]);
});

test("an import of a missing file is a finding", () => {
  const root = tree({ "filters/a/policy.ts": 'import { z } from "./nowhere"; export const c = z;' });
  assert.deepEqual(checkImports(root), ["filters/a/policy.ts imports ./nowhere, which does not exist"]);
});

test("reaches follows imports in circles and through folders", () => {
  const root = tree({
    "assembly/a/index.ts": 'export { b } from "../b"; import "@solo-io/x";',
    "assembly/b.ts": 'import { a } from "./a"; export const b = a;',
    "assembly/c.ts": 'import { b } from "./a"; export const c = b;',
    "assembly/d.ts": "export const d = 1;",
  });
  assert.ok(reaches(root, "assembly/c.ts", "assembly/b.ts"));
  assert.ok(reaches(root, "assembly/d.ts", "assembly/d.ts"));
  assert.ok(!reaches(root, "assembly/c.ts", "assembly/d.ts"));
});

const SCHEMA = JSON.stringify({
  title: "Example",
  "x-pointduty": { half: "upstream", order: 1, default: "envoy.filters.http.header_mutation", sizeLimit: 1024 },
  type: "object",
  additionalProperties: false,
  required: ["name"],
  properties: {
    name: { type: "string", format: "name", description: "Name." },
    limit: { type: "integer", minimum: 0, maximum: 9, default: 1, description: "Limit." },
  },
});

test("a slot that is only imported or mentioned is not read", () => {
  const config = 'import { LIMIT, NAME } from "./schema.gen";\n// LIMIT is read elsewhere\nexport const n = NAME;';
  const root = tree({ "filters/a/schema.json": SCHEMA, "filters/a/config.ts": config });
  assert.deepEqual(checkSlots(root), ["filters/a/config.ts never reads the slot LIMIT"]);
});

test("slots that are read are fine, and a filter without config.ts is not", () => {
  const config = 'import { LIMIT, NAME } from "./schema.gen";\nexport const n = NAME + LIMIT;';
  const root = tree({
    "filters/a/schema.json": SCHEMA,
    "filters/a/config.ts": config,
    "filters/b/schema.json": SCHEMA,
    "filters/c/schema.json": "{",
    "filters/c/config.ts": config,
  });
  const [missing, broken, ...others] = checkSlots(root);
  assert.equal(missing, "filters/b/config.ts is missing: it reads the slots of filters/b/schema.json");
  assert.match(broken ?? "", /^filters\/c\/schema\.json: /);
  assert.deepEqual(others, []);
});
