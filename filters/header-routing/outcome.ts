/** What came of a request, as the guard counts it: the server's faults, not the client's. */
import { beginsWith, parseDecimal } from "../../assembly/bytes";
import { getHeaderPairs, getTextProperty, HeaderMap, resultAddress, resultLength, Status } from "../../assembly/host";
import { HeaderPairs } from "../../assembly/headers";
import { GRPC_STATUS, P_DETAILS, STATUS, UPSTREAM_RESET } from "./texts.gen";

export namespace Outcome {
  /** There was no answer: the client went away. */
  export const NONE: i32 = 0;
  export const FINE: i32 = 1;
  export const FAILED: i32 = 2;
}

const pairs = new HeaderPairs();
/** What the maps said; -1: nothing. */
let status: i32 = -1;
let grpcStatus: i32 = -1;

/** Looks at a stream that has ended. To be called in `proxy_on_log`, where all maps can be read. */
export function outcomeOf(): i32 {
  status = -1;
  grpcStatus = -1;
  read(HeaderMap.ResponseHeaders);
  if (status < 0) return Outcome.NONE;
  if (status >= 500) return Outcome.FAILED;
  if (grpcStatus < 0) read(HeaderMap.ResponseTrailers);
  return isServersFault(grpcStatus) || wasReset() ? Outcome.FAILED : Outcome.FINE;
}

function read(map: i32): void {
  if (getHeaderPairs(map) != Status.Ok) return;
  pairs.reset(resultAddress(), resultLength());
  while (pairs.next()) {
    if (pairs.is(STATUS)) status = parseDecimal(pairs.value, pairs.valueLength);
    else if (pairs.is(GRPC_STATUS)) grpcStatus = parseDecimal(pairs.value, pairs.valueLength);
  }
}

/**
 * UNKNOWN, INTERNAL, UNAVAILABLE and DATA_LOSS. Not DEADLINE_EXCEEDED, UNIMPLEMENTED and the others: clients can bring them
 * about by what they ask for.
 */
function isServersFault(code: i32): bool {
  return code == 2 || code == 13 || code == 14 || code == 15;
}

/** Whether the backend ended the stream in the middle of its answer. */
function wasReset(): bool {
  return getTextProperty(P_DETAILS) == Status.Ok && beginsWith(resultAddress(), resultLength(), UPSTREAM_RESET);
}
