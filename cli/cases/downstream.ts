/** Drives a filter that runs before the router, once for every request. */
import { factsDocument, FrontRequest, text, type HeaderMap, type Router } from "../host/index.ts";
import { arrivalsOf, headersOf, outcomeOf, routeOf, RoutedDriver, SILENT, wordOf, type Pending } from "./clients.ts";
import type { DriverInput } from "./driver.ts";
import type { Answered } from "./expect.ts";
import type { Step } from "./types.ts";

export class DownstreamDriver extends RoutedDriver {
  constructor(input: DriverInput) {
    super(input, []);
  }

  protected send({ request, upstream }: Step): Pending {
    const { proxy, plugin } = this.input;
    const sent = new FrontRequest(proxy, this.nextWorker(), {
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
