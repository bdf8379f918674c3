/** Drives the probe `attempts` through a real Envoy. */
import { startBackend, type Answer, type Backend } from "../lib/backend.ts";
import { startEnvoy, type Envoy } from "../lib/envoy.ts";
import { ATTEMPTS_REQUESTS, clientLine, parseAnswer, ROUTES, type AttemptsRequest } from "./attempts.ts";
import { bootstrap, cluster, listener, wasmFilter, type Message } from "./bootstrap.ts";
import { send } from "./client.ts";
import { ProbeLog } from "./probe-log.ts";
import type { Section } from "./sections.ts";

/** Real time is this much slower than the times of the requests and routes, so that a busy machine keeps their order. */
const SLOWER = 3;
const ACCESS = "ACCESS %RESPONSE_CODE% %RESPONSE_CODE_DETAILS% %RESPONSE_FLAGS%";

function seconds(ms: number): string {
  return `${(ms * SLOWER) / 1000}s`;
}

function route(name: string): Message {
  const { retryOn, numRetries, retriableStatusCodes, perTryTimeoutMs, hedgeOnPerTryTimeout, timeoutMs } =
    ROUTES[name] ?? {};
  const retry = {
    retry_on: retryOn,
    num_retries: numRetries,
    retry_back_off: { base_interval: "0.001s", max_interval: "0.001s" },
    ...(retriableStatusCodes !== undefined && { retriable_status_codes: retriableStatusCodes }),
    ...(perTryTimeoutMs !== undefined && { per_try_timeout: seconds(perTryTimeoutMs) }),
  };
  return {
    name,
    match: { prefix: "/", headers: [{ name: "x-route", string_match: { exact: name } }] },
    route: {
      cluster: name.startsWith("refused") ? "refused" : "backend",
      ...(retryOn !== undefined && { retry_policy: retry }),
      ...(timeoutMs !== undefined && { timeout: seconds(timeoutMs) }),
      ...(hedgeOnPerTryTimeout && { hedge_policy: { hedge_on_per_try_timeout: true } }),
    },
  };
}

/** Times that a request is sent whose events a busy machine may have put in another order. */
const TRIES = 3;

/**
 * Sends every request, one after the other.
 * @param code bytes of the probe
 * @param version of Envoy; default as everywhere
 * @param expected whether a section is as expected; one with times that is not is asked for again, since a difference is
 *   real only if it stays
 */
export async function attemptsOfEnvoy(
  code: Uint8Array,
  version: string | undefined,
  expected: (section: Section) => boolean,
): Promise<Section[]> {
  const backend = await startBackend();
  const nobody = await startBackend();
  await nobody.close();
  try {
    const probe = wasmFilter({ code, name: "a", rootId: "a", vmId: "a" });
    const virtualHost = { include_request_attempt_count: true, include_is_timeout_retry_header: true };
    const routes = Object.keys(ROUTES).map(route);
    const envoy = await startEnvoy({
      bootstrap: bootstrap(
        "n",
        [listener({ name: "main", upstream: [probe], virtualHost, routes, accessLog: ACCESS })],
        [cluster("backend", backend.port), cluster("refused", nobody.port)],
      ),
      workers: 1,
      logLevel: "info",
      ...(version !== undefined && { version }),
    });
    try {
      const log = new ProbeLog(envoy);
      log.take();
      const sections: Section[] = [];
      for (const one of ATTEMPTS_REQUESTS) {
        const timed = /@|hang/.test(one.answers);
        let last = await section(envoy, backend, log, one);
        for (let tries = 1; timed && tries < TRIES && !expected(last); tries++) {
          last = await section(envoy, backend, log, one);
        }
        sections.push(last);
      }
      await envoy.stop();
      return sections;
    } finally {
      await envoy.stop().catch(() => undefined);
    }
  } finally {
    await backend.close();
  }
}

async function section(envoy: Envoy, backend: Backend, log: ProbeLog, one: AttemptsRequest): Promise<Section> {
  await backend.reset();
  await backend.program({ kind: "attempts", answers: one.answers.split(",").map(answer) });
  const headers = ["host", "h", "x-route", one.route, "x-do", one.does ?? "-"];
  if (one.grpc) headers.push("content-type", "application/grpc", "te", "trailers");
  const leaving = one.leaves === undefined ? {} : { leaveAfterMs: one.leaves * SLOWER };
  const got = await send({ port: envoy.port(), path: "/", headers, ...leaving });
  await log.settle();
  const { probe, access } = log.take();
  const hits = (await backend.events()).length;
  const client = clientLine(got, (name) => got?.headers.get(name), hits);
  // The access log of a client that went away tells of that client, and the offline host has none.
  return { name: one.name, lines: [...probe.map(({ text }) => text), ...(got ? access : []), client] };
}

function answer(word: string): Answer {
  const { status, fault, headers, body, afterMs } = parseAnswer(word);
  if (fault === "hang") return { fault: "never" };
  const delayMs = afterMs * SLOWER;
  return fault === "reset" ? { fault, delayMs } : { status, headers, body, delayMs };
}
