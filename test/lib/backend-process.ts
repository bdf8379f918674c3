/**
 * The process of a backend: the log of arrivals, the program, and one of the servers. Ends with its parent.
 */
import type { Arrival, Call, Counts, Settings } from "./backend.ts";
import { always, start, type Answer, type Chooser, type Program } from "./program.ts";
import { h1Server, h2Server, httpsServer, type Arrived, type Make, type Server } from "./servers.ts";

process.on("disconnect", () => process.exit());
// Ctrl-C goes to the whole group of processes; it is the parent that decides when this one ends.
process.on("SIGINT", () => undefined);

/** The gRPC library takes a while to load: only where it is used. */
async function maker({ kind, tls }: Settings): Promise<Make> {
  if (kind === "grpc") return (await import("./grpc.ts")).grpcServer;
  if (kind === "h2") return h2Server;
  return tls === undefined ? h1Server : httpsServer(tls);
}

/** Log and program of the backend. */
class Desk {
  private readonly settings: Settings;
  private program: Program;
  private choose: Chooser;
  private events: Arrival[] = [];
  /** The newest attempt of each id: its number, and when it is answered at the earliest. */
  private last = new Map<string, { attempt: number; answered: number }>();
  private counts: Counts = { originals: 0, retries: 0, connections: 0 };

  constructor(settings: Settings) {
    this.settings = settings;
    this.program = settings.program;
    this.choose = start(this.program);
  }

  /** Called by the servers for each request. */
  readonly arrived: Arrived = ({ id, method, path, headers, answers, sent }) => {
    const onAxis = (clock: bigint): number => Number(clock - this.settings.zero) / 1e6;
    const t = onAxis(process.hrtime.bigint());
    // Without an id nothing can be told to be a retry: it counts as an original.
    const name = id ?? `anonymous-${this.events.length}`;
    const last = this.last.get(name);
    const attempt = (last?.attempt ?? 0) + 1;
    if (last === undefined) this.counts.originals++;
    else this.counts.retries++;
    const said = sent === undefined ? undefined : onAxis(BigInt(sent));
    const since = last === undefined ? said : last.answered;
    this.events.push({
      t,
      ...(since === undefined ? {} : { since: Math.min(since, t) }),
      id: name,
      attempt,
      kind: last === undefined ? "original" : "retry",
      method,
      path,
      ...(this.settings.keepHeaders ? { headers: headers() } : {}),
    });
    const choose = answers === undefined ? this.choose : start(always(...(JSON.parse(answers) as Answer[])));
    const answer = choose({ attempt });
    this.last.set(name, { attempt, answered: answer.fault === "never" ? t : t + (answer.delayMs ?? 0) });
    return answer;
  };

  readonly connected = (): void => {
    this.counts.connections++;
  };

  /** Does what the parent asks, and returns what it wants to know. */
  answer(call: Call, server: Server): unknown {
    switch (call.op) {
      case "events":
        return this.events;
      case "counts":
        return this.counts;
      case "hangUp":
        return server.hangUp();
      case "program":
        this.program = call.program;
        this.choose = start(this.program);
        return undefined;
      case "reset":
        this.events = [];
        this.last = new Map();
        this.counts = { originals: 0, retries: 0, connections: 0 };
        this.choose = start(this.program);
        return undefined;
    }
  }
}

process.once("message", (settings: Settings) => {
  const desk = new Desk(settings);
  void maker(settings)
    .then((make) => make(settings.port, desk.arrived, desk.connected))
    .then((server) => {
      process.on("message", ({ call, message }: { call: number; message: Call }) => {
        process.send?.({ call, value: desk.answer(message, server) });
      });
      process.send?.({ port: server.port });
    })
    .catch((error: Error) => process.send?.({ error: `the backend could not listen: ${error.message}` }));
});
