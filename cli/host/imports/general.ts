/** Log, time, ticks, effective context, done, status. */
import { LOG_LEVELS, Status } from "../abi.ts";
import { text } from "../bytes.ts";
import { deleteRoot } from "../thread.ts";
import type { Vm } from "../vm.ts";
import type { HostFunctions } from "./index.ts";

export function generalFunctions(vm: Vm): HostFunctions {
  const { Ok, NotFound, BadArgument, InvalidMemoryAccess } = Status;
  return {
    proxy_log(level: number, pointer: number, size: number) {
      const name = LOG_LEVELS[level >>> 0];
      if (!name) return BadArgument;
      const message = vm.memory.read(pointer, size);
      if (!message) return InvalidMemoryAccess;
      vm.thread.log(name, text(message), vm.context.plugin);
      return Ok;
    },
    // Only ABI 0.2.1 has it: a 0.2.0 module that imports it is refused.
    ...(vm.code.abiVersion === "0.2.1" && {
      proxy_get_log_level(out: number) {
        return vm.memory.writeU32(out, vm.thread.proxy.sink.levelNumber) ? Ok : InvalidMemoryAccess;
      },
    }),
    proxy_get_current_time_nanoseconds(out: number) {
      return vm.memory.writeU64(out, vm.thread.proxy.clock.nowNs) ? Ok : InvalidMemoryAccess;
    },
    proxy_set_tick_period_milliseconds(period: number) {
      // From a stream context it is the root context's period that changes.
      vm.setTickPeriod(vm.context.root.id, period >>> 0);
      return Ok;
    },
    proxy_set_effective_context(id: number) {
      return vm.setEffectiveContext(id >>> 0) ? Ok : BadArgument;
    },
    proxy_done() {
      const root = vm.context.root;
      if (!vm.pendingDone.delete(root)) return NotFound;
      vm.afterCall(() => deleteRoot(root));
      return Ok;
    },
    proxy_get_status(codeOut: number, pointerOut: number, sizeOut: number) {
      const { code, message } = vm.context.root.callStatus;
      return vm.memory.writeU32(codeOut, code) && vm.give(message, pointerOut, sizeOut) ? Ok : InvalidMemoryAccess;
    },
  };
}
