/**
 * What Envoy calls. A filter's index.ts exports from here the callbacks that it uses, and only those: each exported
 * one costs every stream a call into the VM. All of them only find the context and hand over to `assembly/filter.ts`.
 */
import { createContext, deleteContext, findRoot, orphanAction, streamRoot } from "../filter";
// asc finds the function that `--use abort=` names only in files of the program.
import "./abort";
import { enter, leave } from "./alloc";
import { Action } from "./types";

export { malloc } from "./alloc";

/** Marks the module as speaking ABI 0.2.1; never called. */
export function proxy_abi_version_0_2_1(): void {}

/** `parent` is 0 for a root context, else the root context of the policy that the stream belongs to. */
export function proxy_on_context_create(id: u32, parent: u32): void {
  createContext(id, parent);
}

/**
 * 1 accepts the configuration; 0 makes Envoy refuse it and keep the one before. The one place where garbage is made and
 * collected: the runtime is `minimal`, which collects only when it is told to and needs no bookkeeping on the hot path.
 * It is collected first, so that the new policy takes the place of one that has gone since.
 */
export function proxy_on_configure(root: u32, size: u32): i32 {
  // No managed object is on the stack here.
  // @ts-ignore: a global function of the runtime
  __collect();
  const policy = findRoot(root);
  if (policy === null) return 0;
  enter();
  const ok = policy.configure(<i32>size);
  if (ok) policy.ready = true;
  leave();
  return ok ? 1 : 0;
}

export function proxy_on_tick(root: u32): void {
  const policy = findRoot(root);
  if (policy === null || !policy.ready) return;
  enter();
  policy.tick();
  leave();
}

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): i32 {
  const root = streamRoot(id);
  enter();
  const action = root === null ? orphanAction() : root.requestHeaders(id, endOfStream != 0);
  leave();
  return action;
}

export function proxy_on_response_headers(id: u32, count: u32, endOfStream: u32): i32 {
  const root = streamRoot(id);
  if (root === null) return Action.Continue;
  enter();
  const action = root.responseHeaders(id, endOfStream != 0);
  leave();
  return action;
}

/** The stream has ended, however it did: headers, trailers and what became of it can still be read. */
export function proxy_on_log(id: u32): void {
  const root = streamRoot(id);
  if (root === null) return;
  enter();
  root.streamLog(id);
  leave();
}

/** The last call for a context; streams and root contexts alike. */
export function proxy_on_delete(id: u32): void {
  enter();
  deleteContext(id);
  leave();
}
