/** All host functions that a module may import, bound to one VM. */
import type { Vm } from "../vm.ts";
import { bufferFunctions } from "./buffers.ts";
import { callFunctions } from "./calls.ts";
import { generalFunctions } from "./general.ts";
import { headerFunctions } from "./headers.ts";
import { metricFunctions } from "./metrics.ts";
import { propertyFunctions } from "./properties.ts";
import { sharedFunctions } from "./shared.ts";
import { streamFunctions } from "./streams.ts";
import { wasiFunctions } from "./wasi.ts";

/** A host function by import name; i64 parameters come as bigint, all others as signed 32-bit numbers. */
export type HostFunctions = Record<string, (...args: never[]) => number | void>;

export function proxyFunctions(vm: Vm): HostFunctions {
  return {
    ...generalFunctions(vm),
    ...propertyFunctions(vm),
    ...headerFunctions(vm),
    ...bufferFunctions(vm),
    ...streamFunctions(vm),
    ...metricFunctions(vm),
    ...sharedFunctions(vm),
    ...callFunctions(vm),
  };
}

export function hostImports(vm: Vm): Record<string, Record<string, unknown>> {
  const wrap = (module: string, functions: HostFunctions) =>
    Object.fromEntries(Object.entries(functions).map(([name, run]) => [name, vm.hostFunction(module, name, run)]));
  return {
    env: wrap("env", proxyFunctions(vm)),
    wasi_snapshot_preview1: wrap("wasi_snapshot_preview1", wasiFunctions(vm)),
    wasi_unstable: wrap("wasi_unstable", wasiFunctions(vm)),
  };
}
