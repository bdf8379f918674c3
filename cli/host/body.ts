/** A body buffer as the module sees it through the buffer functions (Envoy's Wasm Buffer::copyFrom). */
import { Status } from "./abi.ts";
import { joinBytes } from "./bytes.ts";

export class Body {
  data: Uint8Array;

  constructor(data: Uint8Array) {
    this.data = data;
  }

  /** proxy_set_buffer_bytes: at 0 it replaces `length` bytes at the front (0: prepends), at or after the end it appends; elsewhere BadArgument. */
  splice(start: number, length: number, data: Uint8Array): number {
    if (start === 0) {
      this.data = joinBytes(data, this.data.subarray(Math.min(length, this.data.length)));
      return Status.Ok;
    }
    if (start >= this.data.length) {
      this.data = joinBytes(this.data, data);
      return Status.Ok;
    }
    return Status.BadArgument;
  }
}
