/** Shared data and shared queues. */
import { Status } from "../abi.ts";
import { text } from "../bytes.ts";
import type { Vm } from "../vm.ts";
import type { HostFunctions } from "./index.ts";

export function sharedFunctions(vm: Vm): HostFunctions {
  const { Ok, NotFound, InvalidMemoryAccess } = Status;
  const { data, queues } = vm.thread.proxy;
  return {
    proxy_get_shared_data(keyPointer: number, keySize: number, pointerOut: number, sizeOut: number, casOut: number) {
      const key = vm.memory.read(keyPointer, keySize);
      if (!key) return InvalidMemoryAccess;
      const entry = data.get(vm.vmId, text(key));
      if (!entry) return NotFound;
      return vm.give(entry.value, pointerOut, sizeOut) && vm.memory.writeU32(casOut, entry.cas)
        ? Ok
        : InvalidMemoryAccess;
    },
    proxy_set_shared_data(keyPointer: number, keySize: number, valuePointer: number, valueSize: number, cas: number) {
      const key = vm.memory.read(keyPointer, keySize);
      const value = vm.memory.read(valuePointer, valueSize);
      if (!key || !value) return InvalidMemoryAccess;
      return data.set(vm.vmId, text(key), value, cas >>> 0);
    },
    proxy_register_shared_queue(namePointer: number, nameSize: number, tokenOut: number) {
      const name = vm.memory.read(namePointer, nameSize);
      if (!name) return InvalidMemoryAccess;
      return vm.memory.writeU32(tokenOut, queues.register(vm.vmId, text(name))) ? Ok : InvalidMemoryAccess;
    },
    proxy_resolve_shared_queue(
      vmIdPointer: number,
      vmIdSize: number,
      namePointer: number,
      nameSize: number,
      tokenOut: number,
    ) {
      const vmId = vm.memory.read(vmIdPointer, vmIdSize);
      const name = vm.memory.read(namePointer, nameSize);
      if (!vmId || !name) return InvalidMemoryAccess;
      const token = queues.resolve(text(vmId) || vm.vmId, text(name));
      if (token === undefined) return NotFound;
      return vm.memory.writeU32(tokenOut, token) ? Ok : InvalidMemoryAccess;
    },
    proxy_enqueue_shared_queue(token: number, pointer: number, size: number) {
      const item = vm.memory.read(pointer, size);
      return item ? queues.enqueue(token >>> 0, item) : InvalidMemoryAccess;
    },
    proxy_dequeue_shared_queue(token: number, pointerOut: number, sizeOut: number) {
      const item = queues.dequeue(token >>> 0);
      if (typeof item === "number") return item;
      return vm.give(item, pointerOut, sizeOut) ? Ok : InvalidMemoryAccess;
    },
  };
}
