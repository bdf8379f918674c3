/**
 * The end of `npm start`: both Envoys stay up in front of backends in a total outage, for everybody to try.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { always, startBackend } from "../lib/backend.ts";
import { startKeeper, type Run } from "./run.ts";

const INTERVAL_MS = 10_000;

/** Starts both, says how to try them, and waits for Ctrl-C, on which the process ends with 0. */
export async function stayUp(percent: number): Promise<void> {
  const program = always({ status: 503, body: "the backend is down\n" });
  const backends = [await startBackend({ program }), await startBackend({ program })] as const;
  const run: Omit<Run, "keeper"> = { fault: "outage-503", clients: 1, workers: 2, percent, intervalMs: INTERVAL_MS };
  const ours = await startKeeper({ ...run, keeper: "pointduty" }, backends[0]);
  const native = await startKeeper({ ...run, keeper: "native" }, backends[1]);

  const counts = createServer((_request, response) => {
    void Promise.all(backends.map((backend) => backend.counts())).then(([a, b]) => {
      const answer = {
        pointduty: { originals: a?.originals, retries: a?.retries },
        native: { originals: b?.originals, retries: b?.retries },
      };
      response.setHeader("content-type", "application/json");
      response.end(`${JSON.stringify(answer)}\n`);
    });
  });
  await new Promise<void>((resolve) => counts.listen(0, "127.0.0.1", resolve));
  const url = (port: number): string => `http://127.0.0.1:${port}/`;
  const lines = [
    "",
    `Both Envoys stay up, each in front of a backend that answers 503, with a budget of ${percent} %. Try them:`,
    "",
    "  # one request; the backend's own answer is kept",
    `  curl -i '${url(ours.envoy.port())}'`,
    "  # a hundred requests through Pointduty, then through Envoy's own retry_budget",
    `  curl -s -o /dev/null '${url(ours.envoy.port())}[1-100]'`,
    `  curl -s -o /dev/null '${url(native.envoy.port())}[1-100]'`,
    "  # what reached the two backends",
    `  curl -s '${url((counts.address() as AddressInfo).port)}'`,
    "",
    `Admin: ${url(ours.envoy.adminPort)}stats?filter=pointduty (Pointduty), ${url(native.envoy.adminPort)} (native)`,
    "Ctrl-C ends it.",
    "",
  ];
  process.stdout.write(lines.join("\n"));
  // What was started ends with this process (test/lib/cleanup.ts), whatever ends it.
  process.once("SIGINT", () => process.exit(0));
  await new Promise(() => undefined);
}
