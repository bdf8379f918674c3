/** Drives a filter that runs after the router, once for every attempt: through the router model. */
import { Router, text, type OutcomeInput, type RoutedRequest } from "../host/index.ts";
import type { Driver, DriverInput } from "./driver.ts";
import { readEvents, type Counters } from "./events.ts";
import { NO_OUTCOME, type Answered, type Arrived, type Observed } from "./expect.ts";
import type { Answer, CaseRequest, Pairs, Route, Step } from "./types.ts";

/** Time that passes between the end of a client's request and its next one, as with a real client. */
const TURNAROUND_MS = 1;

/** A request that is under way, and where it went. */
interface Sent {
  readonly route: Route;
  readonly routed: RoutedRequest;
}

export class UpstreamDriver implements Driver {
  private readonly input: DriverInput;
  private readonly routers: ReadonlyMap<Route, Router>;
  private sent = 0;
  private arrived = 0;

  constructor(input: DriverInput) {
    this.input = input;
    this.routers = new Map(input.test.env.routes.map((route) => [route, routerOf(input, route)]));
  }

  run(step: Step): Observed {
    const answers = this.send(step);
    this.arrived += answers.reduce((sum, { arrivals }) => sum + arrivals.length, 0);
    return { answers, arrived: this.arrived, counters: this.counters() };
  }

  /** All requests of the step, by as many clients as it has. */
  private send(step: Step): Answered[] {
    const { proxy } = this.input;
    const answers: Answered[] = [];
    let under: { index: number; request: Sent }[] = [];
    let next = 0;
    let waiting = 0;
    const start = (): void => {
      if (next >= step.repeat) return;
      const index = next++;
      const request = this.start(step);
      if (request) under.push({ index, request });
      else answers[index] = { ...SILENT, status: 404, details: "route_not_found" };
    };
    for (let client = 0; client < step.clients; client++) start();
    while (under.length > 0 || waiting > 0 || next < step.repeat) {
      const done = under.filter(({ request }) => request.routed.done);
      under = under.filter(({ request }) => !request.routed.done);
      for (const { index, request } of done) {
        answers[index] = this.answered(request);
        waiting++;
        proxy.clock.schedule(BigInt(TURNAROUND_MS * 1e6), () => {
          waiting--;
          start();
        });
      }
      if (done.length > 0 || under.length > 0 || waiting > 0) proxy.clock.step();
      else start();
    }
    return answers;
  }

  /** Undefined: no route fits. */
  private start(step: Step): Sent | undefined {
    const { proxy, test } = this.input;
    const { request } = step;
    const route = routeOf(test.env.routes, request);
    const router = route && this.routers.get(route);
    if (!route || !router) return undefined;
    const worker = proxy.worker(this.sent++ % proxy.workers.length);
    const options = { headers: headersOf(request), body: request.body, outcomes: step.upstream.map(outcomeOf) };
    const routed = router.send(worker, options);
    if (test.env.mirror) router.send(worker, { ...options, mirror: true });
    return { route, routed };
  }

  private answered({ route, routed }: Sent): Answered {
    const { response } = routed;
    const root = this.input.test.filter.replaceAll("-", "_");
    const outcome = routed.request.filterState(`pointduty.${root}.${this.input.policy}.outcome`);
    const arrival = arrivalOf(routed);
    return {
      error: response ? undefined : "the stream was closed without an answer",
      status: response?.status ?? 0,
      headers: (response?.headers.listText() ?? []).filter(([name]) => !name.startsWith(":")),
      body: response ? text(response.body) : "",
      details: response?.details ?? "",
      outcome: outcome ? text(outcome) : NO_OUTCOME,
      cluster: route.cluster,
      arrivals: Array.from({ length: routed.backendHits }, () => arrival),
    };
  }

  private counters(): Counters {
    const { proxy, test, policy } = this.input;
    const metrics = [...proxy.metrics()].map(([name, value]) => [name, Number(value)] as const);
    return readEvents(metrics, test.filter, policy);
  }
}

const SILENT: Answered = {
  error: undefined,
  status: 0,
  headers: [],
  body: "",
  details: "",
  outcome: NO_OUTCOME,
  cluster: "",
  arrivals: [],
};

function routerOf({ proxy, plugin, test }: DriverInput, route: Route): Router {
  const { retry, timeoutMs, timeoutRetryHeader } = test.env;
  return new Router(proxy, {
    plugins: [plugin],
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
function routeOf(routes: readonly Route[], { authority, path }: CaseRequest): Route | undefined {
  const host =
    routes.find((route) => route.authority === authority) ?? routes.find((route) => route.authority === undefined);
  return routes.find((route) => route.virtualHost === host?.virtualHost && path.startsWith(route.path));
}

function headersOf({ method, scheme, authority, path, headers }: CaseRequest): Pairs {
  return [[":method", method], [":scheme", scheme], [":authority", authority], [":path", path], ...headers];
}

function outcomeOf({ fault, status, headers, body, trailers, delayMs }: Answer): OutcomeInput {
  if (fault) return { fault, afterMs: delayMs };
  return { status, headers, body, afterMs: delayMs, ...(trailers && { trailers }) };
}

function arrivalOf({ headers }: RoutedRequest): Arrived {
  const pairs = headers.listText();
  const one = (name: string): string => pairs.find(([known]) => known === name)?.[1] ?? "";
  return {
    method: one(":method"),
    authority: one(":authority"),
    path: one(":path"),
    headers: pairs.filter(([name]) => !name.startsWith(":")),
  };
}
