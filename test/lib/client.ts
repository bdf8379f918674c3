/**
 * Clients: single requests with all there is to see, and loads of many. Loads count what came back; what happened on
 * the other side is the backend's log. gRPC is in grpc.ts.
 */
import { Agent, request as h1Request, type IncomingHttpHeaders } from "node:http";
import { connect, type ClientHttp2Session } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { ID_HEADER, SENT_HEADER } from "./backend.ts";

export interface RequestOptions {
  /** An address. Default 127.0.0.1. */
  host?: string;
  port: number;
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string;
  /** Sent as `x-test-id`. */
  id?: string;
  agent?: Agent;
  /** After this time the request is given up. Default 30 s. */
  timeoutMs?: number;
}

export interface Response {
  status: number;
  /** All header pairs as received, names in lower case. */
  headers: [string, string][];
  trailers: [string, string][];
  body: string;
  ms: number;
}

/** First value of a header of a response. */
export function header(response: Response, name: string): string | undefined {
  return response.headers.find(([n]) => n === name)?.[1];
}

function pairs(raw: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) list.push([(raw[i] ?? "").toLowerCase(), raw[i + 1] ?? ""]);
  return list;
}

/** One HTTP/1.1 request. Rejects when no whole response came. */
export function request(options: RequestOptions): Promise<Response> {
  const { host = "127.0.0.1", port, method = "GET", path = "/", body, id, agent, timeoutMs = 30_000 } = options;
  const headers = id === undefined ? options.headers : { ...options.headers, [ID_HEADER]: id };
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const target = { host, port, method, path, headers, agent: agent ?? false, timeout: timeoutMs };
    const sent = h1Request(target, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: pairs(response.rawHeaders),
          trailers: pairs(response.rawTrailers),
          body: Buffer.concat(chunks).toString("utf8"),
          ms: performance.now() - began,
        }),
      );
    });
    sent.on("timeout", () => sent.destroy(new Error(`no answer in ${timeoutMs} ms`)));
    sent.on("error", reject);
    sent.end(body);
  });
}

/** An HTTP/2 connection without TLS. */
export class H2Client {
  private readonly session: ClientHttp2Session;

  constructor(port: number) {
    this.session = connect(`http://127.0.0.1:${port}`);
    this.session.on("error", () => undefined);
  }

  /** One request. Rejects when the stream is reset or the connection lost. */
  request(options: Omit<RequestOptions, "port" | "agent">): Promise<Response> {
    const { method = "GET", path = "/", body, id, timeoutMs = 30_000 } = options;
    const began = performance.now();
    return new Promise((resolve, reject) => {
      const stream = this.session.request(
        { ":method": method, ":path": path, ...options.headers, ...(id === undefined ? {} : { [ID_HEADER]: id }) },
        { endStream: body === undefined },
      );
      let status = 0;
      let headers: [string, string][] = [];
      let trailers: [string, string][] = [];
      const chunks: Buffer[] = [];
      // The list of raw pairs is an argument that the type declarations leave out.
      stream.on(
        "response",
        (parsed: IncomingHttpHeaders & { ":status"?: number }, _flags: number, ...rest: unknown[]) => {
          status = parsed[":status"] ?? 0;
          headers = pairs((rest[0] as string[] | undefined) ?? []).filter(([name]) => !name.startsWith(":"));
        },
      );
      stream.on("trailers", (_parsed: IncomingHttpHeaders, _flags: number, ...rest: unknown[]) => {
        trailers = pairs((rest[0] as string[] | undefined) ?? []);
      });
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.setTimeout(timeoutMs, () => stream.destroy(new Error(`no answer in ${timeoutMs} ms`)));
      stream.on("error", reject);
      stream.on("close", () => {
        if (status === 0) reject(new Error(`stream closed without an answer (HTTP/2 code ${stream.rstCode})`));
        else if (stream.rstCode !== 0) reject(new Error(`stream reset after headers (HTTP/2 code ${stream.rstCode})`));
        else
          resolve({
            status,
            headers,
            trailers,
            body: Buffer.concat(chunks).toString("utf8"),
            ms: performance.now() - began,
          });
      });
      if (body !== undefined) stream.end(body);
    });
  }

  close(): void {
    this.session.destroy();
  }
}

export interface LoadOptions {
  /** An address. Default 127.0.0.1. */
  host?: string;
  port: number;
  /** Concurrent clients, each with a keep-alive connection of its own. */
  clients: number;
  /** Requests in all; the load ends when they are answered. */
  originals?: number;
  /** No request begins after this time, ms. At least one of the two limits. */
  durationMs?: number;
  /** Each client begins a request every `everyMs` (or when the last one is answered, if later); absent: at once. */
  everyMs?: number;
  /** Ids are `<prefix>-<n>`. */
  prefix?: string;
  path?: string;
  headers?: Record<string, string>;
  /** Called with each answer, in the order in which they come. */
  onAnswer?: (n: number, response: Response) => void;
}

export interface LoadResult {
  /** Requests sent. */
  sent: number;
  /** Answers by status. */
  statuses: Record<number, number>;
  /** Requests that got no whole answer. */
  errors: number;
  /** Latencies of the answers, ms, sorted. */
  latencies: Float64Array;
  durationMs: number;
}

/** The q-quantile (0..1) of sorted values; 0 when there are none. */
export function quantile(sorted: Float64Array, q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? 0;
}

/** Runs a load over HTTP/1.1: closed-loop clients, or paced ones with `everyMs`, their starts spread evenly. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const { port, clients, originals = Infinity, durationMs = Infinity, everyMs = 0, prefix = "r" } = options;
  if (originals === Infinity && durationMs === Infinity) throw new Error("a load needs originals or durationMs");
  const began = performance.now();
  const statuses: Record<number, number> = {};
  const latencies: number[] = [];
  let sent = 0;
  let errors = 0;

  const client = async (index: number): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let next = began + (everyMs * index) / clients;
    for (;;) {
      const pause = next - performance.now();
      if (pause > 0) await sleep(pause);
      if (sent >= originals || performance.now() - began >= durationMs) break;
      const n = sent++;
      try {
        const response = await request({
          ...(options.host === undefined ? {} : { host: options.host }),
          port,
          agent,
          id: `${prefix}-${n}`,
          ...(options.path === undefined ? {} : { path: options.path }),
          headers: { ...options.headers, [SENT_HEADER]: String(process.hrtime.bigint()) },
        });
        statuses[response.status] = (statuses[response.status] ?? 0) + 1;
        latencies.push(response.ms);
        options.onAnswer?.(n, response);
      } catch {
        errors++;
      }
      next = Math.max(next + everyMs, everyMs > 0 ? performance.now() : 0);
    }
    agent.destroy();
  };
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
  return {
    sent,
    statuses,
    errors,
    latencies: Float64Array.from(latencies).sort(),
    durationMs: performance.now() - began,
  };
}
