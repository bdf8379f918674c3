/** The requests that take the probe `cells` through every callback, the same for Envoy and for the offline host. */

/** One request. */
export interface CellRequest {
  readonly name: string;
  /** Where the probe sits: in the router's upstream filters, before the router, or in the cluster that requests are mirrored to. */
  readonly through: "up" | "down" | "mirror";
  /** Value of `x-mode`: what the probe does. */
  readonly mode: string;
  readonly path: string;
  readonly grpc: boolean;
  /** Body of the request; "" for none. */
  readonly body: string;
  /** Trailers on the request and on the response. */
  readonly trailers: boolean;
  /** Answers of the backend by attempt, the last one repeats. */
  readonly statuses: readonly number[];
  /** Body of the answers. */
  readonly answer: string;
}

/** Headers of every request beside `x-mode`. */
export const REQUEST_HEADERS: [string, string][] = [
  ["x-twice", "a"],
  ["x-twice", "b"],
];
/** Headers of every answer of the backend. */
export const ANSWER_HEADERS: [string, string][] = [
  ["x-back", "1"],
  ["x-back", "2"],
  ["x-twice", "a"],
  ["x-twice", "b"],
  // Enough bytes for the map to count as "many" on both sides, whatever the servers add.
  ["x-long", "a value that makes the map of headers longer than a hundred bytes"],
];
export const TRAILERS: [string, string][] = [["x-trail", "t"]];
/** Headers of what the client gets that are compared. */
const CLIENT_HEADERS = ["x-reply", "grpc-status", "grpc-message", "content-type"];

/** Those of a reply of the probe's: servers say how long their answers are, or do not. */
const REPLY_HEADERS = [...CLIENT_HEADERS, "content-length"];

/** What the client got, as a line. @param headers all values of a header, joined by a comma */
export function clientLine(
  one: CellRequest,
  got: { status: number; broken: boolean; body: string; hits: number },
  headers: (name: string) => string | undefined,
): string {
  if (got.broken) return `CLIENT ${got.status} broken off`;
  const values = (headers("x-reply") === undefined ? CLIENT_HEADERS : REPLY_HEADERS)
    .map((name) => [name, headers(name)] as const)
    .filter(([, value]) => value !== undefined);
  // An empty answer has its length from the codec.
  const shown = values
    .filter(([, value]) => value !== "0")
    .map(([name, value]) => `${name}=${value}`)
    .join(";");
  // Whether the headers have left for the backend when a filter replies to a later part of the request is chance.
  const hits = one.mode.startsWith("reply at") ? "" : ` HITS ${got.hits}`;
  return `CLIENT ${got.status} ${got.body} ${shown}${hits}`;
}

export const NODE_ID = "node-1";
export const CONFIGURATION = "the configuration";
/** The probe makes no calls in configure that need a cluster manager when its configuration has 8 bytes. */
export const SHADOW_CONFIGURATION = "no calls";
export const VM_CONFIGURATION = "vm config";

function request(
  through: CellRequest["through"],
  mode: string,
  more: Partial<CellRequest> & { as?: string } = {},
): CellRequest {
  const { as = mode, ...rest } = more;
  return {
    name: `${through} ${as}`,
    through,
    mode,
    path: "/p?x=1",
    grpc: false,
    body: "",
    trailers: false,
    statuses: [200],
    answer: "answer",
    ...rest,
  };
}

/** Statuses of local replies whose gRPC status is compared. */
const GRPC_CODES = [200, 400, 401, 403, 404, 418, 429, 499, 500, 502, 503, 504];

const WHOLE = { body: "request body", trailers: true };

/** Callbacks of a stream in which the probe answers with a local reply. */
const REPLIES = ["request_body", "request_trailers", "response_headers", "response_body", "response_trailers"];

function replies(through: CellRequest["through"], phases: readonly string[]): CellRequest[] {
  return phases.map((phase) => request(through, `reply at ${phase}`, WHOLE));
}

/** Local replies that end Envoy. Each needs an Envoy of its own. */
export const DEADLY_REQUESTS: readonly CellRequest[] = [
  ...replies("up", ["done", "delete"]),
  ...replies("down", ["log", "done", "delete"]),
  ...replies("mirror", ["request_headers"]),
];

function both(through: "up" | "down"): CellRequest[] {
  return [
    request(through, "none"),
    request(through, "all"),
    request(through, "none", { as: "body", path: "/", body: "request body" }),
    request(through, "none", { as: "trailers", ...WHOLE }),
    request(through, "write", WHOLE),
    request(through, "queues"),
    request(through, "state", { path: "/", statuses: [503, 503, 200], answer: "" }),
    request(through, "tick"),
    request(through, "arm every"),
    request(through, "every", WHOLE),
    request(through, "reply"),
    request(through, "reply-lie"),
    request(through, "reply-many"),
    request(through, "reply", { as: "reply grpc", grpc: true }),
    request(through, "reply-grpc-ok", { grpc: true }),
    request(through, "reply-grpc-16", { grpc: true }),
    request(through, "reply-grpc-17", { grpc: true }),
    ...["reply-own", "reply-empty", "reply-one", "reply-twice"].flatMap((mode) => [
      request(through, mode),
      request(through, mode, { as: `${mode} grpc`, grpc: true }),
    ]),
    ...GRPC_CODES.map((code) => request(through, `reply-code ${code}`, { grpc: true })),
    request(through, "memory"),
    request(through, "arm reply"),
    request(through, "none", { as: "reply at stream_create" }),
    ...replies(through, REPLIES),
  ];
}

/** In the order in which they are sent: ids count up. */
export const CELL_REQUESTS: readonly CellRequest[] = [
  ...both("up"),
  ...both("down"),
  request("mirror", "all"),
  request("mirror", "arm every"),
  request("mirror", "every", WHOLE),
  ...replies("mirror", [...REPLIES, "done", "delete"]),
  request("up", "trap"),
  request("up", "all", { as: "after trap" }),
];
