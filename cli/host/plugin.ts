/** A plugin configuration in force: one policy of one filter, in every thread's VM. */
import { text } from "./bytes.ts";
import type { Context } from "./context.ts";
import type { ModuleCode } from "./module.ts";
import type { Vm } from "./vm.ts";

/** What happens to requests once a VM is dead: "reload" answers 503 as "closed" does, until `reload()`. */
export type FailurePolicy = "closed" | "open" | "reload";

/** What one `load` or `update` brought: immutable. */
export interface Plugin {
  readonly name: string;
  readonly rootId: string;
  readonly vmId: string;
  readonly vmConfiguration: Uint8Array;
  readonly configuration: Uint8Array;
  readonly code: ModuleCode;
  readonly failurePolicy: FailurePolicy;
  readonly allowOnHeadersStopIteration: boolean;
}

/** Root contexts are found by this key (PluginBase::makePluginKey): same policy and configuration, same root context. */
export function pluginKey(plugin: Plugin): string {
  return `${plugin.rootId}||${text(plugin.configuration)}||${plugin.name}`;
}

/** VMs are found by this key together with the code (makeVmKey). */
export function vmKey(plugin: Plugin): string {
  return `${plugin.vmId}||${text(plugin.vmConfiguration)}`;
}

/** A plugin in one thread: its VM, its root context, and how many streams still hold it. */
export interface PluginHandle {
  readonly plugin: Plugin;
  readonly vm: Vm;
  readonly root: Context;
  streams: number;
  /** True once another configuration took its place: it ends with its last stream. */
  retired: boolean;
}
