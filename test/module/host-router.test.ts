/**
 * The router model against Envoy 1.40.0: the probe logs what an upstream filter sees of each attempt. What Envoy showed it is recorded in
 * probes/attempts/envoy-1.40.0.txt; the same requests through the offline host must give the same callbacks, the same answer to the client and the same
 * number of backend hits.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  type HeaderInput,
  OfflineProxy,
  type OutcomeInput,
  Router,
  type RouterOptions,
  text,
} from "../../cli/host/index.ts";
import { compileProbe } from "./host-probe.ts";

/** The routes of the recording. */
const ROUTES: Record<string, Partial<RouterOptions>> = {
  plain: { retryOn: "5xx,reset,connect-failure", numRetries: 2 },
  grpc: { retryOn: "unavailable,cancelled", numRetries: 2 },
  ratelimited: { retryOn: "5xx,envoy-ratelimited", numRetries: 2 },
  none: {},
  refused: { retryOn: "connect-failure", numRetries: 1 },
  refused5xx: { retryOn: "5xx", numRetries: 1 },
  codes: { retryOn: "retriable-status-codes,retriable-4xx", numRetries: 1, retriableStatusCodes: [418] },
  gateway: { retryOn: "gateway-error", numRetries: 1 },
  pertry: { retryOn: "5xx", numRetries: 1, perTryTimeoutMs: 60 },
  "pertry-reset": { retryOn: "connect-failure", numRetries: 1, perTryTimeoutMs: 60 },
  timeout: { retryOn: "5xx", numRetries: 1, timeoutMs: 60 },
  hedge: { retryOn: "5xx", numRetries: 2, perTryTimeoutMs: 60, hedgeOnPerTryTimeout: true, timeoutMs: 500 },
};

/** `503deny@90body` and so on: the recording's words for what the backend does. */
function outcome(word: string): OutcomeInput {
  const match = /^(\d+)?(deny)?(reset|hang)?(g\d+)?(@\d+)?(body)?$/.exec(word);
  assert.ok(match, `outcome ${word}`);
  const [, status, deny, fault, grpc, after, body] = match;
  const afterMs = after ? Number(after.slice(1)) : 0;
  if (fault) return { fault: fault === "hang" ? "timeout" : "reset", afterMs };
  const headers: HeaderInput = [
    ...(deny ? [["x-deny", "1"] as const] : []),
    ...(grpc ? [["grpc-status", grpc.slice(1)] as const] : []),
  ];
  return { status: Number(status), headers, body: body ? "answer" : "", afterMs };
}

const code = await compileProbe("attempts");
const sections = readFileSync(new URL("./probes/attempts/envoy-1.40.0.txt", import.meta.url), "latin1")
  .split(/^## /m)
  .slice(1);

for (const section of sections) {
  const [title = "", ...lines] = section.trimEnd().split("\n");
  const [name = "", route = "", words = "", does = "", grpc] = title.split(" | ");
  test(name, () => {
    const proxy = new OfflineProxy();
    const plugin = proxy.load({ code, name: "a", rootId: "a", vmId: "a" });
    const router = new Router(proxy, {
      plugins: [plugin],
      attemptCountHeader: true,
      isTimeoutRetryHeader: true,
      ...ROUTES[route],
    });
    const outcomes: OutcomeInput[] = route.startsWith("refused") ? ["connect-failure"] : words.split(",").map(outcome);
    const request = router.send(proxy.worker(0), {
      outcomes,
      headers: [["x-do", does], ...(grpc ? [["content-type", "application/grpc"] as const] : [])],
    });
    if (name === "client goes away") {
      proxy.advance(50);
      request.cancel();
    }
    proxy.run();
    assert.deepEqual(
      proxy.logs.map((entry) => entry.message),
      lines.filter((line) => !/^(ACCESS|CLIENT)/.test(line)),
    );
    const { response } = request;
    const [, access, details, flags] = /^ACCESS (\d+) (\S+) (\S+)$/m.exec(section) ?? [];
    const [, client, hits] = /^CLIENT (.*) HITS (\d+)$/m.exec(section) ?? [];
    assert.equal(request.backendHits, Number(hits));
    assert.equal(router.backendHits, Number(hits));
    if (client?.startsWith("error")) {
      assert.equal(response, undefined);
      return;
    }
    assert.ok(response);
    assert.deepEqual(
      [String(response.status), response.details, response.flags.join(",") || "-"],
      [access, details, flags],
    );
    const marks = `${response.headers.get("x-envoy-ratelimited") ? "ratelimited" : ""}${response.headers.get("grpc-status") ? ` grpc-status ${response.headers.getText("grpc-status")}` : ""}`;
    assert.equal(`${response.status} ${text(response.body)} ${marks}`.trim(), client);
  });
}
