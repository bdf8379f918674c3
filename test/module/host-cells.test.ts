/**
 * The offline host against Envoy 1.40.0, call by call: the probe module calls host functions in every callback and logs the answers. What Envoy answered
 * is recorded in probes/cells/envoy-1.40.0.txt; here the same requests run through the offline host, and every line must be the same.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  type HeaderInput,
  type LoadedPlugin,
  OfflineProxy,
  DownstreamRequest,
  Router,
  text,
} from "../../cli/host/index.ts";
import { compileProbe } from "./host-probe.ts";

const MODES: HeaderInput = [
  ["x-twice", "a"],
  ["x-twice", "b"],
];
const GRPC: HeaderInput = [["content-type", "application/grpc"]];
const BACKEND_HEADERS: HeaderInput = [
  ["x-back", "1"],
  ["x-back", "2"],
  ["x-twice", "a"],
  ["x-twice", "b"],
  ["date", "d"],
  // Enough bytes for the map to count as "many", as the real response's are.
  ["server", "a backend of ours, with a name that is long enough"],
];

const recorded = readFileSync(new URL("./probes/cells/envoy-1.40.0.txt", import.meta.url), "latin1")
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const [name = "", ...lines] = section.trimEnd().split("\n");
    return { name, lines };
  });

const code = await compileProbe("cells");
const proxy = new OfflineProxy({ clusters: ["backend", "shadow"], node: { id: "node-1" } });
const load = (name: string, vmId: string, configuration: string) => {
  const plugin = proxy.load({ code, name, rootId: "cells_root", vmId, vmConfiguration: "vm config", configuration });
  assert.equal(plugin.reason, "");
  return plugin;
};

/** The lines that the probe logged since the last call. */
function takeLines(thread?: string): string[] {
  const lines = proxy.logs
    .filter((entry) => (thread === undefined || entry.thread === thread) && entry.level === "info")
    .map((entry) => entry.message);
  proxy.logs.length = 0;
  return lines;
}

const shadow = load("shadow", "probe.shadow", "no calls");
proxy.logs.length = 0;
const up = load("up", "probe.vm", "the configuration");
const start = proxy.logs.map((entry) => entry.thread);
const startLines = takeLines("canary");
const down = load("down", "probe.down", "the configuration");
proxy.logs.length = 0;

/** One request as the recording sent it. `through` chooses where the probe sits. */
function send(
  through: "up" | "down" | "mirror",
  mode: string,
  options: { grpc?: boolean; body?: string; path?: string; statuses?: number[]; empty?: boolean },
) {
  const headers: HeaderInput = [
    [":path", options.path ?? "/p?x=1"],
    [":authority", "h"],
    ["x-mode", mode],
    ...MODES,
    ...(options.grpc ? GRPC : []),
  ];
  const outcomes = (options.statuses ?? [200]).map((status) => ({
    status,
    headers: BACKEND_HEADERS,
    body: options.empty ? "" : "answer",
  }));
  const worker = proxy.worker(0);
  if (through === "down") return downstream(headers, options);
  const plugins: LoadedPlugin[] = [through === "up" ? up : shadow];
  const router = new Router(proxy, {
    plugins,
    retryOn: "5xx,reset,connect-failure",
    numRetries: 2,
    cluster: through === "up" ? "backend" : "shadow",
    route: "the-route",
    virtualHost: "vh",
  });
  // The recording's backend sends a body in two pieces; the model sends one.
  const request = router.send(worker, {
    headers,
    outcomes,
    ...(options.body !== undefined && { body: options.body }),
    mirror: through === "mirror",
  });
  proxy.run();
  proxy.advance(100);
  return {
    access: `ACCESS ${request.response?.status} ${request.response?.details} ${state(request.request)}`,
    client: `CLIENT ${request.response?.status} ${text(request.response?.body ?? new Uint8Array())}`,
    hits: request.backendHits,
  };
}

function state(request: DownstreamRequest): string {
  const value = request.filterState("probe.state");
  return value ? text(value) : "-";
}

function downstream(headers: HeaderInput, options: { body?: string; empty?: boolean }) {
  const request = new DownstreamRequest({ cluster: "backend", route: "the-route", virtualHost: "vh" });
  const stream = proxy.worker(0).stream(down, { request });
  stream.requestHeaders([[":method", "GET"], [":scheme", "http"], ...headers], {
    endOfStream: options.body === undefined,
  });
  if (options.body !== undefined) stream.requestBody(options.body, { endOfStream: true });
  let status = stream.localReply?.status;
  if (!stream.localReply) {
    // What the router does before a downstream filter sees the response.
    request.attemptCount = 1;
    status = request.responseCode = 200;
    stream.responseHeaders([[":status", "200"], ...BACKEND_HEADERS], { endOfStream: options.empty ?? false });
    if (!options.empty) stream.responseBody("answer", { endOfStream: true });
  }
  stream.end();
  proxy.advance(100);
  return {
    access: `ACCESS ${request.responseCode ?? status} ${stream.localReply?.details ?? "via_upstream"} ${state(request)}`,
    client: `CLIENT ${status}`,
    hits: 0,
  };
}

/** Bodies arrive in pieces of the codec's choice in Envoy, in one piece here: the empty last piece is left out on both sides. */
function withoutEmptyPieces(lines: readonly string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    if (/_body\|sizes\|0\|1$/.test(line)) {
      i += 2;
      continue;
    }
    out.push(line.replace(/(_body\|sizes\|\d+\|)[01]$/, "$1"));
  }
  return out;
}

/** Names the first line that differs: a diff of hundreds of lines tells nobody anything. */
function assertSameLines(actual: readonly string[], expected: readonly string[]): void {
  const at = expected.findIndex((line, index) => line !== actual[index]);
  if (at >= 0) assert.equal(actual[at], expected[at], `line ${at + 1}: the offline host and Envoy differ`);
  assert.equal(actual.length, expected.length, `the offline host logged more: ${actual[expected.length] ?? ""}`);
}

test("start: canary first, then the main thread, then the worker", () => {
  assert.deepEqual([...new Set(start)], ["canary", "main", "worker 0"]);
  assertSameLines(startLines, recorded[0]?.lines ?? []);
});

for (const { name, lines } of recorded.slice(1)) {
  const [through = "", mode = "", grpc] = name.split(" ");
  test(name, () => {
    const body = mode === "body";
    const retries = mode === "state";
    const sent = send(through as "up", name === "up after trap" ? "all" : body ? "none" : mode, {
      grpc: grpc === "grpc" || mode === "reply-grpc-ok",
      ...(body && { body: "request body", path: "/" }),
      ...(retries && { statuses: [503, 503, 200], empty: true, path: "/?status=503,503,200&empty" }),
    });
    const probed = lines.filter((line) => !/^(ACCESS|CLIENT)/.test(line));
    assertSameLines(withoutEmptyPieces(takeLines()), withoutEmptyPieces(probed));
    if (through === "mirror") return;
    assert.equal(
      sent.access,
      lines.find((line) => line.startsWith("ACCESS")),
    );
  });
}
