// header-routing with a switch that breaks it: its VM traps with a request whose header x-test-trap is `routing`, after it
// has been steered.
import "../../../../filters/header-routing/index";
import { proxy_on_request_headers as requestHeaders } from "../../../../assembly/abi/callbacks";
import { ascii } from "../../../../assembly/bytes";
import { asks } from "../trap-header";

export {
  malloc,
  proxy_abi_version_0_2_1,
  proxy_on_configure,
  proxy_on_context_create,
  proxy_on_delete,
  proxy_on_log,
  proxy_on_response_headers,
  proxy_on_tick,
} from "../../../../assembly/abi/callbacks";

const ROUTING = ascii("routing");

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): i32 {
  const action = requestHeaders(id, count, endOfStream);
  if (asks(ROUTING)) unreachable();
  return action;
}
