/** proxy_get_property and proxy_set_property (Envoy, source/extensions/common/wasm/context.cc and filters/common/expr/context.cc). */
import { Status } from "../abi.ts";
import { text } from "../bytes.ts";
import { lookUpProperty } from "../property-sources.ts";
import { serialize } from "../properties.ts";
import type { Vm } from "../vm.ts";
import type { HostFunctions } from "./index.ts";

export function propertyFunctions(vm: Vm): HostFunctions {
  const { Ok, NotFound, SerializationFailure, InvalidMemoryAccess } = Status;
  return {
    proxy_get_property(pathPointer: number, pathSize: number, pointerOut: number, sizeOut: number) {
      const path = vm.memory.read(pathPointer, pathSize);
      if (!path) return InvalidMemoryAccess;
      const value = lookUpProperty(vm.context, text(path));
      if (value === undefined) return NotFound;
      const data = serialize(value);
      if (!data) return SerializationFailure;
      return vm.give(data, pointerOut, sizeOut) ? Ok : InvalidMemoryAccess;
    },
    proxy_set_property(pathPointer: number, pathSize: number, valuePointer: number, valueSize: number) {
      const path = vm.memory.read(pathPointer, pathSize);
      const value = vm.memory.read(valuePointer, valueSize);
      if (!path || !value) return InvalidMemoryAccess;
      const stream = vm.context.stream;
      if (!stream) return NotFound;
      stream.request.setFilterState(text(path), value);
      return Ok;
    },
  };
}
