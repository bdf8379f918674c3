/**
 * What the tests through the real Envoy share: several listeners in one process, each with a policy of its own, a client
 * that keeps to one connection, and what the access log says about a request.
 */
import { Agent } from "node:http";
import { ANSWERS_HEADER, type Answer, type Arrival, type Backend } from "../lib/backend.ts";
import { bootstrap, type BootstrapOptions, type Message } from "../lib/bootstrap.ts";
import { header, request, type RequestOptions, type Response } from "../lib/client.ts";
import { startEnvoy, waitFor, type Envoy } from "../lib/envoy.ts";
import { events, PolicyFile } from "../lib/policy.ts";

/** Worker threads of every Envoy of a test. */
export const WORKERS = Number(process.env["POINTDUTY_WORKERS"] ?? "2");

/** Response code details of our local reply. */
export const EXHAUSTED = "retry_budget_exhausted";

export interface ListenerOptions extends Omit<BootstrapOptions, "policies" | "accessLog" | "more"> {
  /** The policy without its name, which is the listener's. Absent: plain Envoy. */
  policy?: Message;
  /** Put the policy into the clusters' own upstream filters, and not into the router's. */
  inClusters?: boolean;
}

/** One line of the access log. */
export interface LogLine {
  code: number;
  details: string;
  flags: string;
  /** Attempts that the router made, denied ones included. */
  attempts: number;
  /** What the filter left for the log: granted, denied, held; `-` when it left nothing. */
  outcome: string;
}

/** A budget that only the percentage fills, in a window so long that nothing leaves it during a test. */
export function exact(percent: number): Message {
  return { budget: { percent, interval: "1h" }, minRetryRate: { count: 0 } };
}

/** The header that makes a backend give these answers to one request, by attempt. */
export function answering(...answers: Answer[]): Record<string, string> {
  return { [ANSWERS_HEADER]: JSON.stringify(answers) };
}

/** Whether an answer says that its retry was denied. */
export function marked(response: Response): boolean {
  return header(response, "x-envoy-ratelimited") === "true";
}

/** How often each id reached a backend, of the ids that begin with `prefix`. */
export function hits(arrivals: readonly Arrival[], prefix: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { id } of arrivals) if (id.startsWith(prefix)) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

/** Arrivals at a backend of the ids that begin with `prefix`. */
export async function arrivals(backend: Backend, prefix: string): Promise<number> {
  return (await backend.events()).filter(({ id }) => id.startsWith(prefix)).length;
}

/** A client with one HTTP/1.1 connection, which Envoy serves on one worker. */
export class Line {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private readonly port: number;

  constructor(port: number) {
    this.port = port;
  }

  get(
    id: string,
    answers: Answer[] = [],
    options: Omit<RequestOptions, "port" | "id" | "agent"> = {},
  ): Promise<Response> {
    const headers = answers.length === 0 ? options.headers : { ...options.headers, ...answering(...answers) };
    return request({ ...options, port: this.port, id, agent: this.agent, ...(headers ? { headers } : {}) });
  }

  /** `count` requests one after another, ids `<prefix><n>` from 0. */
  async series(
    count: number,
    prefix: string,
    answers: Answer[] = [],
    options: Omit<RequestOptions, "port" | "id" | "agent"> = {},
  ): Promise<Response[]> {
    const responses: Response[] = [];
    for (let n = 0; n < count; n++) responses.push(await this.get(`${prefix}${n}`, answers, options));
    return responses;
  }

  /**
   * Lets the filter see, on the worker of this connection, that failures like this one are retried. Until it has, it may
   * leave an answer alone and deny the retry when that comes.
   */
  async teach(answer: Answer, options: Omit<RequestOptions, "port" | "id" | "agent"> = {}): Promise<void> {
    await this.get("teach", [answer], options);
  }

  close(): void {
    this.agent.destroy();
  }
}

const MARK = "pointduty-log";

function logFormat(policy: string): string {
  const outcome = `%FILTER_STATE(wasm.pointduty.retry_budget.${policy}.outcome:PLAIN)%`;
  return [
    `${MARK} %REQ(X-TEST-ID)% %RESPONSE_CODE% %RESPONSE_CODE_DETAILS% %RESPONSE_FLAGS%`,
    `%UPSTREAM_REQUEST_ATTEMPT_COUNT% ${outcome}`,
  ].join(" ");
}

/** An Envoy with several listeners. Made by `startMesh`. */
export class Mesh {
  readonly envoy: Envoy;
  private readonly policies: readonly PolicyFile[];

  constructor(envoy: Envoy, policies: readonly PolicyFile[]) {
    this.envoy = envoy;
    this.policies = policies;
  }

  /** A client of a listener. */
  line(listener: string): Line {
    return new Line(this.envoy.port(listener));
  }

