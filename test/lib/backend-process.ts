/**
 * The process of a backend: the log of arrivals, the program, and one of the servers. Ends with its parent.
 */
import type { Arrival, Call, Counts, Settings } from "./backend.ts";
import { start, type Answer, type Chooser, type Program } from "./program.ts";
import { h1Server, h2Server, type Arrived, type Make, type Server } from "./servers.ts";

process.on("disconnect", () => process.exit());
// Ctrl-C goes to the whole group of processes; it is the parent that decides when this one ends.
process.on("SIGINT", () => undefined);

/** The gRPC library takes a while to load: only where it is used. */
async function maker(kind: Settings["kind"]): Promise<Make> {
  if (kind === "grpc") return (await import("./grpc.ts")).grpcServer;
  return kind === "h2" ? h2Server : h1Server;
}

/** Log and program of the backend. */
class Desk {
  private readonly settings: Settings;
  private program: Program;
  private choose: Chooser;
  private events: Arrival[] = [];
  private attempts = new Map<string, number>();
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
    const attempt = (this.attempts.get(name) ?? 0) + 1;
    this.attempts.set(name, attempt);
    if (attempt === 1) this.counts.originals++;
    else this.counts.retries++;
    const kind = attempt === 1 ? "original" : "retry";
    const stamp = sent === undefined ? {} : { sent: onAxis(BigInt(sent)) };
    const kept = this.settings.keepHeaders ? { headers: headers() } : {};
    this.events.push({ t, id: name, attempt, kind, method, path, ...stamp, ...kept });
    if (answers !== undefined)
      return start({ kind: "attempts", answers: JSON.parse(answers) as Answer[] })({ attempt });
    return this.choose({ attempt });
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
        this.attempts = new Map();
        this.counts = { originals: 0, retries: 0, connections: 0 };
        this.choose = start(this.program);
        return undefined;
    }
  }
}

process.once("message", (settings: Settings) => {
  const desk = new Desk(settings);
  void maker(settings.kind)
    .then((make) => make(settings.port, desk.arrived, desk.connected))
    .then((server) => {
      process.on("message", ({ call, message }: { call: number; message: Call }) => {
        process.send?.({ call, value: desk.answer(message, server) });
      });
      process.send?.({ port: server.port });
    })
    .catch((error: Error) => process.send?.({ error: `the backend could not listen: ${error.message}` }));
});
