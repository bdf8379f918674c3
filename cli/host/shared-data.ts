/** Shared data of the process, per vm_id (proxy-wasm-cpp-host, src/shared_data.cc). */
import { Status } from "./abi.ts";

export interface SharedEntry {
  readonly value: Uint8Array;
  readonly cas: number;
}

export class SharedData {
  readonly #byVmId = new Map<string, Map<string, SharedEntry>>();
  /** One sequence for the whole process, all vm_ids: the first write gets 1. */
  #nextCas = 1;

  get(vmId: string, key: string): SharedEntry | undefined {
    return this.#byVmId.get(vmId)?.get(key);
  }

  /**
   * cas 0 writes unconditionally. A cas is compared only when the key exists: a write with any cas to an absent key is Ok.
   */
  set(vmId: string, key: string, value: Uint8Array, cas: number): number {
    let entries = this.#byVmId.get(vmId);
    if (!entries) this.#byVmId.set(vmId, (entries = new Map()));
    const old = entries.get(key);
    if (old && cas !== 0 && cas !== old.cas) return Status.CasMismatch;
    entries.set(key, { value, cas: this.#nextCas });
    this.#nextCas = (this.#nextCas + 1) >>> 0 || 1;
    return Status.Ok;
  }

  keys(vmId: string): string[] {
    return [...(this.#byVmId.get(vmId)?.keys() ?? [])];
  }

  /** Envoy drops a vm_id's data when the last VM of that id is gone. */
  deleteVmId(vmId: string): void {
    this.#byVmId.delete(vmId);
  }
}
