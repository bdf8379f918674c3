/**
 * The frame of a filter: contexts and what all filters do alike. A filter's index.ts installs a class made from `Root`;
 * one object of it stands for one policy. Two policies of one filter share a VM, so nothing of a policy is a global.
 */
import { Action } from "./abi/types";
import { StreamTable } from "./streams";

/** What every stream entry begins with; a filter's own entry class repeats these two fields. */
@unmanaged
class StreamEntry {
  id: u32;
  root: u32;
}

/** One policy: a root context of Envoy's. */
export abstract class Root {
  /** The next policy. */
  next: Root | null = null;
  /** Context id. */
  id: u32 = 0;
  /** Whether a configuration was accepted: before that a policy does nothing. */
  ready: bool = false;

  /** @param size announced bytes of the configuration. False refuses it: what was in force stays. */
  abstract configure(size: i32): bool;
  abstract tick(): void;
  /** Return an `Action`. `id` is the stream's, and has an entry in `streams`. */
  abstract requestHeaders(id: u32, endOfStream: bool): i32;
  abstract responseHeaders(id: u32, endOfStream: bool): i32;
  /** The stream has ended; it is called where index.ts exports `proxy_on_log`. Envoy allows no answer here. */
  streamLog(id: u32): void {}
  /** The policy is gone, and so are its streams. */
  abstract end(): void;
  /** The stream is gone: its entry must be removed, now or as soon as nothing needs it. */
  abstract streamEnd(id: u32): void;
}

/** What a filter is made of; `install` says it. */
let create: (() => Root) | null = null;
let streams: StreamTable | null = null;
let orphan: (() => i32) | null = null;

let roots: Root | null = null;
let lastRoot: Root | null = null;

/**
 * To be called once at the top level of index.ts.
 * @param root makes the object of a new policy
 * @param stride bytes of a stream's entry, id and root included
 * @param answer what becomes of a request whose policy is not there, which Envoy never lets happen: an `Action`; it goes on if
 *   this is not said
 */
export function install(root: () => Root, stride: u32, answer: (() => i32) | null = null): StreamTable {
  const table = new StreamTable(stride);
  create = root;
  streams = table;
  orphan = answer;
  return table;
}

/** What becomes of a request whose policy is not there. */
export function orphanAction(): i32 {
  const answer = orphan;
  return answer === null ? Action.Continue : answer();
}

/** The policy of a root context. */
export function findRoot(id: u32): Root | null {
  const last = lastRoot;
  if (last !== null && last.id == id) return last;
  let root = roots;
  while (root !== null && root.id != id) root = root.next;
  if (root !== null) lastRoot = root;
  return root;
}

/** The policy that a stream belongs to; null when it is not ready or has been removed. */
export function streamRoot(id: u32): Root | null {
  const table = streams;
  if (table === null) return null;
  const entry = table.find(id);
  if (entry == 0) return null;
  const root = findRoot(changetype<StreamEntry>(entry).root);
  return root !== null && root.ready ? root : null;
}

/** A new context. @param parent 0 for a root context */
export function createContext(id: u32, parent: u32): void {
  const table = streams;
  const make = create;
  if (table === null || make === null) return;
  if (parent != 0) {
    changetype<StreamEntry>(table.add(id)).root = parent;
  } else if (findRoot(id) === null) {
    const root = make();
    root.id = id;
    root.next = roots;
    roots = root;
  }
}

/** The end of a context. */
export function deleteContext(id: u32): void {
  const root = streamRoot(id);
  if (root !== null) {
    root.streamEnd(id);
    return;
  }
  const table = streams;
  if (table !== null) table.remove(id);
  removeRoot(id);
}

function removeRoot(id: u32): void {
  const gone = findRoot(id);
  lastRoot = null;
  if (gone === null) return;
  if (gone === roots) roots = gone.next;
  for (let root = roots; root !== null;) {
    const next = root.next;
    if (next === gone) root.next = gone.next;
    root = next;
  }
  gone.end();
}
