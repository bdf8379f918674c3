/** Contexts of a VM: the VM's own (id 0), root contexts (one a policy) and stream contexts. */
import type { Plugin } from "./plugin.ts";
import type { Stream } from "./stream.ts";
import type { Vm } from "./vm.ts";

export class Context {
  readonly vm: Vm;
  readonly id: number;
  readonly parent: Context | undefined;
  /** Absent in the VM's own context. */
  readonly plugin: Plugin | undefined;
  readonly stream: Stream | undefined;
  /** True once proxy_on_context_create ran (or the module has none): callbacks may follow, and on_delete will. */
  createdInVm = false;
  /** Readable through the PluginConfiguration buffer while proxy_on_context_create and proxy_on_configure run. */
  configuration: Uint8Array | undefined;
  /** Details of the last gRPC or HTTP call failure; stays 0 and empty as long as no calls are modelled. */
  readonly callStatus = { code: 0, message: new Uint8Array() };
  /** The buffer that was looked at last is what the CallData buffer type gives. */
  lastBuffer: Uint8Array = new Uint8Array();

  constructor(vm: Vm, options: { id: number; parent?: Context; plugin?: Plugin; stream?: Stream }) {
    this.vm = vm;
    this.id = options.id;
    this.parent = options.parent;
    this.plugin = options.plugin;
    this.stream = options.stream;
  }

  get root(): Context {
    return this.stream && this.parent ? this.parent : this;
  }
}