  /** The filter's events of a listener's policy; 0 for what has not happened. */
  async events(listener: string, key?: string): Promise<Events> {
    const found = await events(this.envoy, listener, key);
    return {
      originals: found["originals"] ?? 0,
      granted: found["retries_granted"] ?? 0,
      denied: found["retries_denied.budget"] ?? 0,
      held: found["retries_denied.held"] ?? 0,
    };
  }

  /** Waits until an event of the filter, by its name in `events` of policy.ts, stands at `value`. */
  async becomes(listener: string, event: string, value: number): Promise<void> {
    await waitFor(`${event} of ${listener} to be ${value}`, 5_000, async () => {
      return ((await events(this.envoy, listener))[event] ?? 0) === value ? true : undefined;
    });
  }

  /** Waits for the access log's line about a request. Ids must be unique in the process. */
  logged(id: string): Promise<LogLine> {
    return waitFor(`the access log's line about ${id}`, 5_000, async () => this.lines().get(id));
  }

  /** The access log by id, as far as it has been written. */
  lines(): Map<string, LogLine> {
    const lines = new Map<string, LogLine>();
    for (const line of this.envoy.log().split("\n")) {
      const [mark, id = "", code, details = "", flags = "", attempts, outcome = ""] = line.split(" ");
      if (mark === MARK) lines.set(id, { code: Number(code), details, flags, attempts: Number(attempts), outcome });
    }
    return lines;
  }

  async stop(): Promise<void> {
    await this.envoy.stop();
    for (const policy of this.policies) policy.remove();
  }
}

/** Events of a policy, or of one of its keys. */
export interface Events {
  originals: number;
  granted: number;
  /** Denied because the budget was spent. */
  denied: number;
  /** Denied and held back, because an earlier attempt still ran. */
  held: number;
}

interface Tree extends Message {
  static_resources: { listeners: Message[]; clusters: Message[] };
}

const HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

/** Moves the upstream filters from the router into the protocol options of each cluster. */
function moveIntoClusters(tree: Tree, manager: Message): void {
  const filters = manager["http_filters"] as Message[];
  const router = filters.at(-1)?.["typed_config"] as Message;
  for (const cluster of tree.static_resources.clusters) {
    const all = (cluster["typed_extension_protocol_options"] ?? {}) as Record<string, Message>;
    const own = all[HTTP_OPTIONS] ?? {
      "@type": `type.googleapis.com/${HTTP_OPTIONS}`,
      explicit_http_config: { http_protocol_options: {} },
    };
    cluster["typed_extension_protocol_options"] = {
      ...all,
      [HTTP_OPTIONS]: { ...own, http_filters: router["upstream_http_filters"] },
    };
  }
  delete router["upstream_http_filters"];
}

/** The tree of one listener, named and with its access log. */
function treeOf(name: string, options: ListenerOptions, policy: PolicyFile | undefined): Tree {
  const tree = bootstrap({ ...options, policies: policy ? [policy] : [], accessLog: logFormat(name) }) as Tree;
  const [listener] = tree.static_resources.listeners as { name: string; filter_chains: Chain[] }[];
  const manager = listener?.filter_chains[0]?.filters[0]?.typed_config;
  if (!listener || !manager) throw new Error("the template has no listener");
  listener.name = name;
  manager["stat_prefix"] = name;
  if (options.inClusters) moveIntoClusters(tree, manager);
  return tree;
}

interface Chain {
  filters: { typed_config: Message }[];
}

/** Starts one Envoy with a listener per entry. Clusters are shared by name and must then be alike. */
export async function startMesh(listeners: Record<string, ListenerOptions>): Promise<Mesh> {
  const policies: PolicyFile[] = [];
  const clusters = new Map<string, Message>();
  const made: Message[] = [];
  let base: Tree | undefined;
  for (const [name, options] of Object.entries(listeners)) {
    const policy = options.policy && new PolicyFile({ name, ...options.policy });
    if (policy) policies.push(policy);
    const tree = treeOf(name, options, policy);
    base ??= tree;
    made.push(...tree.static_resources.listeners);
    for (const cluster of tree.static_resources.clusters) {
      const key = String(cluster["name"]);
      const known = clusters.get(key);
      if (known && JSON.stringify(known) !== JSON.stringify(cluster)) throw new Error(`two clusters named ${key}`);
      clusters.set(key, cluster);
    }
  }
  const resources = { ...base?.static_resources, listeners: made, clusters: [...clusters.values()] };
  const envoy = await startEnvoy({
    bootstrap: { ...base, static_resources: resources },
    workers: WORKERS,
    extensions: policies.map(({ resource }) => resource),
  });
  return new Mesh(envoy, policies);
}

/** A route by path prefix. `more`: further fields of the RouteAction. */
export function route(name: string, path: string, cluster: string, action: Message): Message {
  return { ...(name === "" ? {} : { name }), match: { prefix: path }, route: { cluster, ...action } };
}
