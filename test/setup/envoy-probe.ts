/** Finds out what an Envoy binary is: its version, and whether it can run WebAssembly with V8. */
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { capture } from "./common.ts";

/** The oldest Envoy on which the policies are tested, as [major, minor]. */
export const MINIMUM_ENVOY: readonly [number, number] = [1, 36];

/** Time (ms) after which an Envoy that answers nothing is given up; a cold start on a busy machine takes a few seconds. */
const PROBE_TIMEOUT = 60_000;

/** An empty proxy-wasm module (ABI 0.2.1), base64. */
const EMPTY_MODULE =
  "AGFzbQEAAAABCQJgAABgAX8BfwMDAgABBQMBAAEHLQMGbWVtb3J5AgAXcHJveHlfYWJpX3ZlcnNpb25fMF8yXzEAAAZtYWxsb2MAAQoKAgMAAQsEAEEACw==";

const NETWORK = "type.googleapis.com/envoy.extensions.filters.network";

/**
 * A configuration that only an Envoy with V8 accepts. The module sits in a listener, because validation does not load a
 * bootstrap service. Looking for the runtime's name in the binary would be wrong: builds without V8 contain it too.
 */
const PROBE = {
  static_resources: {
    listeners: [
      {
        name: "probe",
        address: { pipe: { path: "@probe" } },
        filter_chains: [
          {
            filters: [
              {
                name: "wasm",
                typed_config: {
                  "@type": `${NETWORK}.wasm.v3.Wasm`,
                  config: {
                    name: "probe",
                    root_id: "probe",
                    vm_config: { runtime: "envoy.wasm.runtime.v8", code: { local: { inline_bytes: EMPTY_MODULE } } },
                  },
                },
              },
              { name: "end", typed_config: { "@type": `${NETWORK}.direct_response.v3.Config` } },
            ],
          },
        ],
      },
    ],
  },
};

/** What a probe says: the version of a usable Envoy, or why it cannot be used (a phrase that follows the path). */
export type ProbeResult = { version: string } | { problem: string };

/**
 * Asks a binary for its version and for V8.
 * @param path the binary
 * @param record file next to a cached binary in which a good result is kept; asked again when the binary changes
 */
export async function probeEnvoy(path: string, record?: string): Promise<ProbeResult> {
  const unusable = checkFile(path);
  if (unusable !== undefined) return { problem: unusable };
  const { size, mtimeMs } = statSync(path);
  const identity = `${size} ${mtimeMs}`;
  const known = record !== undefined && existsSync(record) ? readFileSync(record, "utf8").split("\n") : [];
  if (known[0] === identity && known[1]) return { version: known[1] };
  const result = await ask(path);
  if (record !== undefined && "version" in result) writeFileSync(record, `${identity}\n${result.version}\n`);
  return result;
}

function checkFile(path: string): string | undefined {
  if (!existsSync(path)) return "does not exist";
  if (!statSync(path).isFile()) return "is not a file";
  try {
    accessSync(path, constants.X_OK);
  } catch {
    return "is not executable";
  }
  return undefined;
}

async function ask(path: string): Promise<ProbeResult> {
  const answer = await capture(path, ["--version"], PROBE_TIMEOUT);
  const version = /version: [0-9a-f]+\/(\d+\.\d+\.\d+[^/]*)\//.exec(answer.output)?.[1];
  if (answer.failed || version === undefined) return { problem: "does not answer to --version as an Envoy does" };
  if (!isNewEnough(version)) {
    return { problem: `is Envoy ${version}; ${MINIMUM_ENVOY.join(".")} or newer is needed` };
  }
  // Without hot restart, the probe shares no socket or memory with an Envoy that is running.
  const folder = mkdtempSync(join(tmpdir(), "pointduty-probe-"));
  try {
    const file = join(folder, "probe.json");
    writeFileSync(file, JSON.stringify(PROBE));
    const options = ["--mode", "validate", "-l", "warning", "--disable-hot-restart", "-c", file];
    const { failed, output } = await capture(path, options, PROBE_TIMEOUT);
    if (!failed) return { version };
    if (output.includes("compiled without support")) {
      return { problem: `is Envoy ${version} built without V8 (envoy.wasm.runtime.v8), so it cannot run policies` };
    }
    const said = output.split("\n").find((line) => line.trim() !== "") ?? "nothing";
    return { problem: `is Envoy ${version} and refuses an empty WebAssembly module: ${said.trim().slice(0, 200)}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > MINIMUM_ENVOY[0] || (major === MINIMUM_ENVOY[0] && minor >= MINIMUM_ENVOY[1]);
}
