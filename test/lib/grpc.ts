/**
 * gRPC with the real library, without message definitions: messages are bytes, the one method echoes them.
 */
import {
  Client,
  Metadata,
  Server as GrpcServer,
  ServerCredentials,
  credentials,
  type ServiceError,
  type sendUnaryData,
  type ServerUnaryCall,
} from "@grpc/grpc-js";
import { ANSWERS_HEADER, ID_HEADER, SENT_HEADER } from "./backend.ts";
import { HOST, later, type Make } from "./servers.ts";

/** The method of the gRPC backend. */
export const GRPC_METHOD = "/test.Echo/Unary";

const same = (bytes: Buffer): Buffer => bytes;

/** What a call came to, as the library tells its caller. */
export interface GrpcResult {
  /** 0 is OK. */
  code: number;
  details: string;
  message: Buffer | undefined;
  /** Initial metadata; undefined when the answer had trailers only. */
  metadata: Metadata | undefined;
  trailers: Metadata | undefined;
  ms: number;
}

/** A client of one proxy; one connection. */
export class GrpcClient {
  private readonly client: Client;

  /** `authority` is what the server is called; default: its address. */
  constructor(port: number, host = HOST, authority = `${host}:${port}`) {
    this.client = new Client(`${host}:${port}`, credentials.createInsecure(), {
      // The library retries by itself unless told not to: these would be originals that nobody sent.
      "grpc.enable_retries": 0,
      "grpc.default_authority": authority,
    });
  }

  /** Calls the echo method. `headers` go out as metadata; `deadlineMs` default 10 s. Never rejects. */
  unary(message: Buffer, headers: Record<string, string> = {}, deadlineMs = 10_000): Promise<GrpcResult> {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    const began = performance.now();
    return new Promise((resolve) => {
      let initial: Metadata | undefined;
      let answer: Buffer | undefined;
      const call = this.client.makeUnaryRequest(
        GRPC_METHOD,
        same,
        same,
        message,
        metadata,
        { deadline: Date.now() + deadlineMs },
        (_error: ServiceError | null, value?: Buffer) => {
          answer = value;
        },
      );
      call.on("metadata", (value) => {
        initial = value;
      });
      call.on("status", ({ code, details, metadata: trailers }) => {
        const ms = performance.now() - began;
        // The callback with the message may come after this event.
        setImmediate(() => resolve({ code, details, message: answer, metadata: initial, trailers, ms }));
      });
    });
  }

  close(): void {
    this.client.close();
  }
}

/** The server of a gRPC backend. */
export const grpcServer: Make = async (port, arrived) => {
  const server = new GrpcServer();
  const unary = (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>): void => {
    const metadata = call.metadata.getMap();
    const answer = arrived({
      id: metadata[ID_HEADER]?.toString() ?? metadata["x-request-id"]?.toString(),
      method: "POST",
      path: GRPC_METHOD,
      headers: () => Object.entries(metadata).map(([name, value]) => [name, value.toString()]),
      answers: metadata[ANSWERS_HEADER]?.toString(),
      sent: metadata[SENT_HEADER]?.toString(),
    });
    later(answer.delayMs, () => {
      if (answer.fault === "never") return;
      if (answer.grpcHeadersFirst) call.sendMetadata(new Metadata());
      if (answer.grpcStatus) done({ code: answer.grpcStatus, details: answer.grpcMessage ?? "" });
      else done(null, call.request);
    });
  };
  server.register(GRPC_METHOD, unary, same, same, "unary");
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${HOST}:${port}`, ServerCredentials.createInsecure(), (error, p) =>
      error ? reject(error) : resolve(p),
    );
  });
  return {
    port: bound,
    // The library has no way to close its sessions and go on.
    hangUp: () => undefined,
  };
};
