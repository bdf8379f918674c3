/** Drives a filter that runs after the router, once for every attempt: through the router model. */
import { text, type RoutedRequest, type Router } from "../host/index.ts";
import {
  arrivalsOf,
  countersOf,
  headersOf,
  outcomeOf,
  routeOf,
  routerOf,
  sendAll,
  SILENT,
  wordOf,
  type Pending,
} from "./clients.ts";
import type { Driver, DriverInput } from "./driver.ts";
import type { Answered, Observed } from "./expect.ts";
import type { Route, Step } from "./types.ts";

export class UpstreamDriver implements Driver {
  private readonly input: DriverInput;
  private readonly routers: ReadonlyMap<Route, Router>;
  private sent = 0;
  private arrived = 0;

  constructor(input: DriverInput) {
    this.input = input;
    const { test, plugin } = input;
    this.routers = new Map(test.env.routes.map((route) => [route, routerOf(input, route, [plugin])]));
  }

  run(step: Step): Observed {
    const answers = sendAll(this.input, step, () => this.send(step));
    this.arrived += answers.reduce((sum, { arrivals }) => sum + arrivals.length, 0);
    return { answers, arrived: this.arrived, counters: countersOf(this.input) };
  }

  private send({ request, upstream }: Step): Pending {
    const { proxy, test } = this.input;
    const route = routeOf(test.env.routes, request.authority, request.path);
    const router = route && this.routers.get(route);
    if (!router) return { done: true, answer: () => ({ ...SILENT, status: 404, details: "route_not_found" }) };
    const worker = proxy.worker(this.sent++ % proxy.workers.length);
    const options = { headers: headersOf(request), body: request.body, outcomes: upstream.map(outcomeOf) };
    const routed = router.send(worker, options);
    if (test.env.mirror) router.send(worker, { ...options, mirror: true });
    return {
      get done() {
        return routed.done;
      },
      answer: () => this.answered(route, routed),
    };
  }

  private answered(route: Route, routed: RoutedRequest): Answered {
    const { response } = routed;
    return {
      error: response ? undefined : "the stream was closed without an answer",
      status: response?.status ?? 0,
      headers: (response?.headers.listText() ?? []).filter(([name]) => !name.startsWith(":")),
      body: response ? text(response.body) : "",
      details: response?.details ?? "",
      outcome: wordOf(routed.request, this.input),
      cluster: route.cluster,
      arrivals: arrivalsOf(routed),
    };
  }
}
