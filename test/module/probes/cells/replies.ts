// Local replies from request headers: the request's x-mode says what is in them.
import * as raw from "@solo-io/proxy-runtime/assembly/imports";
import { Bytes, encodePairs } from "../kit";
import { headers, line } from "./shared";

/** Most header pairs that Envoy takes from a module, and one. */
const TOO_MANY = 1025;
const CODE = "reply-code ";

function send(status: u32, body: string, pairs: ArrayBuffer, grpcStatus: i32): void {
  const details = new Bytes("some details\there");
  const text = new Bytes(body);
  line(
    "local_response",
    raw.proxy_send_local_response(
      status,
      details.pointer,
      details.size,
      text.pointer,
      text.size,
      changetype<usize>(pairs),
      pairs.byteLength,
      grpcStatus,
    ),
    "",
  );
}

function tooMany(): ArrayBuffer {
  const many: string[] = [];
  for (let i = 0; i < TOO_MANY; i++) {
    many.push("x-many");
    many.push("y");
  }
  return encodePairs(many);
}

/** Replies if the mode asks for it. */
export function replies(mode: string): void {
  if (!mode.startsWith("reply") || mode.startsWith("reply at")) return;
  const plain = ["X-Reply", "yes", "x-reply", "twice"];
  const own = ["x-reply", "own", "content-length", "99", "content-type", "text/x", "grpc-status", "5"];
  if (mode == "reply") send(403, "body", encodePairs(plain), -1);
  if (mode == "reply-lie") send(403, "body", encodePairs(plain, 1), -1);
  if (mode == "reply-many") send(403, "body", tooMany(), -1);
  if (mode == "reply-grpc-ok") send(403, "body", encodePairs(plain), 0);
  if (mode == "reply-grpc-16") send(403, "body", encodePairs(plain), 16);
  if (mode == "reply-grpc-17") send(403, "a%b\n\xe9", encodePairs(plain), 17);
  if (mode == "reply-own") send(403, "body", encodePairs(own), -1);
  if (mode == "reply-empty") send(403, "", encodePairs(own), -1);
  if (mode == "reply-one") send(403, "b", encodePairs(plain), -1);
  if (mode == "reply-twice") {
    send(403, "body", encodePairs(plain), -1);
    send(503, "other", encodePairs(own), -1);
  }
  if (mode.startsWith(CODE)) send(<u32>parseInt(mode.slice(CODE.length)), "body", encodePairs(plain), -1);
  // Still readable until the callback returns, and the returned Continue does not count.
  headers(0, ":path");
}
