/**
 * The HTTP servers of a backend. They parse a request, ask `arrived` what to do, and do it.
 */
import { createServer as createH1, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";
import {
  constants,
  createServer as createH2,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { ANSWERS_HEADER, ID_HEADER, SENT_HEADER, type Tls } from "./backend.ts";
import type { Answer } from "./program.ts";

/** A request as the log wants it. */
export interface Request {
  id: string | undefined;
  method: string;
  path: string;
  headers: () => [string, string][];
  /** Values of the headers of that name. */
  answers: string | undefined;
  sent: string | undefined;
}
export type Arrived = (request: Request) => Answer;

export interface Server {
  port: number;
  /** Closes the open connections. */
  hangUp(): void;
}
export type Make = (port: number, arrived: Arrived, connected: () => void) => Promise<Server>;

export const HOST = "127.0.0.1";

export function later(ms: number | undefined, act: () => void): void {
  if (ms === undefined || ms <= 0) act();
  else setTimeout(act, ms);
}

function pairs(raw: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) list.push([(raw[i] ?? "").toLowerCase(), raw[i + 1] ?? ""]);
  return list;
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function listen(
  server: {
    listen(port: number, host: string, done: () => void): unknown;
    on: NodeJS.EventEmitter["on"];
    unref(): unknown;
  },
  port: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(port, HOST, resolve);
    // A backend's process lives as long as its channel; in a test's own process the servers must not keep it alive.
    server.unref();
  });
}

const overHttp1 =
  (tls?: Tls): Make =>
  async (port, arrived, connected) => {
    const sockets = new Set<Socket>();
    const serve = (request: IncomingMessage, response: ServerResponse): void => {
      request.resume();
      const answer = arrived({
        id: one(request.headers[ID_HEADER] ?? request.headers["x-request-id"]),
        method: request.method ?? "",
        path: request.url ?? "",
        headers: () => pairs(request.rawHeaders),
        answers: one(request.headers[ANSWERS_HEADER]),
        sent: one(request.headers[SENT_HEADER]),
      });
      later(answer.delayMs, () => answerH1(request, response, answer));
    };
    // Envoy keeps connections; a server that closed idle ones would add resets that no test asked for.
    const patience = { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 };
    const server = tls ? createHttps({ ...tls, ...patience }, serve) : createH1(patience, serve);
    server.on("connection", (socket: Socket) => {
      connected();
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    });
    await listen(server, port);
    return {
      port: (server.address() as AddressInfo).port,
      hangUp: () => sockets.forEach((socket) => socket.destroy()),
    };
  };

/** HTTP/1.1. */
export const h1Server: Make = overHttp1();

/** HTTP/1.1 over TLS. */
export function httpsServer(tls: Tls): Make {
  return overHttp1(tls);
}

function answerH1(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (answer.fault === "never") return;
  if (answer.fault === "close") return void request.socket.destroy();
  if (answer.fault === "reset" || answer.fault === "refuse") return void request.socket.resetAndDestroy();
  response.statusCode = answer.status ?? 200;
  for (const [name, value] of answer.headers ?? []) response.appendHeader(name, value);
  if (answer.fault === "reset-after-headers") {
    response.setHeader("content-length", "1000");
    response.write("x", () => request.socket.resetAndDestroy());
    return;
  }
  if (answer.trailers) {
    response.write(answer.body ?? "");
    response.addTrailers(answer.trailers);
  }
  response.end(answer.trailers ? undefined : (answer.body ?? ""));
}

/** HTTP/2 without TLS. */
export const h2Server: Make = async (port, arrived, connected) => {
  const sessions = new Set<ServerHttp2Session>();
  const server = createH2();
  server.on("session", (session) => {
    connected();
    sessions.add(session);
    session.on("error", () => undefined);
    session.once("close", () => sessions.delete(session));
  });
  server.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, ...rest: unknown[]) => {
    stream.on("error", () => undefined);
    stream.resume();
    const answer = arrived({
      id: one(headers[ID_HEADER] ?? headers["x-request-id"]),
      method: one(headers[":method"]) ?? "",
      path: one(headers[":path"]) ?? "",
      // The list of raw pairs is an argument that the type declarations leave out.
      headers: () => pairs((rest[0] as string[] | undefined) ?? []),
      answers: one(headers[ANSWERS_HEADER]),
      sent: one(headers[SENT_HEADER]),
    });
    later(answer.delayMs, () => answerH2(stream, answer));
  });
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    hangUp: () => sessions.forEach((session) => session.destroy()),
  };
};

function answerH2(stream: ServerHttp2Stream, answer: Answer): void {
  if (answer.fault === "never" || stream.destroyed) return;
  if (answer.fault === "close") return void stream.session?.destroy();
  if (answer.fault === "reset") return stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  if (answer.fault === "refuse") return stream.close(constants.NGHTTP2_REFUSED_STREAM);
  const headers: Record<string, string | string[] | number> = { ":status": answer.status ?? 200 };
  for (const [name, value] of answer.headers ?? []) {
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat().map(String);
  }
  const trailers = answer.trailers;
  const body = answer.body ?? "";
  if (!trailers && body === "" && answer.fault === undefined) {
    stream.respond(headers, { endStream: true });
    return;
  }
  stream.respond(headers, trailers ? { waitForTrailers: true } : {});
  if (answer.fault === "reset-after-headers") {
    stream.write("x", () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
    return;
  }
  if (trailers) stream.once("wantTrailers", () => stream.sendTrailers(Object.fromEntries(trailers)));
  stream.end(body);
}
