/** The running control plane (plane/main.go): starts it, and applies and removes objects as kubectl would. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { atExit } from "../../lib/cleanup.ts";
import { PROGRAM, TEMPLATE } from "./build.ts";

/** A workload of the namespace shop whose sidecar is configured. */
export interface Workload {
  /** Its label `app`. */
  readonly app: string;
  readonly address: string;
  /** Where iptables hand its traffic to, outbound and inbound. Default: Istio's 15001 and 15006. */
  readonly ports?: readonly [outbound: number, inbound: number];
}

function nodeOf({ app, address }: Workload): string {
  return `sidecar~${address}~${app}-1.shop~shop.svc.cluster.local`;
}

function metadataOf({ app, address }: Workload): string {
  const [ISTIO_VERSION, CLUSTER_ID] = ["1.31.0", "Kubernetes"];
  return JSON.stringify({ NAMESPACE: "shop", LABELS: { app }, ISTIO_VERSION, CLUSTER_ID, INSTANCE_IPS: address });
}

/** Filters that only Istio's own build of Envoy has. */
const NOT_IN_STOCK_ENVOY = {
  PILOT_ENABLE_METADATA_EXCHANGE: "false",
  PILOT_ENABLE_ALPN_FILTER: "false",
  PILOT_ENABLE_TELEMETRY_LABEL: "false",
};

/** Characters of its log that are kept, for an error. */
const LOG_KEPT = 4000;

export class Plane {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly dir: string;
  private readonly waiting: ((answer: string) => void)[] = [];
  private ended = false;
  private log = "";
  private files = 0;

  /** @param dir its folder: sockets, bootstrap, access log, and files that objects name */
  constructor(folder: string, dir: string, workload: Workload) {
    this.dir = dir;
    const args = ["-node", nodeOf(workload), "-metadata", metadataOf(workload), "-template", join(folder, TEMPLATE)];
    if (workload.ports) args.push("-ports", workload.ports.join());
    this.child = spawn(join(folder, PROGRAM), args, {
      cwd: dir,
      env: { ...process.env, ...NOT_IN_STOCK_ENVOY },
    });
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.log = (this.log + text).slice(-LOG_KEPT);
    });
    atExit(() => this.child.kill("SIGKILL"));
    createInterface(this.child.stdout).on("line", (line) => this.waiting.shift()?.(line));
    this.child.on("exit", (code, signal) => {
      this.ended = true;
      for (const resolve of this.waiting.splice(0)) resolve(`error: ended (${signal ?? code}):\n${this.log}`);
    });
  }

  /** Waits for the answer to the start or to the last line. */
  async answer(): Promise<void> {
    const answer = this.ended
      ? `error: has ended:\n${this.log}`
      : await new Promise<string>((resolve) => this.waiting.push(resolve));
    if (answer !== "ok") throw new Error(`istiod: ${answer}`);
  }

  /** `kubectl apply`: rejects when Istio refuses an object. When it returns, proxies need not have it yet. */
  apply(yaml: string): Promise<void> {
    return this.tell("apply", yaml);
  }

  /** `kubectl delete`. */
  delete(yaml: string): Promise<void> {
    return this.tell("delete", yaml);
  }

  /** The bootstrap that Istio makes for the sidecar. Its paths are absolute, so that Envoy may start anywhere. */
  bootstrap(): string {
    return readFileSync(join(this.dir, "bootstrap.json"), "utf8").replaceAll('"./', `"${this.dir}/`);
  }

  /** The access log of the sidecar, in Istio's format. */
  accessLog(): string {
    return readFileSync(join(this.dir, "access.log"), "utf8");
  }

  /** Ends it. */
  stop(): void {
    this.child.kill("SIGTERM");
  }

  private tell(verb: string, yaml: string): Promise<void> {
    const file = `${verb}-${this.files++}.yaml`;
    writeFileSync(join(this.dir, file), yaml);
    this.child.stdin.write(`${verb} ${file}\n`);
    return this.answer();
  }
}
