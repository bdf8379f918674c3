import { proxy_get_log_level, proxy_log } from "./abi/raw";
import { ByteBuilder } from "./bytes";

const out = memory.data(4, 4);
/** Level of Envoy's wasm logger, read when a policy is configured and at every tick: a call that logs nothing costs too. */
let level: u32 = 0;

export function refreshLogLevel(): void {
  if (proxy_get_log_level(out) == 0) level = load<u32>(out);
}

/** One line in Envoy's log, if its level lets it through. No client bytes. */
export function log(severity: u32, line: ByteBuilder): void {
  if (severity >= level) proxy_log(severity, line.address, line.length);
}
