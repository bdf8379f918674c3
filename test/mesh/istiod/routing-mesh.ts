/** One sidecar, the control plane that configures it, and the two versions of a service that it calls. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atExit } from "../../lib/cleanup.ts";
import { startEnvoy, waitFor, type Envoy } from "../../lib/envoy.ts";
import { Arm, ask, type Got, type Pairs } from "../../envoy/routing.ts";
import { Desk } from "../../module/cli.ts";
import { withV8 } from "./mesh.ts";
import { SIDECAR_GID } from "./network.ts";
import { Plane } from "./plane.ts";

const SERVICES = new URL("routing.yaml", import.meta.url);
/** Address and ports in routing.yaml. */
const SERVICE = { host: "10.96.0.30", port: 80 };
const PORTS = { v1: 18021, v2: 18022 } as const;
const HOST = "web.shop.example";
const CLIENT = "10.244.0.1";
const SYNC_MS = 30_000;

/** The VirtualService as it stood before anybody thought of Pointduty. @param one only one destination is left */
export function virtualService(one = false): string {
  const second = one ? "" : `\n        - { destination: { host: ${HOST}, subset: v2 }, weight: 30 }`;
  return `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web, namespace: shop }
spec:
  hosts: [${HOST}]
  http:
    - name: main
      timeout: 1s
      retries: { attempts: 2, retryOn: 5xx, backoff: 1ms }
      route:
        - { destination: { host: ${HOST}, subset: v1 }, weight: ${one ? 100 : 70}, headers: { response: { set: { x-version: one } } } }${second}
`;
}

export class Web {
  readonly plane: Plane;
  readonly envoy: Envoy;
  readonly arms: Readonly<Record<keyof typeof PORTS, Arm>>;
  /** Where policy files are and `pointduty` runs. */
  readonly desk = new Desk();

  constructor(plane: Plane, envoy: Envoy, arms: Web["arms"]) {
    this.plane = plane;
    this.envoy = envoy;
    this.arms = arms;
  }

  /** Calls the service as the application beside the sidecar does. */
  call(headers: Pairs = []): Promise<Got> {
    return ask(SERVICE.port, "/", headers, HOST, SERVICE.host);
  }

  async stop(): Promise<void> {
    await this.envoy.stop();
    this.plane.stop();
    for (const arm of Object.values(this.arms)) await arm.close();
    this.desk.remove();
  }
}

/** Starts everything and waits until both versions are served. */
export async function startWeb(program: string): Promise<Web> {
  const dir = mkdtempSync(join(tmpdir(), "pd-web-"));
  atExit(() => rmSync(dir, { recursive: true, force: true }));
  const arms = { v1: await Arm.start("v1", PORTS.v1), v2: await Arm.start("v2", PORTS.v2) };
  const plane = new Plane(program, dir, { app: "client", address: CLIENT });
  await plane.answer();
  await plane.apply(`${readFileSync(SERVICES, "utf8")}---\n${virtualService()}`);
  const envoy = await startEnvoy({ bootstrap: await withV8(plane.bootstrap()), gid: SIDECAR_GID });
  const web = new Web(plane, envoy, arms);
  const seen = new Set<string>();
  await waitFor("both versions", SYNC_MS, async () => {
    const got = await web.call().catch(() => undefined);
    if (got?.status === 200) seen.add(got.body);
    return seen.size === 2 ? true : undefined;
  });
  return web;
}
