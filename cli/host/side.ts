/** One direction of a stream, as a filter has it. */
import type { Body } from "./body.ts";
import type { HeaderMap } from "./headers.ts";

export interface Side {
  headers: HeaderMap | undefined;
  trailers: HeaderMap | undefined;
  body: Body | undefined;
  /** What the filter let pass of the body. */
  passed: Uint8Array;
  /** Headers stopped everything: body and trailers wait. */
  stopped: boolean;
  buffering: boolean;
  readonly waiting: (() => void)[];
}

export function newSide(): Side {
  return {
    headers: undefined,
    trailers: undefined,
    body: undefined,
    passed: new Uint8Array(),
    stopped: false,
    buffering: false,
    waiting: [],
  };
}
