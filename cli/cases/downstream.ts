/** Drives a filter that runs before the router, once for every request. */
import { factsDocument, FrontRequest, text, type HeaderMap, type Router } from "../host/index.ts";
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

export class DownstreamDriver implements Driver {
  private readonly input: DriverInput;
  private readonly routers: ReadonlyMap<Route, Router>;
  private sent = 0;
  private arrived = 0;

  constructor(input: DriverInput) {
    this.input = input;
    this.routers = new Map(input.test.env.routes.map((route) => [route, routerOf(input, route, [])]));
  }

  run(step: Step): Observed {
    const answers = sendAll(this.input, step, () => this.send(step));
    this.arrived += answers.reduce((sum, { arrivals }) => sum + arrivals.length, 0);
    return { answers, arrived: this.arrived, counters: countersOf(this.input) };
  }

  private send({ request, upstream }: Step): Pending {
    const { proxy, plugin } = this.input;
    const sent = new FrontRequest(proxy, proxy.worker(this.sent++ % proxy.workers.length), {
      plugin,
      headers: headersOf(request),
      body: request.body,
      outcomes: upstream.map(outcomeOf),
      ...(this.input.facts && { facts: factsDocument(request.facts) }),
      route: (headers) => this.route(headers),
    });
    return {
      get done() {
        return sent.done;
      },
      answer: () => this.answered(sent),
    };
  }

  private route(headers: HeaderMap): Router | undefined {
    const value = (name: string): string => headers.getText(name) ?? "";
    const route = routeOf(this.input.test.env.routes, value(":authority"), value(":path"));
    return route && this.routers.get(route);
  }

  private answered({ response, routed, request }: FrontRequest): Answered {
    const known = {
      ...SILENT,
      outcome: wordOf(request, this.input),
      cluster: routed ? (request.cluster ?? "") : "",
      arrivals: routed ? arrivalsOf(routed) : [],
    };
    if (!response) return { ...known, error: "the stream was closed without an answer" };
    return {
      ...known,
      status: Number(response.headers.getText(":status")),
      headers: response.headers.listText().filter(([name]) => !name.startsWith(":")),
      body: text(response.body),
      details: response.details,
    };
  }
}
