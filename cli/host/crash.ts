/** Two ways for a run to end that no module could observe: they leave the host as JavaScript exceptions, because a test must not go on. */

/** Envoy itself would die here (a segmentation fault that was measured, not a trap). */
export class EnvoyCrash extends Error {
  constructor(what: string) {
    super(`Envoy crashes here: ${what}`);
    this.name = "EnvoyCrash";
  }
}

/** Envoy would do something that this host has no model of; it does not guess. */
export class NotModelled extends Error {
  constructor(what: string) {
    super(`the offline host does not model ${what}`);
    this.name = "NotModelled";
  }
}

/** Callbacks after which a stream is gone. */
const ENDING: ReadonlySet<string> = new Set(["proxy_on_log", "proxy_on_done", "proxy_on_delete"]);

/**
 * Throws for a local reply that ends Envoy with a segmentation fault (measured on 1.36 to 1.40).
 * @param callback the callback that runs
 * @param stream the one to reply to: whether it is the callback's own, and whether it has no downstream connection
 */
export function refuseDeadlyReply(
  callback: string,
  stream: { kind: "downstream" | "upstream"; own: boolean; detached: boolean },
): void {
  const { kind, own, detached } = stream;
  if (!own && kind === "upstream" && callback === "proxy_on_done") {
    throw new EnvoyCrash("a local reply for a sibling attempt from proxy_on_done of an upstream filter");
  }
  if (own && detached && callback === "proxy_on_request_headers") {
    throw new EnvoyCrash("a local reply from proxy_on_request_headers of a stream without a downstream connection");
  }
  if (own && !detached && ENDING.has(callback)) throw new EnvoyCrash(`a local reply from ${callback} of its stream`);
}
