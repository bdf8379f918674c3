/** Two pods with mutual TLS between their sidecars: client calls orders, whose sidecar has the policy. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBackend, type Backend } from "../../lib/backend.ts";
import { Authority } from "../../lib/certificates.ts";
import { atExit } from "../../lib/cleanup.ts";
import { load, request, type LoadResult } from "../../lib/client.ts";
import { startEnvoy, waitFor, type Envoy } from "../../lib/envoy.ts";
import { Desk } from "../../module/cli.ts";
import { withV8 } from "./mesh.ts";
import { CALLED, CALLED_PORTS, SIDECAR_GID } from "./network.ts";
import { Plane, type Workload } from "./plane.ts";

const ORDERS = new URL("orders.yaml", import.meta.url);
/** Addresses and ports in orders.yaml. */
const SERVICE = { host: "10.96.0.20", port: 80 };
const POD = { host: CALLED, port: 18010 };
const HOST = { host: "orders.shop.example" };
const SYNC_MS = 30_000;
/** Istio's proxies take 45 s. */
const DRAIN_S = 2;

const CLIENT: Workload = { app: "client", address: "10.244.0.1" };
const SERVER: Workload = { app: "orders", address: CALLED, ports: CALLED_PORTS };

/** The identity that the sidecar of a workload has a certificate for. */
export function identityOf({ app }: Workload): string {
  return `cluster.local/ns/shop/sa/${app}`;
}

/** A sidecar and the control plane that configures it. */
interface Pod {
  readonly plane: Plane;
  readonly envoy: Envoy;
}

export class Pods {
  private readonly client: Pod;
  private readonly server: Pod;
  private readonly backend: Backend;
  /** Where policy files are and `pointduty` runs. */
  readonly desk = new Desk();

  constructor(client: Pod, server: Pod, backend: Backend) {
    this.client = client;
    this.server = server;
    this.backend = backend;
  }

  /** The sidecar that judges. */
  get envoy(): Envoy {
    return this.server.envoy;
  }

  /** Calls orders as the application beside the client's sidecar does. Resolves to the status. */
  async call(method: string, path: string, headers: Record<string, string> = {}): Promise<number> {
    return (await request({ ...SERVICE, method, path, headers: { ...HOST, ...headers } })).status;
  }

  /** Calls orders from outside the mesh, in plain text. */
  async callPlain(method: string, path: string): Promise<number> {
    return (await request({ ...POD, method, path, headers: HOST })).status;
  }

  /** Calls without a pause through both sidecars while `step` is done. Resolves to what came of it, in rounds. */
  async during(path: string, step: () => Promise<void>): Promise<LoadResult[]> {
    let done = false;
    const caller = (async () => {
      const rounds: LoadResult[] = [];
      while (!done) rounds.push(await load({ ...SERVICE, clients: 8, durationMs: 200, path, headers: HOST }));
      return rounds;
    })();
    await step().finally(() => (done = true));
    return caller;
  }

  /** Applies an object to the whole mesh. */
  async apply(yaml: string): Promise<void> {
    for (const { plane } of [this.client, this.server]) await plane.apply(yaml);
  }

  async delete(yaml: string): Promise<void> {
    for (const { plane } of [this.client, this.server]) await plane.delete(yaml);
  }

  async stop(): Promise<void> {
    for (const { envoy, plane } of [this.client, this.server]) {
      await envoy.stop();
      plane.stop();
    }
    await this.backend.close();
    this.desk.remove();
  }
}

/** Starts everything and waits until orders is served over mutual TLS. */
export async function startPods(program: string): Promise<Pods> {
  const authority = new Authority();
  const backend = await startBackend({ port: POD.port });
  const server = await startPod(program, SERVER, authority);
  const client = await startPod(program, CLIENT, authority);
  const pods = new Pods(client, server, backend);
  await waitFor("orders", SYNC_MS, async () => {
    const status = await pods.call("GET", "/").catch(() => 0);
    return status === 200 ? true : undefined;
  });
  return pods;
}

async function startPod(program: string, workload: Workload, authority: Authority): Promise<Pod> {
  const dir = mkdtempSync(join(tmpdir(), "pd-pod-"));
  atExit(() => rmSync(dir, { recursive: true, force: true }));
  const { cert, key } = authority.issue([`URI:spiffe://${identityOf(workload)}`]);
  const files = { "cert-chain.pem": cert, "key.pem": key, "root-cert.pem": authority.certificate.cert };
  mkdirSync(join(dir, "etc/certs"), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, "etc/certs", name), text);
  const plane = new Plane(program, dir, workload);
  await plane.answer();
  await plane.apply(readFileSync(ORDERS, "utf8"));
  const bootstrap = besideOthers(await withV8(plane.bootstrap()));
  return { plane, envoy: await startEnvoy({ bootstrap, gid: SIDECAR_GID, drainSeconds: DRAIN_S }) };
}

interface Bootstrap {
  admin: { address: SocketAddress };
  static_resources: { listeners?: { address: SocketAddress }[] };
}

interface SocketAddress {
  socket_address: { port_value: number };
}

/** The bootstrap with ports of its own for what Istio's proxies show at fixed ones: both pods are in one network. */
function besideOthers(bootstrap: string): Bootstrap {
  const tree = JSON.parse(bootstrap) as Bootstrap;
  for (const { address } of [tree.admin, ...(tree.static_resources.listeners ?? [])]) {
    address.socket_address.port_value = 0;
  }
  return tree;
}
