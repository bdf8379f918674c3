/** Shared queues of the process (proxy-wasm-cpp-host, src/shared_queue.cc), without the on_queue_ready callback. */
import { Status } from "./abi.ts";

export class SharedQueues {
  readonly #tokens = new Map<string, number>();
  readonly #queues = new Map<number, Uint8Array[]>();
  #nextToken = 1;

  /** Registering again keeps the token and what is queued. */
  register(vmId: string, name: string): number {
    const key = `${vmId}\0${name}`;
    let token = this.#tokens.get(key);
    if (token === undefined) {
      token = this.#nextToken++;
      this.#tokens.set(key, token);
      this.#queues.set(token, []);
    }
    return token;
  }

  resolve(vmId: string, name: string): number | undefined {
    return this.#tokens.get(`${vmId}\0${name}`);
  }

  enqueue(token: number, data: Uint8Array): number {
    const queue = this.#queues.get(token);
    if (!queue) return Status.NotFound;
    queue.push(data);
    return Status.Ok;
  }

  /** The oldest item, or the status to return. */
  dequeue(token: number): Uint8Array | number {
    const queue = this.#queues.get(token);
    if (!queue) return Status.NotFound;
    return queue.shift() ?? Status.Empty;
  }
}
