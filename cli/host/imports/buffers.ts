/** Buffer functions. */
import { BufferType, Status } from "../abi.ts";
import type { Body } from "../body.ts";
import type { Vm } from "../vm.ts";
import type { HostFunctions } from "./index.ts";

const LAST_BUFFER_TYPE = 8;

interface BufferView {
  readonly data: Uint8Array;
  /** Absent: the buffer can't be changed. */
  readonly body?: Body;
}

/** Context::getBuffer: undefined is NotFound; a body that is not there now is an empty buffer. */
function bufferOf(vm: Vm, type: number): BufferView | undefined {
  const context = vm.context;
  const find = (): BufferView | undefined => {
    switch (type) {
      case BufferType.HttpRequestBody:
      case BufferType.HttpResponseBody: {
        const body = context.stream?.body(type === BufferType.HttpRequestBody ? "request" : "response");
        return body ? { data: body.data, body } : { data: new Uint8Array() };
      }
      case BufferType.NetworkDownstreamData:
      case BufferType.NetworkUpstreamData:
      case BufferType.GrpcReceiveBuffer:
        return { data: new Uint8Array() };
      case BufferType.VmConfiguration:
        return { data: vm.vmConfiguration };
      case BufferType.PluginConfiguration:
        return context.configuration && { data: context.configuration };
      case BufferType.CallData:
        return { data: context.lastBuffer };
      default:
        return undefined;
    }
  };
  const buffer = find();
  if (buffer) context.lastBuffer = buffer.data;
  return buffer;
}

export function bufferFunctions(vm: Vm): HostFunctions {
  const { Ok, NotFound, BadArgument, InvalidMemoryAccess } = Status;
  return {
    proxy_get_buffer_bytes(type: number, start: number, length: number, pointerOut: number, sizeOut: number) {
      if (type >>> 0 > LAST_BUFFER_TYPE) return BadArgument;
      const buffer = bufferOf(vm, type);
      if (!buffer) return NotFound;
      const from = start >>> 0;
      // 64-bit in the host: no overflow, the end is clipped.
      const data = buffer.data.subarray(from, from + (length >>> 0));
      return vm.give(data, pointerOut, sizeOut) ? Ok : InvalidMemoryAccess;
    },
    proxy_get_buffer_status(type: number, lengthOut: number, flagsOut: number) {
      if (type >>> 0 > LAST_BUFFER_TYPE) return BadArgument;
      const buffer = bufferOf(vm, type);
      if (!buffer) return NotFound;
      return vm.memory.writeU32(lengthOut, buffer.data.length) && vm.memory.writeU32(flagsOut, 0)
        ? Ok
        : InvalidMemoryAccess;
    },
    proxy_set_buffer_bytes(type: number, start: number, length: number, pointer: number, size: number) {
      if (type >>> 0 > LAST_BUFFER_TYPE) return BadArgument;
      const buffer = bufferOf(vm, type);
      if (!buffer) return NotFound;
      const data = vm.memory.read(pointer, size);
      if (!data) return InvalidMemoryAccess;
      return buffer.body ? buffer.body.splice(start >>> 0, length >>> 0, data) : BadArgument;
    },
  };
}
