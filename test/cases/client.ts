/** One client of a case: an HTTP/1.1 connection. Unlike test/lib's it sends header pairs as they are, repeated ones too. */
import { Agent, request as send } from "node:http";
import type { CaseRequest, Pairs } from "../../cli/cases/types.ts";

const PATIENCE_MS = 20_000;

export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Pairs;
  readonly body: string;
}

export class CaseClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private readonly port: number;

  constructor(port: number) {
    this.port = port;
  }

  /** Rejects when no whole answer came. `more`: header pairs of the runner's own. */
  request({ method, scheme, authority, path, headers, body }: CaseRequest, more: Pairs): Promise<Reply> {
    const length: Pairs = body === "" ? [] : [["content-length", String(Buffer.byteLength(body))]];
    const proto: Pairs = scheme === "http" ? [] : [["x-forwarded-proto", scheme]];
    const pairs = [["host", authority], ...headers, ...proto, ...length, ...more];
    const options = { host: "127.0.0.1", port: this.port, method, path, agent: this.agent, timeout: PATIENCE_MS };
    return new Promise((resolve, reject) => {
      const sent = send({ ...options, headers: pairs.flat() }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const raw = response.rawHeaders;
          const received: [string, string][] = [];
          for (let i = 0; i + 1 < raw.length; i += 2) received.push([(raw[i] ?? "").toLowerCase(), raw[i + 1] ?? ""]);
          resolve({
            status: response.statusCode ?? 0,
            headers: received,
            body: Buffer.concat(chunks).toString("latin1"),
          });
        });
      });
      sent.on("timeout", () => sent.destroy(new Error(`no answer in ${PATIENCE_MS / 1000} s`)));
      sent.on("error", reject);
      sent.end(body === "" ? undefined : body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
