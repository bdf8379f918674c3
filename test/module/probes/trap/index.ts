// The retry budget with a switch that breaks it. The header x-test-trap names the callback in which the VM traps, always
// after the filter has done its part: `request` (a first attempt), `retry` (a further one), `response`, `delete` (of the
// same stream), `tick` (the next one), `removal` (of the next policy). A configuration that begins with a tab traps, too.
import "../../../../filters/retry-budget/index";
import {
  proxy_on_configure as configure,
  proxy_on_delete as remove,
  proxy_on_request_headers as requestHeaders,
  proxy_on_response_headers as responseHeaders,
  proxy_on_tick as tick,
} from "../../../../assembly/abi/callbacks";
import { ascii } from "../../../../assembly/bytes";
import { findRoot } from "../../../../assembly/filter";
import { getConfiguration, getProperty, resultAddress, resultLength, Status } from "../../../../assembly/host";
import { asks } from "../trap-header";

export { malloc, proxy_abi_version_0_2_1, proxy_on_context_create } from "../../../../assembly/abi/callbacks";

const REQUEST = ascii("request");
const RETRY = ascii("retry");
const RESPONSE = ascii("response");
const DELETE = ascii("delete");
const TICK = ascii("tick");
const REMOVAL = ascii("removal");
const ATTEMPT = ascii("upstream\0request_attempt_count");
const TAB: u8 = 9;

/** The streams whose answer and whose end trap, whether the next tick does, and whether the end of the next policy does. */
let answered: u32 = 0;
let ended: u32 = 0;
let onTick = false;
let onRemoval = false;

function attempt(): u64 {
  return getProperty(ATTEMPT) == Status.Ok && resultLength() == 8 ? load<u64>(resultAddress()) : 0;
}

export function proxy_on_configure(root: u32, size: u32): i32 {
  const accepted = configure(root, size);
  if (size > 0 && getConfiguration(<i32>size) == Status.Ok && load<u8>(resultAddress()) == TAB) unreachable();
  return accepted;
}

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): i32 {
  const action = requestHeaders(id, count, endOfStream);
  if (asks(REQUEST) && attempt() == 1) unreachable();
  if (asks(RETRY) && attempt() > 1) unreachable();
  if (asks(DELETE)) ended = id;
  if (asks(RESPONSE)) answered = id;
  if (asks(TICK)) onTick = true;
  if (asks(REMOVAL)) onRemoval = true;
  return action;
}

export function proxy_on_response_headers(id: u32, count: u32, endOfStream: u32): i32 {
  const action = responseHeaders(id, count, endOfStream);
  if (id == answered) unreachable();
  return action;
}

export function proxy_on_tick(root: u32): void {
  tick(root);
  if (onTick) unreachable();
}

export function proxy_on_delete(id: u32): void {
  const policy = findRoot(id) !== null;
  remove(id);
  if (id == ended || (policy && onRemoval)) unreachable();
}
