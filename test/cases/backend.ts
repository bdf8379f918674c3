/**
 * The backend of the cases: servers of test/lib in this process, which answer each request as its case says and keep what
 * reached them under the request's id.
 */
import type { Arrived } from "../../cli/cases/expect.ts";
import type { Answer as CaseAnswer } from "../../cli/cases/types.ts";
import { ID_HEADER } from "../lib/backend.ts";
import type { Answer } from "../lib/program.ts";
import { h1Server, h2Server, type Request } from "../lib/servers.ts";

/** What Envoy appends to the authority of a copy (a mirrored request). */
const COPY = "-shadow";

interface Expected {
  readonly answers: readonly Answer[];
  readonly arrivals: Arrived[];
}

export class CaseBackend {
  private readonly expected = new Map<string, Expected>();
  /** Ports of the HTTP/1.1 and the HTTP/2 server. */
  h1 = 0;
  h2 = 0;

  /** They end with this process, which they do not keep alive. */
  static async start(): Promise<CaseBackend> {
    const backend = new CaseBackend();
    const arrived = (request: Request): Answer => backend.arrived(request);
    backend.h1 = (await h1Server(0, arrived, () => undefined)).port;
    backend.h2 = (await h2Server(0, arrived, () => undefined)).port;
    return backend;
  }

  /** Says what the attempts of a request are answered. Returns the list of its arrivals, which grows. */
  expect(id: string, answers: readonly CaseAnswer[]): readonly Arrived[] {
    const arrivals: Arrived[] = [];
    this.expected.set(id, { answers: answers.map(programmed), arrivals });
    return arrivals;
  }

  private arrived({ id, method, path, headers }: Request): Answer {
    const known = this.expected.get(id ?? "");
    if (!known) return { status: 500, body: `${ID_HEADER} ${id} is unknown` };
    const pairs = headers();
    const authority = pairs.find(([name]) => name === "host" || name === ":authority")?.[1] ?? "";
    const { answers, arrivals } = known;
    if (authority.endsWith(COPY)) return answers[0] ?? {};
    arrivals.push({
      method,
      path,
      authority,
      headers: pairs.filter(([name]) => name !== "host" && !name.startsWith(":")),
    });
    return answers[Math.min(arrivals.length, answers.length) - 1] ?? {};
  }
}

function programmed({ fault, status, headers, body, trailers, delayMs }: CaseAnswer): Answer {
  if (fault) return { fault: fault === "timeout" ? "never" : "reset", delayMs };
  return {
    status,
    headers: headers.map(([name, value]) => [name, value]),
    body,
    delayMs,
    ...(trailers && { trailers: trailers.map(([name, value]) => [name, value] as [string, string]) }),
  };
}
