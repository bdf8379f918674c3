/** The offline host: runs the very bytes of a filter with Envoy's rules, on virtual time. No dependency but WebAssembly. */
export { type Action, BufferType, HeaderMapType, type LogLevel, MetricType, Status, StreamType } from "./abi.ts";
export { type Bytes, bytes, text, utf8 } from "./bytes.ts";
export { CallCount } from "./calls.ts";
export { EnvoyCrash, NotModelled } from "./crash.ts";
export { type HeaderInput, HeaderMap } from "./headers.ts";
export type { LoadedPlugin, PluginOptions } from "./loaded-plugin.ts";
export type { LocalReply } from "./local-reply.ts";
export type { LogEntry } from "./logs.ts";
export { OfflineProxy, type ProxyOptions } from "./proxy.ts";
export type { PropertyMap, PropertyValue } from "./properties.ts";
export { DownstreamRequest, type DownstreamRequestOptions } from "./request.ts";
export type { PhaseResult, Stream, StreamKind, StreamOptions } from "./stream.ts";
export type { Thread } from "./thread.ts";
export type { Vm } from "./vm.ts";
export { FrontRequest } from "./router/front.ts";
export { Router, type RouterOptions } from "./router/router.ts";
export type { Outcome, OutcomeInput } from "./router/outcome.ts";
export type { ClientResponse, RoutedRequest } from "./router/request.ts";
