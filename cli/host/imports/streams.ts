/** Local replies, continue and close. */
import { Status, StreamType } from "../abi.ts";
import { text } from "../bytes.ts";
import { decodePairs } from "../pairs.ts";
import type { Vm } from "../vm.ts";
import type { HostFunctions } from "./index.ts";

export function streamFunctions(vm: Vm): HostFunctions {
  const { Ok, BadArgument, Unimplemented, InvalidMemoryAccess } = Status;
  return {
    proxy_send_local_response(
      status: number,
      detailsPointer: number,
      detailsSize: number,
      bodyPointer: number,
      bodySize: number,
      headersPointer: number,
      headersSize: number,
      grpcStatus: number,
    ) {
      const details = vm.memory.read(detailsPointer, detailsSize);
      const body = vm.memory.read(bodyPointer, bodySize);
      const headers = vm.memory.read(headersPointer, headersSize);
      if (!details || !body || !headers) return InvalidMemoryAccess;
      // In a context without a stream the call succeeds and does nothing but stop the iteration.
      vm.context.stream?.deferLocalReply({
        status: status >>> 0,
        body,
        headers: decodePairs(headers).map(([name, value]) => [name, value]),
        details: text(details).replace(/\s/g, "_"),
        grpcStatus: grpcStatus >= 0 && grpcStatus <= 16 ? grpcStatus : undefined,
      });
      vm.nextIterationStopped = true;
      return Ok;
    },
    proxy_continue_stream(type: number) {
      switch (type) {
        case StreamType.Request:
        case StreamType.Response:
          vm.context.stream?.continueStream(type);
          return Ok;
        case StreamType.Downstream:
          return Ok;
        case StreamType.Upstream:
          return Unimplemented;
        default:
          return BadArgument;
      }
    },
    proxy_close_stream(type: number) {
      switch (type) {
        case StreamType.Request:
        case StreamType.Response:
          vm.context.stream?.closeStream();
          return Ok;
        case StreamType.Downstream:
        case StreamType.Upstream:
          return Ok;
        default:
          return BadArgument;
      }
    },
  };
}
