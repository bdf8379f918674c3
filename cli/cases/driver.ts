/** What drives requests through a filter in the offline host: one kind for each side of the router. */
import type { LoadedPlugin, OfflineProxy } from "../host/index.ts";
import type { Observed } from "./expect.ts";
import type { Case, Step } from "./types.ts";

export interface Driver {
  /** Sends the requests of a step, and waits for their end. Throws when the offline host says that Envoy would crash. */
  run(step: Step): Observed;
}

export interface DriverInput {
  readonly proxy: OfflineProxy;
  readonly plugin: LoadedPlugin;
  readonly test: Case;
  /** The policy's name in this run. */
  readonly policy: string;
  /** The filter reads the facts document. */
  readonly facts: boolean;
}
