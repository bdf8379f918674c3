/** What names must look like before they become part of metrics, of response code details or of an answer. Pure. */
import { isText } from "../../assembly/bytes";
import { isTokenByte } from "../../assembly/token";
import * as texts from "./texts.gen";

/** A name of Kubernetes': letters in lower case, digits, `-`, `.` and `_`. */
export function isObjectName(address: usize, length: i32): bool {
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(address + <usize>i);
    if (<u8>(byte - 0x61) < 26 || <u8>(byte - 0x30) < 10) continue;
    if (byte != 0x2d && byte != 0x2e && byte != 0x5f) return false;
  }
  return length > 0;
}

/**
 * Whether an answer may carry a header of this name: not those that frame it, nor the one that could tell a denied gRPC
 * client that all went well.
 */
export function isAnswerHeader(address: usize, length: i32): bool {
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(address + <usize>i);
    if (!isTokenByte(byte) || <u8>(byte - 0x41) < 26) return false;
  }
  return !(
    isText(address, length, texts.GRPC_STATUS) ||
    isText(address, length, texts.CONTENT_LENGTH) ||
    isText(address, length, texts.TRANSFER_ENCODING) ||
    isText(address, length, texts.CONNECTION) ||
    isText(address, length, texts.UPGRADE)
  );
}

/** Whether a text may be a header's value: no control characters but the tab. */
export function isAnswerValue(address: usize, length: i32): bool {
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(address + <usize>i);
    if ((byte < 0x20 && byte != 0x09) || byte == 0x7f) return false;
  }
  return true;
}

/** Whether Istio attaches policies to targets of this group and kind (validatePolicyTargetReference). */
export function isTarget(group: usize, groupLength: i32, kind: usize, kindLength: i32): bool {
  if (isText(kind, kindLength, texts.SERVICE)) return groupLength == 0 || isText(group, groupLength, texts.CORE);
  if (isText(kind, kindLength, texts.SERVICE_ENTRY)) return isText(group, groupLength, texts.NETWORKING);
  if (isText(kind, kindLength, texts.GATEWAY) || isText(kind, kindLength, texts.GATEWAY_CLASS))
    return isText(group, groupLength, texts.GATEWAY_API);
  return false;
}
