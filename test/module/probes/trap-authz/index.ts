// authz with a switch that breaks it: its VM traps with a request whose header x-test-trap is `authz`, before it is judged.
import "../../../../filters/authz/index";
import { proxy_on_request_headers as requestHeaders } from "../../../../assembly/abi/callbacks";
import { ascii } from "../../../../assembly/bytes";
import { asks } from "../trap-header";

export {
  malloc,
  proxy_abi_version_0_2_1,
  proxy_on_configure,
  proxy_on_context_create,
  proxy_on_delete,
  proxy_on_tick,
} from "../../../../assembly/abi/callbacks";

const AUTHZ = ascii("authz");

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): i32 {
  if (asks(AUTHZ)) unreachable();
  return requestHeaders(id, count, endOfStream);
}
