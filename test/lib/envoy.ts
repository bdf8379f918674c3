/**
 * One stock Envoy process: start, wait until it is ready, look into it, stop. All ports are the system's choice.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { resolveEnvoy } from "../setup/envoy.ts";
import { atExit } from "./cleanup.ts";

export interface EnvoyOptions {
  /** The bootstrap: YAML text, or an object that is written as JSON. Use port 0 for admin and listeners. */
  bootstrap: string | object;
  /** Worker threads. Default 2. */
  workers?: number;
  /** Version wanted; default `$POINTDUTY_ENVOY_VERSION`, else what the resolver takes. */
  version?: string;
  /** Names of extension configurations that must be accepted before the start counts as done. */
  extensions?: readonly string[];
  /** `--log-level`. Default `warning`. */
  logLevel?: string;
  /** Group that the process runs as. Default: this one's. */
  gid?: number;
  /** How long (s) a replaced listener lives, asking each client to go (as in Istio's proxies). Default: Envoy's own. */
  drainSeconds?: number;
}

/** A process that ended: by itself or by our signal. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

const READY_MS = 30_000;
const STOP_MS = 5_000;

/** An admin interface that says nothing for this long (ms) hangs: a busy main thread takes seconds for its updates. */
const SILENT_MS = 20_000;
const LOG_LINES_IN_ERRORS = 12;

const binaries = new Map<string, ReturnType<typeof resolveEnvoy>>();

/** The Envoy that tests run on, looked for once per version. `version` default: `$POINTDUTY_ENVOY_VERSION`. */
export function envoyBinary(version?: string): ReturnType<typeof resolveEnvoy> {
  const wanted = version ?? process.env["POINTDUTY_ENVOY_VERSION"];
  const known = binaries.get(wanted ?? "");
  if (known) return known;
  const found = resolveEnvoy({
    ...(wanted ? { version: wanted } : {}),
    log: (line: string) => void process.stderr.write(`${line}\n`),
  });
  binaries.set(wanted ?? "", found);
  return found;
}

/** GET on an admin interface or any local port. Resolves with the body of a 2xx answer, rejects otherwise. */
export function httpGet(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get({ host: "127.0.0.1", port, path, agent: false, timeout: SILENT_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const body = Buffer.concat(chunks).toString("utf8");
        if (response.statusCode && response.statusCode < 300) resolve(body);
        else reject(new Error(`GET ${path}: status ${response.statusCode}: ${body.trim()}`));
      });
    });
    request.on("timeout", () => request.destroy(new Error(`GET ${path}: no answer in ${SILENT_MS / 1000} s`)));
    request.on("error", reject);
  });
}

/** Calls `probe` every 10 ms (at first) to 50 ms until it gives a value. Rejects after `ms` with `what` in the message. */
export async function waitFor<T>(what: string, ms: number, probe: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + ms;
  for (let pause = 10; ; pause = Math.min(pause + 10, 50)) {
    const value = await probe();
    if (value !== undefined) return value;
    if (performance.now() > end) throw new Error(`gave up after ${ms} ms waiting for ${what}`);
    await sleep(pause);
  }
}

/** A running Envoy. Made by `startEnvoy`. */
export class Envoy {
  /** Version of the binary, `1.40.0`. */
  readonly version: string;
  readonly pid: number;
  /** Folder of this process: bootstrap, log. Gone after `stop`. */
  readonly dir: string;
  adminPort = 0;
  private readonly child: ChildProcess;
  private readonly ports = new Map<string, number>();
  private readonly exited: Promise<Exit>;
  private readonly forget: () => void;
  private exit: Exit | undefined;
  private stopping = false;
  private lastLog = "";

