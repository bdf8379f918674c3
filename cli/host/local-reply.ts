/** Replies that the proxy makes itself, and what the client gets of them (Envoy, Http::Utility::prepareLocalReply). */
import { bytes, text } from "./bytes.ts";
import { HeaderMap } from "./headers.ts";
import type { Pair } from "./pairs.ts";

export interface LocalReply {
  readonly status: number;
  readonly body: Uint8Array;
  /** Headers that the module added. */
  readonly headers: readonly Pair[];
  readonly details: string;
  /** undefined: none given (the module passed a number outside 0..16, by convention -1): Envoy maps the HTTP status for gRPC clients. */
  readonly grpcStatus: number | undefined;
}

/** What a stream gets whose VM is dead (Context::failStream). */
export const FAIL_STREAM: LocalReply = {
  status: 503,
  body: new Uint8Array(),
  headers: [],
  details: "wasm_fail_stream",
  grpcStatus: 14,
};

/** Grpc::Utility::httpToGrpcStatus. */
export function httpToGrpcStatus(status: number): number {
  const known: Record<number, number> = { 400: 13, 401: 16, 403: 7, 404: 12, 429: 14, 502: 14, 503: 14, 504: 14 };
  return known[status] ?? 2;
}

/** A request is gRPC by its content-type (Grpc::Common::isGrpcRequestHeaders). */
export function isGrpc(requestHeaders: HeaderMap): boolean {
  return /^application\/grpc(\+|$)/.test(requestHeaders.getText("content-type") ?? "");
}

/** The response headers and body of a local reply to this request. */
export function localReplyResponse(
  requestHeaders: HeaderMap,
  reply: LocalReply,
): { headers: HeaderMap; body: Uint8Array } {
  const headers = new HeaderMap("response", [[":status", String(reply.status)]]);
  for (const [name, value] of reply.headers) headers.add(name, value);
  if (isGrpc(requestHeaders)) {
    headers.set(":status", "200");
    headers.set("content-type", "application/grpc");
    // A status that the module put into the headers stays.
    if (!headers.get("grpc-status")?.length) {
      headers.set("grpc-status", String(reply.grpcStatus ?? httpToGrpcStatus(reply.status)));
    }
    if (reply.body.length > 0) headers.set("grpc-message", percentEncode(reply.body));
    headers.remove("content-length");
    return { headers, body: new Uint8Array() };
  }
  if (reply.body.length > 0) {
    headers.set("content-length", String(reply.body.length));
    if (!headers.get("content-type")) headers.set("content-type", "text/plain");
  } else {
    headers.remove("content-length");
    headers.remove("content-type");
  }
  // A HEAD request is told how long the body would be, and gets none.
  if (requestHeaders.getText(":method") === "HEAD") return { headers, body: new Uint8Array() };
  return { headers, body: reply.body };
}

function percentEncode(body: Uint8Array): Uint8Array {
  const encoded = text(body).replace(
    /[^\x20-\x24\x26-\x7e]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
  return bytes(encoded);
}
