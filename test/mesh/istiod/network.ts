/**
 * The network of a pod with a sidecar, in a network namespace that has nothing yet: a loopback device, addresses of
 * services that lead nowhere, and iptables that hand to the sidecar what goes there.
 */
import { capture } from "../../setup/common.ts";

/** The group that Istio's sidecars run as: what they send is not intercepted, it would come back to them for ever. */
export const SIDECAR_GID = 1337;

const COMMANDS: readonly string[] = [
  "ip link set lo up",
  // Where services.yaml has its addresses.
  "ip route add local 10.96.0.0/16 dev lo",
  // What istio-init writes, without the inbound half.
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
