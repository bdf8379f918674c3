/**
 * The offline host against what Envoy answered when it was recorded (`npm run conformance:record`), call by call.
 * test/envoy/conformance.test.ts asks the real Envoy.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EnvoyCrash } from "../../cli/host/index.ts";
import { DEADLY_REQUESTS } from "../conformance/cells.ts";
import { cellsOfHost } from "../conformance/cells-host.ts";
import { readRecorded } from "../conformance/recorded.ts";
import { compareSections, describe, withoutEmptyPieces } from "../conformance/sections.ts";
import { isCovered, usesOfFilters } from "../conformance/used.ts";
import { compileProbe } from "./host-probe.ts";

const code = await compileProbe("cells");
const recorded = readRecorded("cells");

test("every host function in every phase", () => {
  const host = cellsOfHost(code);
  const { cells, differences } = compareSections(recorded.map(withoutEmptyPieces), host.map(withoutEmptyPieces));
  assert.deepEqual(differences.map(describe), []);
  assert.equal(cells > 4000, true, `only ${cells} cells`);
});

test("every function that a built filter imports is covered in every callback that it exports", () => {
  const { uses, unknown } = usesOfFilters();
  assert.deepEqual(unknown, [], "test/conformance/used.ts does not know these");
  assert.equal(uses.length > 0, true, "no built filter: run npm run build");
  const open = uses.filter((use) => !isCovered(recorded, use));
  assert.deepEqual(
    open.map((use) => `${use.module}: ${use.function} in ${use.phase}`),
    [],
  );
});

for (const request of DEADLY_REQUESTS) {
  test(`what ends Envoy leaves the host as an exception: ${request.name}`, () => {
    assert.throws(() => cellsOfHost(code, [request]), EnvoyCrash);
  });
}
