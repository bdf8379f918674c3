/** A case, read: behaviour of a filter as data. Times are milliseconds. The format is described in test/schemas/case.json. */

import type { KnownFacts } from "../host/index.ts";

export type Pairs = readonly (readonly [name: string, value: string])[];

export interface Retry {
  /** Envoy's `retry_on` and `num_retries`. */
  readonly on: string;
  readonly max: number;
  readonly statusCodes: readonly number[];
  readonly perTryTimeoutMs: number | undefined;
  readonly hedge: boolean;
}

export interface Route {
  /** Prefix. */
  readonly path: string;
  /** Undefined: any. */
  readonly authority: string | undefined;
  /** "": a route without a name. */
  readonly name: string;
  readonly cluster: string;
  readonly virtualHost: string;
}

/** The proxy around the filter. */
export interface Env {
  readonly workers: readonly number[];
  readonly retry: Retry | undefined;
  readonly timeoutMs: number | undefined;
  readonly timeoutRetryHeader: boolean;
  readonly mirror: boolean;
  readonly routes: readonly Route[];
}

export interface CaseRequest {
  readonly method: string;
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  readonly headers: Pairs;
  readonly body: string;
  /** What Envoy knows of it, for filters that read the facts document. */
  readonly facts: KnownFacts;
}

export type Fault = "reset" | "timeout" | "connect-failure";

/** What the backend does with one attempt. */
export interface Answer {
  /** Undefined: it answers. */
  readonly fault: Fault | undefined;
  readonly status: number;
  readonly headers: Pairs;
  readonly body: string;
  readonly trailers: Pairs | undefined;
  readonly delayMs: number;
}

/** Bounds of a count, both included. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** What must be true of header pairs: values by name in lower case, and names that are not there. */
export interface HeaderExpectation {
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly absent: readonly string[];
}

export interface UpstreamExpectation extends HeaderExpectation {
  readonly cluster: string | undefined;
  readonly method: string | undefined;
  readonly authority: string | undefined;
  readonly path: string | undefined;
}

export interface Expectation extends HeaderExpectation {
  readonly status: number | undefined;
  readonly body: string | undefined;
  readonly details: string | undefined;
  readonly outcome: string | undefined;
  readonly upstream: UpstreamExpectation | undefined;
  readonly attempts: Bounds | undefined;
  readonly counters: ReadonlyMap<string, Bounds>;
  readonly keys: ReadonlyMap<string, ReadonlyMap<string, Bounds>>;
}

export interface Step {
  readonly name: string | undefined;
  /** 1-based, in the file. */
  readonly line: number;
  readonly at: number | undefined;
  /** 0 in a step that only looks. */
  readonly repeat: number;
  readonly clients: number;
  readonly request: CaseRequest;
  readonly upstream: readonly Answer[];
  readonly expect: Expectation;
}

export interface Case {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  readonly filter: string;
  /** The configuration without the policy's name. */
  readonly policy: Readonly<Record<string, unknown>>;
  readonly env: Env;
  readonly steps: readonly Step[];
  /** Why it can't run through Envoy; undefined for a case that can. */
  readonly onlyModule: string | undefined;
  /**
   * `line:column` of the part of the policy that a JSON pointer names (of the field's name, with `key`), or of the nearest
   * part above it.
   */
  readonly place: (pointer: string, key: boolean) => string;
}
