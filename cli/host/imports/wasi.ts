/** The few WASI functions that a lean module may import. A module that needs another one is refused here although Envoy would load it. */
import { text } from "../bytes.ts";
import type { Vm } from "../vm.ts";
import type { HostFunctions } from "./index.ts";

const OK = 0;
const BADF = 8;
const FAULT = 21;
const INVALID = 28;
const NOT_SUPPORTED = 58;
/** limits.h: PROXY_WASM_HOST_WASI_RANDOM_GET_MAX_SIZE_BYTES. */
const MAX_RANDOM = 64 * 1024;

export function wasiFunctions(vm: Vm): HostFunctions {
  const done = (ok: boolean) => (ok ? OK : FAULT);
  return {
    fd_write(fd: number, vectors: number, count: number, writtenOut: number) {
      if (fd !== 1 && fd !== 2) return BADF;
      let message = "";
      for (let i = 0; i < count; i++) {
        const vector = vm.memory.read(vectors + i * 8, 8);
        if (!vector) return FAULT;
        const view = new DataView(vector.buffer);
        const part = vm.memory.read(view.getUint32(0, true), view.getUint32(4, true));
        if (!part) return FAULT;
        message += text(part);
      }
      if (message) vm.thread.log(fd === 1 ? "info" : "error", message.replace(/\n$/, ""), vm.context.plugin);
      return done(vm.memory.writeU32(writtenOut, message.length));
    },
    clock_time_get(clock: number, _precision: bigint, out: number) {
      return clock === 0 || clock === 1 ? done(vm.memory.writeU64(out, vm.thread.proxy.clock.nowNs)) : NOT_SUPPORTED;
    },
    random_get(pointer: number, size: number) {
      if (size >>> 0 > MAX_RANDOM) return INVALID;
      return done(vm.memory.write(pointer, vm.thread.proxy.randomBytes(size)));
    },
    environ_sizes_get(countOut: number, sizeOut: number) {
      return done(vm.memory.writeU32(countOut, 0) && vm.memory.writeU32(sizeOut, 0));
    },
    environ_get: () => OK,
    args_sizes_get(countOut: number, sizeOut: number) {
      return done(vm.memory.writeU32(countOut, 0) && vm.memory.writeU32(sizeOut, 0));
    },
    args_get: () => OK,
    // It does not exit: Envoy logs at trace level and returns.
    proc_exit: () => undefined,
  };
}
