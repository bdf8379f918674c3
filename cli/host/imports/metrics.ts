/** Metric functions. */
import { Status } from "../abi.ts";
import { text } from "../bytes.ts";
import type { Vm } from "../vm.ts";
import type { HostFunctions } from "./index.ts";

export function metricFunctions(vm: Vm): HostFunctions {
  const { Ok, BadArgument, InvalidMemoryAccess } = Status;
  return {
    proxy_define_metric(type: number, namePointer: number, nameSize: number, idOut: number) {
      const name = vm.memory.read(namePointer, nameSize);
      if (!name) return InvalidMemoryAccess;
      const id = vm.metrics.define(type >>> 0, text(name));
      if (id === undefined) return BadArgument;
      return vm.memory.writeU32(idOut, id) ? Ok : InvalidMemoryAccess;
    },
    proxy_increment_metric(id: number, offset: bigint) {
      return vm.metrics.increment(id >>> 0, offset);
    },
    proxy_record_metric(id: number, value: bigint) {
      return vm.metrics.record(id >>> 0, BigInt.asUintN(64, value));
    },
    proxy_get_metric(id: number, out: number) {
      const value = vm.metrics.get(id >>> 0);
      if (typeof value === "number") return value;
      return vm.memory.writeU64(out, value) ? Ok : InvalidMemoryAccess;
    },
  };
}
