// A filter whose VM traps with every request: what its place in the chain lets through while it is dead.
export { malloc, proxy_abi_version_0_2_1 } from "../../../../assembly/abi/callbacks";

export function proxy_on_context_create(id: u32, parent: u32): void {}

export function proxy_on_configure(root: u32, size: u32): i32 {
  return 1;
}

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): i32 {
  unreachable();
  return 0;
}
