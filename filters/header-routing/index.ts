/** Header routing, a downstream filter. What it does in which phase, and why, is in README.md ("How it works"). */
import { textBytes } from "../../assembly/bytes";
import * as cfg from "../../assembly/config";
import { readConfiguration, refuse } from "../../assembly/configuration";
import { install, Root } from "../../assembly/filter";
import { Action } from "../../assembly/host";
import { refreshLogLevel } from "../../assembly/log";
import { compile } from "./config";
import { Routing } from "./routing";
import { SIZE_LIMIT, TABLE } from "./schema.gen";
import { Entry } from "./stream";
import { FOLDER } from "./texts.gen";

export {
  malloc,
  proxy_abi_version_0_2_1,
  proxy_on_configure,
  proxy_on_context_create,
  proxy_on_delete,
  proxy_on_log,
  proxy_on_request_headers,
  proxy_on_response_headers,
  proxy_on_tick,
} from "../../assembly/abi/callbacks";

const streams = install((): Root => new HeaderRouting(), offsetof<Entry>());

/** One policy. */
class HeaderRouting extends Root {
  /** The configuration in force. */
  private routing: Routing | null = null;
  private generation: u32 = 0;

  configure(size: i32): bool {
    const root = readConfiguration(size, SIZE_LIMIT, TABLE);
    const hash = <u64>cfg.hash(root);
    const policy = compile(root);
    if (policy === null) return refuse(textBytes(FOLDER));
    this.routing = new Routing(policy, hash, ++this.generation);
    return true;
  }

  tick(): void {
    refreshLogLevel();
    const routing = this.routing;
    if (routing !== null) routing.tick();
  }

  end(): void {}

  streamEnd(id: u32): void {
    streams.remove(id);
  }

  requestHeaders(id: u32, endOfStream: bool): i32 {
    const routing = this.routing;
    if (routing !== null) routing.requestHeaders(entryOf(id));
    return Action.Continue;
  }

  responseHeaders(id: u32, endOfStream: bool): i32 {
    const routing = this.routing;
    if (routing !== null) routing.responseHeaders(entryOf(id));
    return Action.Continue;
  }

  streamLog(id: u32): void {
    const routing = this.routing;
    if (routing !== null) routing.streamLog(entryOf(id));
  }
}

function entryOf(id: u32): Entry {
  return changetype<Entry>(streams.find(id));
}
