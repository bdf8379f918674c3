/** Header map functions. */
import { Status } from "../abi.ts";
import type { HeaderMap } from "../headers.ts";
import { decodePairs, encodePairs } from "../pairs.ts";
import type { Vm } from "../vm.ts";
import type { HostFunctions } from "./index.ts";

const LAST_MAP_TYPE = 7;

export function headerFunctions(vm: Vm): HostFunctions {
  const { Ok, NotFound, BadArgument, InvalidMemoryAccess } = Status;
  const known = (type: number) => type >>> 0 <= LAST_MAP_TYPE;
  const writable = (type: number) => vm.context.stream?.mapForWrite(type);
  const readable = (type: number) => vm.context.stream?.mapForRead(type);
  const write = (type: number, act: (map: HeaderMap) => void) => {
    const map = writable(type);
    if (!map) return BadArgument;
    act(map);
    return Ok;
  };
  return {
    proxy_get_header_map_value(type: number, keyPointer: number, keySize: number, pointerOut: number, sizeOut: number) {
      if (!known(type)) return BadArgument;
      const key = vm.memory.read(keyPointer, keySize);
      if (!key) return InvalidMemoryAccess;
      const map = readable(type);
      if (!map) return vm.context.stream?.logging ? NotFound : BadArgument;
      const value = map.get(key);
      if (!value) return NotFound;
      return vm.give(value, pointerOut, sizeOut) ? Ok : InvalidMemoryAccess;
    },
    proxy_get_header_map_pairs(type: number, pointerOut: number, sizeOut: number) {
      if (!known(type)) return BadArgument;
      const pairs = readable(type)?.list() ?? [];
      // A map that is absent or empty is Ok with nothing, not even a count.
      const data = pairs.length === 0 ? new Uint8Array() : encodePairs(pairs);
      return vm.give(data, pointerOut, sizeOut) ? Ok : InvalidMemoryAccess;
    },
    proxy_set_header_map_pairs(type: number, pointer: number, size: number) {
      if (!known(type)) return BadArgument;
      const data = vm.memory.read(pointer, size);
      if (!data) return InvalidMemoryAccess;
      return write(type, (map) => {
        map.clear();
        for (const [name, value] of decodePairs(data)) map.add(name, value);
      });
    },
    proxy_get_header_map_size(type: number, out: number) {
      if (!known(type)) return BadArgument;
      const map = writable(type);
      if (!map) return BadArgument;
      return vm.memory.writeU32(out, map.byteSize) ? Ok : InvalidMemoryAccess;
    },
    proxy_add_header_map_value(
      type: number,
      keyPointer: number,
      keySize: number,
      valuePointer: number,
      valueSize: number,
    ) {
      if (!known(type)) return BadArgument;
      const key = vm.memory.read(keyPointer, keySize);
      const value = vm.memory.read(valuePointer, valueSize);
      if (!key || !value) return InvalidMemoryAccess;
      return write(type, (map) => map.add(key, value));
    },
    proxy_replace_header_map_value(
      type: number,
      keyPointer: number,
      keySize: number,
      valuePointer: number,
      valueSize: number,
    ) {
      if (!known(type)) return BadArgument;
      const key = vm.memory.read(keyPointer, keySize);
      const value = vm.memory.read(valuePointer, valueSize);
      if (!key || !value) return InvalidMemoryAccess;
      return write(type, (map) => map.replace(key, value));
    },
    proxy_remove_header_map_value(type: number, keyPointer: number, keySize: number) {
      if (!known(type)) return BadArgument;
      const key = vm.memory.read(keyPointer, keySize);
      if (!key) return InvalidMemoryAccess;
      return write(type, (map) => map.remove(key));
    },
  };
}
