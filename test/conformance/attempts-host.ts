/** Drives the probe `attempts` through the offline host's router model. */
import { OfflineProxy, type OutcomeInput, Router, text } from "../../cli/host/index.ts";
import { ATTEMPTS_REQUESTS, clientLine, parseAnswer, ROUTES, type AttemptsRequest } from "./attempts.ts";
import type { Section } from "./sections.ts";

/** @param code bytes of the probe */
export function attemptsOfHost(code: Uint8Array): Section[] {
  return ATTEMPTS_REQUESTS.map((one) => ({ name: one.name, lines: linesOf(code, one) }));
}

function outcomes(one: AttemptsRequest): OutcomeInput[] {
  if (one.route.startsWith("refused")) return ["connect-failure"];
  return one.answers.split(",").map((word) => {
    const { status, fault, headers, body, afterMs } = parseAnswer(word);
    if (fault !== undefined) return { fault: fault === "hang" ? "timeout" : "reset", afterMs };
    return { status, headers, body, afterMs };
  });
}

function linesOf(code: Uint8Array, one: AttemptsRequest): string[] {
  const proxy = new OfflineProxy();
  const plugin = proxy.load({ code, name: "a", rootId: "a", vmId: "a" });
  const router = new Router(proxy, {
    plugins: [plugin],
    attemptCountHeader: true,
    isTimeoutRetryHeader: true,
    ...ROUTES[one.route],
  });
  const request = router.send(proxy.worker(0), {
    outcomes: outcomes(one),
    headers: [["x-do", one.does ?? "-"], ...(one.grpc ? [["content-type", "application/grpc"] as const] : [])],
  });
  if (one.leaves !== undefined) {
    proxy.advance(one.leaves);
    request.cancel();
  }
  proxy.run();
  const { response } = request;
  const lines = proxy.logs.filter((entry) => entry.level === "info").map((entry) => entry.message);
  const got = response && { status: response.status, body: text(response.body) };
  const access = response && `ACCESS ${response.status} ${response.details} ${response.flags.join(",") || "-"}`;
  const header = (name: string): string | undefined => response?.headers.getText(name);
  return [...lines, ...(access === undefined ? [] : [access]), clientLine(got, header, request.backendHits)];
}
