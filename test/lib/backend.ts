/**
 * Backends that misbehave as told and write down what reached them. Each is a process of its own, so that its clock
 * and its counts do not depend on how busy the clients are.
 */
import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { atExit } from "./cleanup.ts";
import type { Program } from "./program.ts";

export * from "./program.ts";

/** Header in which clients number their requests. Without it `x-request-id` is taken, which Envoy sets. */
export const ID_HEADER = "x-test-id";
/** Header in which loads say when they sent a request: ns on the system's monotonic clock, which processes share. */
export const SENT_HEADER = "x-test-sent";
/** Header with a JSON array of answers, by attempt: overrides the backend's program for this one request. */
export const ANSWERS_HEADER = "x-test-answers";

/** tcpmux: nobody listens there, and no other test is given it, as it may be with the port of a backend that has ended. */
export const PORT_OF_NOBODY = 1;

/** `h1`: HTTP/1.1. `h2`: HTTP/2 without TLS. `grpc`: a real gRPC server with the method `/test.Echo/Unary`. */
export type BackendKind = "h1" | "h2" | "grpc";

/** One request that reached the backend. */
export interface Arrival {
  /** On this process's `performance.now()` axis, ms. */
  t: number;
  /**
   * The earliest time, on the same axis, at which the proxy can have sent it. Of an original: when its client did, by the
   * client's word (loads say it). Of a retry: when this backend answered the attempt before, or got it if it never did.
   */
  since?: number;
  id: string;
  /** 1 for the first arrival of the id. */
  attempt: number;
  kind: "original" | "retry";
  method: string;
  path: string;
  /** All header pairs in order, names in lower case; only with `keepHeaders`. */
  headers?: [string, string][];
}

export interface Counts {
  originals: number;
  retries: number;
  /** Connections accepted. */
  connections: number;
}

export interface Tls {
  cert: string;
  key: string;
}

export interface BackendOptions {
  kind?: BackendKind;
  /** Default: status 200 for everything. */
  program?: Program;
  /** Keep the headers of every arrival. Default false. */
  keepHeaders?: boolean;
  /** A fixed port, to come back where a backend was before. Default: the system's choice. */
  port?: number;
  /** Kind `h1` only: TLS, with this certificate and key (PEM). */
  tls?: Tls;
}

/** What the process is asked. */
export type Call = { op: "program"; program: Program } | { op: "events" | "counts" | "reset" | "hangUp" };
export interface Settings {
  kind: BackendKind;
  program: Program;
  keepHeaders: boolean;
  port: number;
  tls: Tls | undefined;
  /** Value of the system's monotonic clock, ns, at which this process's `performance.now()` was 0. */
  zero: bigint;
}

/** A running backend. Made by `startBackend`. */
export class Backend {
  readonly port: number;
  readonly kind: BackendKind;
  private readonly child: ChildProcess;
  private readonly forget: () => void;
  private readonly waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  private calls = 0;
  private closing = false;

  constructor(child: ChildProcess, port: number, kind: BackendKind) {
    this.child = child;
    this.port = port;
    this.kind = kind;
    this.forget = atExit(() => child.kill("SIGKILL"));
    child.on("message", ({ call, value }: { call: number; value: unknown }) => {
      this.waiting.get(call)?.resolve(value);
      this.waiting.delete(call);
      if (this.waiting.size === 0) this.child.channel?.unref();
    });
    child.on("exit", (code, signal) => {
      for (const { reject } of this.waiting.values()) reject(new Error(`the backend has ended (${signal ?? code})`));
      this.waiting.clear();
      if (!this.closing) process.stderr.write(`a backend ended by itself (${signal ?? code})\n`);
    });
  }

  /** Changes what is answered from now on; a program begins at its beginning. */
  async program(program: Program): Promise<void> {
    await this.call({ op: "program", program });
  }

  /** All arrivals since the start or the last `reset`, in order. */
  async events(): Promise<Arrival[]> {
    return (await this.call({ op: "events" })) as Arrival[];
  }

  /** Counts since the start or the last `reset`: cheap, for a live display. */
  async counts(): Promise<Counts> {
    return (await this.call({ op: "counts" })) as Counts;
  }

  /** Forgets arrivals, ids and counts, and starts the program anew. */
  async reset(): Promise<void> {
    await this.call({ op: "reset" });
  }

  /** Closes every open connection; new ones are accepted. */
  async hangUp(): Promise<void> {
    await this.call({ op: "hangUp" });
  }

  /** Ends the backend. From here on connections to its port are refused. */
  async close(): Promise<void> {
    this.closing = true;
    this.forget();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.ref();
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGKILL");
    await ended;
  }

  private call(message: Call): Promise<unknown> {
    const call = ++this.calls;
    return new Promise((resolve, reject) => {
      this.waiting.set(call, { resolve, reject });
      this.child.channel?.ref();
      this.child.send({ call, message });
    });
  }
}

/** Starts a backend on 127.0.0.1. */
export async function startBackend(options: BackendOptions = {}): Promise<Backend> {
  const kind = options.kind ?? "h1";
  const settings: Settings = {
    kind,
    program: options.program ?? { kind: "attempts", answers: [{}] },
    keepHeaders: options.keepHeaders ?? false,
    port: options.port ?? 0,
    tls: options.tls,
    zero: process.hrtime.bigint() - BigInt(Math.round(performance.now() * 1e6)),
  };
  const child = fork(fileURLToPath(new URL("./backend-process.ts", import.meta.url)), {
    serialization: "advanced",
    execArgv: ["--import", "tsx"],
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.once("message", (message: { port: number } | { error: string }) => {
      if ("port" in message) resolve(message.port);
      else reject(new Error(message.error));
    });
    child.once("exit", () => reject(new Error("the backend did not start")));
    child.send(settings);
  });
  // A forgotten backend must not keep its parent alive, only a question to it does. It ends with its parent.
  child.unref();
  child.channel?.unref();
  return new Backend(child, port, kind);
}
