/** What both drivers share: the clients of a step, the routes of a case, and what is told of a request. */
import {
  Router,
  text,
  type DownstreamRequest,
  type LoadedPlugin,
  type OutcomeInput,
  type RoutedRequest,
  type Thread,
} from "../host/index.ts";
import type { Driver, DriverInput } from "./driver.ts";
import { readEvents, type Counters } from "./events.ts";
import { NO_OUTCOME, type Answered, type Arrived, type Observed } from "./expect.ts";
import type { Answer, CaseRequest, Pairs, Route, Step } from "./types.ts";

/** Time that passes between the end of a client's request and its next one, as with a real client. */
const TURNAROUND_MS = 1;

/** A request that is under way. */
export interface Pending {
  readonly done: boolean;
  /** What came of it, once it is done. */
  answer(): Answered;
}

/** Sends all requests of a step, by as many clients as it has, and waits for their end. */
function sendAll({ proxy }: DriverInput, step: Step, send: () => Pending): Answered[] {
  const answers: Answered[] = [];
  let under: { index: number; request: Pending }[] = [];
  let next = 0;
  let waiting = 0;
  const start = (): void => {
    if (next < step.repeat) under.push({ index: next++, request: send() });
  };
  for (let client = 0; client < step.clients; client++) start();
  while (under.length > 0 || waiting > 0) {
    const done = under.filter(({ request }) => request.done);
    under = under.filter(({ request }) => !request.done);
    for (const { index, request } of done) {
      answers[index] = request.answer();
      waiting++;
      proxy.clock.schedule(BigInt(TURNAROUND_MS * 1e6), () => {
        waiting--;
        start();
      });
    }
    proxy.clock.step();
  }
  return answers;
}

/** Sends the requests of a step to the workers in turn, through the routers of the case's routes. */
export abstract class RoutedDriver implements Driver {
  protected readonly input: DriverInput;
  protected readonly routers: ReadonlyMap<Route, Router>;
  private sent = 0;
  private arrived = 0;

  /** @param plugins upstream filters */
  constructor(input: DriverInput, plugins: readonly LoadedPlugin[]) {
    this.input = input;
    this.routers = new Map(input.test.env.routes.map((route) => [route, routerOf(input, route, plugins)]));
  }

  run(step: Step): Observed {
    const answers = sendAll(this.input, step, () => this.send(step));
    this.arrived += answers.reduce((sum, { arrivals }) => sum + arrivals.length, 0);
    return { answers, arrived: this.arrived, counters: countersOf(this.input) };
  }

  protected abstract send(step: Step): Pending;

  protected nextWorker(): Thread {
    const { proxy } = this.input;
    return proxy.worker(this.sent++ % proxy.workers.length);
  }
}

/** What is known of a request that came to nothing. */
export const SILENT: Answered = {
  error: undefined,
  status: 0,
  headers: [],
  body: "",
  details: "",
  outcome: NO_OUTCOME,
  cluster: "",
  arrivals: [],
};

/** The router of a route. @param plugins upstream filters */
function routerOf({ proxy, test }: DriverInput, route: Route, plugins: readonly LoadedPlugin[]): Router {
  const { retry, timeoutMs, timeoutRetryHeader } = test.env;
  return new Router(proxy, {
    plugins,
    retryOn: retry?.on ?? "",
    numRetries: retry?.max ?? 0,
    retriableStatusCodes: retry?.statusCodes ?? [],
    hedgeOnPerTryTimeout: retry?.hedge ?? false,
    isTimeoutRetryHeader: timeoutRetryHeader,
    ...(retry?.perTryTimeoutMs !== undefined && { perTryTimeoutMs: retry.perTryTimeoutMs }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    cluster: route.cluster,
    route: route.name,
    virtualHost: route.virtualHost,
  });
}

/** Envoy's choice: first the virtual host by the authority, then its first route by the path. */
export function routeOf(routes: readonly Route[], authority: string, path: string): Route | undefined {
  const host =
    routes.find((route) => route.authority === authority) ?? routes.find((route) => route.authority === undefined);
  return routes.find((route) => route.virtualHost === host?.virtualHost && path.startsWith(route.path));
}

export function headersOf({ method, scheme, authority, path, headers }: CaseRequest): Pairs {
  return [[":method", method], [":scheme", scheme], [":authority", authority], [":path", path], ...headers];
}

export function outcomeOf({ fault, status, headers, body, trailers, delayMs }: Answer): OutcomeInput {
  if (fault) return { fault, afterMs: delayMs };
  return { status, headers, body, afterMs: delayMs, ...(trailers && { trailers }) };
}

/** The word that the filter left for the access log. */
export function wordOf(request: DownstreamRequest, { test, policy }: DriverInput): string {
  const root = test.filter.replaceAll("-", "_");
  const word = request.filterState(`pointduty.${root}.${policy}.outcome`);
  return word ? text(word) : NO_OUTCOME;
}

/** The attempts that reached the backend, each with the headers as they are now. */
export function arrivalsOf({ headers, backendHits }: RoutedRequest): Arrived[] {
  const pairs = headers.listText();
  const one = (name: string): string => pairs.find(([known]) => known === name)?.[1] ?? "";
  const arrival = {
    method: one(":method"),
    authority: one(":authority"),
    path: one(":path"),
    headers: pairs.filter(([name]) => !name.startsWith(":")),
  };
  return Array.from({ length: backendHits }, () => arrival);
}

function countersOf({ proxy, test, policy }: DriverInput): Counters {
  const metrics = [...proxy.metrics()].map(([name, value]) => [name, Number(value)] as const);
  return readEvents(metrics, test.filter, policy);
}
