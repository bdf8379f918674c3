/** All that runs in the namespace: backends, control plane, sidecar; and how applications call services there. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { mustStartV8 } from "../../../cli/status/v8.ts";
import { always, ID_HEADER, SENT_HEADER, startBackend, type Arrival, type Backend } from "../../lib/backend.ts";
import { atExit } from "../../lib/cleanup.ts";
import { load, request } from "../../lib/client.ts";
import { startEnvoy, waitFor, type Envoy } from "../../lib/envoy.ts";
import { GrpcClient } from "../../lib/grpc.ts";
import { Desk } from "../../module/cli.ts";
import { capture } from "../../setup/common.ts";
import { resolveEnvoy } from "../../setup/envoy.ts";
import { SIDECAR_GID } from "./network.ts";
import { Plane } from "./plane.ts";

const SERVICES = new URL("services.yaml", import.meta.url);
const START_V8 = new URL("../../../envoy/istio/start-v8.yaml", import.meta.url);
/** Addresses and ports in services.yaml. */
const ADDRESSES = {
  cart: "10.96.0.1",
  ledger: "10.96.0.2",
  pool: "10.96.0.3",
  vault: "10.96.0.4",
  forged: "10.96.0.5",
  named: "10.96.0.6",
  misnamed: "10.96.0.7",
};
const HTTP_PORT = 80;
const GRPC_PORT = 7000;
/** The sidecar's own address. */
const CLIENT = "10.244.0.1";
const SYNC_MS = 30_000;
const CLIENTS = 10;
/** The gRPC status for a server that is not there at the moment. */
const UNAVAILABLE = 14;

export type HttpService = Exclude<keyof typeof ADDRESSES, "ledger">;
/** Services with a backend of their own. */
export type BackendName = "cart" | "ledger" | "pool" | "vault";

export class Mesh {
  readonly plane: Plane;
  readonly envoy: Envoy;
  readonly backends: Readonly<Record<BackendName, Backend>>;
  /** Where policy files are and `pointduty` runs. */
  readonly desk = new Desk();
  private loads = 0;

  constructor(plane: Plane, envoy: Envoy, backends: Readonly<Record<BackendName, Backend>>) {
    this.plane = plane;
    this.envoy = envoy;
    this.backends = backends;
  }

  /** Calls a service as an application does. Resolves to the status and the body. */
  async call(service: HttpService): Promise<{ status: number; body: string }> {
    return request({ ...target(service), headers: host(service) });
  }

  /** Calls the gRPC service. Resolves to the gRPC status code. */
  async callGrpc(id?: string): Promise<number> {
    const client = new GrpcClient(GRPC_PORT, ADDRESSES.ledger, `ledger.shop.example:${GRPC_PORT}`);
    try {
      return (await client.unary(Buffer.from("x"), id === undefined ? {} : callHeaders(id))).code;
    } finally {
      client.close();
    }
  }

  /** Calls a service whose backend always fails. Resolves to all arrivals since `forget`. */
  async outage(service: BackendName, requests: number): Promise<Arrival[]> {
    const backend = this.backends[service];
    const prefix = `${service}-${this.loads++}`;
    if (service === "ledger") {
      await backend.program(always({ grpcStatus: UNAVAILABLE }));
      await this.loadGrpc(prefix, requests);
    } else {
      await backend.program(always({ status: 503 }));
      await load({ ...target(service), clients: CLIENTS, originals: requests, prefix, headers: host(service) });
    }
    await backend.program(always({}));
    return backend.events();
  }

  /** Empties the log of a service's backend. */
  forget(service: BackendName): Promise<void> {
    return this.backends[service].reset();
  }

  private async loadGrpc(prefix: string, requests: number): Promise<void> {
    const client = new GrpcClient(GRPC_PORT, ADDRESSES.ledger, `ledger.shop.example:${GRPC_PORT}`);
    let sent = 0;
    const loop = async (): Promise<void> => {
      while (sent < requests) await client.unary(Buffer.from("x"), callHeaders(`${prefix}-${sent++}`));
    };
    await Promise.all(Array.from({ length: CLIENTS }, loop));
    client.close();
  }

  async stop(): Promise<void> {
    await this.envoy.stop();
    this.plane.stop();
    for (const backend of Object.values(this.backends)) await backend.close();
    this.desk.remove();
  }
}

function target(service: HttpService): { host: string; port: number } {
  return { host: ADDRESSES[service], port: HTTP_PORT };
}

function host(service: HttpService): { host: string } {
  return { host: `${service}.shop.example` };
}

function callHeaders(id: string): Record<string, string> {
  return { [ID_HEADER]: id, [SENT_HEADER]: String(process.hrtime.bigint()) };
}

/** Starts everything and waits until the sidecar knows every service. */
export async function startMesh(program: string): Promise<Mesh> {
  const dir = mkdtempSync(join(tmpdir(), "pd-mesh-"));
  atExit(() => rmSync(dir, { recursive: true, force: true }));
  const tls = await certificate(dir);
  const backends = {
    cart: await startBackend({ port: 18001 }),
    ledger: await startBackend({ port: 18002, kind: "grpc" }),
    pool: await startBackend({ port: 18003 }),
    vault: await startBackend({ port: 18004, tls }),
  };
  const plane = new Plane(program, dir, { app: "client", address: CLIENT });
  await plane.answer();
  await plane.apply(readFileSync(SERVICES, "utf8"));
  const envoy = await startEnvoy({ bootstrap: await withV8(plane.bootstrap()), gid: SIDECAR_GID });
  const mesh = new Mesh(plane, envoy, backends);
  for (const service of ["cart", "pool", "vault", "named"] as const) {
    await waitFor(`service ${service}`, SYNC_MS, async () => {
      const answer = await mesh.call(service).catch(() => undefined);
      return answer?.status === 200 ? true : undefined;
    });
  }
  await waitFor("service ledger", SYNC_MS, async () => ((await mesh.callGrpc()) === 0 ? true : undefined));
  return mesh;
}

/** The bootstrap with what envoy/istio/start-v8.yaml overrides, where the Envoy is one that needs it. */
export async function withV8(bootstrap: string): Promise<string> {
  const { version } = await resolveEnvoy();
  if (!mustStartV8(version)) return bootstrap;
  const map = parse(readFileSync(START_V8, "utf8")) as { data: { "custom_bootstrap.json": string } };
  const override = JSON.parse(map.data["custom_bootstrap.json"]) as object;
  return JSON.stringify({ ...(JSON.parse(bootstrap) as object), ...override });
}

/** The certificate of the TLS backend, for vault.shop.example; clients trust it itself. */
async function certificate(dir: string): Promise<{ cert: string; key: string }> {
  const [cert, key] = [join(dir, "vault.crt"), join(dir, "vault.key")];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const name = ["-subj", "/CN=vault", "-addext", "subjectAltName=DNS:vault.shop.example"];
  const made = await capture("openssl", ["req", ...kind, ...name, "-keyout", key, "-out", cert]);
  if (made.failed) throw new Error(`openssl: ${made.output}`);
  return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
}
