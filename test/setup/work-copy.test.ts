/** A copy of the tree stands for the checkout in everything that tests ask of it: `npm run mutate` runs them there. */
import assert from "node:assert/strict";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { capture } from "./common.ts";
import { copyTree } from "./work-copy.ts";

test("a copy shows what has changed in it, and can be copied with that", async () => {
  const copy = await copyTree();
  assert.ok(copy !== undefined, "this checkout is not git's");
  const changed = async (): Promise<string> => (await capture("git", ["-C", copy, "status", "--porcelain"])).output;
  const before = await changed();
  assert.doesNotMatch(before, /^( |\?)/m);
  appendFileSync(join(copy, "README.md"), "changed\n");
  assert.match(await changed(), /^AM README\.md$/m);

  const { copyTree: copyAgain } = (await import(pathToFileURL(join(copy, "test/setup/work-copy.ts")).href)) as {
    copyTree: typeof copyTree;
  };
  const second = await copyAgain();
  assert.ok(second !== undefined && second !== copy, "no copy of the copy");
  assert.match(readFileSync(join(second, "README.md"), "utf8"), /changed\n$/);
});
