/** Drives the probe `cells` through a real Envoy. */
import { startBackend, type Backend } from "../lib/backend.ts";
import { startEnvoy, type Envoy } from "../lib/envoy.ts";
import { bootstrap, cluster, listener, wasmFilter, type Message } from "./bootstrap.ts";
import {
  ANSWER_HEADERS,
  CELL_REQUESTS,
  CONFIGURATION,
  NODE_ID,
  REQUEST_HEADERS,
  SHADOW_CONFIGURATION,
  TRAILERS,
  VM_CONFIGURATION,
  clientLine,
  type CellRequest,
} from "./cells.ts";
import { send } from "./client.ts";
import { ProbeLog } from "./probe-log.ts";
import type { Section } from "./sections.ts";

const ACCESS = "ACCESS %RESPONSE_CODE% %RESPONSE_CODE_DETAILS% %FILTER_STATE(wasm.probe.state:PLAIN)%";
const RETRY = {
  retry_on: "5xx,reset,connect-failure",
  num_retries: 2,
  retry_back_off: { base_interval: "0.001s", max_interval: "0.002s" },
};

function configuration(code: Uint8Array, port: number): Message {
  const probe = (name: string, vmId: string, text = CONFIGURATION): Message =>
    wasmFilter({ code, name, rootId: "cells_root", vmId, configuration: text, vmConfiguration: VM_CONFIGURATION });
  const routes = (action: Message = {}): Message[] => [
    { name: "the-route", match: { prefix: "/" }, route: { cluster: "backend", retry_policy: RETRY, ...action } },
  ];
  const mirrored = routes({ request_mirror_policies: [{ cluster: "shadow" }] });
  return bootstrap(
    NODE_ID,
    [
      listener({ name: "up", upstream: [probe("up", "probe.vm")], routes: routes(), accessLog: ACCESS }),
      listener({ name: "down", filters: [probe("down", "probe.down")], routes: routes(), accessLog: ACCESS }),
      listener({ name: "mirror", routes: mirrored, accessLog: ACCESS }),
    ],
    [cluster("backend", port), cluster("shadow", port, [probe("shadow", "probe.shadow", SHADOW_CONFIGURATION)])],
  );
}

/**
 * Sends the requests, one after the other. Rejects when Envoy dies.
 * @param code bytes of the probe
 * @param version of Envoy; default as everywhere
 * @param requests default: all of them
 */
export async function cellsOfEnvoy(
  code: Uint8Array,
  version?: string,
  requests: readonly CellRequest[] = CELL_REQUESTS,
): Promise<{ version: string; sections: Section[] }> {
  const backend = await startBackend();
  try {
    const envoy = await startEnvoy({
      bootstrap: configuration(code, backend.port),
      workers: 1,
      logLevel: "info",
      ...(version !== undefined && { version }),
    });
    try {
      const log = new ProbeLog(envoy);
      const sections: Section[] = [{ name: "start", lines: startLines(log) }];
      for (const one of requests) sections.push(await section(envoy, backend, log, one));
      await envoy.stop();
      return { version: envoy.version, sections };
    } finally {
      await envoy.stop().catch(() => undefined);
    }
  } finally {
    await backend.close();
  }
}

/** Canary, main thread and worker, in this order; each thread's lines are in order, but threads write at once. */
function startLines(log: ProbeLog): string[] {
  const lines = log.take().probe.filter(({ plugin }) => plugin.endsWith("probe.vm"));
  const threads = [...new Set(lines.map(({ thread }) => thread))];
  return threads.flatMap((thread) => lines.filter((line) => line.thread === thread).map(({ text }) => text));
}

async function section(envoy: Envoy, backend: Backend, log: ProbeLog, one: CellRequest): Promise<Section> {
  await backend.reset();
  await backend.program({
    kind: "attempts",
    answers: one.statuses.map((status) => ({
      status,
      headers: ANSWER_HEADERS,
      body: one.answer,
      ...(one.trailers && { trailers: TRAILERS }),
    })),
  });
  const got = await send({
    port: envoy.port(one.through),
    path: one.path,
    headers: headersOf(one),
    body: one.body,
    ...(one.trailers && { trailers: TRAILERS }),
  });
  await log.settle();
  const { probe, access } = log.take();
  const lines = probe.map(({ text }) => text);
  // What becomes of a request does not depend on the filters of its mirror.
  if (one.through === "mirror") return { name: one.name, lines };
  const hits = (await backend.events()).length;
  const client = got ? clientLine(one, { ...got, hits }, (name) => got.headers.get(name)) : "CLIENT none";
  return { name: one.name, lines: [...lines, ...access, client] };
}

function headersOf(one: CellRequest): string[] {
  const headers = ["host", "h", "x-mode", one.mode, ...REQUEST_HEADERS.flat()];
  if (one.grpc) headers.push("content-type", "application/grpc");
  if (one.trailers) headers.push("transfer-encoding", "chunked", "trailer", "x-trail");
  else if (one.body !== "") headers.push("content-length", String(one.body.length));
  return headers;
}
