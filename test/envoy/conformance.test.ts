/**
 * The offline host against the real Envoy, call by call: the same probe modules get the same requests on both sides, and
 * every status and value must be the same. What older versions answer otherwise is in test/conformance/differences.ts.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EnvoyCrash } from "../../cli/host/index.ts";
import { attemptsOfEnvoy } from "../conformance/attempts-envoy.ts";
import { attemptsOfHost } from "../conformance/attempts-host.ts";
import { DEADLY_REQUESTS } from "../conformance/cells.ts";
import { cellsOfEnvoy } from "../conformance/cells-envoy.ts";
import { cellsOfHost } from "../conformance/cells-host.ts";
import { judge } from "../conformance/differences.ts";
import { compareSections, isSame, withoutEmptyPieces, type Section } from "../conformance/sections.ts";
import { envoyBinary } from "../lib/envoy.ts";
import { compileProbe } from "../module/host-probe.ts";

/** Envoy has the memory that it works on freed under its feet: it may live on by chance. */
const TRIES = 3;

const { version } = await envoyBinary();
const cells = await compileProbe("cells");

function assertSame(what: string, envoy: readonly Section[], host: readonly Section[]): void {
  const comparison = compareSections(envoy.map(withoutEmptyPieces), host.map(withoutEmptyPieces));
  const names = envoy.map(({ name }) => name);
  const { problems, explained } = judge(version, names, comparison);
  const unexplained = comparison.differences.length - explained;
  console.log(
    `${what}: Envoy ${version}: ${comparison.cells} cells compared, ${unexplained} differences, ${explained} explained`,
  );
  assert.equal(problems.length, 0, `${problems.length} problems:\n${problems.join("\n")}`);
}

test("every host function in every phase", async () => {
  assertSame("cells", (await cellsOfEnvoy(cells)).sections, cellsOfHost(cells));
});

test("attempts of an upstream filter", async () => {
  const code = await compileProbe("attempts");
  const host = attemptsOfHost(code);
  assertSame("attempts", await attemptsOfEnvoy(code, version, (section) => isSame(section, host)), host);
});

for (const request of DEADLY_REQUESTS) {
  test(`Envoy dies, and the offline host says so: ${request.name}`, async () => {
    assert.throws(() => cellsOfHost(cells, [request]), EnvoyCrash);
    let last: unknown;
    for (let i = 0; i < TRIES && last === undefined; i++) {
      last = await cellsOfEnvoy(cells, undefined, [request]).then(
        () => undefined,
        (error: unknown) => error,
      );
    }
    assert.match(String(last), /ended by itself: signal SIG/);
  });
}
