/** Configurations, as text or as Struct bytes: any bytes are accepted or refused with a message, never a trap. */
import { encodeStruct, type Json } from "../../module/config/struct.ts";
import { anyBytes, below, type Choices, Tape } from "../choices.ts";
import type { Filter } from "../filters.ts";
import { spell, value } from "../grammar.ts";
import { Machine } from "../machine.ts";
import { mutate } from "../mutate.ts";
import { Finding, quoted, type Target, type Trace } from "../target.ts";

/** Inputs that one instance judges: in Envoy a VM sees many configurations, too. */
const PER_INSTANCE = 500;
const ROOT = 1;

export function configurationTarget(filter: Filter, form: "text" | "struct", corpus: readonly Uint8Array[]): Target {
  let machine: Machine | undefined;
  let left = 0;

  const fresh = (from: Choices): Uint8Array => {
    const json = value(filter.schema, from);
    if (form === "text") return Buffer.from(spell(json, from));
    const object = typeof json === "object" && json !== null && !Array.isArray(json) ? json : { name: json };
    return encodeStruct(object as { readonly [key: string]: Json });
  };

  const judge = (input: Uint8Array, trace?: Trace): void => {
    // A reproduction must not depend on what came before.
    if (machine === undefined || left-- <= 0 || trace !== undefined) {
      machine = new Machine(filter, new Tape(new Uint8Array()), trace);
      left = PER_INSTANCE;
    }
    const id = ROOT + left;
    machine.configuration = input;
    machine.call("proxy_on_context_create", id, 0);
    const accepted = machine.call("proxy_on_configure", id, input.length);
    if (accepted === 0 && machine.complaints.length === 0) {
      throw new Finding("silent refusal", "a configuration was refused without a line in the log");
    }
    if (machine.has("proxy_on_tick")) machine.call("proxy_on_tick", id);
    machine.call("proxy_on_delete", id);
  };

  return {
    name: `${filter.name}/${form}`,
    unit: "configuration",
    weight: 2,
    generate: (from) => {
      const kind = below(from, 8);
      if (kind < 3) return fresh(from);
      if (kind === 3) return anyBytes(from, below(from, 200));
      const base = kind < 6 ? fresh(from) : (corpus[below(from, corpus.length)] ?? fresh(from));
      return mutate(base, from, corpus);
    },
    run: (input, trace) => {
      try {
        judge(input, trace);
      } catch (error) {
        machine = undefined;
        throw error;
      }
      return 1;
    },
    show: quoted,
  };
}
