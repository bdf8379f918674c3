/** The recorded answers of Envoy, for tests that have no Envoy. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../setup/common.ts";
import { DEFAULT_ENVOY } from "../setup/envoy.ts";
import { formatSections, parseSections, type Section } from "./sections.ts";

export type Probe = "cells" | "attempts";

/** Path in the checkout. */
export function recordedFile(probe: Probe): string {
  return `test/module/probes/${probe}/envoy-${DEFAULT_ENVOY}.txt`;
}

export function readRecorded(probe: Probe): Section[] {
  return parseSections(readFileSync(join(ROOT, recordedFile(probe)), "utf8"));
}

export function writeRecorded(probe: Probe, sections: readonly Section[]): void {
  const comment = [
    `What Envoy ${DEFAULT_ENVOY} answered to the probe module ./index.ts (npm run conformance:record), one section a request,`,
    `in the order of the requests (test/conformance/${probe}.ts): \`phase|call|status|value\` or what the probe saw.`,
    "The offline host must answer the same.",
  ];
  writeFileSync(join(ROOT, recordedFile(probe)), formatSections(comment, sections));
}
