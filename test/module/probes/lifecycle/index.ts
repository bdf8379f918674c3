// What happens to VMs and root contexts on load, update and removal. The configuration says how the root context behaves:
// "bad" refuses, "trap" traps in configure, "slow" answers 0 to done and ends at the second tick after it, "tick" ticks every 50 ms.
import * as raw from "@solo-io/proxy-runtime/assembly/imports";
import { abortProbe, bytesAt, Bytes, log, number, out, poison } from "../kit";

export { abortProbe };
export function proxy_abi_version_0_2_1(): void {}
export function malloc(size: usize): usize {
  return heap.alloc(size);
}

/** Root contexts that this VM has seen: tells an old VM from a new one. */
let roots = 0;
const configurations = new Map<u32, string>();
const pendingDone = new Map<u32, i32>();
const parents = new Map<u32, u32>();

function configuration(id: u32): string {
  return configurations.has(id) ? configurations.get(id) : "?";
}

export function proxy_on_context_create(id: u32, parent: u32): void {
  if (parent == 0) {
    roots++;
    log("root_create|" + id.toString() + "|number " + roots.toString() + " of this VM");
  } else parents.set(id, parent);
}

export function proxy_on_vm_start(id: u32, size: u32): u32 {
  log("vm_start|" + id.toString() + "|");
  return 1;
}

export function proxy_on_configure(id: u32, size: u32): u32 {
  poison();
  raw.proxy_get_buffer_bytes(7, 0, size, out, out + 4);
  const text = size == 0 ? "" : bytesAt(out);
  configurations.set(id, text);
  const key = new Bytes("seen");
  poison();
  raw.proxy_get_shared_data(key.pointer, key.size, out, out + 4, out + 8);
  log("configure|" + id.toString() + "|" + text + "|shared " + (number(out + 8) == "-" ? "absent" : bytesAt(out)));
  if (text.startsWith("bad")) return 0;
  if (text.startsWith("trap")) unreachable();
  if (text.startsWith("tick") || text.startsWith("slow")) raw.proxy_set_tick_period_milliseconds(50);
  return 1;
}

export function proxy_on_tick(id: u32): void {
  log("tick|" + id.toString() + "|" + configuration(id));
  if (!pendingDone.has(id)) {
    if (configuration(id).startsWith("tick")) raw.proxy_set_tick_period_milliseconds(0);
    return;
  }
  const ticks = pendingDone.get(id) + 1;
  pendingDone.set(id, ticks);
  if (ticks == 2) log("done call|" + id.toString() + "|" + raw.proxy_done().toString());
}

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): u32 {
  const root = parents.has(id) ? parents.get(id) : 0;
  log("request_headers|" + id.toString() + "|root " + root.toString() + " " + configuration(root));
  const key = new Bytes("seen");
  const value = new Bytes(configuration(root));
  raw.proxy_set_shared_data(key.pointer, key.size, value.pointer, value.size, 0);
  return 0;
}

export function proxy_on_done(id: u32): u32 {
  log("done|" + id.toString() + "|");
  if (!configuration(id).startsWith("slow")) return 1;
  pendingDone.set(id, 0);
  return 0;
}

export function proxy_on_delete(id: u32): void {
  log("delete|" + id.toString() + "|");
}
