/** Drives the probe `cells` through the offline host, with the requests that Envoy gets in cells-envoy.ts. */
import {
  DownstreamRequest,
  type HeaderInput,
  type HeaderMap,
  type LoadedPlugin,
  OfflineProxy,
  Router,
  type RoutedRequest,
  type Stream,
  text,
} from "../../cli/host/index.ts";
import {
  ANSWER_HEADERS,
  CELL_REQUESTS,
  CONFIGURATION,
  NODE_ID,
  REQUEST_HEADERS,
  SHADOW_CONFIGURATION,
  TRAILERS,
  VM_CONFIGURATION,
  clientLine,
  type CellRequest,
} from "./cells.ts";
import type { Section } from "./sections.ts";

/** Longer than the probe's ticks (ms). */
const AFTER = 100;

interface Lab {
  proxy: OfflineProxy;
  up: LoadedPlugin;
  down: LoadedPlugin;
  shadow: LoadedPlugin;
}

/** @param code bytes of the probe, @param requests default: all of them */
export function cellsOfHost(code: Uint8Array, requests: readonly CellRequest[] = CELL_REQUESTS): Section[] {
  const proxy = new OfflineProxy({ clusters: ["backend", "shadow"], node: { id: NODE_ID } });
  const load = (name: string, vmId: string, configuration = CONFIGURATION): LoadedPlugin =>
    proxy.load({ code, name, rootId: "cells_root", vmId, vmConfiguration: VM_CONFIGURATION, configuration });
  // As Envoy does: clusters first, then listeners in order.
  const shadow = load("shadow", "probe.shadow", SHADOW_CONFIGURATION);
  takeLines(proxy);
  const up = load("up", "probe.vm");
  const sections: Section[] = [{ name: "start", lines: takeLines(proxy) }];
  const down = load("down", "probe.down");
  takeLines(proxy);
  for (const one of requests) sections.push(section({ proxy, up, down, shadow }, one));
  return sections;
}

function takeLines(proxy: OfflineProxy): string[] {
  const lines = proxy.logs.filter((entry) => entry.level === "info").map((entry) => entry.message);
  proxy.logs.length = 0;
  return lines;
}

function section(lab: Lab, one: CellRequest): Section {
  const ends = one.through === "down" ? downstream(lab, one) : routed(lab, one);
  const lines = takeLines(lab.proxy);
  return { name: one.name, lines: one.through === "mirror" ? lines : [...lines, ...ends] };
}

function headersOf(one: CellRequest): HeaderInput {
  return [
    [":method", one.body === "" ? "GET" : "POST"],
    [":path", one.path],
    [":authority", "h"],
    ["x-mode", one.mode],
    ...REQUEST_HEADERS,
    ...(one.grpc ? ([["content-type", "application/grpc"]] as const) : []),
  ];
}

/** Through the router model: the probe sees every attempt. */
function routed({ proxy, up, shadow }: Lab, one: CellRequest): string[] {
  const mirror = one.through === "mirror";
  const router = new Router(proxy, {
    plugins: [mirror ? shadow : up],
    retryOn: "5xx,reset,connect-failure",
    numRetries: 2,
    cluster: mirror ? "shadow" : "backend",
    route: "the-route",
    virtualHost: "vh",
  });
  const request = router.send(proxy.worker(0), {
    headers: headersOf(one),
    body: one.body,
    outcomes: one.statuses.map((status) => ({
      status,
      headers: ANSWER_HEADERS,
      body: one.answer,
      ...(one.trailers && { trailers: TRAILERS }),
    })),
    ...(one.trailers && { trailers: TRAILERS }),
    mirror,
  });
  proxy.run();
  proxy.advance(AFTER);
  return routedEnd(one, request);
}

function routedEnd(one: CellRequest, { response, request, backendHits }: RoutedRequest): string[] {
  const access = `ACCESS ${response?.status} ${response?.details} ${state(request)}`;
  if (response === undefined) return [access];
  const { status, broken, body } = response;
  return [access, clientLine(one, { status, broken, body: text(body), hits: backendHits }, values(response.headers))];
}

function state(request: DownstreamRequest): string {
  const value = request.filterState("probe.state");
  return value === undefined ? "-" : text(value);
}

function values(map: HeaderMap): (name: string) => string | undefined {
  return (name) => (map.get(name) === undefined ? undefined : map.getAll(name).map(text).join(", "));
}

/** By hand, since the router model has upstream filters only. */
function downstream({ proxy, down }: Lab, one: CellRequest): string[] {
  const request = new DownstreamRequest({ cluster: "backend", route: "the-route", virtualHost: "vh" });
  const stream = proxy.worker(0).stream(down, { request });
  const headers: HeaderInput = [[":scheme", "http"], ...headersOf(one)];
  stream.requestHeaders(headers, { endOfStream: one.body === "" });
  // The router has the headers now, and begins with its first attempt.
  if (!stream.localReply) request.attemptCount = 1;
  if (one.body !== "" && !stream.localReply) stream.requestBody(one.body, { endOfStream: !one.trailers });
  if (one.trailers && !stream.localReply) stream.requestTrailers(TRAILERS);
  const asked = !stream.localReply;
  if (asked) answer(stream, request, one);
  stream.end();
  proxy.advance(AFTER);
  const details = stream.localReply?.details ?? "via_upstream";
  const access = `ACCESS ${request.responseCode ?? stream.localReply?.status} ${details} ${state(request)}`;
  const map = stream.responseHeaderMap;
  if (map === undefined) return [access];
  const reply = stream.localReply;
  // A gRPC client gets the body as a header.
  const body = reply === undefined ? text(stream.passedBody("response")) : one.grpc ? "" : text(reply.body);
  const got = { status: request.responseCode ?? 0, broken: stream.reset, body, hits: asked ? one.statuses.length : 0 };
  return [access, clientLine(one, got, values(map))];
}

/** What the router does before a downstream filter sees the response. */
function answer(stream: Stream, request: DownstreamRequest, one: CellRequest): void {
  request.attemptCount = one.statuses.length;
  request.responseCode = one.statuses.at(-1);
  const last = one.answer === "" && !one.trailers;
  stream.responseHeaders([[":status", String(request.responseCode)], ...ANSWER_HEADERS], { endOfStream: last });
  if (one.answer !== "" && !stream.localReply) stream.responseBody(one.answer, { endOfStream: !one.trailers });
  if (one.trailers && !stream.localReply) stream.responseTrailers(TRAILERS);
}
