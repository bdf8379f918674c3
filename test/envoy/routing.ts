/** What the tests of header-routing through Envoy share: backends that say what they got, and requests with any headers. */
import { createServer, request as h1Request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Message } from "../lib/bootstrap.ts";

export type Pairs = readonly (readonly [name: string, value: string])[];

/**
 * Routes as a platform has them for binding header: one for each arm, and the first arm's for all else; all of them remove
 * the header.
 * @param action of an arm; default: its name is its cluster's
 */
export function armRoutes(arms: readonly string[], action = (arm: string): Message => ({ cluster: arm })): Message[] {
  const remove = { request_headers_to_remove: ["x-pd-arm"] };
  const routes = arms.map((arm) => ({
    match: { prefix: "/", headers: [{ name: "x-pd-arm", string_match: { exact: arm } }] },
    route: action(arm),
    ...remove,
  }));
  return [...routes, { match: { prefix: "/" }, route: action(arms[0] ?? ""), ...remove }];
}

/** A backend of one arm. It keeps the headers of all requests, by path, and answers with its name. */
export class Arm {
  readonly name: string;
  readonly seen: { readonly path: string; readonly headers: [string, string][] }[] = [];
  /** Status of the answers; "reset": the connection is torn down; "hang": there is none. */
  status: number | "reset" | "hang" = 200;
  readonly #server: Server;

  private constructor(name: string) {
    this.name = name;
    this.#server = createServer((request, response) => {
      const { rawHeaders: raw } = request;
      const headers = Array.from({ length: raw.length / 2 }, (_, i): [string, string] => [
        (raw[2 * i] ?? "").toLowerCase(),
        raw[2 * i + 1] ?? "",
      ]);
      this.seen.push({ path: request.url ?? "", headers });
      if (this.status === "reset") request.socket.destroy();
      else if (this.status !== "hang") response.writeHead(this.status).end(name);
    });
    this.#server.keepAliveTimeout = 60_000;
  }

  /** @param port 0: the system's choice */
  static async start(name: string, port = 0): Promise<Arm> {
    const arm = new Arm(name);
    await new Promise<void>((resolve) => arm.#server.listen(port, "127.0.0.1", resolve));
    return arm;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Whether any request came with this filter's own headers. */
  get sawInternal(): boolean {
    return this.seen.some(({ headers }) => headers.some(([name]) => name.startsWith("x-pd-")));
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

export interface Got {
  readonly status: number;
  /** Name of the arm that answered, or Envoy's own text. */
  readonly body: string;
  readonly headers: Pairs;
}

/** One request with the headers as they are given: twice, in any case, in any order. */
export function ask(
  port: number,
  path = "/",
  headers: Pairs = [],
  authority = "shop",
  host = "127.0.0.1",
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const list = ["host", authority, ...headers.flat()];
    const sent = h1Request({ host, port, path, headers: list, agent: false }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString("latin1")));
      response.on("error", reject);
      response.on("end", () => {
        const { rawHeaders: raw } = response;
        resolve({
          status: response.statusCode ?? 0,
          body,
          headers: Array.from({ length: raw.length / 2 }, (_, i) => [
            (raw[2 * i] ?? "").toLowerCase(),
            raw[2 * i + 1] ?? "",
          ]),
        });
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}
