/** One HTTP/1.1 request with what the conformance tests need: repeated headers, trailers, a client that goes away. */
import { request } from "node:http";

export interface ClientRequest {
  port: number;
  path: string;
  /** Names and values in turn, `host` included. */
  headers: string[];
  /** "" for none. */
  body?: string;
  trailers?: [string, string][];
  /** The client goes away after this time (ms). */
  leaveAfterMs?: number;
}

export interface Got {
  status: number;
  /** The response began and was reset. */
  broken: boolean;
  body: string;
  /** Repeated headers are joined by a comma and a blank. */
  headers: Map<string, string>;
}

const LONGEST = 8000;

/** Resolves to what the client got; undefined when there was no response. */
export function send({
  port,
  path,
  headers,
  body = "",
  trailers,
  leaveAfterMs,
}: ClientRequest): Promise<Got | undefined> {
  const method = body === "" ? "GET" : "POST";
  return new Promise((resolve) => {
    const sent = request({ host: "127.0.0.1", port, method, path, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      const all = new Map(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
      const got = { status: response.statusCode ?? 0, headers: all };
      response.on("end", () => resolve({ ...got, body: text, broken: false }));
      response.on("error", () => resolve({ ...got, body: text, broken: true }));
    });
    sent.on("error", () => resolve(undefined));
    sent.setTimeout(LONGEST, () => sent.destroy());
    if (leaveAfterMs !== undefined) setTimeout(() => sent.destroy(), leaveAfterMs);
    if (body !== "") sent.write(body);
    if (trailers !== undefined) sent.addTrailers(trailers);
    sent.end();
  });
}