  constructor(child: ChildProcess, pid: number, dir: string, version: string) {
    this.child = child;
    this.pid = pid;
    this.dir = dir;
    this.version = version;
    this.exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        this.exit = { code, signal };
        resolve(this.exit);
      });
    });
    this.forget = atExit(() => {
      child.kill("SIGKILL");
      rmSync(dir, { recursive: true, force: true });
    });
  }

  /** Waits for admin interface, LIVE, listeners and the named extension configurations. Used by `startEnvoy`. */
  async ready(extensions: readonly string[]): Promise<void> {
    this.adminPort = await waitFor("Envoy's admin interface", READY_MS, async () => {
      this.assertAlive();
      const address = readIfThere(join(this.dir, "admin"));
      return address.includes(":") ? Number(address.slice(address.lastIndexOf(":") + 1)) : undefined;
    });
    await waitFor("Envoy to be LIVE", READY_MS, async () => {
      const body = await this.admin("/ready").catch(() => "");
      this.assertAlive();
      return body.startsWith("LIVE") ? true : undefined;
    });
    for (const name of extensions) {
      await waitFor(`extension configuration ${name}`, READY_MS, async () => {
        const { accepted, rejected } = await this.extension(name);
        if (rejected > 0) throw new Error(`Envoy refused ${name}${this.tail()}`);
        return accepted > 0 ? true : undefined;
      });
    }
    const listeners = JSON.parse(await this.admin("/listeners?format=json")) as ListenersAnswer;
    for (const { name, local_address } of listeners.listener_statuses ?? []) {
      this.ports.set(name, local_address?.socket_address?.port_value ?? 0);
    }
  }

  /** Port of a listener, by its name in the bootstrap. */
  port(listener = "main"): number {
    const port = this.ports.get(listener);
    if (port === undefined) throw new Error(`Envoy has no listener ${listener}`);
    return port;
  }

  /** Body of an admin page. Says so if Envoy has died, with its last log lines. */
  async admin(path: string): Promise<string> {
    this.assertAlive();
    try {
      return await httpGet(this.adminPort, path);
    } catch (error) {
      await Promise.race([this.exited, sleep(50)]);
      this.assertAlive();
      throw error;
    }
  }

  /** Counters and gauges by name; `filter` is a regular expression on names (RE2). Histograms are left out. */
  async stats(filter?: string): Promise<Map<string, number>> {
    const text = await this.admin(filter === undefined ? "/stats" : `/stats?filter=${encodeURIComponent(filter)}`);
    const stats = new Map<string, number>();
    for (const line of text.split("\n")) {
      const at = line.lastIndexOf(": ");
      const value = line.slice(at + 2);
      if (at > 0 && /^-?\d+$/.test(value)) stats.set(line.slice(0, at), Number(value));
    }
    return stats;
  }

  /** One counter or gauge by its full name; 0 if Envoy does not know it. */
  async stat(name: string): Promise<number> {
    const filter = `^${name.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`;
    return (await this.stats(filter)).get(name) ?? 0;
  }

  /** How often an extension configuration was accepted and refused (a file that can't be read counts too). */
  async extension(name: string): Promise<{ accepted: number; rejected: number }> {
    let accepted = 0;
    let rejected = 0;
    // Not `config_reload`: that one grows before the filter has judged the configuration.
    for (const [stat, value] of await this.stats("extension_config_discovery")) {
      if (stat.endsWith(`http_filter.${name}.update_success`)) accepted += value;
      if (stat.endsWith(`http_filter.${name}.config_fail`)) rejected += value;
    }
    return { accepted, rejected };
  }

  /** `/config_dump`, parsed; `resource` narrows it, for example `ecds_filters`. */
  async configDump(resource?: string): Promise<unknown> {
    return JSON.parse(await this.admin(resource === undefined ? "/config_dump" : `/config_dump?resource=${resource}`));
  }

  /** All that Envoy has logged; still there after `stop`. */
  log(): string {
    return this.exit && this.lastLog ? this.lastLog : readIfThere(join(this.dir, "log"));
  }

  /** Throws, with exit status and last log lines, if Envoy is not running and `stop` was not called. */
  assertAlive(): void {
    if (this.exit && !this.stopping) {
      const how = this.exit.signal ? `signal ${this.exit.signal}` : `exit code ${this.exit.code}`;
      throw new Error(`Envoy ${this.version} ended by itself: ${how}${this.tail()}`);
    }
  }

  /** Ends Envoy: SIGTERM, after 5 s SIGKILL. Rejects if it had ended by itself before: no crash goes unseen. */
  async stop(): Promise<void> {
    try {
      this.assertAlive();
      this.stopping = true;
      if (!this.exit) {
        this.child.kill("SIGTERM");
        const timer = new AbortController();
        const late = sleep(STOP_MS, "late" as const, { signal: timer.signal }).catch(() => "done" as const);
        if ((await Promise.race([this.exited, late])) === "late") {
          this.child.kill("SIGKILL");
          await this.exited;
        }
        timer.abort();
      }
    } finally {
      this.lastLog ||= this.log();
      this.forget();
      rmSync(this.dir, { recursive: true, force: true });
    }
  }

  private tail(): string {
    const lines = this.log().trimEnd().split("\n").slice(-LOG_LINES_IN_ERRORS);
    return lines.join("").trim() === "" ? "" : `; its last lines:\n  ${lines.join("\n  ")}`;
  }
}

interface ListenersAnswer {
  listener_statuses?: { name: string; local_address?: { socket_address?: { port_value?: number } } }[];
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Starts Envoy and waits until it serves. Rejects with Envoy's own last lines if it does not come up. */
export async function startEnvoy(options: EnvoyOptions): Promise<Envoy> {
  const { path, version } = await envoyBinary(options.version);
  const dir = mkdtempSync(join(tmpdir(), "pointduty-envoy-"));
  const isText = typeof options.bootstrap === "string";
  const file = join(dir, isText ? "bootstrap.yaml" : "bootstrap.json");
  writeFileSync(file, isText ? (options.bootstrap as string) : JSON.stringify(options.bootstrap));
  const log = openSync(join(dir, "log"), "w");
  const args = ["-c", file, "--concurrency", String(options.workers ?? 2), "--disable-hot-restart"];
  args.push("--admin-address-path", join(dir, "admin"), "--log-level", options.logLevel ?? "warning");
  args.push("--file-flush-interval-msec", "50");
  if (options.drainSeconds !== undefined) {
    args.push("--drain-time-s", String(options.drainSeconds), "--drain-strategy", "immediate");
  }
  const child = spawn(path, args, {
    stdio: ["ignore", log, log],
    cwd: dir,
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) {
    const [error] = (await new Promise<unknown[]>((resolve) => child.once("error", (e) => resolve([e])))) as [Error];
    rmSync(dir, { recursive: true, force: true });
    throw new Error(`could not start ${path}: ${error.message}`);
  }
  const envoy = new Envoy(child, pid, dir, version);
  try {
    await envoy.ready(options.extensions ?? []);
    return envoy;
  } catch (error) {
    await envoy.stop().catch(() => undefined);
    throw error;
  }
}
