/**
 * The policy file that Envoy watches: written from the same template that operators use, replaced by rename, and
 * followed until Envoy has taken or refused it.
 */
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { renderEcds, resourceName } from "../../cli/render/plain.ts";
import { atExit } from "./cleanup.ts";
import { waitFor, type Envoy } from "./envoy.ts";

const UPDATE_MS = 10_000;

/** Path of a built module: `build/<filter>.wasm` of this checkout; a probe of the tests is `probes/<name>`. */
export function modulePath(filter: string): string {
  return fileURLToPath(new URL(`../../build/${filter}.wasm`, import.meta.url));
}

/** The bytes of a built module. Throws when there is none. */
export function builtModule(filter: string): Uint8Array<ArrayBuffer> {
  const path = modulePath(filter);
  if (!existsSync(path)) throw new Error(`build/${filter}.wasm is missing: run npm run build`);
  return readFileSync(path);
}

export interface PolicyFileOptions {
  /** Name in the resource and the listener. Default: the configuration's `name`, else `test`. */
  policy?: string;
  /** Folder and module name of the filter. Default `retry-budget`. */
  filter?: string;
  /** The module's bytes. Default: those of `build/<filter>.wasm`. */
  code?: Uint8Array;
}

/**
 * A configuration: an object, sent as JSON text; text, sent as it stands; or a protobuf message with `@type`, see
 * `bytesValue` and `structValue`.
 */
export type Configuration = string | object;

const PROTOBUF = "type.googleapis.com/google.protobuf";

/** A configuration as bytes: the way for what is not UTF-8. */
export function bytesValue(bytes: Uint8Array): object {
  return { "@type": `${PROTOBUF}.BytesValue`, value: Buffer.from(bytes).toString("base64") };
}

/** A configuration as protobuf Struct, which is how YAML configuration reaches a filter in a mesh. */
export function structValue(value: object): object {
  return { "@type": `${PROTOBUF}.Struct`, value };
}

/** One policy's ECDS file. */
export class PolicyFile {
  readonly path: string;
  /** Name of the extension configuration, `pointduty.<filter>.<policy>`. */
  readonly resource: string;
  readonly policy: string;
  readonly filter: string;
  private readonly dir: string;
  private readonly forget: () => void;
  private code: Uint8Array;
  private version = 0;

  constructor(configuration: Configuration, options: PolicyFileOptions = {}) {
    this.filter = options.filter ?? "retry-budget";
    this.policy = options.policy ?? nameIn(configuration) ?? "test";
    this.resource = resourceName(this.filter, this.policy);
    this.code = options.code ?? builtModule(this.filter);
    this.dir = mkdtempSync(join(tmpdir(), "pointduty-policy-"));
    this.path = join(this.dir, "ecds.yaml");
    this.forget = atExit(() => rmSync(this.dir, { recursive: true, force: true }));
    this.write(configuration);
  }

  /** Replaces the file by rename, without waiting. Returns the version text that Envoy shows once it is live. */
  write(configuration: Configuration, code?: Uint8Array): string {
    if (code) this.code = code;
    this.version += 1;
    const version = `v${this.version}`;
    this.writeRaw(this.render(configuration, version));
    return version;
  }

  /** Replaces the file by any text at all, without waiting: for files that are not even an ECDS answer. */
  writeRaw(text: string): void {
    const next = join(this.dir, "next.yaml");
    writeFileSync(next, text);
    renameSync(next, this.path);
  }

  private render(configuration: Configuration, version: string): string {
    const { filter, policy } = this;
    const resource = { filter, policy, version, code: { inline: this.code } };
    const asJson = typeof configuration === "object" && !("@type" in configuration);
    if (asJson) return renderEcds({ ...resource, configuration: JSON.stringify(configuration, null, 2) });
    // What an operator would not write does not go through the template's text: only through its structure.
    const ecds = parse(renderEcds({ ...resource, configuration: "{}" })) as Ecds;
    ecds.resources[0].typed_config.config.configuration =
      typeof configuration === "string" ? { "@type": `${PROTOBUF}.StringValue`, value: configuration } : configuration;
    return JSON.stringify(ecds);
  }

  /** Writes a configuration and waits until Envoy has judged it. */
  async update(envoy: Envoy, configuration: Configuration, code?: Uint8Array): Promise<"accepted" | "rejected"> {
    const before = await envoy.extension(this.resource);
    this.write(configuration, code);
    return this.judged(envoy, before);
  }

  /** Waits until Envoy has accepted or refused more often than `before` says. */
  judged(envoy: Envoy, before: { accepted: number; rejected: number }): Promise<"accepted" | "rejected"> {
    return waitFor(`Envoy to judge ${this.resource}`, UPDATE_MS, async () => {
      const now = await envoy.extension(this.resource);
      if (now.rejected > before.rejected) return "rejected";
      return now.accepted > before.accepted ? "accepted" : undefined;
    });
  }

  /** Removes the file and its folder. */
  remove(): void {
    this.forget();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** The part of an ECDS file that is changed here. */
interface Ecds {
  resources: [{ typed_config: { config: { configuration: object } } }];
}

function nameIn(configuration: Configuration): string | undefined {
  if (typeof configuration === "string" || !("name" in configuration)) return undefined;
  return typeof configuration.name === "string" ? configuration.name : undefined;
}

/**
 * The filter's events by name, summed over keys unless `key` is given: `originals`, `retries_denied.budget`, ...
 * (a `reason` is appended to the name with a dot). Before Envoy 1.39 their names begin with `cluster.<name>.`.
 */
export async function events(envoy: Envoy, policy: string, key?: string): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [stat, value] of await envoy.stats("pointduty_")) {
    const tags =
      /wasmcustom\.policy=\.=(.*?);\.;(?:key=\.=(.*?);\.;)?(?:reason=\.=(.*?);\.;)?pointduty_([a-z_]+)$/.exec(stat);
    if (!tags || tags[1] !== policy || (key !== undefined && tags[2] !== key)) continue;
    const event = (tags[4] ?? "").replace(/^retry_budget_/, "");
    const name = tags[3] === undefined ? event : `${event}.${tags[3]}`;
    found[name] = (found[name] ?? 0) + value;
  }
  return found;
}
