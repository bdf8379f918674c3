/**
 * The network of a pod with a sidecar, in a network namespace that has nothing yet: a loopback device, addresses of
 * services that lead nowhere, and iptables that hand to the sidecar what goes there. A second pod is there, too: what its
 * address receives goes to its sidecar.
 */
import { capture } from "../../setup/common.ts";

/** The pod that others call. */
export const CALLED = "10.244.0.2";

/** Where iptables hand the second pod's traffic to: it has no network of its own, and Istio's ports are taken. */
export const CALLED_PORTS = [16001, 16006] as const;

/** The group that Istio's sidecars run as: what they send is not intercepted, it would come back to them for ever. */
export const SIDECAR_GID = 1337;

const COMMANDS: readonly string[] = [
  "ip link set lo up",
  // Where services.yaml has its addresses.
  "ip route add local 10.96.0.0/16 dev lo",
  `ip addr add ${CALLED}/32 dev lo`,
  // The inbound half of what istio-init writes, for the second pod; whoever calls it, a sidecar or not.
  `iptables -w -t nat -A OUTPUT -p tcp -d ${CALLED} -j REDIRECT --to-ports ${CALLED_PORTS[1]}`,
  // The outbound half, for the first.
  `iptables -w -t nat -A OUTPUT -m owner --gid-owner ${SIDECAR_GID} -j RETURN`,
  "iptables -w -t nat -A OUTPUT -d 127.0.0.0/8 -j RETURN",
  "iptables -w -t nat -A OUTPUT -p tcp -j REDIRECT --to-ports 15001",
];

/** Resolves to undefined, or to what this kernel does not allow, in one line. */
export async function makeNetwork(): Promise<string | undefined> {
  for (const command of COMMANDS) {
    const [program = "", ...args] = command.split(" ");
    const { failed, output } = await capture(program, args);
    if (failed) return `${command}: ${output.trim().replaceAll("\n", " ")}`;
  }
  return undefined;
}
