// The switch of the probes that break: the header x-test-trap names where.
import { ascii, equals } from "../../../assembly/bytes";
import { getHeader, HeaderMap, resultAddress, resultLength, Status } from "../../../assembly/host";

const TRAP = ascii("x-test-trap");

/** Whether the request asks for this. */
export function asks(word: StaticArray<u8>): bool {
  return getHeader(HeaderMap.RequestHeaders, TRAP) == Status.Ok && equals(resultAddress(), resultLength(), word);
}
