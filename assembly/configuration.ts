/** How every filter takes its configuration from Envoy, and how it says no. */
import * as cfg from "./config";
import { REFUSED } from "./config/texts.gen";
import { getConfiguration, LogLevel, resultAddress, resultLength, Status } from "./host";
import { line } from "./line";
import { log, refreshLogLevel } from "./log";

/**
 * Fetches the configuration and checks it.
 * @param size announced bytes; @param limit most bytes that are read at all; @param table of the filter's schema.gen.ts
 * @returns its root; NONE after an error, whose message is `cfg.messagePtr()`
 */
export function readConfiguration(size: i32, limit: i32, table: usize): cfg.Node {
  refreshLogLevel();
  if (!cfg.fits(size, limit)) return cfg.NONE;
  if (getConfiguration(size) != Status.Ok) return cfg.check(0, 0, table);
  return cfg.check(resultAddress(), resultLength(), table);
}

/** Writes the error's message to Envoy's log. Always false. @param filter its name: that of its folder */
export function refuse(filter: StaticArray<u8>): bool {
  log(LogLevel.Error, line.clear().add(filter).text(REFUSED).bytes(cfg.messagePtr(), cfg.messageLen()));
  return false;
}
