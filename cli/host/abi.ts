/** Numbers of the proxy-wasm ABI 0.2.x as Envoy uses them (proxy-wasm-cpp-host, include/proxy-wasm/sdk.h and common headers). */

export const Status = {
  Ok: 0,
  NotFound: 1,
  BadArgument: 2,
  SerializationFailure: 3,
  ParseFailure: 4,
  BadExpression: 5,
  InvalidMemoryAccess: 6,
  Empty: 7,
  CasMismatch: 8,
  ResultMismatch: 9,
  InternalFailure: 10,
  BrokenConnection: 11,
  Unimplemented: 12,
} as const;

export const HeaderMapType = {
  RequestHeaders: 0,
  RequestTrailers: 1,
  ResponseHeaders: 2,
  ResponseTrailers: 3,
  GrpcReceiveInitialMetadata: 4,
  GrpcReceiveTrailingMetadata: 5,
  HttpCallResponseHeaders: 6,
  HttpCallResponseTrailers: 7,
} as const;

export const BufferType = {
  HttpRequestBody: 0,
  HttpResponseBody: 1,
  NetworkDownstreamData: 2,
  NetworkUpstreamData: 3,
  HttpCallResponseBody: 4,
  GrpcReceiveBuffer: 5,
  VmConfiguration: 6,
  PluginConfiguration: 7,
  CallData: 8,
} as const;

export const StreamType = { Request: 0, Response: 1, Downstream: 2, Upstream: 3 } as const;

export const MetricType = { Counter: 0, Gauge: 1, Histogram: 2 } as const;

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "critical"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What a callback's return value means to Envoy's filter chain. */
export type Action =
  | "Continue"
  | "StopIteration"
  | "StopAllIterationAndBuffer"
  | "StopAllIterationAndWatermark"
  | "StopIterationAndBuffer"
  | "StopIterationAndWatermark"
  | "StopIterationNoBuffer";

/**
 * Headers callback (ContextBase::convertVmCallResultToFilterHeadersStatus, then Envoy's convertFilterHeadersStatus).
 * 2 (ContinueAndEndStream) is Continue in Envoy; 1 becomes StopAllIterationAndWatermark unless the plugin allows it.
 */
export function headersAction(value: number, stopped: boolean, allowStopIteration: boolean): Action {
  if (stopped || value > 4) return "StopAllIterationAndWatermark";
  if (value === 1) return allowStopIteration ? "StopIteration" : "StopAllIterationAndWatermark";
  if (value === 3) return "StopAllIterationAndBuffer";
  if (value === 4) return "StopAllIterationAndWatermark";
  return "Continue";
}

/** Body callback. */
export function dataAction(value: number, stopped: boolean): Action {
  if (stopped || value > 3) return "StopIterationNoBuffer";
  if (value === 1) return "StopIterationAndBuffer";
  if (value === 2) return "StopIterationAndWatermark";
  if (value === 3) return "StopIterationNoBuffer";
  return "Continue";
}

/** Trailers callback. */
export function trailersAction(value: number, stopped: boolean): Action {
  return stopped || value > 0 ? "StopIteration" : "Continue";
}
