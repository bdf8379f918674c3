/**
 * The fuzzer itself: it finds what is planted, makes it small, ends an endless loop, and depends on its seed alone; and
 * every target runs a while on the built modules.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Random, Tape } from "../fuzz/choices.ts";
import type { Filter } from "../fuzz/filters.ts";
import { fuzz } from "../fuzz/fuzz.ts";
import { Machine, wellFormed } from "../fuzz/machine.ts";
import { mutate, shrink } from "../fuzz/mutate.ts";
import { Finding } from "../fuzz/target.ts";
import { callbacksTarget } from "../fuzz/targets/callbacks.ts";
import { allTargets, corpus } from "../fuzz/targets/index.ts";
import type { FindingReport } from "../fuzz/thread.ts";
import { tinyModule } from "./host-probe.ts";

/** Executions of each target besides its corpus, which must not use them up: a slow one gets through them in a second. */
const RANDOM_EXECUTIONS = 500;

/** A filter from text, which may reply 503 `denied`. */
function planted(body: string): Filter {
  const code = new Uint8Array(tinyModule(body));
  return {
    name: "planted",
    code,
    module: new WebAssembly.Module(code),
    schema: { type: "object", properties: {} },
    replies: { statuses: [503], details: /^denied$/ },
    half: "upstream",
    policies: [],
  };
}

const ON_REQUEST = '(func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)';

/** The first thing that a target finds with this seed, and the smallest input for it. */
function find(filter: Filter): { kind: string; input: Uint8Array } {
  const target = callbacksTarget(filter, []);
  const problem = (input: Uint8Array): string | undefined => {
    try {
      target.run(input);
      return undefined;
    } catch (error) {
      if (error instanceof Finding) return error.kind;
      throw error;
    }
  };
  for (let run = 0; run < 100; run++) {
    const input = target.generate(new Random(1, 0, run));
    const kind = problem(input);
    if (kind !== undefined) return { kind, input: shrink(input, (smaller) => problem(smaller) === kind, 2000) };
  }
  return { kind: "nothing", input: new Uint8Array() };
}

const reply = (status: number, details: string): string =>
  `(data (i32.const 16) "${details}")
   ${ON_REQUEST} (drop (call $proxy_send_local_response (i32.const ${status}) (i32.const 16) (i32.const ${details.length})
     (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const -1))) (i32.const 1))`;

for (const [what, body, kind] of [
  ["a trap", `${ON_REQUEST} (unreachable))`, /^trap in proxy_on_request_headers: unreachable$/],
  [
    "a trap for one id only",
    `${ON_REQUEST} (if (i32.eq (local.get 0) (i32.const 18)) (then (unreachable))) (i32.const 0))`,
    /^trap/,
  ],
  ["an action that Envoy does not know", `${ON_REQUEST} (i32.const 5))`, /^result of proxy_on_request_headers$/],
  ["a negative action", `${ON_REQUEST} (i32.const -1))`, /^result of/],
  ["memory that grows without end", `${ON_REQUEST} (drop (memory.grow (i32.const 1000))) (i32.const 0))`, /^memory$/],
  ["a reply of another status", reply(500, "denied"), /^reply status$/],
  ["a reply with other details", reply(503, "other"), /^reply details$/],
  [
    "a pointer outside",
    `${ON_REQUEST} (drop (call $proxy_log (i32.const 2) (i32.const -8) (i32.const 100))) (i32.const 0))`,
    /^pointer$/,
  ],
  ["stack without end", `(func $f (call $f)) ${ON_REQUEST} (call $f) (i32.const 0))`, /^trap/],
] as const) {
  test(`found: ${what}`, () => {
    const found = find(planted(body));
    assert.match(found.kind, kind);
    assert.equal(found.input.length < 40, true, `the smallest input has ${found.input.length} bytes`);
  });
}

test("nothing is found in a good reply", () => {
  assert.equal(find(planted(reply(503, "denied"))).kind, "nothing");
});

test("a loop that calls the host is ended by its number of calls", () => {
  const loop = `${ON_REQUEST} (loop $l (drop (call $proxy_log (i32.const 0) (i32.const 0) (i32.const 0))) (br $l)) (i32.const 0))`;
  const machine = new Machine(planted(loop), new Tape(new Uint8Array()));
  assert.throws(() => machine.call("proxy_on_request_headers", 1, 0, 0), /more than 2000000 host calls/);
});

test("inputs depend on the seed alone", () => {
  for (const target of allTargets()) {
    const inputs = [1, 1, 2].map((seed) => [0, 1, 2].map((run) => target.generate(new Random(seed, 0, run))));
    assert.deepEqual(inputs[0], inputs[1], target.name);
    assert.notDeepEqual(inputs[0], inputs[2], target.name);
  }
});

test("a tape that has ended gives the harmless choice", () => {
  const tape = new Tape(Uint8Array.of(7));
  assert.deepEqual([tape.byte(), tape.ended, tape.byte(), tape.byte()], [7, true, 0, 0]);
});

test("mutation changes inputs, and spares what it is given", () => {
  const input = Uint8Array.from({ length: 40 }, (_, i) => i);
  const before = input.slice();
  const changed = Array.from({ length: 100 }, (_, run) => mutate(input, new Random(1, 2, run), [input]));
  assert.deepEqual(input, before);
  assert.equal(changed.filter((bytes) => Buffer.compare(bytes, input) !== 0).length > 90, true, "too few changes");
});

test("header pairs are judged as Envoy judges them", () => {
  const good = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 97, 0, 98, 0];
  assert.equal(wellFormed(Uint8Array.from(good)), true);
  assert.equal(wellFormed(new Uint8Array()), true);
  for (const [at, value] of [
    [0, 2],
    [4, 2],
    [8, 0],
    [13, 1],
    [15, 1],
  ] as const) {
    assert.equal(wellFormed(Uint8Array.from(good, (byte, i) => (i === at ? value : byte))), false, `byte ${at}`);
  }
  assert.equal(wellFormed(Uint8Array.from(good.slice(0, -1))), false);
  assert.equal(wellFormed(Uint8Array.from([...good, 0])), false);
});

const corpusFindings: FindingReport[] = [];
const corpora = await fuzz({ seed: 1, limit: { seconds: 0 }, finding: (finding) => void corpusFindings.push(finding) });

test("without a target's name all of them run, their corpus before the time is looked at", () => {
  assert.deepEqual(corpusFindings, []);
  assert.deepEqual(
    corpora.map(({ target, executions }) => [target, executions > 0]),
    allTargets().map(({ name }) => [name, true]),
  );
});

for (const { target: name, executions: ofCorpus } of corpora) {
  test(`${name} holds on its corpus and on random inputs`, async () => {
    const findings: FindingReport[] = [];
    // By a number and not by time: a busy machine gets through fewer in the same seconds.
    const executions = ofCorpus + RANDOM_EXECUTIONS;
    const finding = (found: FindingReport): void => void findings.push(found);
    const counts = await fuzz({ seed: 1, limit: { executions }, target: name, finding });
    assert.deepEqual(
      findings.map(({ message, shown }) => `${message}: ${shown}`),
      [],
    );
    assert.deepEqual(
      counts.map((count) => [count.target, count.executions >= executions]),
      [[name, true]],
    );
    assert.equal(corpus(name).length > 0, true, "a target without a corpus");
  });
}
