/** Drives a filter that runs after the router, once for every attempt: through the router model. */
import { text, type RoutedRequest } from "../host/index.ts";
import { arrivalsOf, headersOf, outcomeOf, routeOf, RoutedDriver, SILENT, wordOf, type Pending } from "./clients.ts";
import type { DriverInput } from "./driver.ts";
import type { Answered } from "./expect.ts";
import type { Route, Step } from "./types.ts";

export class UpstreamDriver extends RoutedDriver {
  constructor(input: DriverInput) {
    super(input, [input.plugin]);
  }

  protected send({ request, upstream }: Step): Pending {
    const { test } = this.input;
    const route = routeOf(test.env.routes, request.authority, request.path);
    const router = route && this.routers.get(route);
    if (!router) return { done: true, answer: () => ({ ...SILENT, status: 404, details: "route_not_found" }) };
    const worker = this.nextWorker();
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
